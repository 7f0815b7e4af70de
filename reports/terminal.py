"""A run in the terminal: the summary when it is over.

Text from a backend is stripped of control characters and never read as rich markup.
"""

import sys
from collections import Counter

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
from ptychoparity.reports.queries import (
    Group,
    columns,
    counts,
    expected,
    findings,
    fraction,
    groups,
    stale_texts,
    timing_text,
    worst_failed,
)
from ptychoparity.reports.text import (
    disputed,
    expectation_text,
    first_line,
    fraction_sentence,
    fraction_text,
    input_line,
    plain,
    worst_text,
)
from ptychoparity.reports.usage import rows_of, unused_text, usage, usage_columns

MOST_FAILURES = 10
MOST_OPERATIONS = 12

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
    """Print verdict, counts, findings and timing; `page` is where the HTML page lies.

    With `budget` also how much of each tolerance was used.
    """
    _print_verdict(run, console)
    for name in columns(run):
        console.print()
        _line(console, name, style="bold")
        console.print(_table([check for check in run.checks if check.column == name]))
    _print_scan(run, console)
    _print_findings(run, console)
    _print_expected(run, console)
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
        console.print(Text(f"  {case} ({', '.join(names)}): {plain(message)}"), highlight=False)


def _line(console: Console, text: str, style: str = "") -> None:
    """One line that the terminal wraps, not rich: an id or a command stays whole when copied."""
    console.print(Text(plain(text), style=style), soft_wrap=True, highlight=False)


def _print_verdict(run: Run, console: Console) -> None:
    code = run.footer.exit
    _line(console, run.footer.verdict, style=_VERDICT_COLOURS[code])
    _line(console, f"Exit {int(code)}: {code.meaning}.")
    for verdict in run.footer.verdicts:
        why = f" ({verdict.why})" if verdict.why else ""
        console.print(Text(plain(f"  {verdict.column}: {verdict.verdict}{why}")), highlight=False)
    said = " ".join(verdict.why for verdict in run.footer.verdicts)
    for line in run.footer.emptiness:
        if line.partition(": ")[2] in said:
            continue
        console.print(Text(plain(f"  Warning: {line}"), style="yellow"), highlight=False)


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


def _print_findings(run: Run, console: Console) -> None:
    found = groups(findings(run))
    if not found:
        return
    must = sum(len(group.checks) for group in found if group.must)
    rest = sum(len(group.checks) for group in found) - must
    console.print()
    _line(console, f"Findings: {must} MUST, {rest} of other levels", style="bold")
    shown = _one_of_each(found)[:MOST_FAILURES]
    for group, others in shown:
        _print_finding(group.worst, console, others)
    left = must + rest - sum(1 + others.total() for _, others in shown)
    if left:
        console.print()
        _line(console, f"{left} more are on the page, in summary.md and in junit.xml.")


def _one_of_each(found: list[Group]) -> list[tuple[Group, Counter[Kind]]]:
    """The first group of each level, operation, backend and kind; and of which kinds the other checks are there."""
    first: dict[tuple[str, ...], tuple[Group, Counter[Kind]]] = {}
    for group in found:
        name = (group.level, group.operation, group.column, group.worst.kind)
        _, others = first.setdefault(name, (group, Counter({group.worst.kind: -1})))
        others.update(check.kind for check in group.checks)
    return [(group, +others) for group, others in first.values()]


def _print_expected(run: Run, console: Console) -> None:
    """Known failures that were met, one line per expectation; and those that cover nothing any more."""
    known = expected(run)
    if known:
        console.print()
        _line(console, f"Expected failures: {sum(one.total for one in known)}, which do not gate", style="bold")
    for one in known:
        more = f" and {len(one.checks) - 1} more" if len(one.checks) > 1 else ""
        console.print(Text(f"  {plain(one.checks[0].id)}{more}: {one.text}"), highlight=False)
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
    console.print(Text(plain(unused_text(table))), highlight=False)


def _print_finding(check: CheckFinished, console: Console, others: Counter[Kind]) -> None:
    console.print()
    _line(console, f"{check.outcome.upper()} {check.id}", style="bold red")
    _line(console, f"  {check.level} {' '.join(check.clauses)}")
    console.print(Text(f"  {first_line(check.message)}"), highlight=False)
    if disputed(check):
        console.print(Text(f"  {expectation_text(check)}", style="yellow"), highlight=False)
    element = worst_text(worst_failed(check))
    if element and "expected" not in first_line(check.message):
        _line(console, f"  worst {element}")
        _line(console, f"  {fraction_sentence(fraction(check))}")
    if asked := input_line(check):
        console.print(Text(f"  asked with {asked}", style="dim"), highlight=False)
    for line in check.reproduce:
        _line(console, f"  $ {line}", style="cyan")
    if others:
        console.print(Text(f"  and {_more(others)} of {check.operation}"), highlight=False)


def _more(others: Counter[Kind]) -> str:
    """`2 more relation checks`, `52 more checks (9 example, 43 boundary)`."""
    many = others.total()
    if len(others) == 1:
        return f"{many} more {next(iter(others))} check{'s' * (many > 1)}"
    return f"{many} more checks ({', '.join(f'{number} {kind}' for kind, number in others.items())})"
