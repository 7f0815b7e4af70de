"""The columns of the table of all checks, once: `payload` fills rows, the template the head, page.js the cells.

To add a column, add it here; where its text is not its value, add how it is drawn to CELLS in page.js.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ptychoparity.core.events import CheckFinished
from ptychoparity.core.outcomes import Outcome, Standing
from ptychoparity.reports.gravity import class_name, class_of
from ptychoparity.reports.queries import fraction, heading
from ptychoparity.reports.text import first_line, plain


@dataclass(frozen=True)
class Column:
    """One value of every check."""

    name: str
    """What page.js calls it."""
    value: Callable[[CheckFinished], Any]
    heading: str = ""
    """Above the column; empty: the value is there to filter or search by, and for the details."""
    shared: bool = False
    """Whether many checks have the same value, which is then stored once."""
    style: str = ""
    """Class of its cells."""


def rounded(value: float | None) -> float | None:
    """Return four digits, which is all that is shown."""
    return None if value is None else float(f"{value:.4g}")


def _id(check: CheckFinished) -> str:
    """The id, empty where page.js can put it together from the other columns, which is nearly everywhere."""
    told = "/".join((check.operation, check.kind, check.case, check.column))
    return "" if check.id == told else plain(check.id)


def _used(check: CheckFinished) -> float | str | None:
    """JSON has no infinity."""
    used = fraction(check)
    return "inf" if used is not None and math.isinf(used) else rounded(used)


COLUMNS = (
    Column("outcome", lambda check: check.outcome.value, "Outcome", shared=True),
    Column("operation", lambda check: check.operation, "Operation", shared=True),
    Column("kind", lambda check: check.kind.value, "Kind", shared=True),
    Column("case", lambda check: plain(check.case), "Case", style="case"),
    Column("backend", lambda check: check.column, "Backend", shared=True),
    Column("used", _used, "Tolerance used", style="n"),
    Column("seconds", lambda check: rounded(check.seconds), "Seconds", style="n"),
    Column("id", _id),
    Column("clauses", lambda check: list(dict.fromkeys((*check.blamed, *check.clauses))), shared=True),
    Column("level", lambda check: check.level.value, shared=True),
    Column("class", lambda check: class_name(class_of(check)) if check.ended.bad else "", shared=True),
    Column("message", lambda check: heading(check) if check.ended.bad else first_line(check.message), shared=True),
)

SHOWN = tuple(column for column in COLUMNS if column.heading)


@dataclass(frozen=True)
class Mark:
    """How the page shows an outcome or what became of a clause: the class of its cell, its symbol, the legend."""

    state: str
    symbol: str
    legend: str = ""


MARKS = {
    Standing.GOOD: Mark("pass", "✓"),
    Standing.WRONG: Mark("bad", "✗"),
    Standing.BROKEN: Mark("bad", "✗"),
    Standing.EXPECTED: Mark("idle", "◐"),
    Standing.SILENT: Mark("idle", "–"),
}


def mark(outcome: Outcome) -> Mark:
    return MARKS[outcome.standing]
