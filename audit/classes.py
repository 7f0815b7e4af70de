"""What classes have: where they inherit from, their members, and what attributes hold."""

from typing import TYPE_CHECKING, Any

from ptychoparity.audit.model import Symbol
from ptychoparity.audit.modules import Module
from ptychoparity.audit.values import Value, Values, tells, unique, weakened

if TYPE_CHECKING:
    from ptychoparity.audit.resolve import Resolver

CALLABLE = ("function", "method")
PLAIN_BASES = {"object", "ABC", "Protocol", "Generic", "Enum", "IntEnum", "StrEnum", "NamedTuple", "TypedDict"}
"""Bases whose members tell nothing about the classes that inherit from them."""
FRAMEWORK_CALLS = {"torch": "forward", "lightning": "forward", "pytorch_lightning": "forward", "tensorflow": "call",
                   "keras": "call", "tf_keras": "call"}  # fmt: skip
PROPERTIES = ("property", "cached_property", "functools.cached_property")


MOST_STORES = 20


class Classes:
    """The part of a resolver that knows classes."""

    def __init__(self, resolver: "Resolver") -> None:
        self._of = resolver
        self._known: dict[tuple, Any] = {}
        self.added: list[str] = []
        """Symbols that are made outside their class, as they were found."""
        self._stores: dict[tuple[str, str], list[tuple[Module, list]]] = {}
        self._items: dict[str, list[tuple[Module, list]]] = {}
        for module in resolver.modules.values():
            for row in module.facts["binds"]:
                path = row[1].rpartition("[")[0]
                if path and path.replace(".", "").isidentifier():
                    self._items.setdefault(path.rpartition(".")[2], []).append((module, row))
                if "." in row[1] and not row[1].startswith("self.") and row[1].replace(".", "").isidentifier():
                    self._stores.setdefault((module.role, row[1].rpartition(".")[2]), []).append((module, row))

    def called(self, cls: str) -> Values:
        """What runs when an instance of a class is called."""
        found = self.member(cls, "__call__")
        for one in found:
            hook = FRAMEWORK_CALLS.get(one.id.partition(".")[0]) if one.kind == "outside" else None
            if hook is not None:
                below = self.member(cls, hook)
                if below and below[0].kind == "symbol":
                    return weakened(below, "framework")
        return found

    def line_of(self, cls: str) -> tuple[list[str], list[str]]:
        """The classes a class inherits from, itself first; and names of bases outside the trees."""
        key = ("line", cls)
        if key not in self._known:
            self._known[key] = ([cls], [])
            inside, outside = [cls], []
            for base in self._bases(cls):
                if base.kind == "symbol" and base.id in self._of.symbols and self._of.symbols[base.id].kind == "class":
                    more, beyond = self.line_of(base.id)
                    inside += [one for one in more if one not in inside]
                    outside += [one for one in beyond if one not in outside]
                elif base.kind == "outside" and base.id not in outside:
                    outside.append(base.id)
            self._known[key] = (inside, outside)
        return self._known[key]

    def _bases(self, cls: str) -> Values:
        module, local = self._of.home[cls]
        texts = [text for text in self._of.symbols[cls].bases if "=" not in text]
        paths = [text.partition("[")[0] for text in texts]
        return unique([one for path in paths for one in self._of.values(module, module.outer(local), path)])

    def member(self, cls: str, name: str, skip: int = 0) -> Values:
        """A member of a class by name, inherited ones too; `skip` leaves out the first classes of the line."""
        inside, outside = self.line_of(cls)
        for one in inside[skip:]:
            if (full := f"{one}.{name}") in self._of.symbols:
                return (Value("symbol", full),)
        for one in inside[skip:]:
            if not name.startswith("__") and self._given_later(one, name):
                return (Value("symbol", f"{one}.{name}"),)
        strangers = [one for one in outside if one.rpartition(".")[2] not in PLAIN_BASES]
        if strangers or skip:
            return (Value("outside", f"{(strangers or ['builtins.object'])[0]}.{name}", origin=f"{cls}.{name}"),)
        if name.startswith("__"):
            return (Value("outside", f"builtins.object.{name}"),)
        return (Value("missing", f"{cls}.{name}"),)

    def _given_later(self, cls: str, name: str) -> bool:
        """Whether instances get an attribute outside the class, in its own tree: `made = cls(); made.net = net`.

        Then it is a symbol like others, at the first such line.
        """
        key = ("later", cls, name)
        if key not in self._known:
            self._known[key] = False
            module, local = self._of.home[cls]
            rows = self._stored(name, cls, module.role)
            if rows:
                at, row = rows[0]
                full = f"{cls}.{name}"
                public = not name.startswith("_")
                self._of.symbols[full] = Symbol(
                    full, "attribute", at.place(row[4]), row[4], returns=row[3], public=public
                )
                self._of.home[full] = (module, f"{local}.{name}")
                self.added.append(full)
            self._known[key] = bool(rows)
        return self._known[key]

    def held(self, attribute: str) -> Values:
        """What an attribute, field or property holds."""
        key = ("held", attribute)
        if key not in self._known:
            self._known[key] = ()
            found = self._held(attribute)
            self._known[key] = unique([inner for one in found for inner in (self.behind(one))])
        return self._known[key]

    def held_by(self, value: Value) -> Values:
        """What an attribute or property holds; nothing for a class or function."""
        symbol = self._of.symbols[value.id]
        plain = symbol.kind == "class" or (symbol.kind in CALLABLE and not self.is_property(value.id))
        return () if plain else self.held(value.id)

    def behind(self, value: Value) -> Values:
        """An attribute that holds what another one holds."""
        symbol = self._of.symbols.get(value.id) if value.kind == "symbol" and value.id not in self._of.modules else None
        if symbol is None or symbol.kind == "class" or (symbol.kind in CALLABLE and not self.is_property(value.id)):
            return (value,)
        return weakened(self.held(value.id), value.how)

    def _held(self, attribute: str) -> Values:
        module, local = self._of.home[attribute]
        symbol = self._of.symbols[attribute]
        if symbol.kind == "method":
            return self._of.functions.answered(symbol)
        scope, _, name = local.rpartition(".")
        rows = [(module, row) for row in module.binds.get(scope, {}).get(name, [])]
        for method in module.methods.get(scope, []) if scope else []:
            rows += [(module, row) for row in module.binds.get(method, {}).get(f"self.{name}", [])]
        rows += self._stored(name, f"{module.name}.{scope}" if scope else module.name, module.role)
        said = self._of.functions.annotated(module, scope, symbol.returns)
        items = self._filled(attribute, name)
        if tells(said) or not (rows or items):
            return said
        told = [one for at, row in rows if row[3] for one in self._of.functions.annotated(at, row[0], row[3])]
        told += [one for at, row in rows for value in row[2] for one in self._of.described(at, row[0], value)]
        return weakened(unique([*told, *items]), "assigned") or said

    def _filled(self, attribute: str, name: str) -> Values:
        """What is put into a container by key, wherever that is: `REGISTRY[name] = cls`."""
        rows = self._items.get(name, ())
        if len(rows) > MOST_STORES:  # then only what stands beside it, at the top of its module
            home = self._of.home[attribute][0]
            rows = [(module, row) for module, row in rows if module is home and not row[0]]
        parts = []
        for module, row in rows:
            path, _, key = row[1].removesuffix("]").rpartition("[")
            if any(one.kind == "symbol" and one.id == attribute for one in self._of.values(module, row[0], path)):
                found = [one for value in row[2] for one in self._of.described(module, row[0], value)]
                parts.append((key, unique(found)))
        return (Value("dict", parts=tuple(parts)),) if any(found for _, found in parts) else ()

    def _stored(self, name: str, owner: str, role: str) -> list[tuple[Module, list]]:
        """Where an attribute of a module or of a class's instance is given a value from outside: `model.net = net`.

        Looked for in the tree `role`, which owns it.
        """
        rows = self._stores.get((role, name), ())
        if len(rows) > MOST_STORES:
            return []
        found = []
        for module, row in rows:
            path = row[1].rpartition(".")[0]
            if any(
                one.id == owner and one.kind in ("symbol", "instance") for one in self._of.values(module, row[0], path)
            ):
                found.append((module, row))
        return found

    def is_property(self, method: str) -> bool:
        return any(
            text in PROPERTIES or text.endswith("cached_property") for text in self._of.symbols[method].decorators
        )
