"""The parity map as a document: counts, gaps, what is asked for and not there, then symbol by symbol."""

from collections import Counter
from collections.abc import Iterable, Sequence

from ptychoparity.audit.citations import Citations
from ptychoparity.audit.clauses import Hanging
from ptychoparity.audit.counterparts import ACCEPTED, SHOWN, Counterpart
from ptychoparity.audit.documents.blocks import (
    Block,
    Bullets,
    Code,
    Document,
    Heading,
    Inline,
    Paragraph,
    Rows,
    cited,
    flat,
    sources_block,
)
from ptychoparity.audit.documents.parity_rows import (
    data,
    differences,
    differing,
    is_called,
    is_shared,
    marked,
    scope_text,
    short,
)
from ptychoparity.audit.evidence import WEIGHTS
from ptychoparity.audit.index import Sources
from ptychoparity.audit.model import Symbol
from ptychoparity.audit.parity_map import ParityMap, Row
from ptychoparity.audit.status import STATUSES
from ptychoparity.audit.touches import HOW, Touch

MOST_FAILING = 10


def compose(map: ParityMap, sources: Sources, citations: Citations) -> Document:
    """The document `parity_map`."""
    citations.also(map.specs)
    writer = _Writer(map, sources, citations)
    return Document("parity_map", writer.title(), tuple(writer.blocks()), data(map, sources))


