"""From an entry point, what calls what: a tree of functions with the lines of the calls, as far as source tells.

Each function is followed once, where it is reached soonest; elsewhere its name stands without what is below it.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ptychoparity.audit.effects import effects_in
from ptychoparity.audit.index import Sources
from ptychoparity.audit.leftovers import Leftovers
from ptychoparity.audit.model import Call, Effect, Place, Symbol, Use
from ptychoparity.audit.paths import last_name
from ptychoparity.audit.resolve import Resolver
from ptychoparity.core.errors import UsageError

RUNS = ("function", "method")
AT_IMPORT = ("none", "try", "if")
TAKES = re.compile(r"\[\]$|\.(get|pop|setdefault)\(\)$")
"""Ends of paths that take one of several out of a table."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One way from a function to another."""

    place: Place
    text: str
    """As it stands there."""
    target: str
    kind: str
    """call, construct, property (reading it runs it), passed (handed on as a value: may run), decorator."""
    how: str
    several: int = 0
    """Of how many candidates this is one."""
    cut: str = ""
    """Why it is not followed here: recursion, shown (elsewhere in the tree), depth, namespace, or decorated (a wrapper
    calls what it is put around, which is followed where that is called)."""


@dataclass(frozen=True, slots=True)
class Step:
    """A function or class that is reached."""

    symbol: Symbol
    depth: int
    edges: tuple[Edge, ...]
    effects: tuple[Effect, ...]
    unresolved: tuple[Call, ...]
    """Those of which source does not tell what they lead to, or to which of what a table holds."""
    outside: tuple[Call, ...]
    """Calls of libraries."""
    bodies: tuple[str, ...] = ()
    """What runs when it is called: the function itself; of a class its constructors, none where Python makes them."""


@dataclass(frozen=True, slots=True)
class Chain:
    """What was found from one entry point."""

    entry: str
    depth: int | None
    namespaces: tuple[str, ...]
    steps: dict[str, Step] = field(default_factory=dict)
    """By id, in the order in which they were reached."""

    @property
    def edges(self) -> Iterator[tuple[str, Edge]]:
        return ((name, edge) for name, step in self.steps.items() for edge in step.edges)

    def bodies(self, name: str) -> tuple[str, ...]:
        """What runs when a symbol is called; of one that was not followed, what may."""
        if name in self.steps:
            return self.steps[name].bodies
        return name, f"{name}.__init__", f"{name}.__new__", f"{name}.__post_init__"

    @property
    def effects(self) -> tuple[Effect, ...]:
        return tuple(effect for step in self.steps.values() for effect in step.effects)

    @property
    def unresolved(self) -> tuple[Call, ...]:
        return tuple(call for step in self.steps.values() for call in step.unresolved)

    def libraries(self) -> dict[str, dict[str, list[Call]]]:
        """library -> what of it -> the calls."""
        found: dict[str, dict[str, list[Call]]] = {}
        for step in self.steps.values():
            for call in step.outside:
                library = call.target.partition(".")[0]
                found.setdefault(library, {}).setdefault(call.target, []).append(call)
        return {library: dict(sorted(names.items())) for library, names in sorted(found.items())}


def trace_source(
    sources: Sources, entry: str, depth: int | None = None, namespaces: Sequence[str] = (), role: str | None = None
) -> Chain:
    """The chain from `module:function` (`module:Class.method`), in the first tree that has it, or that of `role`.

    `depth`: so many calls below the entry (None: all). `namespaces`: only what lies in one of these dotted prefixes is
    followed; the rest is shown where it is called.
    Raises UsageError when there is no such function.
    """
    start = find_entry(sources, entry, role)
    resolver = sources[start.place.tree].resolver
    walk = _Walk(sources, resolver, Leftovers(sources, sources.cache.folder), depth, tuple(namespaces))
    return Chain(start.id, depth, tuple(namespaces), walk.from_(start))


def reach(sources: Sources, starts: Sequence[Symbol]) -> dict[str, Step]:
    """What several functions or classes of one tree lead to, each where it is reached soonest; jedi is not asked."""
    resolver = sources[starts[0].place.tree].resolver if starts else None
    return _Walk(sources, resolver, None, None, ()).from_(*starts)


