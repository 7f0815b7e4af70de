"""The imports, calls and uses of a tree, each with the symbol it leads to."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ptychoparity.audit.model import Call, Fault, Import, Use
from ptychoparity.audit.modules import Module
from ptychoparity.audit.paths import shown, split
from ptychoparity.audit.resolve import Resolver
from ptychoparity.audit.values import Value, Values, unique

MODES = {"r": "read", "w": "write", "d": "delete"}
DYNAMIC = re.compile(
    r"(builtins\.(getattr|__import__|eval)|importlib\.import_module)\(\)|builtins\.(globals|locals|vars)\(\)\[\]"
)
CHOOSES = re.compile(r"(^|\.)(getattr|eval|__import__|import_module)\(\)$|(^|\.)(globals|locals|vars)\(\)\[\]$")
"""What is called here was chosen here; calls on values that were chosen elsewhere are not faults of their own."""
LOOKUPS = {"importlib.util.find_spec", "importlib.import_module", "importlib.find_loader", "pkgutil.find_loader",
           "builtins.__import__", "pytest.importorskip"}  # fmt: skip
DISTRIBUTIONS = {"importlib.metadata.version", "importlib.metadata.distribution", "importlib.metadata.metadata",
                 "importlib.metadata.requires", "pkg_resources.get_distribution"}  # fmt: skip
RUNTIME_IMPORTS = {"importlib.import_module", "builtins.__import__"}


@dataclass(frozen=True)
class Records:
    """What was found in the modules of one tree, in the order of files and lines."""

    imports: tuple[Import, ...]
    calls: tuple[Call, ...]
    uses: tuple[Use, ...]
    faults: tuple[Fault, ...]

    @staticmethod
    def of(modules: Iterable[Module], resolver: Resolver, distributions: Mapping[str, tuple[str, ...]]) -> "Records":
        """`distributions`: each tree's package to the normalised names of the distributions that install it."""
        reader = _Reader(resolver, distributions)
        for module in modules:
            reader.read(module)
        return Records(tuple(reader.imports), tuple(reader.calls), tuple(reader.uses), tuple(reader.faults))


