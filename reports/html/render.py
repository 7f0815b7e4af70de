"""The parity page: one self-contained HTML file that works from disk, without network, below 2 MB."""

import base64
import hashlib
import json
import secrets
import shlex
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2

from ptychoparity.core.events import CheckFinished, Verdict
from ptychoparity.core.events_header import Clause, Hunt, Operation, State
from ptychoparity.core.exits import Exit
from ptychoparity.core.kinds import Kind
from ptychoparity.core.levels import Level
from ptychoparity.core.outcomes import Outcome
from ptychoparity.core.verdicts import Judgement
from ptychoparity.reports import coverage, images, queries, text
from ptychoparity.reports.events import Run
from ptychoparity.reports.html import matrix, payload, views
from ptychoparity.reports.html.columns import SHOWN, mark
from ptychoparity.reports.usage import Usage, usage, usage_columns

MOST_BYTES = 2_000_000
IMAGE_BYTES = 750_000
MOST_GROUPS = 12
"""Groups of findings shown in full without JavaScript, too; page.js draws the others when they are opened."""
MOST_OTHERS = 5
"""Checks of a group that are named beside the one shown."""
MOST_ROWS = 400
"""Groups of findings with a line of their own; the others are named, and are in the table of all checks."""

_SLACK = 1000
"""Bytes kept free for the note on what was left out."""


def render(run: Run) -> str:
    """The page of a run, below MOST_BYTES as UTF-8. Raises ValueError where that cannot be had."""
    # No text of a backend can hold a mark that is drawn anew for every page.
    data_mark, note_mark = f"data-{secrets.token_hex(8)}", f"note-{secrets.token_hex(8)}"
    marks = {"data_mark": data_mark, "note_mark": note_mark}
    page = _environment().get_template("page.html.j2").render(_context(run) | marks)
    data, note = payload.fit(run, MOST_BYTES - len(page.encode()) - _SLACK)
    page = page.replace(note_mark, note).replace(data_mark, data)
    size = len(page.encode())
    if size >= MOST_BYTES:
        raise ValueError(f"the page has {size} bytes, more than {MOST_BYTES}")
    return page


def write(run: Run, path: Path) -> None:
    """Write the page; `path` is replaced in one step."""
    text.replace(path, render(run))


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ptychoparity.reports", "html"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(
        plain=text.plain,
        first_line=text.first_line,
        fraction=text.fraction_text,
        tolerance=views.tolerance_text,
        mark=mark,
        capitalize_first=lambda words: words[:1].upper() + words[1:],
        flat=_flat,
        json=json.dumps,
    )
    return environment


def _flat(value: Any) -> str:
    """A JSON value as a short text: `a 1, b 2` for an object."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_flat(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_flat, value))
    return "" if value is None else str(value)


def _context(run: Run) -> dict[str, Any]:
    style, script = asset("style.css"), asset("state.js") + asset("detail.js") + asset("page.js")
    found = queries.groups(queries.findings(run))
    used = usage(run)
    rows = matrix.rows(run)
    return {
        "run": run,
        "title": _TITLES[run.footer.exit],
        "style": style,
        "script": script,
        "style_hash": content_hash(style),
        "script_hash": content_hash(script),
        "contracts": queries.contracts_text(run),
        "command": shlex.join(run.header.command),
        "timing": queries.timing_text(run),
        "cards": [_card(run, verdict, found) for verdict in run.footer.verdicts],
        "outcomes": [outcome for outcome in Outcome if any(check.outcome is outcome for check in run.checks)],
        "sections": _sections(run, found),
        "classes": [one.name for one in queries.tallies(found)],
        "most_others": MOST_OTHERS,
        "several": len({group.column for group in found}) > 1,
        "columns": queries.columns(run),
        "shown": SHOWN,
        "legend": matrix.LEGEND,
        "rows": rows,
        "areas": sorted({row.area for row in rows}),
        "levels": list(Level),
        "kinds": [kind for kind in Kind if any(check.kind is kind for check in run.checks)],
        "operations": run.header.operations,
        "coverage": _coverage(run),
        "defaults": run.header.defaults,
        "budget": _budget(run, used),
        "usage_columns": usage_columns(used, run),
        "expected": queries.expected(run),
        "stale": [line.partition(": ")[2] for line in queries.stale_texts(run)],
        "scan": _scan_rows(run),
        "gallery": images.gallery(run.directory, run.artifacts, IMAGE_BYTES),
    }


_TITLES = {
    Exit.CONFORMS: "Conforms", Exit.DOES_NOT_CONFORM: "Does not conform", Exit.NOT_JUDGED: "Not judged",
}  # fmt: skip


@dataclass(frozen=True)
class _Output:
    """One output of an operation: its tolerance where it has its own, and the fractions used, by column."""

    name: str
    tolerance: Any
    used: dict[str, float]


def _budget(run: Run, used: Usage) -> list[tuple[Operation, list[_Output]]]:
    """Operations that were asked, with their outputs, the largest fraction first."""
    made = []
    asked = {check.operation for check in run.checks if check.outcome.asked}
    for one in run.header.operations:
        if one.operation not in asked:
            continue
        stated = one.tolerance
        rows = [_Output(name, stated.get(name), row) for (operation, name), row in used.items()
                if operation == one.operation]  # fmt: skip
        there = {row.name for row in rows}
        rows += [_Output(name, stated[name], {}) for name in stated if name not in there]
        made.append((one, rows or [_Output("–", None, {})]))
    return made


_WITHOUT_A_CHECK = (State.ORPHAN, State.NOT_CHECKABLE, State.NOT_YET)


@dataclass(frozen=True)
class _Coverage:
    """How much of the spec has checks."""

    sentence: str
    faults: tuple[str, ...]
    hunt: Hunt | None
    areas: list[coverage.Area]
    sums: list[tuple[str, coverage.Sums]]
    lists: list[tuple[State, list[coverage.Group]]]


def _coverage(run: Run) -> _Coverage | None:
    """None for a run that does not say."""
    told = run.header.coverage
    if told is None:
        return None
    return _Coverage(
        sentence=coverage.sentence(told.rows, told.share, told.most),
        faults=told.faults,
        hunt=told.hunt,
        areas=coverage.by_area(run, told),
        sums=[*coverage.by_level(told), ("All levels", coverage.summed(told.rows))],
        lists=[
            (state, coverage.unchecked(told, state)) for state in (State.ORPHAN, State.NOT_CHECKABLE, State.NOT_YET)
        ],
    )


@dataclass(frozen=True)
class _ScanRow:
    """What one of the scan's own checks found, for the backends that say the same."""

    case: str
    outcome: Outcome
    message: str
    backends: list[str]


