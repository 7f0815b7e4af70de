"""What every reader wants to know of a run beyond its lines: findings, groups, fractions of a tolerance.

Pure functions of `ptychoparity.reports.events.Run`; nothing here knows about terminals, XML or HTML.
"""

import math
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptychoparity.reports.events import BAD_OUTCOMES, LEVELS, OUTCOMES, Run

Check = dict[str, Any]

EXIT_MEANINGS = {
    0: "nothing that gates has failed",
    1: "at least one backend does not conform",
    2: "at least one backend could not be judged",
}

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


def plain(text: str) -> str:
    """`text` without terminal escapes and control characters (tab and newline stay).

    A lone return becomes a newline. What is left is legal in XML 1.0 and cannot drive a terminal.
    """
    return _CONTROL.sub("", _ANSI.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def first_line(text: str) -> str:
    """The line of a message that says what is wrong; the others show it."""
    lines = plain(text).strip().splitlines()
    return lines[0].strip() if lines else ""


def shorten(text: str, limit: int) -> str:
    """`text` with its middle left out where it is longer than `limit` characters, and saying so."""
    if len(text) <= limit:
        return text
    head, tail = limit // 3, limit - limit // 3
    return f"{text[:head]}\n[... {len(text) - limit} characters left out ...]\n{text[-tail:]}"


def key(event: dict[str, Any]) -> str:
    """`backend@device` of a check, a verdict or a header's backend."""
    return f"{event['backend'] if 'backend' in event else event['name']}@{event['device']}"


def expectation_text(check: Check) -> str:
    """What a recorded known failure says of this check, in one line; empty where there is none."""
    told = check.get("expectation")
    if not told:
        return ""
    who = f"owner {told['owner']}, {told['issue']}"
    where = f"{told['file']}, entry {told['entry']}" if "file" in told else "the expectation"
    match told["state"]:
        case "met":
            text = f"expected until {told['expires']} ({who})"
        case "other-signature":
            said = f"{told.get('outcome', check['outcome'])}: {first_line(check['message'])}"
            said = said if len(said) <= 100 else f"{said[:96]} ..."
            text = f"not the expected failure: {where} wants /{told['signature']}/, which is not in {said!r} ({who})"
        case "expired":
            text = f"the expectation expired on {told['expires']}: {where} ({who})"
        case _:
            text = f"passes, where {where} expects a failure until {told['expires']} ({who}); " + REMOVE.format(
                told.get("file", "FILE")
            )
    return plain(" ".join(text.split()))


REMOVE = "remove it: ptychoparity expectations update {}"


def stale_texts(run: Run) -> list[str]:
    """Each expectation that covers no check any more, in one line."""
    return [
        plain(
            f"stale: {one['file']}, entry {one['entry']}: {one['check']!r} covers no check of "
            f"{', '.join(one['columns'])} (owner {one['owner']}, {one['issue']}); {REMOVE.format(one['file'])}"
        )
        for one in run.footer.get("stale_expectations", [])
    ]


@dataclass(frozen=True)
class Expected:
    """Failures of one backend that one expectation covers."""

    column: str
    text: str
    checks: tuple[Check, ...]

    @property
    def total(self) -> int:
        return len(self.checks)


def expected(run: Run) -> list[Expected]:
    """The known failures that were met, as they are recorded: by owner, issue, date and signature."""
    found: dict[tuple[str, str], list[Check]] = {}
    for check in run.checks:
        if check["outcome"] == "xfail":
            found.setdefault((key(check), expectation_text(check)), []).append(check)
    return [Expected(*name, tuple(checks)) for name, checks in found.items()]


def is_finding(check: Check) -> bool:
    """Whether the outcome counts against the backend."""
    return check["outcome"] in BAD_OUTCOMES


def findings(run: Run) -> list[Check]:
    """Every check that counts against its backend, in the order of the stream."""
    return [check for check in run.checks if is_finding(check)]


def counts(checks: Iterable[Check]) -> dict[str, int]:
    """Outcome to number of checks, in the order of OUTCOMES, without zeros."""
    counter = Counter(check["outcome"] for check in checks)
    return {outcome: counter[outcome] for outcome in OUTCOMES if counter[outcome]}


def columns(run: Run) -> list[str]:
    """Every `backend@device` that was ready or has a check, in the header's order."""
    names = [key(backend) for backend in run.header["backends"] if backend["status"] == "ready"]
    return list(dict.fromkeys([*names, *(key(check) for check in run.checks)]))


def used(comparison: dict[str, Any]) -> float | None:
    """Fraction of the tolerance used; infinite where the comparison failed without a finite error."""
    value = comparison.get("used")
    if value is None:
        return None if comparison["ok"] else math.inf
    return float(value)


def worst_comparison(check: Check) -> dict[str, Any] | None:
    """The comparison that used most of its tolerance; one that failed always comes before one that held."""
    comparisons = check.get("comparisons", [])
    return max(comparisons, key=lambda one: (not one["ok"], _rank(used(one))), default=None)


def _rank(value: float | None) -> float:
    return -1.0 if value is None else value


def worst_failed(check: Check) -> dict[str, Any] | None:
    """The worst comparison where one failed; None where the check failed for another reason."""
    comparison = worst_comparison(check)
    return None if comparison is None or comparison["ok"] else comparison


def fraction(check: Check) -> float | None:
    """Largest fraction of a tolerance that the check used; None where nothing was measured."""
    values = [value for value in map(used, check.get("comparisons", [])) if value is not None]
    return max(values, default=None)


def fraction_text(value: float | None) -> str:
    """`0.42` of the tolerance as `42 %`, more than all of it as `3.2x`, a non-finite error in words."""
    if value is None:
        return "-"
    if math.isinf(value):
        return "without bound"  # nothing was allowed, or the error is not finite
    if value > 1:
        return f"{value:.3g}x"
    return f"{100 * value:.0f} %" if value >= 0.1 else f"{100 * value:.2g} %"


def fraction_sentence(value: float | None) -> str:
    """The fraction of the tolerance in words, for a line that stands alone."""
    if value is None:
        return ""
    if math.isinf(value):
        return "nothing was allowed, or the error is not finite"
    return f"{value:.3g} times the tolerance" if value > 1 else f"{fraction_text(value)} of the tolerance"


def number(value: float | None) -> str:
    return "not finite" if value is None else f"{value:.6g}"


def worst_text(comparison: dict[str, Any] | None) -> str:
    """`amplitude[0, 3, 5]: expected 1.5, actual 2` of the worst element; empty where there is none."""
    worst = comparison.get("worst") if comparison else None
    if not worst:
        return ""
    index = f"[{', '.join(map(str, worst['index']))}]" if worst["index"] else ""
    return plain(f"{comparison['output']}{index}: expected {worst['expected']}, actual {worst['actual']}")


Usage = dict[tuple[str, str], dict[str, float]]
"""(operation, output) to column to a fraction of the tolerance."""

RELATIONS = "(relations)"
"""Stands for the outputs of relations: each names what it compares in its own words, with its own tolerance."""


def usage(run: Run) -> Usage:
    """The worst fraction of the tolerance used, per contract's output; the largest first.

    A column is `backend@device`, or `backend@device vs other` for parity, which has tolerances of its own.
    """
    table: Usage = {}
    contracts = {operation["operation"] for operation in run.header["operations"]}
    for check in run.checks:
        name = f"{key(check)} vs {check['against']}" if check.get("against") else key(check)
        for comparison in check.get("comparisons", []) if check["operation"] in contracts else ():
            value = used(comparison)
            if value is not None:
                output = RELATIONS if check["kind"] == "relation" else comparison["output"].partition("[")[0]
                row = table.setdefault((check["operation"], output), {})
                row[name] = max(value, row.get(name, 0.0))
    return dict(sorted(table.items(), key=lambda item: (-max(item[1].values()), item[0])))


NOTHING = 1e-4
"""Below this fraction of the tolerance an output is as good as equal: the tables name it and give it no row."""


def rows_of(table: Usage) -> Usage:
    """The outputs that used something of their tolerance, where some backend did."""
    return {name: row for name, row in table.items() if max(row.values()) >= NOTHING}


def unused_text(table: Usage) -> str:
    """The other outputs in one sentence; empty where there are none."""
    names = sorted(f"{operation} {output}" for operation, output in table.keys() - rows_of(table).keys())
    return f"Below {fraction_text(NOTHING)}: {', '.join(names)}." if names else ""


def usage_columns(table: Usage, run: Run) -> list[str]:
    """The columns of `usage`: backends first, then the pairs."""
    pairs = sorted({name for row in table.values() for name in row if " vs " in name})
    return [*columns(run), *pairs]


@dataclass(frozen=True)
class Group:
    """Findings of one operation and backend that say the same thing."""

    operation: str
    column: str
    level: str
    outcome: str
    heading: str
    checks: tuple[Check, ...]

    @property
    def must(self) -> bool:
        return self.level == "MUST"

    @property
    def worst(self) -> Check:
        """The check to show: the one that is furthest beyond its tolerance."""
        return max(self.checks, key=lambda check: _rank(fraction(check)))


TELLING = (
    "relation",
    "example",
    "error",
    "smoke",
    "property",
    "golden",
    "scenario",
    "client",
    "boundary",
    "parity",
    "benchmark",
)
"""Kinds from the one whose message leads soonest to the cause."""


def groups(checks: Iterable[Check]) -> list[Group]:
    """Findings grouped by level, operation, backend, outcome and first line; MUST first, then the most telling."""
    found: dict[tuple[str, str, str, str, str], list[Check]] = {}
    for check in checks:
        heading = first_line(check["message"]) or f"{check['outcome']} without a message"
        name = (check["operation"], key(check), check["level"], check["outcome"], heading)
        found.setdefault(name, []).append(check)
    made = [Group(*name, tuple(members)) for name, members in found.items()]
    return sorted(made, key=lambda group: (LEVELS.index(group.level), _telling(group), -len(group.checks)))


def _telling(group: "Group") -> int:
    """Rank of a group's plainest kind: a relation says in words what is wrong, a boundary only that it is."""
    return min(TELLING.index(check["kind"]) for check in group.checks)


def clauses(run: Run, check: Check) -> Iterator[dict[str, Any]]:
    """The clauses a check cites, as the header states them; one the header lacks keeps its id."""
    known = {clause["id"]: clause for clause in run.header["clauses"]}
    for name in check["clauses"]:
        yield known.get(name, {"id": name, "level": check["level"], "section": "", "statement": ""})


def timing_text(run: Run) -> str:
    """Where the time went, in one line."""
    timing = run.footer["timing"]
    parts = [f"{len(run.checks)} checks in {run.footer['seconds']:.1f} s ({run.header['profile']} profile)"]
    if timing.get("overhead_ms_median") is not None:
        parts.append(f"overhead per check {timing['overhead_ms_median']:.1f} ms (median)")
    for name in ("adapter", "oracle", "startup"):
        if timing.get(f"{name}_seconds") is not None:
            parts.append(f"{name} {timing[f'{name}_seconds']:.1f} s")
    return ", ".join(parts)


def contracts_text(run: Run) -> str:
    """The version of the set of contracts."""
    contracts = run.header["contracts"]
    return f"spec {contracts['spec']}, revision {contracts['revision']}, digest {contracts['digest'][:12]}"


def replace(path: Path, text: str) -> None:
    """Write beside `path`, then put it in place: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8", newline="\n")
    os.replace(beside, path)