def find_entry(sources: Sources, entry: str, role: str | None = None) -> Symbol:
    """The symbol `module:function` names."""
    name = entry.replace(":", ".", 1)
    trees = [tree for tree in sources.trees if role in (None, tree.role)]
    for tree in trees:
        for value in tree.resolver.find(name):
            symbol = sources.symbol(value.id) if value.kind == "symbol" else None
            if symbol is not None and symbol.kind in (*RUNS, "class"):
                return symbol
    last = name.rpartition(".")[2]
    near = sorted(one.id for tree in trees for one in tree.symbols.values() if one.kind in RUNS and one.name == last)
    hint = f"; there is {', '.join(near[:3])}" if near else ""
    raise UsageError(f"{entry!r} names no function of {', '.join(tree.package for tree in trees)}{hint}")


class _Walk:
    """Breadth first, so that a function is followed where it is reached soonest."""

    def __init__(
        self, sources: Sources, resolver: Resolver, rest: Leftovers | None, depth: int | None,
        namespaces: tuple[str, ...],
    ) -> None:  # fmt: skip
        self.sources, self.resolver, self.rest = sources, resolver, rest
        self.depth, self.namespaces = depth, namespaces
        self._calls: dict[str, tuple[Call, ...]] = {}

    def from_(self, *starts: Symbol) -> dict[str, Step]:
        steps: dict[str, Step] = {}
        above: dict[str, str] = {start.id: "" for start in starts}
        """What each that was reached was reached from."""
        waiting = deque((start, 0) for start in starts)
        while waiting:
            symbol, depth = waiting.popleft()
            edges = []
            for edge in self.edges(symbol):
                cut = self.cut(edge, depth, above, symbol)
                edges.append(Edge(edge.place, edge.text, edge.target, edge.kind, edge.how, edge.several, cut))
                if not cut:
                    above[edge.target] = symbol.id
                    waiting.append((self.sources.symbol(edge.target), depth + 1))
            steps[symbol.id] = self.step(symbol, depth, edges)
        return steps

    def cut(self, edge: Edge, depth: int, above: dict[str, str], symbol: Symbol) -> str:
        if edge.how == "decorated":
            return "decorated"
        if edge.target in above and edge.target in _line(symbol.id, above):
            return "recursion"
        if self.namespaces and not any(_within(edge.target, one) for one in self.namespaces):
            return "namespace"
        if edge.target in above:
            return "shown"
        return "depth" if self.depth is not None and depth + 1 > self.depth else ""

    def step(self, symbol: Symbol, depth: int, edges: list[Edge]) -> Step:
        calls, effects, bodies = [], [], self.scopes(symbol)
        for scope in bodies:
            tree = self.sources.tree_of(scope)
            calls += self.calls(scope)
            effects += effects_in(tree, scope)
        unresolved = tuple(
            call for call in calls if call.target is None or call.how in ("missing", "dynamic") or self.chosen(call)
        )
        left = set(unresolved)
        outside = tuple(call for call in calls if call not in left and self.sources.tree_of(call.target) is None)
        return Step(symbol, depth, tuple(edges), tuple(effects), unresolved, outside, tuple(bodies))

    def chosen(self, call: Call) -> bool:
        """Whether it calls one of several that a table holds, taken out there or into a variable of the function."""
        if call.how != "table" or len(call.candidates) < 2:
            return False
        module, local = self.resolver.home.get(call.scope, (None, ""))
        rows = module.binds.get(local, {}).get(call.text, ()) if module is not None else ()
        given = [one for row in rows if row[5] == "=" for one in row[2] if isinstance(one, str)]
        return any(TAKES.search(text) for text in (call.text, *given))

    def scopes(self, symbol: Symbol) -> list[str]:
        """What runs when a symbol is called: a function itself, of a class its constructor."""
        if symbol.kind != "class":
            return [symbol.id]
        made = [one.id for name in ("__new__", "__init__", "__post_init__") for one in self._own(symbol.id, name)]
        return made

    def calls(self, scope: str) -> tuple[Call, ...]:
        """The calls that stand in a function, jedi asked for those that are left."""
        if scope not in self._calls:
            found = self.sources.tree_of(scope).callees(scope)
            self._calls[scope] = tuple(self.rest.resolve(call) for call in found) if self.rest else found
        return self._calls[scope]

    def _own(self, cls: str, name: str) -> list:
        return [one for one in self.resolver.classes.member(cls, name) if one.kind == "symbol"]

    def edges(self, symbol: Symbol) -> list[Edge]:
        """Ways out of a symbol, by line; of several to the same target on the same line the first."""
        found = [edge for text in symbol.decorators for edge in self.decorator(symbol, text)]
        for scope in self.scopes(symbol):
            tree = self.sources.tree_of(scope)
            called = {(call.place, last_name(call.text)) for call in tree.callees(scope)}
            here = [edge for call in self.calls(scope) for edge in self.called(call)]
            here += [edge for use in tree.uses_in(scope) for edge in self.used(use, called)]
            found += sorted(here, key=lambda edge: (edge.place, edge.kind, edge.target))
        return list({(edge.place, edge.target): edge for edge in reversed(found)}.values())[::-1]

    def called(self, call: Call) -> Iterator[Edge]:
        targets = call.candidates or ((call.target,) if call.target else ())
        for target in targets:
            symbol = self.sources.symbol(target)
            if symbol is not None and symbol.kind in (*RUNS, "class"):
                kind = "construct" if symbol.kind == "class" else "call"
                yield Edge(call.place, call.text, target, kind, call.how, len(targets) if len(targets) > 1 else 0)

    def used(self, use: Use, called: Iterable[tuple[Place, str]]) -> Iterator[Edge]:
        symbol = self.sources.symbol(use.target) if use.target and use.mode == "read" else None
        if symbol is None or symbol.kind not in RUNS or (use.place, last_name(use.text)) in called:
            return
        kind = "property" if self.resolver.classes.is_property(symbol.id) else "passed"
        yield Edge(use.place, use.text, symbol.id, kind, use.how)

    def decorator(self, symbol: Symbol, text: str) -> Iterator[Edge]:
        """A decorator of a tree: what it wraps around the function runs with each call."""
        module, local = self.resolver.home[symbol.id]
        path = text.partition("(")[0]
        found = self.resolver.values(module, module.outer(local), path)
        for one in (held for value in found for held in self._behind(value)):
            known = self.sources.symbol(one.id) if one.kind == "symbol" else None
            if known is not None and known.kind in RUNS and not text.endswith((".setter", ".deleter")):
                yield Edge(self._line_of_decorator(symbol, path), path, known.id, "decorator", one.how)

    def _behind(self, value) -> tuple:
        """A decorator may be the value of a name: `traced = make_tracer()`."""
        symbol = self.resolver.symbols.get(value.id) if value.kind == "symbol" else None
        return (value,) if symbol is None or symbol.kind in (*RUNS, "class") else self.resolver.classes.held(value.id)

    def _line_of_decorator(self, symbol: Symbol, path: str) -> Place:
        """The uses of the scope around it say the line."""
        tree = self.sources.tree_of(symbol.id)
        around = symbol.id.rpartition(".")[0].removesuffix(".<locals>")
        lines = [use.place.line for use in (*tree.uses_in(around), *tree.callees(around)) if use.text == path]
        before = [line for line in lines if line < symbol.place.line]
        return symbol.place._replace(line=max(before, default=symbol.place.line))


