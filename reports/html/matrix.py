"""The clause x backend matrix: what became of every encoded clause, per backend."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from ptychoparity.core.events import CheckFinished
from ptychoparity.core.events_header import Clause
from ptychoparity.core.outcomes import Standing
from ptychoparity.reports.coverage import area_of
from ptychoparity.reports.events import Run
from ptychoparity.reports.html.columns import Mark
from ptychoparity.reports.queries import columns, counts, tally

PASS = Mark("pass", "✓", "all pass")
BAD = Mark("bad", "✗", "findings")
PARTIAL = Mark("partial", "◐", "some did not run, lack outputs, or fail as expected")
IDLE = Mark("idle", "–", "did not run, or is about another framework")
EMPTY = Mark("empty", "·", "no check")

LEGEND = (PASS, BAD, PARTIAL, IDLE, EMPTY)


@dataclass(frozen=True)
class Cell:
    """One clause on one backend."""

    mark: Mark
    text: str
    outcomes: str
    link: str


@dataclass(frozen=True)
class Row:
    """One clause."""

    clause: Clause
    area: str
    cells: tuple[Cell, ...]
    asked: bool
    """Whether any check of it was asked."""


def rows(run: Run) -> list[Row]:
    """Return every clause of the header, sorted by area, with a cell per column of `columns(run)`."""
    found: dict[tuple[str, str], list[CheckFinished]] = {}
    unjudged: Counter[tuple[str, str]] = Counter()
    for check in run.checks:
        for clause in dict.fromkeys((*check.blamed, *check.clauses)):
            if clause in check.blamed:
                found.setdefault((clause, check.column), []).append(check)
            else:
                unjudged[clause, check.column] += 1
    unclaimed = _unclaimed(run)
    elsewhere = {(clause, one.column) for one in run.header.backends for clause in one.not_applicable}
    names = columns(run)
    return [
        Row(
            clause,
            area_of(clause.id),
            tuple(
                _cell(clause.id, name, found.get(at, []), unjudged[at], at in unclaimed, at in elsewhere)
                for name in names
                for at in [(clause.id, name)]
            ),
            any(check.outcome.asked for name in names for check in found.get((clause.id, name), [])),
        )
        for clause in sorted(run.header.clauses, key=lambda one: area_of(one.id))
    ]


def _unclaimed(run: Run) -> set[tuple[str, str]]:
    """(clause, column) where the backend claims none of the operations that encode the clause."""
    encoding: dict[str, set[str]] = {}
    for operation in run.header.operations:
        for clause in operation.clauses:
            encoding.setdefault(clause, set()).add(operation.operation)
    return {
        (clause, backend.column)
        for backend in run.header.backends
        for clause, operations in encoding.items()
        if operations <= set(backend.not_claimed)
    }


def _cell(
    clause: str, column: str, checks: list[CheckFinished], unjudged: int, unclaimed: bool, elsewhere: bool
) -> Cell:
    """`unjudged`: checks of the clause that fail for another reason, and say nothing of it.

    `elsewhere`: the clause is about another framework. Its checks, where they ran, do not bind this backend.
    """
    here = counts(checks)
    standings = {outcome.standing for outcome in here}
    bad_first = sorted(tally(checks), key=lambda item: not item[2])
    said = [f"{number} {name}" for name, number, _ in bad_first]
    said += [f"{unjudged} not judged"] if unjudged else []
    text = ", ".join(said) or "no check"
    mark = _mark(standings)
    if unjudged and mark is EMPTY:
        mark = IDLE
    elif mark is PASS and (unjudged or any(check.not_provided for check in checks)):
        mark = PARTIAL
    if unclaimed and standings <= {Standing.SILENT}:
        mark, text = IDLE, "not claimed"
    if elsewhere:
        mark, text = IDLE, f"not applicable ({text})" if said else "not applicable"
    link = "#" + urlencode({"at": "checks", "clause": clause, "backend": column})
    return Cell(mark, text, " ".join(here), link if said else "")


def _mark(standings: set[Standing]) -> Mark:
    """What checks that ended so say together."""
    if not standings:
        return EMPTY
    if standings & {Standing.WRONG, Standing.BROKEN}:
        return BAD
    if standings == {Standing.GOOD}:
        return PASS
    return PARTIAL if standings & {Standing.GOOD, Standing.EXPECTED} else IDLE
