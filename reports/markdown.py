"""Markdown of a run, for a pull request or a CI step summary.

Everything a backend said is set in code spans and fences, so it can neither format nor mention anybody.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from ptychoparity.core.events_header import State
from ptychoparity.core.exits import Exit
from ptychoparity.core.levels import Level
from ptychoparity.core.outcomes import Outcome
from ptychoparity.reports import coverage
from ptychoparity.reports.causes import cause, extent
from ptychoparity.reports.events import Run
from ptychoparity.reports.queries import (
    Group,
    Tally,
    contracts_text,
    expected,
    findings,
    fraction,
    groups,
    kin_text,
    stale_texts,
    tallies,
    timing_text,
    worst_failed,
)
from ptychoparity.reports.text import (
    cut,
    disputed,
    expectation_text,
    first_line,
    fraction_sentence,
    fraction_text,
    input_line,
    plain,
    replace,
    shorten,
    worst_text,
)
from ptychoparity.reports.usage import rows_of, unused_text, usage, usage_columns

MOST_GROUPS = 12
"""Kinds of findings told in full."""
MOST_ROWS = 60
MOST_NAMES = 12
MOST_LINE = 400
MOST_CELL = 120


def render(run: Run) -> str:
    """The run as GitHub Markdown: verdict, backends, findings, tolerance used, timing."""
    parts = [
        _verdict(run),
        _backends(run),
        _findings(run),
        _expected(run),
        _usage(run),
        _coverage(run),
        _defaults(run),
        f"{timing_text(run)}.\nContracts: {_code(contracts_text(run))}.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def write(run: Run, path: Path) -> None:
    """Write the summary; `path` is replaced in one step."""
    replace(path, render(run))


def _code(text: str) -> str:
    """A code span that holds `text` whatever backticks, pipes or line breaks are in it."""
    text = " ".join(plain(text).split())
    text = text if len(text) <= MOST_LINE else text[: MOST_LINE - 4] + " ..."
    ticks = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}" if text else ""


def _cell(text: str) -> str:
    """A code span inside a table, where a pipe would end the cell."""
    return _code(text).replace("|", "\\|")


def _prose(text: str) -> str:
    """Our own sentences; they may quote names, so what Markdown and HTML would read is escaped."""
    text = re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(plain(text).split()))
    return re.sub(r"(?<!\w)@", "@\u200b", text)


def _fence(lines: Sequence[str]) -> str:
    text = shorten(plain("\n".join(lines)), 4 * MOST_LINE)
    ticks = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{ticks}sh\n{text}\n{ticks}"


def _table(head: list[str], rows: list[list[str]], left: int = 1) -> str:
    rule = ["---"] * left + ["---:"] * (len(head) - left)
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, rule, *rows])


def _verdict(run: Run) -> str:
    lines = [f"**{_prose(run.footer.verdict)}**"]
    lines += [f"Warning: {_prose(line)}" for line in run.footer.emptiness]
    lines += [_code(text) for text in stale_texts(run)]
    return "\n\n".join(lines)


def _backends(run: Run) -> str:
    verdicts = run.footer.verdicts
    shown = [name for name in Outcome if any(verdict.counts.get(name) for verdict in verdicts)]
    rows = [
        [
            _cell(verdict.column),
            verdict.verdict if verdict.verdict.exit is Exit.CONFORMS else f"**{verdict.verdict}**",
            _prose(first_line(verdict.why)),
            *(str(verdict.counts.get(name, 0)) for name in shown),
        ]
        for verdict in verdicts
    ]
    return _table(["backend", "verdict", "why", *shown], rows, left=3)


def _findings(run: Run) -> str:
    """How many of each class; the gravest in full; the others in a line each."""
    found = groups(findings(run))
    if not found:
        return "No findings."
    must = sum(len(group.checks) for group in found if group.level is Level.MUST)
    rest = sum(len(group.checks) for group in found) - must
    parts = [f"## Findings: {must} MUST, {rest} of other levels", _classes(tallies(found))]
    parts += [_group(group) for group in found[:MOST_GROUPS]]
    if more := found[MOST_GROUPS:]:
        rows = [
            [group.level, group.class_name, _cell(group.operation), _cell(group.column), str(len(group.checks)),
             _cell(cut(group.told, MOST_CELL))]
            for group in more[:MOST_ROWS]
        ]  # fmt: skip
        head = ["level", "class", "operation", "backend", "checks", "what"]
        table = _table(head, rows, left=len(head))
        parts.append(f"<details><summary>{len(more)} more kinds of findings</summary>\n\n{table}\n\n</details>")
        if left := sum(len(group.checks) for group in more[MOST_ROWS:]):
            parts.append(f"{len(more) - MOST_ROWS} more groups ({left} checks): see the page or junit.xml.")
    return "\n\n".join(parts)


def _classes(counted: Sequence[Tally]) -> str:
    """Classes by levels."""
    levels = [level for level in Level if any(one.by_level.get(level) for one in counted)]
    rows = [
        [one.name, ", ".join(_cell(name) for name in one.operations[:MOST_NAMES])
         + (f" and {len(one.operations) - MOST_NAMES} more" if len(one.operations) > MOST_NAMES else ""),
         *(str(one.by_level.get(level, 0)) for level in levels)]
        for one in counted
    ]  # fmt: skip
    return _table(["class", "operations", *levels], rows, left=2)


def _group(group: Group) -> str:
    check = group.lead
    many = f" x {len(group.checks)}" if len(group.checks) > 1 else ""
    kinds = ", ".join(dict.fromkeys(one.kind for one in group.checks))
    lines = [
        f"### {group.class_name}: {_code(group.operation)} ({kinds}) on {_code(group.column)}{many}",
        f"{group.level} {' '.join(_code(name) for name in check.blamed)}: {_code(group.heading)}",
    ]
    if told := [text for text in (cause(check), extent(check), kin_text(group)) if text]:
        lines.append("\n".join(f"- {_prose(text)}" for text in told))
    if disputed(check):
        lines.append(f"Expectation: {_code(expectation_text(check))}")
    element = worst_text(worst_failed(check))
    if element:
        lines.append(f"Worst element {_code(element)}, {fraction_sentence(fraction(check))}.")
    if asked := input_line(check):
        lines.append(f"Asked with {_code(asked)}.")
    if check.reproduce:
        lines.append(_fence(check.reproduce))
    return "\n\n".join(lines)


def _expected(run: Run) -> str:
    """Known failures, one row per expectation."""
    rows = [
        [_cell(one.column), _cell(one.text), _cell(one.checks[0].id), str(len(one.checks))] for one in expected(run)
    ]
    if not rows:
        return ""
    return "## Expected failures\n\n" + _table(["backend", "expectation", "first check", "checks"], rows, left=3)


def _coverage(run: Run) -> str:
    """What of the spec has checks, by level and, folded away, by area."""
    told = run.header.coverage
    if told is None:
        return ""
    states = ("clauses", *State)
    levels = [[level, *_sums(sums)] for level, sums in coverage.by_level(told)]
    areas = [[one.area, *_sums(one.sums)] for one in coverage.by_area(run, told)]
    folded = f"<details><summary>By area</summary>\n\n{_table(['area', *states], areas)}\n\n</details>"
    parts = ["## Coverage of the spec", f"{_prose(coverage.sentence(told.rows, told.share, told.most))}."]
    parts += [f"Fault of the suite: {_prose(fault)}." for fault in told.faults]
    return "\n\n".join([*parts, _table(["level", *states], levels), folded])


def _sums(sums: coverage.Sums) -> list[str]:
    """Clauses, and those in each state."""
    return [str(value) for value in (sums.clauses, sums.encoded, sums.not_checkable, sums.not_yet, sums.orphan)]


def _defaults(run: Run) -> str:
    """Settings whose default is another in another layer, folded away."""
    told = run.header.defaults
    if told is None or not told.conflicts:
        return ""
    rows = [
        [_cell(one.setting), *(_cell(json.dumps(cell.value)) if cell else "–" for cell in one.layers)]
        for one in told.conflicts
    ]
    table = _table(["setting", *map(_cell, told.layers)], rows, left=1 + len(told.layers))
    return f"<details><summary>{len(rows)} defaults that disagree</summary>\n\n{table}\n\n</details>"


def _usage(run: Run) -> str:
    table = usage(run)
    names = usage_columns(table, run)
    if not table:
        return ""
    rows = [
        [_cell(operation), _cell(output), *(fraction_text(row.get(name)) for name in names)]
        for (operation, output), row in rows_of(table).items()
    ]
    parts = ["## Worst fraction of the tolerance used"]
    parts += [_table(["operation", "output", *map(_cell, names)], rows, left=2)] if rows else []
    return "\n\n".join(filter(None, (*parts, _prose(unused_text(table)))))
