"""All checks of a run as compact JSON for page.js.

Strings and lists that repeat are stored once, in `table`, and referred to by index. Where the page would grow
too large, details are dropped in steps, those of passing checks first, and then checks; the page says so.
"""

import json
import math
from collections.abc import Callable
from typing import Any

from ptychoparity.reports.events import Run
from ptychoparity.reports.facts import Check, first_line, fraction, is_finding, key, plain
from ptychoparity.reports.html.views import View, check_view

_ID_MARK = "\x01"
"""Stands for the check's own id in a reproduction line, which is then the same for most checks."""

_FEW_DETAILS = 100

STEPS: tuple[tuple[str, Callable[[View, bool, int], View | None]], ...] = (
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
    """The JSON below `budget` bytes with as much detail as fits, and a note on what was left out.

    Raises ValueError where even an empty list is larger.
    """
    views = [(check, check_view(check)) for check in sorted(run.checks, key=lambda one: not is_finding(one))]
    for note, keep in STEPS:
        text = _encode(views, keep)
        if len(text.encode()) <= budget:
            return text, note
    return _some(views, budget)


def _some(views: list[tuple[Check, View]], budget: int) -> tuple[str, str]:
    """As many findings as fit, without details: a page that names some is of more use than none."""
    listed = [pair for pair in views if is_finding(pair[0])]
    while len((text := _encode(listed, lambda view, finding, place: None)).encode()) > budget:
        if not listed:
            raise ValueError(f"{len(text)} bytes are needed; {budget} are left on the page")
        listed = listed[: len(listed) // 2]
    return text, (
        f"{len(views) - len(listed)} of {len(views)} checks are not listed, and no details are given, to keep this page"
        " small: they are in junit.xml and events.jsonl."
    )


def _thin(view: View) -> View:
    comparisons = [one | {"labels": [], "counts": []} for one in view["comparisons"]]
    return view | {"inputs": [], "blocks": [], "comparisons": comparisons}


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


def _encode(views: list[tuple[Check, View]], keep: Callable[[View, bool, int], View | None]) -> str:
    table = _Table()
    rows = []
    for place, (check, view) in enumerate(views):
        kept = keep(view, is_finding(check), place)
        rows.append([*_row(table, check), None if kept is None else _detail(table, kept, check["id"])])
    text = json.dumps({"table": table.values, "checks": rows}, ensure_ascii=False, separators=(",", ":"))
    # Inside <script>, only these can end the element or open a comment.
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _row(table: _Table, check: Check) -> list[Any]:
    used = fraction(check)
    told = "/".join((check["operation"], check["kind"], check["case"], key(check)))
    return [
        "" if check["id"] == told else plain(check["id"]),  # the page puts most ids together itself
        table.ref(check["operation"]),
        table.ref(check["kind"]),
        plain(check["case"]),
        table.ref(key(check)),
        table.ref(check["clauses"]),
        table.ref(check["level"]),
        table.ref(check["outcome"]),
        table.ref(first_line(check["message"])),
        "inf" if used is not None and math.isinf(used) else _round(used),
        _round(check["seconds"]),
    ]


def _round(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def _detail(table: _Table, view: View, name: str) -> list[Any]:
    return [
        _facts(table, view["facts"]),
        [table.ref(text) for text in view["inputs"]],
        [
            [
                table.ref(one["title"]),
                int(one["ok"]),
                _facts(table, one["facts"]),
                table.ref(one["labels"]),
                one["counts"],
            ]
            for one in view["comparisons"]
        ],
        _facts(table, view["blocks"]),
        [table.ref(line.replace(plain(name), _ID_MARK)) for line in view["reproduce"]],
    ]


def _facts(table: _Table, facts: list[tuple[str, str]]) -> list[Any]:
    """Label and value in turn."""
    return [part for label, text in facts for part in (table.ref(label), table.ref(text))]
