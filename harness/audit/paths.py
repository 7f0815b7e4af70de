"""Access paths: what an expression reaches for, as one line of text without its arguments.

`Model(cfg).layers[0].run(x)` is `Model().layers[0].run()`. A root in angle brackets is no name: `<str>` is a literal,
`<'ptycho'>` one whose text is of interest, `<module:a.b>` what `importlib.import_module('a.b')` answers, `<lambda>`.
Arithmetic is one step, `folder{/}.mkdir`: what it makes is taken to be of the kind of its first operand that is a name.
"""

import ast
import re
from functools import lru_cache

STEP = re.compile(r"\.[^\W\d]\w*|\(\)|\[(?:'[^'\]]*'|-?\d+)?\]|\{[^}]*\}")
ROOT = re.compile(r"<[^>]*>|[^\W\d]\w*")
NAMING = re.compile(r"[A-Za-z_][\w.:-]{1,79}")
"""Strings that may name something; they are kept as `<'text'>`."""
IMPORTERS = {"importlib.import_module", "import_module", "__import__"}
PARTIALS = {"partial", "functools.partial"}
CONTAINERS = {
    ast.List: "<list>", ast.ListComp: "<list>", ast.Tuple: "<tuple>", ast.Set: "<set>", ast.SetComp: "<set>",
    ast.Dict: "<dict>", ast.DictComp: "<dict>", ast.JoinedStr: "<str>", ast.GeneratorExp: "<generator>",
    ast.Lambda: "<lambda>", ast.Compare: "<bool>",
}  # fmt: skip
OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitOr: "|", ast.BitAnd: "&", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
}  # fmt: skip
WRAPPED = (ast.Await, ast.Starred, ast.NamedExpr)


def access_path(node: ast.AST) -> str:
    """The path of an expression; empty where it is none (arithmetic, a choice)."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = access_path(node.value)
        return f"{base}.{node.attr}" if base else ""
    if isinstance(node, ast.Call):
        return _called(node)
    if isinstance(node, ast.Subscript):
        base = access_path(node.value)
        return f"{base}[{_key(node.slice)}]" if base else ""
    if isinstance(node, ast.Constant):
        return f"<{type(node.value).__name__}>"
    if isinstance(node, WRAPPED):
        return access_path(node.value)
    if isinstance(node, ast.BinOp | ast.UnaryOp):
        return _computed(node)
    return CONTAINERS.get(type(node), "")


def _computed(node: ast.BinOp | ast.UnaryOp) -> str:
    if isinstance(node, ast.UnaryOp):
        return "<bool>" if isinstance(node.op, ast.Not) else access_path(node.operand)
    for operand in (node.left, node.right):
        path = access_path(operand)
        if path and not path.startswith("<"):
            return f"{path}{{{OPERATORS.get(type(node.op), '?')}}}"
    return access_path(node.left)


def _called(node: ast.Call) -> str:
    """What a call answers; those that answer a part of what they are given are looked through."""
    base = access_path(node.func)
    if (
        base == "getattr"
        and len(node.args) >= 2
        and (name := literal(node.args[1])) is not None
        and name.isidentifier()
    ):
        inner = access_path(node.args[0])
        return f"{inner}.{name}" if inner else ""
    if base in IMPORTERS and node.args and (name := literal(node.args[0])) is not None:
        return f"<module:{name}>"
    if base in PARTIALS and node.args:
        return access_path(node.args[0])
    return f"{base}()" if base else ""


def literal(node: ast.AST) -> str | None:
    """The text of a string literal."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _key(node: ast.AST) -> str:
    """A subscript that is a short string or a whole number, as Python writes it; else nothing."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return f"-{node.operand.value}" if type(node.operand.value) is int else ""
    if not isinstance(node, ast.Constant):
        return ""
    if type(node.value) is int:
        return str(node.value)
    plain = isinstance(node.value, str) and len(node.value) <= 60 and not set("'[]\\\n") & set(node.value)
    return f"'{node.value}'" if plain else ""


@lru_cache(maxsize=200_000)
def split(path: str) -> tuple[str, tuple[str, ...]]:
    """Root and steps: `a.b()[0]` is `a` and `.b`, `()`, `[0]`."""
    root = ROOT.match(path)
    if root is None:
        return "", ()
    return root[0], tuple(STEP.findall(path, root.end()))


def shown(path: str) -> str:
    """A path as a reader knows it: `(folder / ...).mkdir` for `folder{/}.mkdir`."""
    while found := re.search(r"\{([^}]*)\}", path):
        path = f"({path[: found.start()]} {found[1]} ...){path[found.end() :]}"
    return path


def last_name(path: str) -> str:
    """`run` of `Model().layers[0].run`; empty where the path does not end in a name."""
    found = re.search(r"(?:^|\.)([^\W\d]\w*)$", path)
    return found[1] if found else ""


def described(node: ast.AST) -> str:
    """An argument in one line: a literal as Python writes it, else its access path, else nothing."""
    if isinstance(node, ast.Constant):
        text = repr(node.value)
        return text if len(text) <= 80 else f"<{type(node.value).__name__}>"
    if (
        isinstance(node, ast.Dict)
        and 0 < len(node.keys) <= 6
        and all(isinstance(key, ast.Constant) for key in node.keys)
    ):
        return f"<{', '.join(repr(key.value)[:40] + ': ...' for key in node.keys)}>"
    return access_path(node)


Value = str | list
"""A path, or ["tuple", [values], ...], or ["list", [values], ...], or ["dict", [key, values], ...]."""


def values(node: ast.AST, depth: int = 0) -> list[Value]:
    """Everything an expression may be: both sides of a choice, the parts of a literal container."""
    if isinstance(node, ast.IfExp):
        return values(node.body, depth) + values(node.orelse, depth)
    if isinstance(node, ast.BoolOp):
        return [one for part in node.values for one in values(part, depth)]
    if isinstance(node, WRAPPED):
        return values(node.value, depth)
    if isinstance(node, ast.Tuple | ast.List) and depth < 3 and len(node.elts) <= 40:
        word = "tuple" if isinstance(node, ast.Tuple) else "list"
        return [[word, *(values(part, depth + 1) for part in node.elts)]]
    if isinstance(node, ast.Dict) and depth < 3 and len(node.keys) <= 200:
        rows = [
            [described(key) if key else "", values(part, depth + 1)]
            for key, part in zip(node.keys, node.values, strict=True)
        ]
        return [["dict", *rows]]
    text = literal(node)
    if text is not None and NAMING.fullmatch(text):
        return [f"<'{text}'>"]
    path = access_path(node)
    return [path] if path else []


def part_of(value: Value, index: int) -> list[Value]:
    """What position `index` of an unpacked value is."""
    if isinstance(value, str):
        return [f"{value}[{index}]"]
    return value[1 + index] if value[0] in ("tuple", "list") and index + 1 < len(value) else []
