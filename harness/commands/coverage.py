"""`ptychoparity coverage`: how much of the clause catalogue is checked.

Exit 0 when every MUST is encoded, not yet, or on the short list of what is not checkable; 1 on a ghost, an orphan
MUST or a list that is too long; 2 on a file that cannot be used.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ptychoparity.core.errors import UsageError
from ptychoparity.core.events_header import CoverageRow
from ptychoparity.core.levels import Level
from ptychoparity.core.nearest import unknown
from ptychoparity.core.outcomes import Outcome
from ptychoparity.harness import coverage, ghosts, storage
from ptychoparity.harness.coverage import ENCODED, ORPHAN, Hunted, Standing
from ptychoparity.reports import events, terminal
from ptychoparity.reports.coverage import sentence
from ptychoparity.spec_tests.catalogue import catalogue
from ptychoparity.spec_tests.unchecked import NOT_CHECKABLE, NOT_YET

Answered = dict[str, tuple[int, int]]
"""Clause to checks of a run that passed, and checks of it there were."""


def answered(run: events.Run) -> Answered:
    """The checks of a run that carry each clause."""
    every = Counter(clause for check in run.checks for clause in check.clauses)
    passed = Counter(clause for check in run.checks if check.outcome is Outcome.PASS for clause in check.clauses)
    return {clause: (passed[clause], every[clause]) for clause in every}


def _sum(found: Sequence[Standing], run: Answered | None) -> str:
    """`passed of all` over some clauses; empty where no run was named."""
    pairs = [(run or {}).get(one.clause.id, (0, 0)) for one in found]
    return "" if run is None else f"{sum(p for p, _ in pairs)} of {sum(n for _, n in pairs)}"


def _zero(number: int, style: str = "") -> str:
    """A count; nothing where there is nothing to see."""
    return f"[{style}]{number}[/]" if number and style else str(number or "")


def _kills(counts: dict[str, int]) -> str:
    """`killed of all there are`; red where one was hunted and lived."""
    if not counts["mutants"]:
        return ""
    text = f"{counts['killed']} of {counts['mutants']}"
    return text if counts["killed"] == counts["asked"] else f"[bold red]{text}[/]"


def _row(found: Sequence[Standing], hunted: Hunted | None, run: Answered | None) -> list[str]:
    counts = coverage.counts(found)
    cells = [str(counts["clauses"]), _zero(counts[ENCODED]), _zero(counts["cases"]), _zero(counts["mutants"])]
    cells += [_kills(counts)] if hunted else []
    cells += [_sum(found, run)] if run is not None else []
    return [*cells, _zero(counts[NOT_CHECKABLE]), _zero(counts[NOT_YET]), _zero(counts[ORPHAN], "bold red")]


def _summary(found: Sequence[Standing], hunted: Hunted | None, run: Answered | None) -> Table:
    """A line for each area and level, then for each level, then for all."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("area", no_wrap=True)
    table.add_column("level")
    optional = [*(["killed"] if hunted else []), *(["passed"] if run is not None else [])]
    for name in ("clauses", ENCODED, "cases", "mutants", *optional, NOT_CHECKABLE, NOT_YET, ORPHAN):
        table.add_column(name, justify="right")
    for area in sorted({one.clause.area for one in found}):
        for number, level in enumerate(_levels(found, area)):
            mine = [one for one in found if (one.clause.area, one.clause.level) == (area, level)]
            table.add_row("" if number else area, level, *_row(mine, hunted, run))
    table.add_section()
    for level in _levels(found):
        table.add_row("all", level, *_row([one for one in found if one.clause.level == level], hunted, run))
    table.add_row("all", "", *_row(found, hunted, run), style="bold")
    return table


def _levels(found: Sequence[Standing], area: str | None = None) -> list[str]:
    there = {one.clause.level for one in found if area in (None, one.clause.area)}
    return [level for level in Level if level in there]


def _clauses(found: Sequence[Standing], hunted: Hunted | None, run: Answered | None) -> Table:
    """A line for each clause of one area."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    optional = [*(["killed"] if hunted else []), *(["passed"] if run is not None else [])]
    for name in ("clause", "level", "state", "cases", "mutants", *optional, "by, or why not"):
        numbers = name in ("cases", "mutants", "killed", "passed")
        table.add_column(name, justify="right" if numbers else "left", no_wrap=name == "clause", overflow="fold")
    for one in found:
        counts = coverage.counts([one])
        cells = [one.clause.id, one.clause.level, one.state, _zero(counts["cases"]), _zero(one.mutants)]
        cells += [_kills(counts)] if hunted else []
        cells += [_sum([one], run)] if run is not None else []
        table.add_row(*cells, Text(", ".join(one.operations) or one.text or one.clause.statement))
    return table


def _hunt(hunted: Hunted) -> str:
    other = "" if hunted.current else "; it hunted under other contracts than these"
    return f"killed: as {hunted.file} has it, of {hunted.backend}, {hunted.finished}{other}"


def run(arguments: argparse.Namespace) -> int:
    """Print the table, the sentence and the faults; write the JSON where a file is named."""
    areas = sorted({clause.area for clause in catalogue().values()})
    if arguments.area is not None and arguments.area not in areas:
        raise UsageError(unknown("area", arguments.area, areas))
    given = arguments.mutants
    hunted = coverage.read_hunt(given) if given is not None else coverage.newest_hunt(arguments.runs)
    checked = answered(events.read(arguments.run_folder)) if arguments.run_folder is not None else None
    found = coverage.standings(hunted)
    faults = coverage.faults(found, there := ghosts.find())
    console = terminal.console()
    if arguments.area is None:
        console.print(_summary(found, hunted, checked))
    else:
        console.print(_clauses([one for one in found if one.clause.area == arguments.area], hunted, checked))
    told: dict[str, Any] = {
        "rows": coverage.table(found),
        "share": coverage.share(found),
        "most": coverage.MOST_NOT_CHECKABLE,
    }
    rows = [CoverageRow.from_json(row) for row in told["rows"]]
    console.print(sentence(rows, told["share"], told["most"]), soft_wrap=True)
    if hunted:
        console.print(_hunt(hunted), soft_wrap=True, markup=False)
    for fault in faults:
        console.print(f"ptychoparity: {fault}", soft_wrap=True, markup=False, style="red")
    if arguments.json is not None:
        found_there = {"ghosts": [ghost.row() for ghost in there], "faults": faults}
        hunt = hunted.row() if hunted else None
        clauses = [_clause(one, checked) for one in found]
        storage.write_json(arguments.json, {**told, "hunt": hunt, **found_there, "clauses": clauses})
    return 1 if faults else 0


def _clause(one: Standing, run: Answered | None) -> dict[str, Any]:
    """A clause as JSON, with the checks of a run where one was named."""
    passed, every = (run or {}).get(one.clause.id, (0, 0))
    return one.row() if run is None else {**one.row(), "passed": passed, "checks": every}
