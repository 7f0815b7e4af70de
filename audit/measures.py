"""Facts about an option: a set of entries into the candidate, and what they lead to. Measured from source alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ptychoparity.audit.assets import Inventory, surface
from ptychoparity.audit.callchain import Step, reach
from ptychoparity.audit.imports import HARD, imported_module
from ptychoparity.audit.index import Sources, Tree
from ptychoparity.audit.model import Place, Symbol
from ptychoparity.audit.paths import last_name
from ptychoparity.core.errors import UsageError

Cited = tuple[Place, str]


@dataclass(frozen=True, slots=True)
class Fact:
    """A number, what it counts, and where to see it. `value` None: it could not be measured, `text` says why."""

    value: float | None
    text: str
    places: tuple[Cited, ...] = ()


@dataclass(frozen=True)
class Reached:
    """The entries of an option and everything they lead to."""

    sources: Sources
    tree: Tree
    inventory: Inventory
    bridge: tuple[str, ...]
    modules: tuple[str, ...]
    """Modules the entries are in."""
    entries: tuple[Symbol, ...]

    @cached_property
    def steps(self) -> dict[str, Step]:
        return reach(self.sources, self.entries)

    @cached_property
    def inside(self) -> tuple[Symbol, ...]:
        """What of the candidate is reached."""
        found = [step.symbol for step in self.steps.values()]
        return tuple(one for one in found if one.place.tree == self.tree.role)

    @cached_property
    def touched(self) -> tuple[str, ...]:
        """Modules of the candidate that hold what is reached."""
        return tuple(sorted({self.tree.files[one.place.path].module for one in self.inside}))


def entries_of(sources: Sources, tree: Tree, names: Sequence[str]) -> tuple[list[str], list[Symbol], list[str]]:
    """Modules, symbols, and the names that are not there."""
    modules, symbols, lost = [], [], []
    for name in [one for word in names for one in (_special(tree, word) if word[:1] == "@" else [word])]:
        if name in tree.modules:
            modules.append(name)
            symbols += surface(tree, name)
        elif (symbol := tree.symbols.get(name)) is not None and symbol.kind in ("class", "function", "method"):
            modules.append(tree.files[symbol.place.path].module)
            symbols.append(symbol)
        else:
            lost.append(name)
    return sorted(set(modules)), list({one.id: one for one in symbols}.values()), lost


def _special(tree: Tree, word: str) -> list[str]:
    """`@top`: modules nobody of the tree imports; `@leaves`: modules that import nobody of it. Packages left out."""
    if word not in ("@top", "@leaves"):
        raise UsageError(f"entries: {word!r} is neither a module or symbol of the candidate, nor @top or @leaves")
    importers, imported = set(), set()
    for one in tree.imports:
        mine, other = tree.files[one.place.path].module, imported_module(tree.modules, one)
        if one.guard in HARD and other in tree.modules and other != mine:
            importers.add(mine)
            imported.add(other)
    plain = [name for name, module in sorted(tree.modules.items()) if not module.file.is_package]
    return [name for name in plain if name not in (imported if word == "@top" else importers)]


def call_depth(one: Reached) -> Fact:
    """Calls from an entry to what is farthest from it, by the shortest way."""
    last = min(one.steps.values(), key=lambda step: (-step.depth, step.symbol.id), default=None)
    if last is None:
        return Fact(None, "no entry can be called")
    symbol = last.symbol
    return Fact(last.depth, f"down to {symbol.id}", ((symbol.place, symbol.name),))


def touched_modules(one: Reached) -> Fact:
    """Modules of the candidate that hold something the entries lead to."""
    return Fact(len(one.touched), ", ".join(one.touched))


def reached_symbols(one: Reached) -> Fact:
    """Functions, methods and classes of the candidate that the entries lead to."""
    return Fact(len(one.inside), f"from {len(one.entries)} entries")


def duplicated_signatures(one: Reached) -> Fact:
    """Reached functions and methods of which another module has one of the same name and parameters."""
    known: dict[tuple, list[Symbol]] = {}
    for tree in one.sources.trees:
        if tree.role in (one.tree.role, "reference"):
            for symbol in tree.symbols.values():
                if (key := _signature(tree, symbol)) is not None:
                    known.setdefault(key, []).append(symbol)
    places, names = [], []
    for symbol in sorted(one.inside, key=lambda symbol: symbol.id):
        others = known.get(_signature(one.tree, symbol) or (), [])
        others = [other for other in others if other.place[:2] != symbol.place[:2]]
        if others:
            names.append(symbol.id)
            places += [(symbol.place, symbol.name), (others[0].place, others[0].name)]
    return Fact(len(names), ", ".join(names), tuple(places))


def _signature(tree: Tree, symbol: Symbol) -> tuple | None:
    """Its name inside its module, and the names of its parameters; None for what every class has."""
    if symbol.kind not in ("function", "method") or "<locals>" in symbol.id or symbol.name.startswith("__"):
        return None
    local = symbol.id.removeprefix(f"{tree.files[symbol.place.path].module}.")
    names = tuple(parameter.name for parameter in symbol.parameters)
    return (local, names) if len(names) > (symbol.kind == "method") else None


def optional_dependencies(one: Reached) -> Fact:
    """Optional packages, other than what the candidate is made of, without which an entry cannot be imported."""
    return _hard(one, [name for name in one.inventory.optional if name not in one.inventory.frameworks], one.modules)


def _hard(one: Reached, names: Sequence[str], modules: Sequence[str]) -> Fact:
    found: dict[str, Cited] = {}
    for module in one.inventory.modules:
        for dependency in module.dependencies if module.name in modules else ():
            if dependency.hard and dependency.name in names:
                link = dependency.chain[-1]
                found.setdefault(dependency.name, (link.place, link.name))
    return Fact(len(found), ", ".join(found), tuple(found.values()))


def dependency(name: str) -> Callable[[Reached], Fact]:
    """Modules behind the entries that cannot be imported without one optional package."""

    def measure(one: Reached) -> Fact:
        behind = [module for module in one.inventory.modules if module.name in {*one.touched, *one.modules}]
        found = [(module, d) for module in behind for d in module.dependencies if d.name == name]
        if name not in one.inventory.optional:
            return Fact(None, f"{name} is none of the optional packages looked for")
        hard = [(module.name, d.chain[-1]) for module, d in found if d.hard]
        places = tuple(sorted({(link.place, link.name) for _, link in hard}))
        guarded = sum(len(d.guarded) for _, d in found)
        more = f"; {guarded} guarded imports" if guarded else ""
        return Fact(len(hard), f"of {len(behind)} modules{more}", places)

    return measure


def bridge_calls(one: Reached) -> Fact:
    """Lines on which a function of the configuration bridge is called, by its name."""
    places = sorted(
        {
            (place, last_name(text))
            for step in one.steps.values()
            for place, text, target in _calls(step)
            if (target or text).rpartition(".")[2] in one.bridge
        }
    )
    return Fact(len(places), ", ".join(sorted({name for _, name in places})), tuple(places))


def _calls(step: Step) -> Iterator[tuple[Place, str, str | None]]:
    for edge in step.edges:
        if edge.kind in ("call", "construct"):
            yield edge.place, edge.text, edge.target
    for call in (*step.outside, *step.unresolved):
        yield call.place, call.text, call.target


def file_writes(one: Reached) -> Fact:
    """Lines that write files, in what the entries lead to."""
    return _files(one, "write")


def file_reads(one: Reached) -> Fact:
    """Lines that read files, in what the entries lead to."""
    return _files(one, "read")


def _files(one: Reached, mode: str) -> Fact:
    effects = [effect for step in one.steps.values() for effect in step.effects]
    found = sorted({(effect.place, effect.what) for effect in effects if (effect.kind, effect.mode) == ("file", mode)})
    shown = ", ".join(sorted({what.partition("(")[0] for _, what in found}))
    return Fact(len(found), shown, tuple((place, "") for place, _ in found))


def unresolved_calls(one: Reached) -> Fact:
    """Calls on the way whose target could not be found out from source."""
    found = sorted({(call.place, last_name(call.text)) for step in one.steps.values() for call in step.unresolved})
    return Fact(len(found), "", tuple(found))


def missing_names(one: Reached) -> Fact:
    """Names that the modules behind the entries use, and that are not there."""
    gaps = [
        gap
        for module in one.inventory.modules
        if module.name in {*one.touched, *one.modules}
        for gap in module.gaps
        if gap.kind == "missing name"
    ]
    places = [place for gap in gaps for place in gap.places[:1]]
    return Fact(len({gap.target for gap in gaps}), ", ".join(sorted({gap.target for gap in gaps})), tuple(places))


def tested_share(one: Reached) -> Fact:
    """Share of the public entries that a test names."""
    if not one.inventory.tests:
        return Fact(None, "there are no tests beside the candidate")
    if not one.entries:
        return Fact(None, "no entry can be called")
    by_module = {module.name: module for module in one.inventory.modules}
    named = [s for s in one.entries if by_module[one.tree.files[s.place.path].module].reach.naming(s.id)]
    return Fact(round(len(named) / len(one.entries), 3), f"{len(named)} of {len(one.entries)}")


def client_touches(one: Reached) -> Fact:
    """Symbols of the modules of the entries that the client names."""
    client = one.sources.get("client")
    if client is None:
        return Fact(None, "no client was given")
    touched = client.touches(one.tree)
    found: dict[str, Cited] = {}
    for use in (*touched.imports, *touched.calls, *touched.uses):
        symbol = one.sources.symbol(use.target) if use.target else None
        if symbol is None or symbol.kind == "module" or symbol.place.tree != one.tree.role:
            continue
        if one.tree.files[symbol.place.path].module in one.modules:
            found.setdefault(symbol.id, (symbol.place, symbol.name))
    return Fact(len(found), ", ".join(sorted(found)), tuple(found[name] for name in sorted(found)))


FACTS: dict[str, Callable[[Reached], Fact]] = {
    one.__name__: one
    for one in (
        call_depth, touched_modules, reached_symbols, duplicated_signatures, optional_dependencies, bridge_calls,
        unresolved_calls, missing_names, tested_share, client_touches, file_writes, file_reads,
    )
}  # fmt: skip


def measure(name: str, one: Reached) -> Fact:
    """The fact of that name; `dependency:NAME` of any optional package."""
    kind, _, argument = name.partition(":")
    return dependency(argument)(one) if kind == "dependency" else FACTS[name](one)


def explained(name: str) -> str:
    """How a fact is measured, in one sentence."""
    kind, _, argument = name.partition(":")
    text = dependency.__doc__ if kind == "dependency" else FACTS[name].__doc__
    first = " ".join(text.split())
    return first.replace("one optional package", argument) if argument else first
