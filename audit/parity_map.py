"""The parity map: what client and spec touch of the reference, what the candidate has in its place, and what is lost.

    map = build(sources, specs=read_specs(files, roots), run=run, cache=folder)
    document = compose(map, sources, citations)          # ptychoparity.audit.documents.parity_map

`sources` holds the roles `reference` and `candidate`, and `client` where there is one. Where there is neither client
nor spec, the rows are the public classes and functions of the reference.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ptychoparity.audit.clauses import Clauses, Hanging
from ptychoparity.audit.counterparts import Counterpart, Matcher
from ptychoparity.audit.index import Sources, Tree
from ptychoparity.audit.mapping import mapping_of, unknown
from ptychoparity.audit.misfits import Misfit, misfits
from ptychoparity.audit.model import Symbol
from ptychoparity.audit.named import spec_touches
from ptychoparity.audit.owners import Owner, Owners
from ptychoparity.audit.results import Result, results, unjudged
from ptychoparity.audit.specs import Specs
from ptychoparity.audit.status import (
    HARMLESS,
    Difference,
    differences,
    members_lacking,
    moved,
    own_status,
    status_of,
)
from ptychoparity.audit.touches import Beside, Touch, beside, client_touches
from ptychoparity.reports.events import Run


@dataclass(frozen=True, slots=True)
class Row:
    """A touched symbol."""

    name: str
    """Its id; for what a function makes, the path from that function."""
    side: str
    """Role of the tree it belongs to: reference, or candidate where the client touches that itself."""
    symbol: Symbol | None
    """None where the tree does not have it."""
    through: str
    """What brings it where the tree has no such symbol: a library's name for it, or a module's `__getattr__`."""
    touches: tuple[Touch, ...]
    counterpart: Counterpart | None
    target: Symbol | None
    """The counterpart's symbol."""
    others: tuple[Counterpart, ...]
    """What else might be one, the surest first."""
    status: str
    differences: tuple[Difference, ...]
    misfits: tuple[Misfit, ...]
    """What the client does with it that it does not bear."""
    clauses: tuple[Hanging, ...]
    operations: tuple[str, ...]
    results: tuple[Result, ...]
    owner: Owner
    target_owner: Owner
    """Of the counterpart's lines."""
    paths: tuple[str, ...]
    """The client's functions that touch it, or a member of it."""

    @property
    def there(self) -> bool:
        """Whether its own tree has it, or a library that the tree brings along."""
        return self.symbol is not None or bool(self.through)

    @property
    def musts(self) -> tuple[str, ...]:
        """The MUST clauses that are about it."""
        return tuple(one.clause for one in self.clauses if one.level == "MUST" and one.named)

    @property
    def is_gap(self) -> bool:
        return self.status != "present" or bool(self.misfits) or not self.there


@dataclass(frozen=True, slots=True)
class Shared:
    """A difference that many symbols have."""

    text: str
    names: tuple[str, ...]


MANY = 5
"""So many symbols have to share a difference for it to be told of them together."""


@dataclass(frozen=True)
class ParityMap:
    """Everything that was found, sorted by name."""

    reference: str
    candidate: str
    rows: tuple[Row, ...]
    """Symbols of the reference."""
    needs: tuple[Row, ...]
    """Symbols of the candidate that client or spec touch: what the client asks of it directly."""
    beside: tuple[Beside, ...]
    """Other libraries the client needs at the same places."""
    specs: Specs
    client: str
    """The client's package; empty where none was given."""
    run: str
    """The run's name; empty where none was given."""
    notes: tuple[str, ...]
    """What a reader has to know: how owners were found, which lines of the catalogue could be followed ..."""

    @cached_property
    def gaps(self) -> tuple[Row, ...]:
        """Rows that are not present, or not fit for what the client does; those most hangs on first."""
        return tuple(sorted((row for row in (*self.rows, *self.needs) if row.is_gap), key=weight))

    @cached_property
    def shared(self) -> tuple[Shared, ...]:
        """The same difference of many symbols, once; that of most symbols first."""
        found: dict[str, list[str]] = {}
        for row in self.rows:
            for text in sorted({one.general for one in row.differences if one.kind not in HARMLESS}):
                found.setdefault(text, []).append(row.name)
        several = [Shared(text, tuple(names)) for text, names in found.items() if len(names) >= MANY]
        return tuple(sorted(several, key=lambda one: (-len(one.names), one.text)))


def weight(row: Row) -> tuple:
    """Order of gaps: client paths, then MUST clauses, most first; then by name."""
    return -len(row.paths), -len(row.musts), row.name, row.side


def build(sources: Sources, specs: Specs | None = None, run: Run | None = None, cache: Path | None = None) -> ParityMap:
    """The parity map of the trees `reference` and `candidate`.

    `run`: a run of checks; `cache`: a folder for blames.
    """
    specs = specs or Specs(())
    return _Builder(sources, specs, run, cache).build()