class _Reader:
    def __init__(self, resolver: Resolver, distributions: Mapping[str, tuple[str, ...]]) -> None:
        self.resolver = resolver
        self.distributions = distributions
        self.imports: list[Import] = []
        self.calls: list[Call] = []
        self.uses: list[Use] = []
        self.faults: list[Fault] = []

    def read(self, module: Module) -> None:
        self.imports += [self.imported(module, row) for row in module.facts["imports"]]
        calls = [self.called(module, row) for row in module.facts["calls"]]
        self.calls += sorted(calls, key=lambda call: call.place.line)
        uses = [found for row in module.facts["uses"] if (found := self.used(module, row)) is not None]
        uses += [found for call in calls for found in self.looked_up(module, call)]
        uses += [found for row in module.facts["strings"] if (found := self.named(module, row)) is not None]
        self.uses += sorted(uses, key=lambda use: use.place.line)
        for call in calls:
            if call.how == "dynamic" and (call.target or CHOOSES.search(call.text)):
                seen = ", ".join(call.candidates)
                reason = f"{call.text}({_shown(call)}): what it names is chosen at run time"
                reason += f", one of {seen}" if seen else ""
                self.faults.append(Fault(module.file.path, call.place.line, reason, "dynamic"))

    # imports

    def imported(self, module: Module, row: list) -> Import:
        scope, level, name, part, alias, line, guard = row
        base = module.absolute(level, name)
        what = base if part is None else f"{base}.{part}"
        place = module.place(line)
        if part == "*":
            known = base in self.resolver.modules
            inside = not base or self._inside(base)
            if not known:
                why = "which is not there" if inside else "whose names are not known"
                self.faults.append(
                    Fault(place.path, line, f"star import of {base or 'a package above the root'}, {why}", "star")
                )
            return Import(module.full(scope), what, alias, place, guard, base if known else None)
        found = self.resolver.find(what, module)
        target = next((one.id for one in found if one.kind == "symbol"), None)
        gone = self._inside(base) and base not in self.resolver.modules and base not in self.resolver.namespaces
        if gone or (found and all(one.kind == "missing" for one in found) and self._inside(what)):
            self.faults.append(Fault(place.path, line, f"imports {what}, which is not there", "missing"))
        return Import(module.full(scope), what, alias, place, guard, target)

    def _inside(self, name: str) -> bool:
        return any(name == one or name.startswith(f"{one}.") for one in self.distributions)

    # calls

    def called(self, module: Module, row: list) -> Call:
        scope, path, line, _, positional, keywords, starred, given, lines = row
        found = self.resolver.values(module, scope, path) if path else ()
        targets = unique([one for value in found for one in self._callable(value)])
        target, how, origin = self._choice(targets)
        several = tuple(one.id for one in targets if one.kind == "symbol")
        if target in RUNTIME_IMPORTS and not (given and given[0][1][:1] in ("'", '"')):
            how, several = "dynamic", self.texts(module, scope, given)
        several = several if len(several) > 1 or how == "dynamic" else ()
        return Call(
            module.full(scope), shown(path) or "<expression>", module.place(line), positional, tuple(keywords), starred,
            tuple((name, what) for name, what in given), target, how, several, origin, tuple(lines),
        )  # fmt: skip

    def _callable(self, value: Value, depth: int = 0) -> Values:
        """What runs when a value is called."""
        if value.kind == "instance":
            return self.resolver.classes.called(value.id) if depth < 3 else ()
        if value.kind in ("outside", "missing"):
            return (value,)
        if value.kind == "callable" and value.id:
            return (Value("outside", value.id, (), value.how),)
        if value.kind != "symbol" or value.id in self.resolver.modules:
            return ()
        symbol = self.resolver.symbols[value.id]
        if symbol.kind in ("class", "function") or (
            symbol.kind == "method" and not self.resolver.classes.is_property(value.id)
        ):
            return (value,)
        held = self.resolver.classes.held(value.id) if depth < 3 else ()
        below = unique([one.weakened(value.how) for inner in held for one in self._callable(inner, depth + 1)])
        return below or (value,)

    def _choice(self, targets: Values) -> tuple[str | None, str, str]:
        for kind in ("symbol", "outside"):
            for one in targets:
                if DYNAMIC.match(one.id):
                    return None, "dynamic", ""
                if one.kind == kind:
                    return one.id, one.how, one.origin
        if targets:
            return targets[0].id, "missing", targets[0].origin
        return None, "unresolved", ""

    # uses

    def used(self, module: Module, row: list) -> Use | None:
        scope, path, line, _, mode = row
        _, steps = split(path)
        while steps and steps[-1].startswith("["):  # `cfg['N'] = 1` writes into `cfg`
            path, steps = path[: -len(steps[-1])], steps[:-1]
        found = self.resolver.values(module, scope, path)
        one = next((value for value in found if value.kind == "symbol"), None)
        one = one or next((value for value in found if value.kind in ("outside", "missing")), None)
        if one is None:
            return (
                None
                if mode == "r"
                else Use(module.full(scope), shown(row[1]), module.place(line), MODES[mode], None, "unresolved")
            )
        how = "missing" if one.kind == "missing" else one.how
        return Use(module.full(scope), shown(row[1]), module.place(line), MODES[mode], one.id, how, one.origin)

    def looked_up(self, module: Module, call: Call) -> list[Use]:
        """Modules or distributions that are asked for by name."""
        if call.target not in LOOKUPS | DISTRIBUTIONS:
            return []
        found = []
        for text in self.texts(module, call.scope.removeprefix(module.name).removeprefix("."), call.arguments):
            if call.target in DISTRIBUTIONS:
                plain = re.sub(r"[-_.]+", "-", text).lower()
                targets = [package for package, names in self.distributions.items() if plain in names]
            else:
                targets = [one.id for one in self.resolver.find(text) if one.kind in ("symbol", "missing")]
            shown = f"{call.text}({text!r})"
            found += [Use(call.scope, shown, call.place, "lookup", target, "scope") for target in targets]
            found += [] if targets else [Use(call.scope, shown, call.place, "lookup", None, "unresolved")]
        return found

    def texts(self, module: Module, scope: str, arguments: Iterable) -> tuple[str, ...]:
        """The first argument of a call, where it is a string, or may be one of some."""
        given = {name: what for name, what in arguments}
        first = given.get("0") or given.get("name") or ""
        if first[:1] in ("'", '"'):
            return (first[1:-1],)
        return (
            tuple(one.id for one in self.resolver.values(module, scope, first) if one.kind == "text") if first else ()
        )

    def named(self, module: Module, row: list) -> Use | None:
        """A string like `package.module:name` that names something in a tree."""
        scope, text, line = row
        dotted = text.replace(":", ".", 1)
        if not self._inside(dotted) or dotted in self.distributions:
            return None
        one = next(iter(self.resolver.find(dotted)), None)
        if one is None or one.kind == "outside":
            return None
        return Use(module.full(scope), repr(text), module.place(line), "lookup", one.id,
                   "missing" if one.kind == "missing" else "scope")  # fmt: skip


def _shown(call: Call) -> str:
    return ", ".join(what or "..." for _, what in call.arguments[:2])
