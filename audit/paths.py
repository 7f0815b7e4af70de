"""Access paths: what an expression reaches for, as one line of text without its arguments.

`Model(cfg).layers[0].run(x)` is `Model().layers[0].run()`. A root in angle brackets is no name: `<str>` is a literal,
`<'ptycho'>` one whose text is of interest, `<module:a.b>` what `importlib.import_module('a.b')` answers, `<lambda>`.
Arithmetic is one step, `folder{/}.mkdir`: what it makes is taken to be of the kind of its first operand that is a name.
"""

import ast
import re
from collections.abc import Iterable
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

MAKES_TABLES = {"dict", "OrderedDict", "MappingProxyType"}
LONG = {ast.Tuple: 40, ast.List: 40, ast.Dict: 200}
"""Of a longer container only what has a name or is made by a call is kept, without keys and order."""


def values(node: ast.AST, depth: int = 0) -> list[Value]:
    """Everything an expression may be: both sides of a choice, the parts of a literal container."""
    if isinstance(node, ast.IfExp):
        return values(node.body, depth) + values(node.orelse, depth)
    if isinstance(node, ast.BoolOp):
        return [one for part in node.values for one in values(part, depth)]
    if isinstance(node, WRAPPED):
        return values(node.value, depth)
    table = _table(node, depth) if depth < 3 else []
    if table:
        return table
    text = literal(node)
    if text is not None and NAMING.fullmatch(text):
        return [f"<'{text}'>"]
    path = access_path(node)
    return [path] if path else []


def _table(node: ast.AST, depth: int) -> list[Value]:
    """A container with what it holds; nothing where this is none, or holds nothing that has a name."""
    if isinstance(node, ast.Tuple | ast.List | ast.Dict):
        parts = node.values if isinstance(node, ast.Dict) else node.elts
        if len(parts) > LONG[type(node)]:
            named = _named(part for one in parts for part in values(one, depth + 1))
            return [["dict", ["", named]] if isinstance(node, ast.Dict) else ["list", named]] if named else []
        if isinstance(node, ast.Dict):
            return [["dict", *(_row(key, part, depth) for key, part in zip(node.keys, parts, strict=True))]]
        word = "tuple" if isinstance(node, ast.Tuple) else "list"
        return [[word, *(values(part, depth + 1) for part in parts)]]
    if isinstance(node, ast.DictComp):
        named = _each(node.value, node.generators, depth)
        return [["dict", ["", named]]] if named else []
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):  # of two tables both are meant
        return [one for side in (node.left, node.right) for one in _operand(side, depth)]
    if isinstance(node, ast.Call) and last_name(access_path(node.func)) in MAKES_TABLES:
        return _made_table(node, depth)
    return []


def _row(key: ast.expr | None, part: ast.expr, depth: int) -> list:
    if key is None:  # `{**other}`
        return ["", [held for one in values(part, depth) for held in items(one)]]
    return [described(key), values(part, depth + 1)]


def _each(part: ast.expr, generators: list[ast.comprehension], depth: int) -> list[Value]:
    """What a comprehension puts into its container; a plain name is what its loop goes through."""
    if isinstance(part, ast.Name):
        for loop in generators:
            over = [held for one in values(loop.iter, depth) for held in items(one, keys=True)]
            if isinstance(loop.target, ast.Name) and loop.target.id == part.id:
                return _named(over)
            names = [getattr(one, "id", "") for one in getattr(loop.target, "elts", [])]
            if part.id in names:
                return _named(held for one in over for held in part_of(one, names.index(part.id)))
    return _named(values(part, depth + 1))


def _operand(side: ast.expr, depth: int) -> list[Value]:
    """What one side of `a | b` brings: a container, or what is of the kind of a name."""
    if isinstance(side, ast.Dict | ast.DictComp | ast.BinOp):
        return values(side, depth)
    path = access_path(side)
    return [f"{path}{{|}}"] if path and not path.startswith("<") else []


def _made_table(node: ast.Call, depth: int) -> list[Value]:
    """`dict(other, name=value)`, `dict(((name, value), ...))` and what is put around a dict."""
    found: list[Value] = []
    for one in (held for given in node.args[:1] for held in values(given, depth)):
        pairs = isinstance(one, list) and one[0] in ("list", "tuple")
        found.append(["dict", ["", [held for pair in items(one) for held in part_of(pair, 1)]]] if pairs else one)
    named = [[repr(word.arg), values(word.value, depth + 1)] for word in node.keywords if word.arg]
    named += [_row(None, word.value, depth) for word in node.keywords if not word.arg]
    return [*found, *([["dict", *named]] if named else [])]


def _named(found: Iterable[Value]) -> list[Value]:
    """Those with a name somewhere in them; of equal paths one."""
    kept = {one if isinstance(one, str) else id(one): one for one in found if _has_name(one)}
    return list(kept.values())


def _has_name(value: Value) -> bool:
    if isinstance(value, str):
        return not value.startswith("<")
    return any(_has_name(one) for one in items(value))


def items(value: Value, keys: bool = False) -> list[Value]:
    """What a container holds, or, with `keys`, what a loop over it goes through: of a dict that are its keys."""
    if isinstance(value, str):
        return [f"{value}[]"]
    if value[0] == "dict":
        return ["<str>"] if keys else [one for _, part in value[1:] for one in part]
    return [one for part in value[1:] for one in part]


def part_of(value: Value, index: int) -> list[Value]:
    """What position `index` of an unpacked value is."""
    if isinstance(value, str):
        return [f"{value}[{index}]"]
    return value[1 + index] if value[0] in ("tuple", "list") and index + 1 < len(value) else []