def _scan_rows(run: Run) -> list[_ScanRow]:
    said: dict[tuple[str, Outcome, str], list[str]] = {}
    for check in run.checks:
        if check.operation == Kind.SCAN:
            said.setdefault((check.case, check.outcome, check.message), []).append(check.column)
    return [_ScanRow(*about, names) for about, names in said.items()]


@dataclass(frozen=True)
class _Card:
    """One backend's verdict."""

    name: str
    state: str
    symbol: str
    verdict: Judgement
    why: str
    reason: str
    counts: list[tuple[str, int, bool]]
    levels: list[Level]
    tallies: list[queries.Tally]
    """Findings per class and level."""
    judged: bool


_CARDS = {
    Judgement.CONFORMS: ("good", "✓"), Judgement.CONFORMS_IN_PART: ("good", "◐"),
    Judgement.DOES_NOT_CONFORM: ("bad", "✗"), Judgement.NOT_JUDGED: ("warn", "!"),
    Judgement.SKIPPED: ("mute", "–"),
}  # fmt: skip


def _card(run: Run, verdict: Verdict, found: list[queries.Group]) -> _Card:
    mine = [group for group in found if group.column == verdict.column]
    state, symbol = _CARDS[verdict.verdict]
    return _Card(
        name=verdict.column,
        state=state,
        symbol=symbol,
        verdict=verdict.verdict,
        why=verdict.why,
        reason=next((one.reason for one in run.header.backends if one.column == verdict.column), ""),
        counts=queries.tally(check for check in run.checks if check.column == verdict.column),
        levels=[level for level in Level if any(group.level is level for group in mine)],
        tallies=queries.tallies(mine),
        judged=verdict.verdict is not Judgement.SKIPPED,
    )


@dataclass(frozen=True)
class _Finding:
    """A group of findings: a line, and its first check in full where there is room."""

    number: int
    """Its place among all groups, as page.js knows it."""
    group: queries.Group
    check: CheckFinished
    told: str
    """What is wrong, in a line."""
    kin: str
    view: views.View | None
    clauses: list[Clause]
    others: tuple[CheckFinished, ...]


@dataclass(frozen=True)
class _Section:
    """Findings of one level."""

    level: Level
    total: int
    shown: list[_Finding]
    more: list[queries.Group]


def _sections(run: Run, found: list[queries.Group]) -> list[_Section]:
    numbered = list(enumerate(found))
    return [
        _Section(
            level=level,
            total=sum(len(group.checks) for group in found if group.level is level),
            shown=[_finding(run, number, group) for number, group in numbered[:MOST_ROWS] if group.level is level],
            more=[group for group in found[MOST_ROWS:] if group.level is level],
        )
        for level in Level
        if any(group.level is level for group in found)
    ]


def _finding(run: Run, number: int, group: queries.Group) -> _Finding:
    return _Finding(
        number=number,
        group=group,
        check=group.lead,
        told=group.told,
        kin=queries.kin_text(group),
        view=views.check_view(group.lead) if number < MOST_GROUPS else None,
        clauses=list(queries.clauses(run, group.lead)) if number < MOST_GROUPS else [],
        others=group.checks[1:],
    )


def asset(name: str) -> str:
    return resources.files("ptychoparity.reports.html").joinpath(name).read_text(encoding="utf-8")


def content_hash(text: str) -> str:
    """The source expression that lets a Content-Security-Policy admit this inline text and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
