"""The imports of a tree as a graph of modules: grimp's, filled from our facts, so that nothing need be importable.

A library that is imported is one module of the graph, by its top-level name, squashed as grimp says.
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

import grimp

from ptychoparity.audit.index import Tree
from ptychoparity.audit.model import Import
from ptychoparity.audit.modules import Module
from ptychoparity.audit.trees import SourceFile

EVERY = ("none", "function", "try", "if", "type-checking", "main")
HARD = ("none",)
"""Runs whenever the module is imported, and lets the import fail."""


class Importing(Protocol):
    """What a graph is made of: a tree, or modules that belong to none."""

    modules: Mapping[str, Module]
    files: Mapping[str, SourceFile]
    imports: tuple[Import, ...]

    def lines(self, path: str) -> list[str]: ...


def import_graph(trees: Importing | Iterable[Importing], guards: Collection[str] = EVERY) -> grimp.ImportGraph:
    """Modules of one tree or several, and the libraries they import, by imports under one of `guards`.

    `graph.get_import_details(importer=..., imported=...)` has the line; what importing a module does to the packages
    above it (their `__init__` runs first) is an import, too.
    """
    every = list(trees) if isinstance(trees, Iterable) else [trees]
    inside = {name: tree.modules[name] for tree in every for name in tree.modules}
    graph = grimp.ImportGraph()
    for name in sorted(inside):
        graph.add_module(name)
    for name, module in sorted(inside.items()):
        parent = name.rpartition(".")[0]
        if parent in inside:
            graph.add_import(
                importer=name, imported=parent, line_number=1, line_contents=f"(package of {module.file.path})"
            )
    for tree in every:
        _add_imports(graph, tree, inside, guards)
    return graph


def _add_imports(graph: grimp.ImportGraph, tree: Importing, inside: Collection[str], guards: Collection[str]) -> None:
    text: dict[str, list[str]] = {}
    above = {name.rsplit(".", number)[0] for name in inside for number in range(1, name.count(".") + 1)} - set(inside)
    for one in tree.imports:
        importer = tree.files[one.place.path].module
        imported = _beside(imported_module(inside, one), one, above)
        if one.guard in guards and imported and imported != importer:
            if imported not in graph.modules:
                graph.add_module(imported, is_squashed=True)
            if one.place.path not in text:
                text[one.place.path] = tree.lines(one.place.path)
            contents = text[one.place.path][one.place.line - 1].strip()
            graph.add_import(importer=importer, imported=imported, line_number=one.place.line, line_contents=contents)


def _beside(imported: str, one: Import, above: Collection[str]) -> str:
    """Of a package that is read below the top (`DIR:a.b`), `a` is no library: what is imported is its part `a.c`."""
    parts = one.what.removesuffix(".*").split(".")
    while imported in above and imported.count(".") + 1 < len(parts):
        imported = ".".join(parts[: imported.count(".") + 2])
    return "" if imported in above else imported


def imported_module(inside: Collection[str], one: Import) -> str:
    """The module among those `inside` that an import loads, or the top-level name of the library."""
    name = one.what.removesuffix(".*")
    while name and name not in inside:
        name = name.rpartition(".")[0]
    return name or one.what.partition(".")[0]


def ways_to(graph: grimp.ImportGraph, goal: str) -> dict[str, str]:
    """Of every module that reaches `goal` by imports: the next module on a shortest way there.

    Always the same of several, which `graph.find_shortest_chain` does not promise.
    """
    following: dict[str, str] = {}
    waiting = deque([goal] if goal in graph.modules else [])
    while waiting:
        here = waiting.popleft()
        for above in sorted(graph.find_modules_that_directly_import(here)):
            if above not in following and above != goal:
                following[above] = here
                waiting.append(above)
    return following


def way(following: dict[str, str], start: str) -> tuple[str, ...]:
    """The modules from `start` to the goal, both among them; empty where there is no way."""
    found = [start] if start in following else []
    while found and found[-1] in following:
        found.append(following[found[-1]])
    return tuple(found)


def cycles(tree: Tree, guards: Collection[str] = HARD) -> tuple[tuple[str, ...], ...]:
    """Groups of modules that import each other in a circle, the import of one's own package left out."""
    edges: dict[str, set[str]] = {name: set() for name in tree.modules}
    for one in tree.imports:
        importer, imported = tree.files[one.place.path].module, imported_module(edges, one)
        if one.guard in guards and imported in edges and imported != importer:
            edges[importer].add(imported)
    return tuple(sorted(tuple(sorted(group)) for group in _components(edges) if len(group) > 1))


def _components(edges: dict[str, set[str]]) -> list[list[str]]:
    """Strongly connected components (Tarjan), without recursion."""
    number, low, on_stack, stack, found = {}, {}, set(), [], []
    for root in sorted(edges):
        if root in number:
            continue
        work = [(root, iter(sorted(edges[root])))]
        number[root] = low[root] = len(number)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            below = next(rest, None)
            if below is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    group = stack[stack.index(node) :]
                    del stack[stack.index(node) :]
                    on_stack -= set(group)
                    found.append(group)
            elif below not in number:
                number[below] = low[below] = len(number)
                stack.append(below)
                on_stack.add(below)
                work.append((below, iter(sorted(edges[below]))))
            elif below in on_stack:
                low[node] = min(low[node], number[below])
    return found
