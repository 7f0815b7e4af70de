"""A run in the terminal: the summary when it is over.

Text from a backend is stripped of control characters and never read as rich markup.
"""

import sys

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ptychoparity.core.events import CheckFinished
from ptychoparity.core.exits import Exit
from ptychoparity.core.kinds import Kind
from ptychoparity.core.outcomes import Outcome, Standing
from ptychoparity.reports.coverage import sentence
from ptychoparity.reports.events import Run
from ptychoparity.reports.queries import columns, counts, expected, stale_texts, timing_text
from ptychoparity.reports.terminal_findings import print_findings, say
from ptychoparity.reports.text import cut, first_line, fraction_text, plain
from ptychoparity.reports.usage import figures, rows_of, unused_text, usage, usage_columns

MOST_FAILURES = 10
MOST_OPERATIONS = 12
MOST_WARNINGS, LONGEST_WARNING = 4, 240
"""Reasons why too little was asked, which must not push the findings off the first screen."""

_COLOURS = {
    Standing.GOOD: "green", Standing.WRONG: "red", Standing.BROKEN: "red", Standing.EXPECTED: "yellow",
    Standing.SILENT: "dim",
}  # fmt: skip
_VERDICT_COLOURS = {
    Exit.CONFORMS: "bold green", Exit.DOES_NOT_CONFORM: "bold red", Exit.NOT_JUDGED: "bold yellow",
}  # fmt: skip


PIPED_WIDTH = 100_000
"""Columns of output that goes to no terminal: more than any line has."""


def console() -> Console:
    """Standard output. In a file or a pipe no line is folded for a terminal that is not there."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)


def print_summary(run: Run, console: Console, page: str | None = None, budget: bool = False) -> None:
    """Print verdict, findings, counts per operation and timing; `page` is where the HTML page lies.

    With `budget` also how much of each tolerance was used.
    """
    _print_verdict(run, console)
    print_findings(run, console)
    _print_scan(run, console)
    _print_expected(run, console)
    for name in columns(run):
        console.print()
        _line(console, name, style="bold")
        console.print(_table([check for check in run.checks if check.column == name]))
    if budget:
        _print_budget(run, console)
    console.print()
    _line(console, timing_text(run))
    if told := run.header.coverage:
        _line(console, sentence(told.rows, told.share, told.most))
    if page:
        _line(console, f"Page: {page}", style="bold")


def _print_scan(run: Run, console: Console) -> None:
    """The figures of the scan's own checks, one line where all backends say the same."""
    said: dict[tuple[str, str], list[str]] = {}
    for check in run.checks:
        if check.operation == Kind.SCAN and check.message and check.calls:
            said.setdefault((check.case, first_line(check.message)), []).append(check.column)
    if said and run.header.scan:
        console.print()
        _line(console, f"Scan {run.header.scan['name']}", style="bold")
    for (case, message), names in said.items():
        say(console, f"  {case} ({', '.join(names)}): {message}")


def _line(console: Console, text: str, style: str = "") -> None:
    """One line that the terminal wraps, not rich: an id or a command stays whole when copied."""
    console.print(Text(plain(text), style=style), soft_wrap=True, highlight=False)


def _print_verdict(run: Run, console: Console) -> None:
    code = run.footer.exit
    _line(console, run.footer.verdict, style=_VERDICT_COLOURS[code])
    _line(console, f"Exit {int(code)}: {code.meaning}.")
    for verdict in run.footer.verdicts:
        why = f" ({verdict.why})" if verdict.why else ""
        say(console, f"  {verdict.column}: {verdict.verdict}{why}")
    said = " ".join(verdict.why for verdict in run.footer.verdicts)
    warnings = [line for line in run.footer.emptiness if line.partition(": ")[2] not in said]
    for line in warnings[:MOST_WARNINGS]:
        say(console, f"  Warning: {cut(first_line(line), LONGEST_WARNING)}", style="yellow")
    if len(warnings) > MOST_WARNINGS:
        say(console, f"  and {len(warnings) - MOST_WARNINGS} more warnings, on the page", style="yellow")


def _table(checks: list[CheckFinished]) -> Table:
    """Outcomes per operation. Where there are many, operations without a finding share one row."""
    total = counts(checks)
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0)
    table.add_column("operation", overflow="fold")
    for outcome in total:
        table.add_column(outcome, justify="right", no_wrap=True)
    rows: dict[str, list[CheckFinished]] = {}
    for check in checks:
        rows.setdefault(check.operation, []).append(check)
    quiet = [operation for operation, its in rows.items() if not any(check.outcome.bad for check in its)]
    quiet = quiet if len(rows) > MOST_OPERATIONS else []
    for operation in sorted(set(rows) - set(quiet)):
        table.add_row(operation, *_cells(total, rows[operation]))
    if quiet:
        together = [check for operation in quiet for check in rows[operation]]
        table.add_row(f"{len(quiet)} others, no finding", *_cells(total, together))
    table.add_section()
    table.add_row("all", *_cells(total, checks), style="bold")
    return table


def _cells(total: dict[Outcome, int], checks: list[CheckFinished]) -> list[Text]:
    here = counts(checks)
    return [
        Text(str(here.get(outcome, 0)), style=_COLOURS[outcome.standing] if here.get(outcome) else "dim")
        for outcome in total
    ]


def _print_expected(run: Run, console: Console) -> None:
    """Known failures that were met, one line per expectation; and those that cover nothing any more."""
    known = expected(run)
    if known:
        console.print()
        _line(console, f"Expected failures: {sum(one.total for one in known)}, which do not gate", style="bold")
    for one in known:
        more = f" and {len(one.checks) - 1} more" if len(one.checks) > 1 else ""
        say(console, f"  {one.checks[0].id}{more}: {one.text}")
    for text in stale_texts(run):
        console.print()
        console.print(Text(text, style="red"), highlight=False, soft_wrap=True)


def _print_budget(run: Run, console: Console) -> None:
    """The largest fraction of the tolerance used, per contract's output and backend; where the slack is."""
    table = usage(run)
    if not table:
        return
    names = usage_columns(table, run)
    shown = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0)
    shown.add_column("output", no_wrap=True)
    for name in names:
        shown.add_column(plain(name), justify="right", overflow="fold")
    for (operation, output), row in rows_of(table).items():
        shown.add_row(f"{operation} {plain(output)}", *(fraction_text(row.get(name)) for name in names))
    console.print()
    _line(console, "Tolerance used at most", style="bold")
    console.print(shown)
    say(console, unused_text(table))
    _print_figures(run, console)


def _print_figures(run: Run, console: Console) -> None:
    """Errors of many elements together: the largest over its bound, bias and variance, per backend."""
    table = figures(run)
    if not table:
        return
    shown = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0)
    for name in ("output", "backend"):
        shown.add_column(name, no_wrap=True)
    for name in ("error/bound", "bias, eps", "variance"):
        shown.add_column(name, justify="right", no_wrap=True)
    for (operation, output), row in table.items():
        for column, one in row.items():
            told = (f"{one.used:.3f}", f"{one.bias:+.2f}", f"{one.variance:.2g}")
            shown.add_row(f"{operation} {plain(output)} ", plain(column), *(f" {text}" for text in told))
    console.print()
    _line(console, "Errors within their bounds", style="bold")
    console.print(shown)
