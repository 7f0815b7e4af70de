"""The verdict of a run: who conforms, who does not, who could not be judged."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ptychoparity.reports.events import BAD_OUTCOMES, CONFORMS, DOES_NOT_CONFORM, NOT_JUDGED

GATES = {"must": ("MUST",), "should": ("MUST", "SHOULD"), "house": ("MUST", "SHOULD", "HOUSE")}
"""Levels whose failures turn a verdict, by the name of the gate. INFO and MAY never do."""

UNTRUE = {
    "expired": ("expectation has expired", "expectations have expired"),
    "other-signature": ("fails otherwise than expected", "fail otherwise than expected"),
    "passes": ("expected failure passes", "expected failures pass"),
}
"""States of an expectation that turn a verdict at every level: what is recorded is not what is."""


def _counts(checks: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    return dict(Counter(check["outcome"] for check in checks))


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _state(check: Mapping[str, Any]) -> str:
    return check.get("expectation", {}).get("state", "")


def _but_for(verdict: Mapping[str, Any]) -> str:
    """A backend with known failures does not conform without a word on them."""
    known = verdict["counts"].get("xfail", 0)
    if verdict["verdict"] != "conforms" or not known:
        return ""
    return f" but for {_many(known, 'expected failure', 'expected failures')}"


def verdict_of(
    backend: Mapping[str, Any],
    checks: list[Mapping[str, Any]],
    emptiness: list[str],
    gate: str,
    selected: bool = False,
    stale: int = 0,
) -> dict[str, Any]:
    """One backend's verdict with its reason in a sentence. `stale`: expectations that cover no check any more."""
    row = {"backend": backend["name"], "device": backend["device"], "counts": _counts(checks)}
    if backend["status"] == "skipped":
        return {**row, "verdict": "skipped", "why": backend["reason"]}
    if backend["status"] == "broken":
        began = "" if backend.get("info") else "it did not start: "
        return {**row, "verdict": "could not be judged", "why": began + backend["reason"]}
    bad = [c for c in checks if c["outcome"] in BAD_OUTCOMES]
    untrue = Counter(_state(c) for c in bad if _state(c) in UNTRUE)
    gating = [c for c in bad if c["level"] in GATES[gate] or _state(c) in UNTRUE]
    beside = len(bad) - len(gating)
    expected = sum(c["outcome"] == "xfail" for c in checks)
    as_expected = f"; {_many(expected, 'check fails', 'checks fail')} as expected" if expected else ""
    if gating or stale:
        failing = [c for c in gating if c["outcome"] != "xpass"]
        operations = ", ".join(sorted({c["operation"] for c in failing}))
        reasons = [f"{_many(len(failing), 'check fails', 'checks fail')} in {operations}"] if failing else []
        if failing and all(c.get("kind") == "parity" for c in failing):
            reasons[0] += f", parity with {', '.join(sorted({c['against'] for c in failing}))} alone"
        reasons += [_many(untrue[state], *words) for state, words in UNTRUE.items() if untrue[state]]
        reasons += [_many(stale, "expectation is stale", "expectations are stale")] if stale else []
        why = "; ".join(reasons) + as_expected
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
        why = "no check passes that is not expected to fail" if expected else "no check was run on it"
        return {**row, "verdict": "could not be judged", "why": why}
    heard = {c["operation"] for c in asked if c["outcome"] != "not-run"}
    if selected and (silent := sorted({c["operation"] for c in asked} - heard)):
        return {**row, "verdict": "could not be judged", "why": f"asked for, and not run at all: {', '.join(silent)}"}
    if selected:
        passed = sum(c["outcome"] == "pass" for c in checks)
        below = f"; {_many(beside, 'finding', 'findings')} below the gate" if beside else ""
        return {
            **row,
            "verdict": "conforms",
            "why": f"{_many(passed, 'selected check passes', 'selected checks pass')}{as_expected}{below}",
        }
    claimed = len(backend["operations"])
    total = claimed + len(backend["not_claimed"])
    binding = " that gates" if beside else ""
    every = "every other check" if expected else f"every check{binding}"
    why = f"{every} passes in {'all' if claimed == total else f'the {claimed} of'} {total} operations"
    if claimed != total:
        why += f" it claims; not claimed: {', '.join(backend['not_claimed'])}"
    why += as_expected
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
    stale: Sequence[Mapping[str, Any]] = (),
) -> tuple[list[dict[str, Any]], int, str]:
    """Verdicts, exit code and one sentence. Keys are `name@device`; `optional` ones may be skipped freely.

    With `selected` only part of the suite was asked for, and the verdict says so. `stale` as in the footer.
    """
    verdicts, codes = [], []
    for backend in backends:
        key = f"{backend['name']}@{backend['device']}"
        mine = [c for c in checks if f"{c['backend']}@{c['device']}" == key]
        forgotten = sum(key in one["columns"] for one in stale)
        verdict = verdict_of(backend, mine, emptiness.get(key, []), gates[key], selected, forgotten)
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
        f"{v['backend']}@{v['device']} {'was ' if v['verdict'] == 'skipped' else ''}{v['verdict']}{_but_for(v)}"
        for v in verdicts
    ]
    return verdicts, exit_code, "; ".join(parts) or "nothing was run"