def _line(name: str, above: dict[str, str]) -> Iterator[str]:
    """What a function was reached from, and that from, itself first."""
    while name:
        yield name
        name = above[name]


def in_order(chain: Chain) -> list[Effect]:
    """The effects as a reader comes by them who follows the tree, line by line."""
    found: list[Effect] = []
    waiting: list[Effect | str] = [chain.entry]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Effect):
            found.append(one)
            continue
        step = chain.steps[one]
        rows = [(edge.place.line, 0, number, edge.target) for number, edge in enumerate(step.edges) if not edge.cut]
        rows += [(effect.place.line, 1, number, effect) for number, effect in enumerate(step.effects)]
        waiting += [row[3] for row in sorted(rows, key=lambda row: row[:3], reverse=True)]
    return found


def loaded(sources: Sources, chain: Chain) -> tuple[str, ...]:
    """The modules of the trees imported for a chain: those its functions lie in, what they import, and so on."""
    waiting = [sources[step.symbol.place.tree].files[step.symbol.place.path].module for step in chain.steps.values()]
    bodies = {body for step in chain.steps.values() for body in step.bodies}
    imports: dict[str, list[str]] = {}
    for tree in sources.trees:
        for one in tree.imports:
            module = tree.files[one.place.path].module
            name = one.target if one.target and sources.symbol(one.target) else one.what
            if one.scope in bodies:
                waiting.append(name)
            elif one.guard in AT_IMPORT:
                imports.setdefault(module, []).append(name)
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        while name and (sources.tree_of(name) is None or name not in sources.tree_of(name).modules):
            name = name.rpartition(".")[0]
        if name and name not in found:
            found.add(name)
            waiting += [*imports.get(name, []), name.rpartition(".")[0]]
    return tuple(sorted(found))


def import_effects(sources: Sources, chain: Chain) -> tuple[Effect, ...]:
    """What those modules do while they are imported."""
    return tuple(one for name in loaded(sources, chain) for one in effects_in(sources.tree_of(name), name))


def _within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")
