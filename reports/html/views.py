"""What the page shows of one check, as plain texts.

The template (findings, readable without JavaScript) and page.js (all checks, drawn when opened) read the same
view, so that neither decides anything.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ptychoparity.core.events import CheckFinished, Comparison, InputSummary, Where
from ptychoparity.reports.images import error_map
from ptychoparity.reports.queries import used
from ptychoparity.reports.text import (
    expectation_text,
    fault_text,
    fraction_text,
    number,
    plain,
    shorten,
    traceback_text,
)

MOST_TEXT = 3000

Facts = tuple[tuple[str, str], ...]
"""Labels and texts."""


@dataclass(frozen=True)
class ComparisonView:
    """What differs by how much, what was allowed and why, and the ULP histogram."""

    title: str
    ok: bool
    facts: Facts
    labels: tuple[str, ...]
    counts: tuple[int, ...]
    picture: str
    """data URI of the small picture of where it differs; empty where there is none"""
    caption: str
    """What the picture shows."""


@dataclass(frozen=True)
class View:
    """One check. page.js knows the fields of both views by their names here."""

    hints: tuple[str, ...]
    """What the difference looks like."""
    faults: tuple[str, ...]
    """What else is wrong, beside what the first line of the message says."""
    facts: Facts
    inputs: tuple[str, ...]
    comparisons: tuple[ComparisonView, ...]
    blocks: Facts
    """Titles and long texts."""
    reproduce: tuple[str, ...]


def check_view(check: CheckFinished) -> View:
    """Return facts, inputs, comparisons, text blocks and reproduction lines of one check."""
    blocks = [
        ("Message", check.message if "\n" in check.message.strip() else ""),
        ("Traceback", traceback_text(check.raised.traceback) if check.raised else ""),
        ("Printed by the backend", check.captured),
        ("Warnings", "\n".join(check.warnings)),
    ]
    more = (f"and {check.more_faults} more faults",) if check.more_faults else ()
    return View(
        hints=tuple(map(plain, check.faults[0].hints)) if check.faults else (),
        faults=(*map(fault_text, check.faults[1:]), *more),
        facts=_filled(_check_facts(check)),
        inputs=tuple(plain(_input_text(one)) for one in check.inputs),
        comparisons=tuple(sorted(map(comparison_view, check.comparisons), key=lambda one: one.ok)),
        blocks=_filled([(title, shorten(text, MOST_TEXT)) for title, text in blocks]),
        reproduce=tuple(map(plain, check.reproduce)),
    )


def _check_facts(check: CheckFinished) -> list[tuple[str, str]]:
    times = f"{check.seconds:.3g} s, of which the adapter {check.adapter_seconds:.3g} s"
    times += f" and the oracle {check.oracle_seconds:.3g} s"
    raised = f"{check.raised.type}: {check.raised.message}" if check.raised and check.raised.type else ""
    return [
        ("Input descriptor", json.dumps(check.descriptor, ensure_ascii=False) if check.descriptor else ""),
        ("Expectation", expectation_text(check)),
        ("Compared with", check.against),
        ("Not provided", ", ".join(check.not_provided)),
        ("Raised", shorten(raised, MOST_TEXT)),
        ("Tried", f"{check.examples} inputs, {check.calls} calls"),
        ("Time", times),
        ("Failure file", check.failure_file),
    ]


def _input_text(one: InputSummary) -> str:
    kind = " ".join(part for part in (one.dtype, _shape(one.shape)) if part)
    return f"{one.name}: {kind + '; ' if kind else ''}{one.summary}"


def _shape(shape: Sequence[int] | None) -> str:
    return "" if shape is None else f"({', '.join(map(str, shape))})"


def comparison_view(comparison: Comparison) -> ComparisonView:
    """Return one comparison as texts; of one where nothing was measured only what was said."""
    kind, facts = "", []
    if comparison.measured:
        kind = " ".join(part for part in (comparison.dtype, _shape(comparison.shape)) if part)
        facts = _measured(comparison)
    return ComparisonView(
        title=plain(f"{comparison.output} {kind}".strip()),
        ok=comparison.ok,
        facts=_filled([*facts, ("Note", comparison.note)]),
        labels=tuple(map(plain, comparison.ulps.labels)) if comparison.ulps else (),
        counts=comparison.ulps.counts if comparison.ulps else (),
        picture=error_map(comparison.where) if comparison.where else "",
        caption=_where_text(comparison.where) if comparison.where else "",
    )


def _where_text(where: Where) -> str:
    rows, *columns = where.axes
    axes = f"rows along axis {rows}, columns along axis {columns[0]}" if columns else f"along axis {rows}"
    return f"Where it differs: {axes}; grey is within the tolerance, dark red the largest error, violet not finite"


def _measured(comparison: Comparison) -> list[tuple[str, str]]:
    worst, tolerance = comparison.worst, comparison.tolerance or {}
    element = [
        ("Worst element", f"[{', '.join(map(str, worst.index))}]"),
        ("Expected", worst.expected),
        ("Actual", worst.actual),
        ("Error", f"{number(worst.error)} (allowed {number(worst.allowed)})"),
    ] if worst else []  # fmt: skip
    return [
        *element,
        ("Tolerance used", fraction_text(used(comparison))),
        ("Beyond tolerance", f"{comparison.differing} of {comparison.elements}"),
        ("Error / peak", "" if comparison.peak_error is None else number(comparison.peak_error)),
        ("Tolerance", tolerance_text(tolerance)),
        ("Why", str(tolerance.get("why", ""))),
    ]


def tolerance_text(tolerance: Mapping[str, Any]) -> str:
    """Return the numbers of a tolerance without its `why`: `peak_rtol 1e-06, atol 0`."""
    return ", ".join(
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in tolerance.items()
        if name != "why" and not isinstance(value, dict)
    )


def _filled(facts: Sequence[tuple[str, str]]) -> Facts:
    return tuple((label, plain(text)) for label, text in facts if text)
