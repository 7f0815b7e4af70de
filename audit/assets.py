"""The inventory of a candidate: each module with its size, its public surface, what reaches it, what it hangs on."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ptychoparity.audit.index import Sources, Tree
from ptychoparity.audit.model import Call, Fault, Place, Symbol, Use
from ptychoparity.audit.optional import DEFAULT, Dependency, dependencies
from ptychoparity.audit.paths import last_name
from ptychoparity.audit.results import Result, results, unjudged
from ptychoparity.audit.tested import Reach, reaches
from ptychoparity.reports.events import Run

UNREAD = ("syntax", "file", "shadowed", "cycle")
"""Faults that are a gap of the module they are in."""
SURFACE = ("class", "function", "method")


@dataclass(frozen=True, slots=True)
class Gap:
    """Something a module lacks. `kind` is a word to sort by, `places` where to see it."""

    kind: str
    text: str
    places: tuple[tuple[Place, str], ...] = ()
    target: str = ""
    """The name that is missing."""


@dataclass(frozen=True, slots=True)
class Module:
    """One file of the candidate."""

    name: str
    path: str
    version: str
    lines: int
    counts: Mapping[str, int]
    """Classes, functions and methods, by kind."""
    public: tuple[Symbol, ...]
    """Classes and functions at its top level, then their public methods, by line."""
    reach: Reach
    dependencies: tuple[Dependency, ...]
    operations: tuple[str, ...]
    """Operations of contracts that are mapped to something in it."""
    results: tuple[Result, ...]
    readiness: str
    gaps: tuple[Gap, ...]

    @property
    def named(self) -> tuple[Symbol, ...]:
        """The public symbols a test names."""
        return tuple(one for one in self.public if self.reach.naming(one.id))


@dataclass(frozen=True, slots=True)
class Inventory:
    """All modules of the candidate, by name."""

    package: str
    optional: tuple[str, ...]
    tests: bool
    """Whether there are tests beside the package."""
    run: str
    """Name of the run the readiness is read from; empty without one."""
    silent: str
    """Why a run that was given says nothing of the package; else empty."""
    modules: tuple[Module, ...]

    @property
    def frameworks(self) -> tuple[str, ...]:
        """The optional dependencies that more than half of the modules cannot do without: what the package is made of.

        They are no gap of each module.
        """
        return _frameworks(self.optional, [one.dependencies for one in self.modules])


def _frameworks(optional: Sequence[str], hangs: Collection[Sequence[Dependency]]) -> tuple[str, ...]:
    counts = Counter(one.name for several in hangs for one in several if one.hard)
    return tuple(name for name in optional if 2 * counts[name] > len(hangs))


def build(
    sources: Sources,
    tree: Tree,
    optional: Sequence[str] = DEFAULT,
    operations: Mapping[str, Sequence[str]] | None = None,
    run: Run | None = None,
) -> Inventory:
    """The inventory of `tree`. `operations`: symbol to the operations mapped to it; `run`: a `reports.events.Run`."""
    hangs = dependencies(sources, tree, optional)
    reached = reaches(sources, tree)
    faults: dict[str, list[Fault]] = {}
    for fault in tree.faults:
        faults.setdefault(fault.path, []).append(fault)
    missing = _missing(sources, tree)
    mapped = _by_module(sources, tree, operations or {})
    frameworks = _frameworks(optional, hangs.values())
    said = results(run, tree.package) if run is not None else {}
    modules = []
    for name, module in sorted(tree.modules.items()):
        path = module.file.path
        public = surface(tree, name)
        mine = tuple(sorted(mapped.get(name, ())))
        answered = tuple(one for operation in mine for one in said.get(operation, ()))
        unwanted = [one for one in hangs[name] if one.name not in frameworks]
        gaps = _gaps(public, reached[name], unwanted, answered, faults.get(path, []), missing.get(path, []))
        kinds = Counter(one.kind for one in module.symbols.values())
        modules.append(
            Module(
                name, path, module.file.version, module.facts["lines"], {kind: kinds[kind] for kind in SURFACE},
                public, reached[name], hangs[name], mine, answered,
                _readiness(faults.get(path, []), mine, answered), gaps,
            )
        )  # fmt: skip
    there = sources.tests_of(tree) is not None
    silent = unjudged(run, tree.package) if run else ""
    judged = run.header.run if run and not silent else ""
    return Inventory(tree.package, tuple(optional), there, judged, silent, tuple(modules))


def surface(tree: Tree, name: str) -> tuple[Symbol, ...]:
    """What a caller may name: public classes and functions of the module, and the methods of those classes."""
    module = tree.modules[name]
    top = [tree.symbols[one.id] for local, one in module.symbols.items() if "." not in local and one.kind in SURFACE]
    found = [one for one in top if one.public]
    classes = {one.id for one in found if one.kind == "class"}
    found += [one for one in module.symbols.values() if one.kind == "method" and one.public and one.parent in classes]
    return tuple(sorted(found, key=lambda one: (one.place.line, one.id)))


def _missing(sources: Sources, tree: Tree) -> dict[str, list[Call | Use]]:
    """By file: calls and uses of names that a class or module of a tree lacks, and nobody gives it."""
    every = [one for one in (*tree.calls, *tree.uses) if one.how == "missing" and one.target is not None]
    given = {one.target for one in every if getattr(one, "mode", "") == "write"}
    found: dict[str, list[Call | Use]] = {}
    for one in every:
        owner = sources.symbol(one.target.rpartition(".")[0])
        if owner is not None and owner.kind in ("class", "module") and one.target not in given:
            found.setdefault(one.place.path, []).append(one)
    return found


def _by_module(sources: Sources, tree: Tree, operations: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """Modules of the tree to the operations mapped to something in them."""
    found: dict[str, set[str]] = {}
    for name, several in operations.items():
        symbol = sources.symbol(name)
        if symbol is not None and symbol.place.tree == tree.role:
            found.setdefault(tree.files[symbol.place.path].module, set()).update(several)
    return found


def _readiness(faults: Sequence[Fault], operations: Sequence[str], answered: Sequence[Result]) -> str:
    """In a word or two: what contract results say of a module, if they say anything."""
    if any(fault.kind in ("syntax", "file") for fault in faults):
        return "unreadable"
    if not operations:
        return "no contract"
    if not answered:
        return "not run"
    if any(one.failing for one in answered):
        return "failing"
    return "passing" if all(one.outcomes.get("pass") for one in answered) else "not judged"


def _gaps(
    public: Sequence[Symbol], reach: Reach, hangs: Sequence[Dependency], answered: Sequence[Result],
    faults: Sequence[Fault], missing: Sequence[Call | Use],
) -> tuple[Gap, ...]:  # fmt: skip
    found = [Gap(f"fault: {one.kind}", one.reason) for one in faults if one.kind in UNREAD]
    if public and not reach.direct:
        more = f"; {len(reach.through)} reach it through other modules" if reach.through else ""
        found.append(Gap("untested", f"no test names it{more}"))
    for one in hangs:
        if one.hard:
            via = "" if one.direct else f", through {one.chain[0].imported}"
            places = tuple((link.place, link.name) for link in one.chain)
            found.append(Gap("hard import", f"cannot be imported without {one.name}{via}", places))
    for one in answered:
        if one.failing:
            shown = ", ".join(one.failing[:3]) + (" ..." if len(one.failing) > 3 else "")
            found.append(Gap("failing", f"{len(one.failing)} checks of {one.operation} fail on {one.backend}: {shown}"))
    for target in sorted({one.target for one in missing}):
        places = tuple(sorted({(one.place, last_name(one.text)) for one in missing if one.target == target}))
        found.append(Gap("missing name", f"uses {target}, which is not there", places, target))
    return tuple(found)