class _Builder:
    def __init__(self, sources: Sources, specs: Specs, run: Run | None, cache: Path | None) -> None:
        self.sources, self.specs, self.run = sources, specs, run
        self.reference, self.candidate = sources["reference"], sources["candidate"]
        self.client = sources.get("client")
        self.mappings = {tree.role: mapping_of(tree) for tree in (self.reference, self.candidate)}
        forth, back = self.mappings["reference"], self.mappings["candidate"]
        self.results = results(run, self.reference.package, self.candidate.package) if run else {}
        self.owners = {tree.role: Owners(tree, cache) for tree in (self.reference, self.candidate)}
        self.clauses = {
            "reference": Clauses(self.reference, self.candidate, specs),
            "candidate": Clauses(self.candidate, self.reference, specs),
        }
        self.matchers = {
            "reference": Matcher(self.reference, self.candidate, (forth, back), sources),
            "candidate": Matcher(self.candidate, self.reference, (back, forth), sources),
        }

    def build(self) -> ParityMap:
        packages = [tree.package for tree in self.sources.trees]
        named = spec_touches(self.specs, self.reference, packages)
        of_reference = [*self._of_client(self.reference), *named]
        of_candidate = []
        if self.candidate.package != self.reference.package:
            theirs = spec_touches(self.specs, self.candidate, packages, named)
            of_candidate = [*self._of_client(self.candidate), *theirs]
        if not self.client and not self.specs.files:
            of_reference = []
        rows = self._rows(self.reference, of_reference, public=not (self.client or self.specs.files))
        needs = self._rows(self.candidate, of_candidate)
        return ParityMap(
            self.reference.package, self.candidate.package, rows, needs,
            beside(self.client, (self.reference, self.candidate), self.sources) if self.client else (),
            self.specs, self.client.package if self.client else "", self.run.header.run if self.run else "",
            tuple(self._notes()),
        )  # fmt: skip

    def _of_client(self, tree: Tree) -> tuple[Touch, ...]:
        return client_touches(self.client, tree) if self.client else ()

    def _rows(self, tree: Tree, touches: Iterable[Touch], public: bool = False) -> tuple[Row, ...]:
        grouped: dict[str, list[Touch]] = {}
        for touch in touches:
            grouped.setdefault(touch.symbol, []).append(touch)
        if public:
            grouped |= {one.id: [] for one in tree.symbols.values() if _is_surface(one, tree)}
        for name in list(grouped):  # the class of a touched member is touched through it
            owner = tree.symbols.get(name.rpartition(".")[0])
            if owner is not None and owner.kind == "class":
                grouped.setdefault(owner.id, [])
        self._modules(tree, grouped)
        found = {name: self._counterpart(tree, name) for name in sorted(grouped)}
        self._blame(tree, found)
        below = _below(grouped)
        return tuple(self._row(tree, name, grouped, below.get(name, []), found[name]) for name in sorted(grouped))

    def _modules(self, tree: Tree, grouped: dict[str, list[Touch]]) -> None:
        for name in grouped:
            if name in tree.modules and name != tree.package:
                below = [one for one in grouped if one.rpartition(".")[0] == name and one in tree.symbols]
                self.matchers[tree.role].module(name, below)

    def _counterpart(self, tree: Tree, name: str) -> tuple[Counterpart | None, Symbol | None]:
        best = self.matchers[tree.role].best(name)
        if best is None:
            return None, None
        matcher = self.matchers[tree.role]
        return best, (matcher.candidate if best.own else matcher.reference).symbols.get(best.symbol)

    def _blame(self, tree: Tree, found: dict[str, tuple[Counterpart | None, Symbol | None]]) -> None:
        wanted: dict[str, set[str]] = {role: set() for role in self.owners}
        for name, (_, target) in found.items():
            for symbol in (tree.symbols.get(name), target):
                if symbol is not None and symbol.place.tree in wanted:
                    wanted[symbol.place.tree].add(symbol.place.path)
        for role, paths in wanted.items():
            self.owners[role].prepare(paths)

    def _row(
        self, tree: Tree, name: str, grouped: dict[str, list[Touch]], below: list[str],
        found: tuple[Counterpart | None, Symbol | None],
    ) -> Row:  # fmt: skip
        symbol = tree.symbols.get(name)
        best, target = found
        touches = tuple(sorted(set(grouped[name]), key=lambda one: one.order))
        through = next((one.through for one in touches if one.through), "")
        matcher = self.matchers[tree.role]
        members = [one for one in below if one.rpartition(".")[0] == name and name != tree.package]
        several = self._differences(tree, symbol, found, touches, {one: grouped[one] for one in sorted(members)})
        around = (*touches, *(one for other in below for one in grouped[other]))
        unfit = misfits(touches, symbol, tree)
        operations = self._operations(tree.role, name, target)
        mapped = self.mappings[tree.role].operations_of(name)
        clauses = self.clauses[tree.role].of(symbol, name, touches, mapped)
        return Row(
            name, tree.role, symbol, through, touches, best, target,
            tuple(one for one in matcher.match(name) if one != best)[:3],
            status_of(best, several) if tree is self.reference else own_status(symbol, through, several, unfit),
            tuple(several), tuple(unfit), clauses, operations,
            tuple(one for operation in operations for one in self.results.get(operation, ())),
            self._owner_of(tree, name), self._owner(target), _paths(around),
        )  # fmt: skip

    def _operations(self, role: str, name: str, target: Symbol | None) -> tuple[str, ...]:
        """Those a symbol is mapped to; of one that is not mapped, its counterpart's."""
        mine = self.mappings[role].operations_of(name)
        other = "candidate" if role == "reference" else "reference"
        return mine or (self.mappings[other].operations_of(target.id) if target else ())

    def _differences(
        self,
        tree: Tree,
        symbol: Symbol | None,
        found: tuple[Counterpart | None, Symbol | None],
        touches: tuple[Touch, ...],
        members: dict[str, list[Touch]],
    ) -> list[Difference]:
        best, target = found
        matcher = self.matchers[tree.role]
        if tree is self.candidate:
            lost = [name for name, found in members.items() if name not in tree.symbols and _is_asked(found)]
            return [Difference("lacks", f"has no {one.rpartition('.')[2]!r}", True) for one in lost]
        if best is None:
            return []
        if not best.own:
            return [Difference("own", "it is the reference's own")]
        if symbol is not None and symbol.kind == "module":
            return members_lacking(members, matcher)
        used = {one.parameter for one in touches if one.how == "keyword"}
        used |= {name.rpartition(".")[2] for name, several in members.items() if several}
        positional = max((one.positional for one in touches), default=0)
        called = any(one.how == "call" and not one.starred for one in touches)
        several = differences(symbol, target, used, positional, called)
        given = {one.name for one in symbol.parameters} if symbol else set()
        rest = [name for name, touched in members.items() if touched and name.rpartition(".")[2] not in given]
        return [*moved(several, symbol, target, matcher), *members_lacking(rest, matcher)]

    def _owner_of(self, tree: Tree, name: str) -> Owner:
        """Of what is not there, who owns what it was looked for in: who would have to write it."""
        if name in tree.symbols:
            return self._owner(tree.symbols[name])
        around, dot, _ = name.rpartition(".")
        if not dot:
            return Owner("", "")
        owner = self._owner_of(tree, around)
        return owner._replace(why=f"of {around}, where it is looked for: {owner.why}") if owner.name else owner

    def _owner(self, symbol: Symbol | None) -> Owner:
        if symbol is None:
            return Owner("", "")
        return self.owners[symbol.place.tree].of(symbol.place.path, symbol.place.line, symbol.end)

    def _notes(self) -> Iterable[str]:
        silent = unjudged(self.run, self.reference.package, self.candidate.package) if self.run else ""
        if silent:
            yield f"{silent[0].upper()}{silent[1:]}."
        for role, owners in self.owners.items():
            yield f"Owners of the {role}: {owners.note}."
        if not self.clauses["reference"].same_commit:
            yield (
                "The catalogue of clauses cites the code at another commit: what it says of lines was not used, "
                "what it names was."
            )
        for tree in (self.reference, self.candidate):
            lost = unknown(tree)
            if lost:
                yield f"The contract mapping names what {tree.package} does not have: {', '.join(lost)}."
        if not self.client and not self.specs.files:
            yield "Neither a client nor a spec was given: the rows are the reference's public classes and functions."


def _below(names: Iterable[str]) -> dict[str, list[str]]:
    """Of each name those that begin with it and a dot."""
    found: dict[str, list[str]] = {}
    for name in names:
        above = name.rpartition(".")[0]
        while above:
            found.setdefault(above, []).append(name)
            above = above.rpartition(".")[0]
    return found


def _paths(touches: Iterable[Touch]) -> tuple[str, ...]:
    return tuple(sorted({one.scope for one in touches if one.who == "client"}))


def _is_asked(touches: list[Touch]) -> bool:
    """Whether something is touched that no library brings."""
    return bool(touches) and not any(one.through for one in touches)


def _is_surface(symbol: Symbol, tree: Tree) -> bool:
    """Public, and defined in a public module itself."""
    public = symbol.public and "._" not in symbol.parent
    return symbol.kind in ("class", "function") and public and symbol.parent in tree.modules
