"""The clause x backend matrix: what became of every encoded clause, per backend."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ptychoparity.reports.coverage import area_of
from ptychoparity.reports.events import BAD_OUTCOMES, Run
from ptychoparity.reports.facts import Check, columns, counts, key

SYMBOLS = {"bad": "✗", "pass": "✓", "partial": "◐", "idle": "–", "empty": "·"}


@dataclass(frozen=True)
class Cell:
    """One clause on one backend."""

    state: str
    text: str
    outcomes: str
    link: str

    @property
    def symbol(self) -> str:
        return SYMBOLS[self.state]


@dataclass(frozen=True)
class Row:
    """One clause."""

    clause: dict[str, Any]
    area: str
    cells: tuple[Cell, ...]


def rows(run: Run) -> list[Row]:
    """Every clause of the header, sorted by area, with a cell per column of `columns(run)`."""
    found: dict[tuple[str, str], list[Check]] = {}
    for check in run.checks:
        for clause in check["clauses"]:
            found.setdefault((clause, key(check)), []).append(check)
    unclaimed = _unclaimed(run)
    elsewhere = {(clause, key(one)) for one in run.header["backends"] for clause in one.get("not_applicable", [])}
    names = columns(run)
    made = []
    for clause in sorted(run.header["clauses"], key=lambda one: area_of(one["id"])):
        cells = [
            _cell(
                clause["id"],
                name,
                found.get((clause["id"], name), []),
                (clause["id"], name) in unclaimed,
                (clause["id"], name) in elsewhere,
            )
            for name in names
        ]
        made.append(Row(clause, area_of(clause["id"]), tuple(cells)))
    return made


def _unclaimed(run: Run) -> set[tuple[str, str]]:
    """(clause, column) where the backend claims none of the operations that encode the clause."""
    encoding: dict[str, set[str]] = {}
    for operation in run.header["operations"]:
        for clause in operation["clauses"]:
            encoding.setdefault(clause, set()).add(operation["operation"])
    return {
        (clause, key(backend))
        for backend in run.header["backends"]
        for clause, operations in encoding.items()
        if operations <= set(backend["not_claimed"])
    }


def _cell(clause: str, column: str, checks: list[Check], unclaimed: bool, elsewhere: bool) -> Cell:
    """`elsewhere`: the clause is about another framework. Its checks, where they ran, do not bind this backend."""
    here = counts(checks)
    bad = {outcome: number for outcome, number in here.items() if outcome in BAD_OUTCOMES}
    rest = {outcome: number for outcome, number in here.items() if outcome not in BAD_OUTCOMES}
    if unclaimed and set(here) <= {"not-run", "skip"}:
        state, text = "idle", "not claimed"
    elif not here:
        state, text = "empty", "no check"
    else:
        judged = "pass" if set(here) == {"pass"} else "partial" if here.keys() & {"pass", "xfail"} else "idle"
        state = "bad" if bad else judged
        text = ", ".join(f"{number} {outcome}" for outcome, number in [*bad.items(), *rest.items()])
    if elsewhere:
        state, text = "idle", f"not applicable ({text})" if here else "not applicable"
    link = "#" + urlencode({"at": "checks", "clause": clause, "backend": column})
    return Cell(state, text, " ".join(here), link if here else "")
