"""What an expression may be: a symbol, an instance of a class, something outside the trees, or a few of those together.

Also how annotations are read as values.
"""

import ast
from functools import lru_cache
from typing import NamedTuple

HOW = (
    "scope", "import", "constructor", "annotation", "assigned", "returned", "argument", "decorated", "table",
    "framework", "jedi", "named",
)  # fmt: skip
"""How a target was found, from certain to less so; what is found in several steps is as good as its weakest.

scope: by name where it stands; import: through an import statement; constructor: the value was made by a call of the
class; annotation: an annotation says what the value is; assigned, returned: what is assigned to the name, or returned
by the function, says so; argument: what callers hand in says so; decorated: it is what a decorator is put on;
table: one of several in a container; framework: `module(x)` runs `forward`, `layer(x)` runs `call`; jedi: jedi found
it; named: a constructor that is not there, `Model.from_file`, is taken by its name to make what it is asked of.
"""
FAILED = ("missing", "dynamic", "unresolved")
"""missing: it names something in a tree that is not there; dynamic: chosen at run time; unresolved: not found out."""

RANK = {word: number for number, word in enumerate(HOW)}


class Value(NamedTuple):
    """One thing an expression may be."""

    kind: str
    """symbol, instance (of the class `id`), outside, missing, text (a string, `id`), tuple, list, dict, callable."""
    id: str = ""
    """Of something outside, its path from a library's name: `numpy.load()['x'].astype`."""
    parts: tuple = ()
    """Of a tuple, the values at each position; list, callable: one tuple of values; dict: pairs (key, values)."""
    how: str = "scope"
    origin: str = ""
    """The path from a function of a tree that made this value: `ptycho.loader.load()[0]`."""

    def weakened(self, how: str) -> "Value":
        return self if RANK[how] <= RANK[self.how] else self._replace(how=how)


Values = tuple[Value, ...]
MOST = 12
"""So many things one expression may be; more tell nothing. The symbols that a table holds are all kept."""


def unique(found: list[Value], most: int | None = MOST) -> Values:
    """Without repetitions, in order; at most so many beside the symbols of a table, None for all."""
    kept = {}
    for one in found:
        kept.setdefault(one[:3], one)
    if most is None or len(kept) <= most:
        return tuple(kept.values())
    held = [one for one in kept.values() if not _of_table(one)][:most]
    return tuple(one for one in kept.values() if _of_table(one) or one in held)


def _of_table(one: Value) -> bool:
    return one.kind == "symbol" and one.how == "table"


def weakened(found: Values, how: str) -> Values:
    return tuple(one.weakened(how) for one in found)


def tells(said: Values) -> bool:
    """Whether an annotation tells what a value is; that something can be called or holds things is too little."""
    holders = ("list", "dict", "tuple")
    return any(
        one.kind != "callable" and (one.kind not in holders or any(tells(part) for part in _held_in(one)))
        for one in said
    )


def _held_in(value: Value) -> list[Values]:
    return [part for _, part in value.parts] if value.kind == "dict" else list(value.parts)


UNIONS = {"Optional", "Union", "Final", "ClassVar", "Annotated", "Required", "NotRequired", "ReadOnly", "Awaitable"}
SEQUENCES = {
    "list", "List", "Sequence", "Iterable", "Iterator", "Generator", "Collection", "set", "Set", "frozenset",
    "FrozenSet", "deque", "MutableSequence",
}  # fmt: skip
MAPPINGS = {"dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict", "DefaultDict"}
NOTHING = {"Any", "None", "object", "TypeVar", "Self", "NoReturn", "Callable", "type", "Type"}

Shape = tuple
"""An annotation, taken apart: ('name', path), ('union', ...), ('sequence', shape), ('tuple', ...), ('mapping', shape),
('type', shape), ('callable', shape)."""


@lru_cache(maxsize=20_000)
def annotation_shape(text: str) -> Shape | None:
    """None for an annotation that tells nothing (`Any`), or cannot be read."""
    try:
        return _shape(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _union(nodes: list[ast.expr]) -> Shape | None:
    found = tuple(shape for node in nodes if (shape := _shape(node)) is not None)
    return found[0] if len(found) == 1 else ("union", *found) if found else None


def _shape(node: ast.AST) -> Shape | None:
    if isinstance(node, ast.Constant):
        return annotation_shape(node.value) if isinstance(node.value, str) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _union([node.left, node.right])
    if isinstance(node, ast.Name | ast.Attribute):
        text = ast.unparse(node)
        return None if text.rpartition(".")[2] in NOTHING else ("name", text)
    if isinstance(node, ast.Subscript):
        return _generic(node)
    return None


def _generic(node: ast.Subscript) -> Shape | None:
    outer = ast.unparse(node.value)
    word = outer.rpartition(".")[2]
    inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if word in UNIONS:
        return _union(inside[:1] if word == "Annotated" else inside)
    if word in SEQUENCES or (word in ("tuple", "Tuple") and _is_ellipsis(inside[-1])):
        return "sequence", _shape(inside[0])
    if word in ("tuple", "Tuple"):
        return "tuple", *(_shape(one) for one in inside)
    if word in MAPPINGS:
        return "mapping", _shape(inside[-1])
    if word in ("type", "Type"):
        return "type", _shape(inside[0])
    if word == "Callable":
        return "callable", _shape(inside[-1])
    return ("name", "str") if word == "Literal" else ("name", outer)


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def from_container(value: Value, step: str) -> Values:
    """A member of a literal container, or of one that an annotation describes."""
    if value.kind == "callable":
        return value.parts[0] if step == "()" else ()
    if step.startswith("["):
        key = step[1:-1]
        if value.kind == "tuple" and key.lstrip("-").isdigit():
            return value.parts[int(key)] if -len(value.parts) <= int(key) < len(value.parts) else ()
        exact: list[Values] = []
        if value.kind == "dict":
            exact = [values for name, values in value.parts if key and name == key]
            several = exact or [values for _, values in value.parts]
        else:
            several = list(value.parts)
        found = unique([one for values in several for one in values], None)
        certain = exact if value.kind == "dict" else len(found) == 1
        return unique(found if certain else weakened(found, "table"))
    name = f"builtins.{value.kind}(){step}"
    if value.kind == "dict" and step in (".get", ".pop", ".setdefault"):
        return (Value("callable", name, parts=(weakened(from_container(value, "[]"), "table"),), how=value.how),)
    if value.kind == "dict" and step in (".values", ".items"):
        every = Value("list", parts=(from_container(value, "[]"),))
        pairs = Value("list", parts=((Value("tuple", parts=((), every.parts[0])),),))
        return (Value("callable", name, parts=((every if step == ".values" else pairs,),), how=value.how),)
    return (Value("outside", name, how=value.how),)
