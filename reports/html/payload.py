"""All checks of a run as compact JSON for page.js: findings first, in the order in which every reader shows them.

Strings and lists that repeat are stored once, in `table`, and referred to by index. Rows are arrays whose names stand
once, in `columns` and `fields`: page.js makes objects of them and knows no position. Where the page would grow too
large, details are dropped in steps, those of passing checks first, and then checks; the page says so.
"""

import dataclasses
import json
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

_FEW_DETAILS = 100

Pair = tuple[CheckFinished, View]
Keep = Callable[[View, bool, int], View | None]
"""What is kept of a view: the view, whether the check is a finding, its place in the list."""

STEPS: tuple[tuple[str, Keep], ...] = (
    ("", lambda view, finding, place: view),
    (
        "Inputs, printed text and histograms of passing checks were left out to keep this page small.",
        lambda view, finding, place: view if finding else _thin(view),
    ),
    (
        "Details of passing checks were left out to keep this page small.",
        lambda view, finding, place: view if finding else None,
    ),
    (
        f"Details of all but the first {_FEW_DETAILS} findings were left out to keep this page small.",
        lambda view, finding, place: view if finding and place < _FEW_DETAILS else None,
    ),
)


def fit(run: Run, budget: int) -> tuple[str, str]:
    """Return the JSON below `budget` bytes with as much detail as fits, and a note on what was left out.

    Raises ValueError where even an empty list is larger.
    """
    found = groups(findings(run))
    sizes = [len(group.checks) for group in found]
    ordered = [check for group in found for check in group.checks]
    ordered += [check for check in run.checks if not check.outcome.bad]
    views = [(check, check_view(check)) for check in ordered]
    for note, keep in STEPS:
        text = _encode(views, keep, sizes)
        if len(text.encode()) <= budget:
            return text, note
    return _some(views, budget, sizes)


def _some(views: Sequence[Pair], budget: int, sizes: Sequence[int]) -> tuple[str, str]:
    """As many findings as fit, without details: a page that names some is of more use than none."""
    listed = [pair for pair in views if pair[0].outcome.bad]
    while len((text := _encode(listed, lambda view, finding, place: None, sizes)).encode()) > budget:
        if not listed:
            raise ValueError(f"{len(text)} bytes are needed; {budget} are left on the page")
        listed = listed[: len(listed) // 2]
    return text, (
        f"{len(views) - len(listed)} of {len(views)} checks are not listed, and no details are given, to keep this page"
        " small: they are in junit.xml and events.jsonl."
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


def _encode(views: Sequence[Pair], keep: Keep, sizes: Sequence[int]) -> str:
    table = _Table()
    rows = []
    for place, (check, view) in enumerate(views):
        kept = keep(view, check.outcome.bad, place)
        rows.append([*_row(table, check), None if kept is None else _detail(table, kept, check.id)])
    data = {
        "columns": [
            {"name": one.name, "heading": one.heading, "shared": one.shared, "style": one.style} for one in COLUMNS
        ],
        "fields": {"detail": _names(View), "comparison": _names(ComparisonView)},
        "outcomes": {one.value: {"state": mark(one).state, "symbol": mark(one).symbol} for one in Outcome},
        "findings": list(sizes),
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
