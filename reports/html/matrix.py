"""The clause x backend matrix: what became of every encoded clause, per backend."""

from dataclasses import dataclass
from urllib.parse import urlencode

from ptychoparity.core.events import CheckFinished
from ptychoparity.core.events_header import Clause
from ptychoparity.core.outcomes import Standing
from ptychoparity.reports.coverage import area_of
from ptychoparity.reports.events import Run
from ptychoparity.reports.html.columns import Mark
from ptychoparity.reports.queries import columns, counts

PASS = Mark("pass", "✓", "all pass")
BAD = Mark("bad", "✗", "findings")
PARTIAL = Mark("partial", "◐", "some did not run, or fail as expected")
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


def rows(run: Run) -> list[Row]:
    """Return every clause of the header, sorted by area, with a cell per column of `columns(run)`."""
    found: dict[tuple[str, str], list[CheckFinished]] = {}
    for check in run.checks:
        for clause in check.clauses:
            found.setdefault((clause, check.column), []).append(check)
    unclaimed = _unclaimed(run)
    elsewhere = {(clause, one.column) for one in run.header.backends for clause in one.not_applicable}
    names = columns(run)
    return [
        Row(
            clause,
            area_of(clause.id),
            tuple(
                _cell(clause.id, name, found.get(at, []), at in unclaimed, at in elsewhere)
                for name in names
                for at in [(clause.id, name)]
            ),
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


def _cell(clause: str, column: str, checks: list[CheckFinished], unclaimed: bool, elsewhere: bool) -> Cell:
    """`elsewhere`: the clause is about another framework. Its checks, where they ran, do not bind this backend."""
    here = counts(checks)
    standings = {outcome.standing for outcome in here}
    bad_first = sorted(here.items(), key=lambda item: not item[0].bad)
    text = ", ".join(f"{number} {outcome}" for outcome, number in bad_first) or "no check"
    mark = _mark(standings)
    if unclaimed and standings <= {Standing.SILENT}:
        mark, text = IDLE, "not claimed"
    if elsewhere:
        mark, text = IDLE, f"not applicable ({text})" if here else "not applicable"
    link = "#" + urlencode({"at": "checks", "clause": clause, "backend": column})
    return Cell(mark, text, " ".join(here), link if here else "")


def _mark(standings: set[Standing]) -> Mark:
    """What checks that ended so say together."""
    if not standings:
        return EMPTY
    if standings & {Standing.WRONG, Standing.BROKEN}:
        return BAD
    if standings == {Standing.GOOD}:
        return PASS
    return PARTIAL if standings & {Standing.GOOD, Standing.EXPECTED} else IDLE
