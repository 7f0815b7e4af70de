"""Which modules cannot be imported without an optional dependency, and through which chain of modules.

The graph of imports is filled from the facts of the trees: nothing audited has to be importable, or is imported.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ptychoparity.audit.imports import HARD, import_graph, imported_module, way, ways_to
from ptychoparity.audit.index import Sources, Tree
from ptychoparity.audit.model import Import, Place

DEFAULT = ("torch", "tensorflow", "mlflow", "lightning")


@dataclass(frozen=True, slots=True)
class Link:
    """One import of a chain. `name` stands on the line; empty where a module's package runs first."""

    importer: str
    imported: str
    place: Place
    name: str


@dataclass(frozen=True, slots=True)
class Guarded:
    """An import that may fail, or may not run when the module is imported."""

    guard: str
    place: Place
    name: str


@dataclass(frozen=True, slots=True)
class Dependency:
    """How a module hangs on one optional dependency."""

    name: str
    chain: tuple[Link, ...]
    """Shortest chain of hard imports that leads there; of one link where the module itself imports it."""
    guarded: tuple[Guarded, ...]
    """Imports of the dependency in the module itself that are no hard ones."""

    @property
    def hard(self) -> bool:
        return bool(self.chain)

    @property
    def direct(self) -> bool:
        return len(self.chain) == 1


def dependencies(sources: Sources, tree: Tree, names: Sequence[str]) -> dict[str, tuple[Dependency, ...]]:
    """By module of the tree: what it has to do with each of `names`, in their order; nothing where it has nothing.

    Chains go through the other packages that were read, tests left out.
    """
    seen = [one for one in sources.trees if one is tree or (one.package != "tests" and one.package != tree.package)]
    graph = import_graph(seen, HARD)
    lines = _lines(seen)
    guarded = _guarded(tree, names)
    following = {name: ways_to(graph, name) for name in names}
    found: dict[str, tuple[Dependency, ...]] = {}
    for module in sorted(tree.modules):
        there = []
        for name in names:
            links = tuple(_link(seen, lines, *pair) for pair in pairwise(way(following[name], module)))
            soft = guarded.get((module, name), ())
            if links or soft:
                there.append(Dependency(name, links, soft))
        found[module] = tuple(there)
    return found


Lines = Mapping[tuple[str, str], Import]


def _lines(trees: Iterable[Tree]) -> Lines:
    """(importer, imported) to the first hard import that makes it."""
    every = list(trees)
    inside = {name for tree in every for name in tree.modules}
    found: dict[tuple[str, str], Import] = {}
    for tree in every:
        for one in tree.imports:
            if one.guard in HARD:
                found.setdefault((tree.files[one.place.path].module, imported_module(inside, one)), one)
    return found


def _link(trees: Iterable[Tree], lines: Lines, importer: str, imported: str) -> Link:
    one = lines.get((importer, imported))
    if one is not None:
        return Link(importer, imported, one.place, imported_name(one))
    module = next(tree.modules[importer] for tree in trees if importer in tree.modules)
    return Link(importer, imported, module.place(1), "")


def imported_name(one: Import) -> str:
    """What stands on the line of an import: the name it takes."""
    return one.what.rpartition(".")[2]


def _guarded(tree: Tree, names: Sequence[str]) -> dict[tuple[str, str], tuple[Guarded, ...]]:
    found: dict[tuple[str, str], tuple[Guarded, ...]] = {}
    for one in tree.imports:
        library = one.what.partition(".")[0]
        if one.guard not in HARD and library in names:
            key = (tree.files[one.place.path].module, library)
            found[key] = (*found.get(key, ()), Guarded(one.guard, one.place, imported_name(one)))
    return found
