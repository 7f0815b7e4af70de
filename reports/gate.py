"""The verdict of a run: who conforms, who does not, who could not be judged."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from reports.events import BAD_OUTCOMES, CONFORMS, DOES_NOT_CONFORM, NOT_JUDGED

GATES = {"must": ("MUST",), "should": ("MUST", "SHOULD"), "house": ("MUST", "SHOULD", "HOUSE")}
"""Levels whose failures turn a verdict, by the name of the gate. INFO and MAY never do."""


def _counts(checks: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    return dict(Counter(check["outcome"] for check in checks))


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def verdict_of(
    backend: Mapping[str, Any], checks: list[Mapping[str, Any]], emptiness: list[str], gate: str, selected: bool = False
) -> dict[str, Any]:
    """One backend's verdict with its reason in a sentence."""
    row = {"backend": backend["name"], "device": backend["device"], "counts": _counts(checks)}
    if backend["status"] == "skipped":
        return {**row, "verdict": "skipped", "why": backend["reason"]}
    if backend["status"] == "broken":
        return {**row, "verdict": "could not be judged", "why": f"it did not start: {backend['reason']}"}
    bad = [c for c in checks if c["outcome"] in BAD_OUTCOMES]
    gating = [c for c in bad if c["level"] in GATES[gate]]
    beside = len(bad) - len(gating)
    if gating:
        operations = ", ".join(sorted({c["operation"] for c in gating}))
        why = f"{_many(len(gating), 'check fails', 'checks fail')} in {operations}"
        return {
            **row,
            "verdict": "does not conform",
            "why": why + (f"; {beside} more beside the gate" if beside else ""),
        }
    if emptiness:
        return {**row, "verdict": "could not be judged", "why": "; ".join(emptiness)}
    # saying who one is proves nothing: `describe` alone judges only a run that asked for nothing else
    asked = [c for c in checks if c["operation"] != "describe"] or checks
    if not any(c["outcome"] == "pass" for c in asked):
        return {**row, "verdict": "could not be judged", "why": "no check was run on it"}
    if selected:
        passed = sum(c["outcome"] == "pass" for c in checks)
        below = f"; {_many(beside, 'finding', 'findings')} below the gate" if beside else ""
        return {
            **row,
            "verdict": "conforms",
            "why": f"{_many(passed, 'selected check passes', 'selected checks pass')}{below}",
        }
    claimed = len(backend["operations"])
    total = claimed + len(backend["not_claimed"])
    why = f"every check passes in {'all' if claimed == total else f'the {claimed} of'} {total} operations"
    if claimed != total:
        why += f" it claims; not claimed: {', '.join(backend['not_claimed'])}"
    return {
        **row,
        "verdict": "conforms",
        "why": why + (f"; {_many(beside, 'finding', 'findings')} below the gate" if beside else ""),
    }


def judge_run(
    backends: list[Mapping[str, Any]],
    checks: list[Mapping[str, Any]],
    emptiness: Mapping[str, list[str]],
    gates: Mapping[str, str],
    optional: frozenset[str] = frozenset(),
    selected: bool = False,
) -> tuple[list[dict[str, Any]], int, str]:
    """Verdicts, exit code and one sentence. Keys are `name@device`; `optional` ones may be skipped freely.

    With `selected` only part of the suite was asked for, and the verdict says so.
    """
    verdicts, codes = [], []
    for backend in backends:
        key = f"{backend['name']}@{backend['device']}"
        mine = [c for c in checks if f"{c['backend']}@{c['device']}" == key]
        verdict = verdict_of(backend, mine, emptiness.get(key, []), gates[key], selected)
        verdicts.append(verdict)
        if not (verdict["verdict"] == "skipped" and key in optional):
            codes.append(
                {"conforms": CONFORMS, "does not conform": DOES_NOT_CONFORM}.get(verdict["verdict"], NOT_JUDGED)
            )
    if DOES_NOT_CONFORM in codes:
        exit_code = DOES_NOT_CONFORM
    else:
        exit_code = NOT_JUDGED if not codes or NOT_JUDGED in codes else CONFORMS
    parts = [
        f"{v['backend']}@{v['device']} {'was ' if v['verdict'] == 'skipped' else ''}{v['verdict']}" for v in verdicts
    ]
    return verdicts, exit_code, "; ".join(parts) or "nothing was run"
