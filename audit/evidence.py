"""Why something may be the counterpart of something: kinds of evidence, what each is worth, and where it is found."""

from functools import cached_property
from typing import NamedTuple

from ptychoparity.audit.index import Tree
from ptychoparity.audit.model import Place, Symbol
from ptychoparity.audit.paths import last_name

WEIGHTS = {
    "contract mapping": 0.9,
    "reference's own": 0.8,
    "same name": 0.6,
    "like name": 0.45,
    "signature": 0.4,
    "calls": 0.35,
    "same module": 0.15,
    "members": 0.6,
}
"""contract mapping: a reviewed row of `data/mapping.json` sets the two side by side; reference's own: the candidate
imports and uses the reference's; same name; like name: the same but for case, underscores and the framework's name;
signature: share of parameters they have in common, full from three on; calls: share of names of what they call, full
from four on; same module: the modules' last names agree; members: of a class, the share of its public members that
the other has too, full from three on; of a module, the share of what is touched in it whose counterparts lie in that
one."""
FAINT = 0.1
"""Evidence with less strength is not told."""
FRAMEWORKS = {"torch", "pytorch", "tf", "tensorflow", "keras", "lightning", "pt", "np", "numpy"}
DULL = {
    "ValueError", "TypeError", "RuntimeError", "Path", "__init__", "abs", "all", "any", "append", "array", "asarray",
    "astype", "bool", "copy", "debug", "dict", "enumerate", "error", "float", "format", "get", "getattr", "hasattr",
    "info", "int", "isinstance", "items", "join", "keys", "len", "list", "map", "max", "min", "print", "range",
    "reshape", "set", "shape", "sorted", "str", "sum", "super", "tuple", "type", "values", "warning", "zip",
}  # fmt: skip
"""Names whose calls say nothing about what a function does."""


class Evidence(NamedTuple):
    kind: str
    strength: float
    """0 to 1."""
    text: str
    place: Place | None = None
    expected: str = ""


def confidence(evidence: tuple[Evidence, ...]) -> float:
    left = 1.0
    for one in evidence:
        left *= 1 - WEIGHTS[one.kind] * one.strength
    return round(1 - left, 3)


def plain_name(name: str) -> str:
    """A name without case, underscores and what says the framework: `run_cdi_example_torch` is `runcdiexample`."""
    parts = [part for part in name.strip("_").split("_") if part.lower() not in FRAMEWORKS]
    joined = "".join(parts).lower() or name.lower()
    for word in ("pytorch", "tensorflow", "torch", "lightning"):
        if len(joined) > len(word) + 2:
            joined = joined.removesuffix(word)
    return joined


def alike(name: str, other: str) -> list[Evidence]:
    """What the names of two symbols say."""
    if name == other:
        return [Evidence("same name", 1.0, f"both are called {name!r}")]
    if plain_name(name) == plain_name(other):
        return [Evidence("like name", 1.0, f"{other!r} is {name!r} but for case, underscores or the framework")]
    return []


def signature(symbol: Symbol, other: Symbol) -> list[Evidence]:
    """What their parameters say."""
    mine, theirs = _parameters(symbol), _parameters(other)
    common = mine & theirs
    if not common:
        return []
    strength = len(common) / len(mine | theirs) * min(1.0, len(common) / 3)
    said = f"{len(common)} of {len(mine | theirs)} parameters in common"
    return [Evidence("signature", round(strength, 3), said)] if strength >= FAINT else []


def module_of(symbol: Symbol) -> str:
    """The last name of the module a symbol is in, by its file, as a plain name."""
    path = symbol.place.path.removesuffix(".py").removesuffix("/__init__")
    return plain_name(path.rpartition("/")[2])


def _parameters(symbol: Symbol) -> frozenset[str]:
    names = [one.name for one in symbol.parameters if not one.variadic]
    if symbol.kind == "method" and names[:1] in (["self"], ["cls"]):
        names = names[1:]
    return frozenset(plain_name(one) for one in names)


class Names:
    """The names in a tree that speak for a symbol: those it calls, those of its members."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._called: dict[str, frozenset[str]] = {}

    @cached_property
    def _children(self) -> dict[str, list[Symbol]]:
        found: dict[str, list[Symbol]] = {}
        for one in self.tree.symbols.values():
            if one.kind in ("method", "attribute", "field") and "<locals>" not in one.id:
                found.setdefault(one.parent, []).append(one)
        return found

    def members(self, cls: str) -> frozenset[str]:
        """Public members of a class, by plain name."""
        return frozenset(plain_name(one.name) for one in self._children.get(cls, []) if not one.name.startswith("_"))

    def called(self, symbol: Symbol) -> frozenset[str]:
        """What a function, or a class's methods, call, by plain name."""
        if symbol.id not in self._called:
            inside = [symbol.id]
            if symbol.kind == "class":
                inside = [one.id for one in self._children.get(symbol.id, []) if one.kind == "method"]
            names = {last_name(call.text) for one in inside for call in self.tree.callees(one)}
            self._called[symbol.id] = frozenset(plain_name(one) for one in names - DULL if len(one) > 2)
        return self._called[symbol.id]


def same_calls(mine: frozenset[str], theirs: frozenset[str]) -> list[Evidence]:
    """What the names say that two functions call."""
    common = mine & theirs
    if not common:
        return []
    strength = len(common) / len(mine | theirs) * min(1.0, len(common) / 4)
    said = f"both call {', '.join(sorted(common)[:4])}" + (" ..." if len(common) > 4 else "")
    return [Evidence("calls", round(strength, 3), said)] if strength >= FAINT else []


def same_members(mine: frozenset[str], theirs: frozenset[str]) -> list[Evidence]:
    """What the members of two classes say."""
    common = mine & theirs
    strength = len(common) / len(mine) * min(1.0, len(common) / 3) if common else 0.0
    said = f"{len(common)} of {len(mine)} members in common"
    return [Evidence("members", round(strength, 3), said)] if strength >= FAINT else []
