"""Which symbol an expression names: scopes and imports first, then what values are, from annotations, constructors,
assignments, returned values and the arguments of callers. Nothing is imported; what cannot be known stays unknown.

Asked with an access path in a scope of a module, it answers `Values`, each with how it was found (`values.HOW`).
"""

import builtins
import re
from collections.abc import Iterable

from ptychoparity.audit.classes import CALLABLE, Classes
from ptychoparity.audit.functions import Functions
from ptychoparity.audit.model import Symbol
from ptychoparity.audit.modules import Module
from ptychoparity.audit.paths import split
from ptychoparity.audit.values import MOST, Value, Values, from_container, tells, unique, weakened

MAKERS = re.compile(r"_?(from|new|make|create|build|load|open|read)_\w+")
"""Names of class methods that make an instance."""


class Resolver:
    """Answers for a set of modules that see each other. What it found once it keeps."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.modules = {module.name: module for module in modules}
        self.symbols: dict[str, Symbol] = {}
        self.home: dict[str, tuple[Module, str]] = {}
        for module in self.modules.values():
            for local, symbol in module.symbols.items():
                self.symbols[symbol.id] = symbol
                self.home[symbol.id] = (module, local)
        self._known: dict[tuple[str, str, str], Values] = {}
        self._asked: dict[tuple, Values] = {}
        self.namespaces = {parent for name in self.modules for parent in _parents(name)} - self.modules.keys()
        """Packages without an `__init__`."""
        self.classes = Classes(self)
        self.functions = Functions(self)
        for symbol in self.symbols.values():  # in this order, whoever asks first: guesses in a circle hang on the order
            if symbol.kind == "class":
                self.classes.line_of(symbol.id)

    # expressions

    def values(self, module: Module, scope: str, path: str) -> Values:
        """What the expression `path` may be where it stands in `scope`."""
        key = (module.name, scope, path)
        known = self._known.get(key)
        if known is None:
            self._known[key] = ()  # asked again while it is being found out: nothing is known yet
            known = self._known[key] = self._find(module, scope, path)
        return known

    def _find(self, module: Module, scope: str, path: str) -> Values:
        root, steps = split(path)
        if not steps:
            return self.look_up(module, scope, root)
        if path.startswith("super()."):
            return self._super(module, scope, path)
        before = self.values(module, scope, path[: -len(steps[-1])])
        return unique([found for one in before for found in self.step(one, steps[-1])])

    def described(self, module: Module, scope: str, what: str | list) -> Values:
        """The same for a value of the facts, which may be a literal container."""
        if isinstance(what, str):
            return self.values(module, scope, what)
        if what[0] == "dict":
            rows = tuple((key, self._every(module, scope, part)) for key, part in what[1:])
            return (Value("dict", parts=rows),)
        parts = [self._every(module, scope, part) for part in what[1:]]
        if what[0] == "tuple":
            return (Value("tuple", parts=tuple(parts)),)
        return (Value("list", parts=(unique([one for part in parts for one in part], None),)),)

    def _every(self, module: Module, scope: str, several: list) -> Values:
        return unique([found for one in several for found in self.described(module, scope, one)], None)

    def _super(self, module: Module, scope: str, path: str) -> Values:
        inside = module.enclosing_class(scope)
        if inside is None:
            return ()
        first, *rest = split(path)[1][1:]
        found = self.classes.member(module.full(inside), first[1:], skip=1)
        for step in rest:
            found = unique([one for value in found for one in self.step(value, step)])
        return found

    # names

    def look_up(self, module: Module, scope: str, name: str) -> Values:
        """A bare name: the scopes outwards (class bodies only for what stands in them), star imports, builtins."""
        if name.startswith("<"):
            inner = name[1:-1]
            if inner.startswith("'"):
                return (Value("text", inner[1:-1]),)
            if inner.startswith("module:"):
                return weakened(self.find(inner[7:]), "import")
            return (Value("outside", f"builtins.{inner}()"),) if hasattr(builtins, inner) else ()
        here = scope
        while True:
            if here == scope or module.kinds.get(here) != "class":
                found = self.local(module, here, name)
                if found is not None:
                    return found
            if not here:
                break
            here = module.outer(here)
        for other, _ in module.stars:
            if other in self.modules and name in self.modules[other].exported():
                return weakened(self.find(f"{other}.{name}"), "import")
        return (Value("outside", f"builtins.{name}"),) if hasattr(builtins, name) else ()

    def local(self, module: Module, scope: str, name: str) -> Values | None:
        """What a name is bound to in one scope; None where it is not bound there."""
        defined = module.definition(scope, name)
        imported = module.imports.get(scope, {}).get(name)
        here = (Value("symbol", defined.id),) if defined is not None else ()
        if imported is not None:
            names = [other if part is None else f"{other}.{part}" for other, part in imported]
            there = unique([one for full in names for one in weakened(self.find(full, module), "import")])
            either = defined is not None and defined.kind not in ("attribute", "field")
            return there if not either else here if defined.guard in ("none", "function") else unique([*there, *here])
        if here:
            return here
        bound = module.binds.get(scope, {}).get(name)
        given = self.functions.parameter(module, scope, name)
        if bound is None and given is None:
            return None
        return unique([*(self.bound(module, bound) if bound else ()), *(given or ())])

    def bound(self, module: Module, rows: list[list]) -> Values:
        """What a target is given: by its annotation where that tells, else by what is assigned."""
        key = ("bound", module.name, rows[0][0], rows[0][1])
        if key not in self._asked:
            self._asked[key] = ()
            said = [self.functions.annotated(module, row[0], row[3]) for row in rows if row[3]]
            found = [one for values in said for one in values]
            if not tells(tuple(found)):
                found = [one for row in rows for one in self._assigned(module, row)] or found
            self._asked[key] = unique(found)
        return self._asked[key]

    def _assigned(self, module: Module, row: list) -> Values:
        every = self._every(module, row[0], row[2])
        return weakened(every, "table" if row[5] == "for" and len(every) > MOST else "assigned")

    def find(self, dotted: str, asking: Module | None = None) -> Values:
        """What a full dotted name means: the longest module of the trees it begins with, then member by member."""
        if dotted in self.modules:
            return (Value("symbol", dotted),)
        head, _, name = dotted.rpartition(".")
        if not head or dotted in self.namespaces:
            return (Value("outside", dotted),)
        if asking is not None and asking.name == head:  # `from . import x` inside the package itself
            return (Value("missing", dotted),)
        return unique([found for one in self.find(head, asking) for found in self.step(one, f".{name}")])

    # steps

    def step(self, value: Value, step: str) -> Values:
        """What `value` followed by `.name`, `()` or `[key]` may be."""
        if step[0] == "{":
            return self._computed(value)
        if value.kind == "symbol":
            return self._from_symbol(value, step)
        if value.kind == "instance":
            return self._from_instance(value, step)
        if value.kind in ("outside", "missing"):
            return (self._beyond(value, step),)
        if value.kind == "text":
            return (Value("outside", f"builtins.str(){step}", how=value.how),)
        return from_container(value, step)

    def _computed(self, value: Value) -> Values:
        """What arithmetic makes: something like its operand; what operators of classes of the trees make is unknown."""
        if value.kind == "symbol" and value.id not in self.modules:
            return unique([one for held in self.classes.held_by(value) for one in self._computed(held)])
        return (value._replace(origin=""),) if value.kind in ("outside", "text", "list", "dict", "tuple") else ()

    def _beyond(self, value: Value, step: str) -> Value:
        grown = f"{value.id}{step}" if not step.startswith("[") else f"{value.id}[]"
        if grown in self.modules:
            return Value("symbol", grown, how=value.how)
        kind = "outside" if value.kind == "outside" else "missing"
        if kind == "missing" and step == "()" and MAKERS.match(value.id.rpartition(".")[2]):
            maker = self.symbols.get(value.id.rpartition(".")[0])
            if maker is not None and maker.kind == "class":
                return Value("instance", maker.id, (), "named", f"{value.id}()")
        return Value(kind, grown, (), value.how, f"{value.origin}{step}" if value.origin else "")

    def _from_symbol(self, value: Value, step: str) -> Values:
        if value.id in self.modules:
            return weakened(self._of_module(value.id, step), value.how) if step[0] == "." else ()
        symbol = self.symbols[value.id]
        if symbol.kind == "class":
            if step[0] == ".":
                return weakened(self.classes.member(value.id, step[1:]), value.how)
            made = Value("instance", value.id, how="constructor").weakened(value.how)
            return (made,) if step == "()" else (value,)
        if symbol.kind in CALLABLE and not self.classes.is_property(symbol.id):
            if step == "()":
                return weakened(self.functions.answered(symbol), value.how)
            return (Value("outside", f"{value.id}{step}", how=value.how),)
        held = self.classes.held(value.id)
        if not held:
            return (Value("outside", f"{value.id}{step}", (), value.how, f"{value.id}{step}"),)
        return unique([found for one in weakened(held, value.how) for found in self.step(one, step)])

    def _of_module(self, name: str, step: str) -> Values:
        key = ("module", name, step)
        if key not in self._asked:
            self._asked[key] = ()
            self._asked[key] = self._in_module(name, step)
        return self._asked[key]

    def _in_module(self, name: str, step: str) -> Values:
        module, below = self.modules[name], f"{name}{step}"
        found = self.local(module, "", step[1:])
        if found and not (below in self.modules and all(one.kind == "missing" for one in found)):
            return found
        if below in self.modules:
            return (Value("symbol", below),)
        if below in self.namespaces:
            return (Value("outside", below),)
        if found is not None:
            return found or (Value("outside", below),)
        for other, _ in module.stars:
            if other not in self.modules:
                return (Value("outside", f"{other}{step}", how="import"),)
            if step[1:] in self.modules[other].exported():
                return self.find(f"{other}{step}")
        return (Value("outside" if self._dynamic(module) else "missing", below),)

    def _dynamic(self, module: Module) -> bool:
        """Whether the module makes its names at run time (`__getattr__`, `globals()`)."""
        return "__getattr__" in module.symbols or any(row[1].startswith("globals()") for row in module.facts["uses"])

    def _from_instance(self, value: Value, step: str) -> Values:
        if step[0] == ".":
            found = self.classes.member(value.id, step[1:])
        elif step == "()":
            found = unique([one for method in self.classes.called(value.id) for one in self.step(method, "()")])
        else:
            getter = self.classes.member(value.id, "__getitem__")
            found = unique([one for method in getter if method.kind == "symbol" for one in self.step(method, "()")])
        grown = f"{value.origin}{step}" if value.origin else ""
        return tuple(one if one.kind == "symbol" or one.origin else one._replace(origin=grown)
                     for one in weakened(found, value.how))  # fmt: skip


def _parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:number]) for number in range(1, len(parts))]
