"""How much of each tolerance a run used: per contract's output and column."""

from dataclasses import dataclass

from ptychoparity.core.events_check import Comparison
from ptychoparity.core.kinds import Kind
from ptychoparity.reports.events import Run
from ptychoparity.reports.queries import columns, used
from ptychoparity.reports.text import fraction_text


@dataclass(frozen=True)
class Figures:
    """Errors of an output over all checks of a column, as far as they were taken together."""

    used: float
    """Largest error over its bound."""
    bias: float
    """Mean, over answers, of the factor that explains the errors best, less 1, in eps of float32."""
    variance: float
    """Mean square of error over bound."""


Usage = dict[tuple[str, str], dict[str, float]]
"""(operation, output) to column to a fraction of the tolerance."""

RELATIONS = "(relations)"
"""Stands for the outputs of relations: each names what it compares in its own words, with its own tolerance."""

NOTHING = 1e-4
"""Below this fraction of the tolerance an output is as good as equal: the tables name it and give it no row."""


def usage(run: Run) -> Usage:
    """Return the worst fraction of the tolerance used, per contract's output; the largest first.

    A column is `backend@device`, or `backend@device vs other` for parity, which has tolerances of its own.
    """
    table: Usage = {}
    contracts = {operation.operation for operation in run.header.operations}
    for check in run.checks:
        name = f"{check.column} vs {check.against}" if check.against else check.column
        for comparison in check.comparisons if check.operation in contracts else ():
            value = used(comparison)
            if value is not None:
                output = RELATIONS if check.kind is Kind.RELATION else comparison.output.partition("[")[0]
                row = table.setdefault((check.operation, output), {})
                row[name] = max(value, row.get(name, 0.0))
    return dict(sorted(table.items(), key=lambda item: (-max(item[1].values()), item[0])))


def rows_of(table: Usage) -> Usage:
    """Return the outputs that used something of their tolerance, on some backend."""
    return {name: row for name, row in table.items() if max(row.values()) >= NOTHING}


def unused_text(table: Usage) -> str:
    """Return the other outputs in one sentence; empty where there are none."""
    names = sorted(f"{operation} {output}" for operation, output in table.keys() - rows_of(table).keys())
    return f"Below {fraction_text(NOTHING)}: {', '.join(names)}." if names else ""


def figures(run: Run) -> dict[tuple[str, str], dict[str, Figures]]:
    """Return error over bound, bias and variance per contract's output and backend, where many elements say.

    Relations and parity have tolerances of their own, and are left out.
    """
    found: dict[tuple[str, str], dict[str, list[Comparison]]] = {}
    for check in run.checks:
        if check.kind is Kind.RELATION or check.against:
            continue
        for one in check.comparisons:
            if one.bias is not None and one.spread is not None and one.used is not None:
                found.setdefault((check.operation, one.output), {}).setdefault(check.column, []).append(one)
    return {
        name: {column: _together(rows) for column, rows in by_column.items()}
        for name, by_column in sorted(found.items())
    }


def _together(rows: list[Comparison]) -> Figures:
    count = len(rows)
    return Figures(
        max(one.used or 0.0 for one in rows),
        sum(one.bias or 0.0 for one in rows) / count,
        sum((one.spread or 0.0) ** 2 for one in rows) / count,
    )


def usage_columns(table: Usage, run: Run) -> list[str]:
    """Return the columns of `usage`: backends first, then the pairs."""
    pairs = sorted({name for row in table.values() for name in row if " vs " in name})
    return [*columns(run), *pairs]
