"""All checks of a run as compact JSON for page.js: findings first, in the order in which every reader shows them.

Strings and lists that repeat are stored once, in `table`, and referred to by index. Rows are arrays whose names stand
once, in `columns` and `fields`: page.js makes objects of them and knows no position. Where the page would grow too
large, details are dropped in steps, those of passing checks first, and then checks; the page says so.
"""

import dataclasses
import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from ptychoparity.core.events import CheckFinished
from ptychoparity.core.outcomes import Outcome
from ptychoparity.reports.events import Run
from ptychoparity.reports.html.columns import COLUMNS, mark
from ptychoparity.reports.html.views import ComparisonView, Facts, View, check_view
from ptychoparity.reports.queries import findings, groups
from ptychoparity.reports.text import plain

_ID_MARK = "\x01"
"""Stands for the check's own id in a reproduction line, which is then the same for most checks."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """A check of the page, and where it stands among the findings."""

    check: CheckFinished
    view: View
    finding: int | None = None
    """Number of its group; None: it is no finding."""
    leads: bool = False
    """Whether it is the one of its group that is shown."""


Keep = Callable[[Entry], View | None]
"""What is kept of a view."""


def _led(one: Entry, most: int) -> View | None:
    """What shows a finding, for so many findings."""
    return one.view if one.leads and one.finding is not None and one.finding < most else None


STEPS: tuple[tuple[str, Keep], ...] = (
    ("", lambda one: one.view),
    (
        "Inputs, printed text and histograms of passing checks were left out to keep this page small.",
        lambda one: one.view if one.finding is not None else _thin(one.view),
    ),
    (
        "Details of passing checks were left out to keep this page small.",
        lambda one: one.view if one.finding is not None else None,
    ),
    (
        "Details of all but the first check of each finding were left out to keep this page small.",
        lambda one: one.view if one.leads else None,
    ),
    (
        "Details of all but the first checks of 200 findings were left out to keep this page small.",
        lambda one: _led(one, 200),
    ),
    (
        "Details of all but the first checks of 50 findings were left out to keep this page small.",
        lambda one: _led(one, 50),
    ),
)


def fit(run: Run, budget: int) -> tuple[str, str]:
    """Return the JSON below `budget` bytes with as much detail as fits, and a note on what was left out.

    Raises ValueError where even an empty list is larger.
    """
    entries = [
        Entry(check, check_view(check), number, check is group.lead)
        for number, group in enumerate(groups(findings(run)))
        for check in group.checks
    ]
    entries += [Entry(check, check_view(check)) for check in run.checks if not check.outcome.bad]
    for note, keep in STEPS:
        text = _encode(entries, keep)
        if len(text.encode()) <= budget:
            return text, note
    return _some(entries, budget)


def _some(entries: Sequence[Entry], budget: int) -> tuple[str, str]:
    """As many findings as fit, without details: a page that names some is of more use than none."""
    listed = [one for one in entries if one.finding is not None]
    while len((text := _encode(listed, lambda one: None)).encode()) > budget:
        if not listed:
            raise ValueError(f"{len(text)} bytes are needed; {budget} are left on the page")
        listed = listed[: len(listed) // 2]
    return text, (
        f"{len(entries) - len(listed)} of {len(entries)} checks are not listed, and no details are given, to keep this"
        " page small: they are in junit.xml and events.jsonl."
    )


def _thin(view: View) -> View:
    comparisons = tuple(
        dataclasses.replace(one, labels=(), counts=(), picture="", caption="") for one in view.comparisons
    )
    return dataclasses.replace(view, inputs=(), blocks=(), comparisons=comparisons)


class _Table:
    """Values by index, each stored once."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._places: dict[str, int] = {}

    def ref(self, value: Any) -> int:
        name = value if isinstance(value, str) else json.dumps(value)
        if name not in self._places:
            self._places[name] = len(self.values)
            self.values.append(value)
        return self._places[name]

    def refs(self, values: Sequence[str]) -> list[int]:
        return [self.ref(value) for value in values]


def _names(view: type) -> list[str]:
    return [one.name for one in dataclasses.fields(view)]


def _encode(entries: Sequence[Entry], keep: Keep) -> str:
    table = _Table()
    rows = []
    for one in entries:
        kept = keep(one)
        rows.append([*_row(table, one.check), None if kept is None else _detail(table, kept, one.check.id)])
    sizes = Counter(one.finding for one in entries if one.finding is not None)
    data = {
        "columns": [
            {"name": one.name, "heading": one.heading, "shared": one.shared, "style": one.style} for one in COLUMNS
        ],
        "fields": {"detail": _names(View), "comparison": _names(ComparisonView)},
        "outcomes": {one.value: {"state": mark(one).state, "symbol": mark(one).symbol} for one in Outcome},
        "findings": [sizes[number] for number in sorted(sizes)],
        "table": table.values,
        "checks": rows,
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # Inside <script>, only these can end the element or open a comment.
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _row(table: _Table, check: CheckFinished) -> list[Any]:
    """A value per column; the details come behind the last one."""
    values = ((column, column.value(check)) for column in COLUMNS)
    return [table.ref(value) if column.shared else value for column, value in values]


def _detail(table: _Table, view: View, name: str) -> list[Any]:
    """A value per field of View, in their order."""
    values = {
        "hints": table.refs(view.hints),
        "faults": table.refs(view.faults),
        "facts": _facts(table, view.facts),
        "inputs": table.refs(view.inputs),
        "comparisons": [_comparison(table, one) for one in view.comparisons],
        "blocks": _facts(table, view.blocks),
        "reproduce": table.refs([line.replace(plain(name), _ID_MARK) for line in view.reproduce]),
    }
    return [values[field] for field in _names(View)]


def _comparison(table: _Table, view: ComparisonView) -> list[Any]:
    """A value per field of ComparisonView, in their order."""
    values = {
        "title": table.ref(view.title),
        "ok": int(view.ok),
        "facts": _facts(table, view.facts),
        "labels": table.ref(list(view.labels)),
        "counts": view.counts,
        "picture": table.ref(view.picture),
        "caption": table.ref(view.caption),
    }
    return [values[field] for field in _names(ComparisonView)]


def _facts(table: _Table, facts: Facts) -> list[int]:
    """Label and text in turn."""
    return [table.ref(part) for pair in facts for part in pair]
