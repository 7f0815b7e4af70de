"""What functions answer and are given, and what annotations say about it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ptychoparity.audit.classes import CALLABLE
from ptychoparity.audit.facts import Facts
from ptychoparity.audit.model import Symbol
from ptychoparity.audit.modules import Module
from ptychoparity.audit.paths import last_name
from ptychoparity.audit.values import Shape, Value, Values, annotation_shape, from_container, tells, unique, weakened

if TYPE_CHECKING:
    from ptychoparity.audit.resolve import Resolver

MOST_CALLERS = 20
"""A function that is called from more places says nothing about its parameters by them."""


class Functions:
    """The part of a resolver that knows functions."""

    def __init__(self, resolver: "Resolver") -> None:
        self._of = resolver
        self._known: dict[tuple, Any] = {}
        self._callers = _by_name(resolver.modules.values())
        self._decorated: dict[str, list[Value]] | None = None

    def answered(self, symbol: Symbol) -> Values:
        """What a function returns, by its annotation, else by its return statements."""
        key = ("answer", symbol.id)
        if key not in self._known:
            self._known[key] = ()
            module, local = self._of.home[symbol.id]
            found = self.annotated(module, module.outer(local), symbol.returns)
            if not tells(found) or any(self._may_say_more(one) for one in found):
                rows = module.binds.get(local, {}).get("return", [])
                every = [one for row in rows for value in row[2] for one in self._of.described(module, local, value)]
                made = weakened(unique(every), "returned")
                found = unique([self._filled(one, made) for one in found]) or made
                found = found if tells(found) else made or found
            if any("contextmanager" in text for text in symbol.decorators):
                found = unique([one for value in found for one in (from_container(value, "[]") or (value,))])
            found = found or (Value("outside", f"{symbol.id}()", how="returned"),)
            self._known[key] = tuple(self._made_by(one, symbol.id) for one in found)
        return self._known[key]

    def _may_say_more(self, value: Value) -> bool:
        """Whether return statements may tell what a type leaves open: `tuple[Any, dict]`, or a library's base class."""
        if value.kind in ("tuple", "list"):
            return any(not part or any(self._may_say_more(one) for one in part) for part in value.parts)
        return value.kind == "outside" and value.id.endswith("()")

    def _filled(self, said: Value, made: Values) -> Value:
        """A type, with what return statements make where it tells nothing, or only the base of a class of the trees."""
        if said.kind in ("tuple", "list"):
            same = [one for one in made if one.kind == said.kind and len(one.parts) == len(said.parts)]
            parts = []
            for number, part in enumerate(said.parts):
                inner = unique([one for other in same for one in other.parts[number]])
                parts.append(unique([self._filled(one, inner) for one in part]) if part else inner)
            return said._replace(parts=tuple(parts))
        if said.kind == "outside":
            base = said.id.removesuffix("()")
            for one in made:
                if one.kind == "instance" and base in self._of.classes.line_of(one.id)[1]:
                    return one
        return said

    def _made_by(self, value: Value, function: str) -> Value:
        """A value says which function made it, the one of another package rather than one's own."""
        if value.origin and not _same_package(value.origin, function):
            return value
        if value.kind in ("tuple", "list"):
            parts = tuple(
                tuple(self._made_by(one, f"{function}()[{index}]") for one in part)
                for index, part in enumerate(value.parts)
            )
            return value._replace(parts=parts)
        return value._replace(origin=function if function.endswith("]") else f"{function}()")

    def parameter(self, module: Module, scope: str, name: str) -> Values | None:
        """What a parameter may be; None where the scope has none of that name."""
        symbol = module.symbols.get(scope)
        if symbol is None or symbol.kind not in CALLABLE:
            return None
        for number, one in enumerate(symbol.parameters):
            if one.name == name:
                return self._given(module, scope, symbol, number)
        return None

    def _given(self, module: Module, scope: str, symbol: Symbol, number: int) -> Values:
        one = symbol.parameters[number]
        static = any(text.endswith("staticmethod") for text in symbol.decorators)
        if symbol.kind == "method" and number == 0 and not static:
            kind = "symbol" if any(text.endswith("classmethod") for text in symbol.decorators) else "instance"
            return (Value(kind, module.full(module.outer(scope))),)
        said = self.annotated(module, module.outer(scope), one.annotation)
        if one.variadic:
            return (Value("list", parts=(said,)),)
        if tells(said):
            return said
        key = ("given", symbol.id, number)
        if key not in self._known:
            self._known[key] = ()
            shift = 1 if symbol.kind == "method" and not static else 0
            found = self._handed_in(symbol, one.name, number - shift)
            if not found and _names(one.default):
                found = self._of.values(module, module.outer(scope), one.default)
            found = weakened(found, "argument")
            if not found and number == shift:
                found = weakened(self._decorated_by(symbol.id), "decorated")
            self._known[key] = found or said
        return self._known[key]

    def _handed_in(self, symbol: Symbol, name: str, position: int) -> Values:
        """What the calls of a function give one of its parameters."""
        wanted = symbol.parent if symbol.name == "__init__" else symbol.id
        found: list[Value] = []
        rows = self._callers.get(wanted.rpartition(".")[2], [])
        if len(rows) > MOST_CALLERS:
            return ()
        for module, row in rows:
            given = dict(row[7])
            what = given.get(name, given.get(str(position)))
            if what and any(
                one.kind == "symbol" and one.id == wanted for one in self._of.values(module, row[0], row[1])
            ):
                found += self._of.values(module, row[0], what) if not what.startswith(("'", '"')) else ()
        return unique(found)

    def _decorated_by(self, function: str) -> Values:
        """The functions and classes a decorator is put on are what it is given."""
        if self._decorated is None:
            self._decorated = {}
            for symbol in [one for one in self._of.symbols.values() if one.decorators]:
                module, local = self._of.home[symbol.id]
                for text in symbol.decorators:
                    path = text.partition("(")[0] + ("()" if text.endswith(")") else "")
                    for one in self._of.values(module, module.outer(local), path):
                        for used in self._of.classes.behind(one):
                            self._decorated.setdefault(used.id, []).append(Value("symbol", symbol.id))
        return unique(self._decorated.get(function, []))

    def annotated(self, module: Module, scope: str, text: str | None) -> Values:
        """Values of a type; nothing where the annotation tells nothing."""
        shape = annotation_shape(text) if text else None
        return weakened(self._shaped(module, scope, shape), "annotation") if shape else ()

    def _instances(self, value: Value) -> Values:
        """Values of the type `value`, a class or another name of one."""
        if value.kind == "outside":
            return (value._replace(id=f"{value.id}()"),)
        symbol = self._of.symbols.get(value.id) if value.kind == "symbol" else None
        if symbol is None:
            return ()
        if symbol.kind == "class":
            return (value._replace(kind="instance"),)
        return unique([one for held in self._of.classes.held_by(value) for one in self._instances(held)])

    def _shaped(self, module: Module, scope: str, shape: Shape | None) -> Values:
        if shape is None:
            return ()
        word, *inside = shape
        if word == "name":
            found = [value for one in self._of.values(module, scope, inside[0]) for value in self._instances(one)]
            return unique(found)
        if word == "union":
            return unique([one for part in inside for one in self._shaped(module, scope, part)])
        if word == "type":
            return tuple(
                one._replace(kind="symbol") for one in self._shaped(module, scope, inside[0]) if one.kind == "instance"
            )
        parts = tuple(self._shaped(module, scope, part) for part in inside)
        if word == "mapping":
            return (Value("dict", parts=(("", parts[0]),)),)
        return (Value({"sequence": "list"}.get(word, word), parts=parts),)


def _names(default: str | None) -> bool:
    return bool(default) and default.replace(".", "").isidentifier() and default not in ("None", "True", "False")


def _same_package(one: str, other: str) -> bool:
    return one.partition(".")[0] == other.partition(".")[0]


def _by_name(modules: Iterable[Module]) -> dict[str, list[tuple[Module, list]]]:
    """Rows of calls by the last name of what they call."""
    found: dict[str, list[tuple[Module, list]]] = {}
    for module in modules:
        facts: Facts = module.facts
        for row in facts["calls"]:
            found.setdefault(last_name(row[1]), []).append((module, row))
    return found
