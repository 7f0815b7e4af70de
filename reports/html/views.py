"""What the page shows of one check, as plain lists of strings.

The template (findings, readable without JavaScript) and page.js (all checks, drawn when opened) read the same
view, so that neither decides anything.
"""

import json
from typing import Any

from ptychoparity.reports.facts import Check, expectation_text, fraction_text, number, plain, shorten, used

MOST_TEXT = 3000

View = dict[str, Any]
Facts = list[tuple[str, str]]


def check_view(check: Check) -> View:
    """Facts, inputs, comparisons, text blocks and reproduction lines of one check."""
    raised = check.get("raised") or {}
    blocks = [
        ("Message", check["message"] if "\n" in check["message"].strip() else ""),
        ("Traceback", raised.get("traceback", "")),
        ("Printed by the backend", check.get("captured", "")),
        ("Warnings", "\n".join(check.get("warnings", []))),
    ]
    return {
        "facts": _filled(_check_facts(check)),
        "inputs": [plain(_input_text(one)) for one in check.get("inputs", [])],
        "comparisons": sorted(map(comparison_view, check.get("comparisons", [])), key=lambda one: one["ok"]),
        "blocks": _filled([(title, shorten(text, MOST_TEXT)) for title, text in blocks]),
        "reproduce": [plain(line) for line in check.get("reproduce", [])],
    }


def _check_facts(check: Check) -> Facts:
    descriptor = check.get("descriptor")
    times = f"{check['seconds']:.3g} s, of which the adapter {check['adapter_seconds']:.3g} s"
    if "oracle_seconds" in check:
        times += f" and the oracle {check['oracle_seconds']:.3g} s"
    raised = check.get("raised") or {}
    error = f"{raised['type']}: {raised.get('message', '')}" if raised.get("type") else ""
    return [
        ("Input descriptor", json.dumps(descriptor, ensure_ascii=False) if descriptor else ""),
        ("Expectation", expectation_text(check)),
        ("Compared with", check.get("against", "")),
        ("Raised", shorten(error, MOST_TEXT)),
        ("Tried", f"{check['examples']} inputs, {check['calls']} calls"),
        ("Time", times),
        ("Failure file", check.get("failure_file", "")),
    ]


def _input_text(one: dict[str, Any]) -> str:
    kind = " ".join(part for part in (one.get("dtype", ""), _shape(one.get("shape"))) if part)
    return f"{one['name']}: {kind + '; ' if kind else ''}{one['summary']}"


def _shape(shape: list[int] | None) -> str:
    return "" if shape is None else f"({', '.join(map(str, shape))})"


def comparison_view(comparison: dict[str, Any]) -> View:
    """One comparison: what differs by how much, what was allowed and why, and the ULP histogram."""
    worst = comparison.get("worst") or {}
    tolerance = comparison.get("tolerance") or {}
    allowed = f"{number(worst.get('error'))} (allowed {number(worst.get('allowed'))})" if worst else ""
    beyond = f"{comparison.get('differing')} of {comparison.get('elements', '?')}"
    facts = [
        ("Worst element", f"[{', '.join(map(str, worst.get('index', [])))}]" if worst else ""),
        ("Expected", worst.get("expected", "")),
        ("Actual", worst.get("actual", "")),
        ("Error", allowed),
        ("Tolerance used", fraction_text(used(comparison)) if "used" in comparison else ""),
        ("Beyond tolerance", beyond if "differing" in comparison else ""),
        ("Error / peak", "" if comparison.get("peak_error") is None else number(comparison["peak_error"])),
        ("Tolerance", tolerance_text(tolerance)),
        ("Why", str(tolerance.get("why", ""))),
        ("Note", comparison.get("note", "")),
    ]
    ulps = comparison.get("ulps") or {"labels": [], "counts": []}
    kind = " ".join(part for part in (comparison.get("dtype", ""), _shape(comparison.get("shape"))) if part)
    return {
        "title": plain(f"{comparison['output']} {kind}".strip()),
        "ok": comparison["ok"],
        "facts": _filled(facts),
        "labels": [plain(label) for label in ulps["labels"]],
        "counts": ulps["counts"],
    }


def tolerance_text(tolerance: dict[str, Any]) -> str:
    """The numbers of a tolerance without its `why`: `peak_rtol 1e-06, atol 0`."""
    return ", ".join(
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in tolerance.items()
        if name != "why" and not isinstance(value, dict)
    )


def _filled(facts: Facts) -> Facts:
    return [(label, plain(text)) for label, text in facts if text]
