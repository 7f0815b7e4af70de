"""Which tests reach a module, by what source says: through an import, a call or a name, or through other modules."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from grimp import ImportGraph

from ptychoparity.audit.imports import EVERY, import_graph, imported_module, way, ways_to
from ptychoparity.audit.index import Sources, Tree
from ptychoparity.audit.model import Place
from ptychoparity.audit.optional import imported_name
from ptychoparity.audit.paths import last_name

TEST_FILE = re.compile(r"(^|\.)(test_\w+|\w+_test)$")
RUNS = tuple(guard for guard in EVERY if guard != "type-checking")


@dataclass(frozen=True, slots=True)
class Naming:
    """A line of a test that names something of a module. `kind`: import, call, use or lookup."""

    test: str
    place: Place
    name: str
    kind: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Reach:
    """What reaches one module."""

    direct: tuple[Naming, ...]
    """Every line of a test file that names the module or something in it."""
    through: tuple[tuple[str, tuple[str, ...]], ...]
    """Test modules that reach it only by importing something else: (test, modules on the way, nearest to it last).

    On the way a string may name it, `package.module:Class` in a registry."""

    @property
    def tests(self) -> tuple[str, ...]:
        """The test modules that name it."""
        return tuple(sorted({one.test for one in self.direct}))

    def naming(self, symbol: str) -> tuple[Naming, ...]:
        return tuple(one for one in self.direct if one.symbol == symbol or one.symbol.startswith(f"{symbol}."))


def reaches(sources: Sources, tree: Tree) -> dict[str, Reach]:
    """By module of the tree. Without tests that were read, nothing reaches anything."""
    tests = sources.tests_of(tree)
    if tests is None:
        return {name: Reach((), ()) for name in tree.modules}
    direct: dict[str, list[Naming]] = defaultdict(list)
    for module, naming in _named(tests, tree):
        direct[module].append(naming)
    seen = [tests, tree, *(one for one in sources.trees if one.package not in (tests.package, tree.package))]
    around = sources.around(tree)
    graph = import_graph([*seen, around], RUNS)
    for one in around.named(tree):
        home = tree.files[tree.symbols[one.symbol].place.path].module
        contents = around.lines(one.path)[one.line - 1].strip()
        graph.add_import(importer=one.module, imported=home, line_number=one.line, line_contents=contents)
    found = {}
    for name in sorted(tree.modules):
        mine = tuple(sorted(set(direct[name]), key=lambda one: (one.place, one.symbol, one.kind)))
        named = {one.test for one in mine}
        through = tuple((test, between) for test, between in _ways(tests, graph, name) if test not in named)
        found[name] = Reach(mine, through)
    return found


def _named(tests: Tree, tree: Tree) -> Iterator[tuple[str, Naming]]:
    """(module, line) of each time a test file names something of the tree."""
    for one in tests.imports:
        test = tests.files[one.place.path].module
        symbol = tree.symbols.get(one.target or "")
        loaded = imported_module(tree.modules, one)
        home = tree.files[symbol.place.path].module if symbol else loaded
        for module in {loaded, home}.intersection(tree.modules if TEST_FILE.search(test) else ()):
            yield module, Naming(test, one.place, imported_name(one), "import", one.target or one.what)
    touched = tests.touches(tree)
    for one in (*touched.calls, *touched.uses):
        test = tests.files[one.place.path].module
        symbol = tree.symbols.get(one.target or "")
        if symbol is None or not TEST_FILE.search(test):
            continue
        mode = getattr(one, "mode", "call")
        kind = mode if mode in ("call", "lookup") else "use"
        name = "" if kind == "lookup" else last_name(one.text)
        yield tree.files[symbol.place.path].module, Naming(test, one.place, name, kind, symbol.id)


def _ways(tests: Tree, graph: ImportGraph, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Test modules above a module, each with a shortest way to it, both ends left out."""
    following = ways_to(graph, name)
    for test in sorted(one for one in following if one in tests.modules and TEST_FILE.search(one)):
        yield test, way(following, test)[1:-1]