class _Writer:
    def __init__(self, map: ParityMap, sources: Sources, citations: Citations) -> None:
        self.map, self.sources, self.citations = map, sources, citations

    def title(self) -> Inline:
        return "Parity map of ", Code(self.map.reference), " against ", Code(self.map.candidate)

    def blocks(self) -> Iterable[Block]:
        yield from self.opening()
        yield from self.counts()
        yield from self.shared()
        yield from self.gaps()
        yield from self.not_there()
        yield from self.side(self.map.rows, ("What is touched of the reference, ", Code(self.map.reference)))
        yield from self.side(self.map.needs, ("What is touched of the candidate itself, ", Code(self.map.candidate)))
        yield from self.beside()
        yield from self.reading()

    # overview

    def opening(self) -> Iterable[Block]:
        who = []
        if self.map.client:
            who.append(("the client ", Code(self.map.client)))
        if self.map.specs.files:
            who.append(("the spec ", flat(Code(one.path) for one in self.map.specs)))
        every = ("Every symbol that ", flat(who, " or "), " touches") if who else ("Every public class and function",)
        yield Paragraph(
            (*every, ", and what the candidate has in its place. Computed from source; nothing was imported.")
        )
        yield sources_block(self.sources)
        if self.map.specs.files:
            rows = [(Code(one.path), Code(one.version), str(len(one.text))) for one in self.map.specs]
            yield Rows(("Spec", "Commit or version", "Lines"), tuple(rows), frozenset({2}))
        run = (
            f"Results are those of run {self.map.run}."
            if self.map.run
            else "No run was given: nothing is said of results."
        )
        yield Bullets((run, *self.map.notes))

    def counts(self) -> Iterable[Block]:
        yield Heading("Counts")
        rows = []
        for side, several in (("reference", self.map.rows), ("candidate", self.map.needs)):
            by = Counter(row.status for row in several)
            touches = [one for row in several for one in row.touches]
            who = Counter(one.who for one in touches)
            absent = sum(not row.there for row in several)
            rows.append(
                (side, str(len(several)), *(str(by[status]) for status in STATUSES), str(absent),
                 str(who["client"]), str(who["spec"]))
            )  # fmt: skip
        head = ("Side", "Symbols", *STATUSES, "not there at all", "Touches of the client", "of the spec")
        yield Rows(head, tuple(rows), frozenset(range(1, len(head))))

    def shared(self) -> Iterable[Block]:
        if not self.map.shared:
            return
        yield Heading("The same difference of many symbols")
        only = {row.name for row in self.map.gaps if len(differing(row)) == 1}
        rows = []
        for one in self.map.shared:
            names = flat(Code(name.removeprefix(f"{self.map.reference}.")) for name in one.names)
            alone = sum(name in only for name in one.names)
            rows.append((str(len(one.names)), marked(one.text), str(alone), names))
        yield Rows(("Symbols", "Difference", "Which have no other", "Which"), tuple(rows), frozenset({0, 2}))

    def gaps(self) -> Iterable[Block]:
        yield Heading("Gaps, those most hangs on first")
        yield Paragraph(
            "By the client's functions that touch the symbol or a member of it, then by the MUST clauses that are "
            "about it, then by name. Each is told in its own section below."
        )
        rows = []
        for number, row in enumerate(self.map.gaps, 1):
            owner = row.target_owner.name or row.owner.name
            rows.append(
                (str(number), Code(row.name), row.side, row.status, str(len(row.paths)), str(len(row.musts)),
                 short(row), owner or "-", self.first(row))
            )  # fmt: skip
        head = ("", "Symbol", "Side", "Status", "Client paths", "MUST", "What", "Owner", "First touch")
        yield Rows(head, tuple(rows), frozenset({0, 4, 5}))

    def first(self, row: Row) -> Inline:
        """The first touch; of what is touched only through its members, where it stands."""
        if row.touches:
            return cited(self.citations, [(row.touches[0].place, row.touches[0].expected)])
        return self.place(row.symbol)

    def not_there(self) -> Iterable[Block]:
        rows = [row for row in (*self.map.rows, *self.map.needs) if row.misfits or not row.there]
        if not rows:
            return
        yield Heading("Asked for, and not borne")
        yield Paragraph(
            "What the client does, or the spec names, that the very symbol it is asked of does not have or bear."
        )
        told = []
        for row in rows:
            for one in row.misfits:
                told.append((Code(row.name), row.side, marked(one.text), self.cite(one.place, one.expected)))
            if not row.there and not row.misfits:
                places = [(one.place, one.expected) for one in row.touches]
                told.append((Code(row.name), row.side, "is named, and is not there", cited(self.citations, places)))
        yield Rows(("Symbol", "Side", "What", "Where"), tuple(told))

    # symbols

    def side(self, rows: Sequence[Row], title: Inline) -> Iterable[Block]:
        if not rows:
            return
        yield Heading(title)
        by_owner: dict[str, list[Row]] = {}
        names = {row.name for row in rows if row.symbol is not None and row.symbol.kind == "class"}
        for row in rows:
            owner = row.name.rpartition(".")[0]
            if owner in names:
                by_owner.setdefault(owner, []).append(row)
        for row in rows:
            if row.name.rpartition(".")[0] not in names:
                yield from self.symbol(row)
                held = [one for one in by_owner.get(row.name, []) if not is_called(one)]
                if held:
                    yield from self.members(held)
                for one in by_owner.get(row.name, []):
                    if is_called(one):
                        yield from self.symbol(one)

    def symbol(self, row: Row) -> Iterable[Block]:
        yield Heading(Code(row.name), 3)
        facts: list[Inline] = [self.what(row)]
        if row.side == "reference" or row.counterpart is not None:
            facts.append(self.counterpart(row))
        if row.others:
            facts.append(("might also be: ", flat((self.other(one, row.side) for one in row.others), "; ")))
        facts.append(self.status(row))
        if row.paths:
            facts.append(f"client paths: {len(row.paths)}; MUST clauses: {len(row.musts)}")
        facts += differences(row)
        facts += [("the client ", *marked(one.text), ": ", self.cite(one.place, one.expected)) for one in row.misfits]
        facts += list(self.clauses(row.clauses))
        facts += list(self.results(row))
        facts += list(self.owner(row))
        yield Bullets(tuple(facts))
        yield from self.touches(row)

    def what(self, row: Row) -> Inline:
        if row.symbol is None:
            return ("not there itself: it comes from ", Code(row.through)) if row.through else "not there"
        kind = f"{row.symbol.kind} "
        sign = row.symbol.signature() if row.symbol.kind != "module" else row.symbol.name
        return kind, Code(sign), " at ", self.place(row.symbol)

    def place(self, symbol: Symbol | None) -> Inline:
        return Code(self.citations.symbol(symbol)) if symbol is not None else "-"

    def cite(self, place, expected: str) -> Code:
        return Code(self.citations.cite(place, expected))

    def counterpart(self, row: Row) -> Inline:
        if row.counterpart is None:
            return "counterpart: none"
        where = (" at ", self.place(row.target)) if row.target is not None else ()
        sure = f", confidence {row.counterpart.confidence:.2f}: "
        return "counterpart: ", Code(row.counterpart.symbol), *where, sure, self.evidence(row.counterpart)

    def evidence(self, one: Counterpart) -> Inline:
        parts = []
        for why in one.evidence:
            strength = f" {why.strength:.2f}" if why.strength < 1 else ""
            where = (" (", self.cite(why.place, why.expected), ")") if why.place else ()
            parts.append((f"{why.kind}{strength}, {why.text}", *where))
        return flat(parts, "; ")

    def other(self, one: Counterpart, side: str) -> Inline:
        there = "candidate" if (side == "reference") == one.own else "reference"
        symbol = self.sources[there].symbols.get(one.symbol)
        where = (" at ", self.place(symbol)) if symbol else ()
        return Code(one.symbol), *where, f" ({one.confidence:.2f})"

    def status(self, row: Row) -> Inline:
        return f"status: {row.status}" + (", the reference's own" if is_shared(row) else "")

    def clauses(self, several: Sequence[Hanging]) -> Iterable[Inline]:
        named = [one for one in several if one.named]
        if named:
            yield "clauses: ", flat((self.clause(one) for one in named), ", ")
        weak = Counter(one.evidence.removeprefix("section ") for one in several if not one.named)
        if weak:
            told = ", ".join(f"{section} ({number})" for section, number in sorted(weak.items()))
            yield f"named in sections of the spec with clauses of their own: {told}"

    def clause(self, one: Hanging) -> Inline:
        where = (" ", self.cite(one.place, "")) if one.place else ()
        return Code(one.clause), f" {one.level} ({one.evidence}", *where, ")"

    def results(self, row: Row) -> Iterable[Inline]:
        for one in row.results:
            counted = ", ".join(f"{number} {outcome}" for outcome, number in one.outcomes.items())
            said: list[Inline] = [f"last run, {one.operation} on {one.backend}: {counted}"]
            if one.failing:
                more = len(one.failing) - MOST_FAILING
                said += ["; failing: ", flat(Code(name) for name in one.failing[:MOST_FAILING])]
                said += [f" and {more} more"] if more > 0 else []
            yield tuple(said)
        if self.map.run and row.operations and not row.results:
            yield f"last run: no check of {', '.join(row.operations)}"

    def owner(self, row: Row) -> Iterable[Inline]:
        mine, theirs = row.owner, row.target_owner
        if row.symbol is not None:
            yield f"owner: {mine.name or 'nobody'} ({mine.why})"
        if row.target is not None and row.target != row.symbol and theirs != mine:
            yield f"owner of the counterpart: {theirs.name or 'nobody'} ({theirs.why})"

    def touches(self, row: Row) -> Iterable[Block]:
        grouped: dict[tuple, list] = {}
        for one in row.touches:
            grouped.setdefault((one.who, one.how, one.text, one.scope), []).append((one.place, one.expected))
        if grouped:
            ordered = sorted(grouped.items(), key=lambda item: (item[0][0], item[1][0], HOW.index(item[0][1])))
            rows = [
                (who, how, Code(text), scope_text(who, scope), cited(self.citations, places))
                for (who, how, text, scope), places in ordered
            ]
            yield Rows(("By", "How", "As written", "In", "Where"), tuple(rows))

    def members(self, rows: Sequence[Row]) -> Iterable[Block]:
        told = []
        for row in rows:
            touches = flat(
                (one.how if one.who == "client" else "spec", " ", self.cite(one.place, one.expected))
                for one in row.touches
            )
            said = [*differences(row), *(("the client ", *marked(one.text)) for one in row.misfits)]
            best = row.counterpart
            why = ", ".join(one.kind for one in best.evidence) if best is not None else ""
            sure = f" ({best.confidence:.2f}: {why})" if best is not None else ""
            there = (Code(best.symbol), " ", self.place(row.target), sure) if best is not None else "none"
            named = flat(Code(one.clause) for one in row.clauses if one.named)
            told.append(
                (self.member(row), touches or "-", there, row.status, flat(said, "; ") or "-", named or "-",
                 row.target_owner.name or row.owner.name or "-")
            )  # fmt: skip
        head = ("Member", "Touched", "Counterpart", "Status", "Differences", "Clauses", "Owner")
        yield Rows(head, tuple(told))

    def touched(self, one: Touch) -> Inline:
        return one.how if one.who == "client" else "spec", " ", self.cite(one.place, one.expected)

    def member(self, row: Row) -> Inline:
        if row.symbol is None:
            last = row.name.rpartition(".")[2]
            return Code(last), f": {'from ' + row.through if row.through else 'not there'}"
        return Code(row.symbol.signature()), " ", self.place(row.symbol)

    # the rest

    def beside(self) -> Iterable[Block]:
        if not self.map.beside:
            return
        yield Heading("What the client needs beside them")
        yield Paragraph(
            "Libraries that the modules with touches import late or look up, and what frameworks hand to them."
        )
        rows = [(Code(one.name), one.how, Code(one.text), Code(one.scope), self.cite(one.place, one.expected))
                for one in self.map.beside]  # fmt: skip
        yield Rows(("Of the library", "How", "As written", "In", "Where"), tuple(rows))

    def reading(self) -> Iterable[Block]:
        yield Heading("How to read this")
        weights = ", ".join(f"{kind} {value}" for kind, value in WEIGHTS.items())
        yield Bullets((
            "Status: present, nothing that was compared differs; partial, it lacks members or parameters that client "
            "or spec use; missing, there is no counterpart; diverging, it has what is used, and something differs. Of "
            "the candidate's own symbols: whether they have and bear what the client does.",
            f"Confidence: 1 - product of (1 - weight x strength) over the evidence; weights: {weights}. It is taken "
            f"for the counterpart from {ACCEPTED} on, and not named below {SHOWN}. A member is as sure as its class.",
            "Differences: there is the reference, here the candidate. What signatures do not tell, a parameter taken "
            "through * or **, a default that a function makes, is said, and is no difference.",
            "Clauses: by their statement, by the names among their values, by the tables of fields, by the lines of "
            "code they cite, by the contract of the operation a function does. Those of a section of the spec that "
            "names the symbol are only counted, and do not rank gaps.",
        ))  # fmt: skip
