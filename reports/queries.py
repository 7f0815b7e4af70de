"""What every reader wants to know of a run beyond its lines: findings, groups, the worst comparison.

Pure functions of `ptychoparity.reports.events.Run`; nothing here knows about terminals, XML or HTML.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ptychoparity.core.events import CheckFinished, Comparison
from ptychoparity.core.events_header import Clause
from ptychoparity.core.levels import Level
from ptychoparity.core.outcomes import Outcome
from ptychoparity.core.verdicts import Status
from ptychoparity.reports.events import Run
from ptychoparity.reports.text import expectation_text, first_line, stale_text


def stale_texts(run: Run) -> list[str]:
    """Return each expectation that covers no check any more, in one line."""
    return [stale_text(one) for one in run.footer.stale_expectations]


@dataclass(frozen=True)
class Expected:
    """Failures of one backend that one expectation covers."""

    column: str
    text: str
    checks: tuple[CheckFinished, ...]

    @property
    def total(self) -> int:
        return len(self.checks)


def expected(run: Run) -> list[Expected]:
    """Return the known failures that were met, as they are recorded: by owner, issue, date and signature."""
    found: dict[tuple[str, str], list[CheckFinished]] = {}
    for check in run.checks:
        if check.outcome is Outcome.XFAIL:
            found.setdefault((check.column, expectation_text(check)), []).append(check)
    return [Expected(*name, tuple(checks)) for name, checks in found.items()]


def findings(run: Run) -> list[CheckFinished]:
    """Return every check that counts against its backend, in the order of the stream."""
    return [check for check in run.checks if check.outcome.bad]


def counts(checks: Iterable[CheckFinished]) -> dict[Outcome, int]:
    """Return outcome to number of checks, in the order of Outcome, without zeros."""
    counter = Counter(check.outcome for check in checks)
    return {outcome: counter[outcome] for outcome in Outcome if counter[outcome]}


def columns(run: Run) -> list[str]:
    """Return every `backend@device` that was ready or has a check, in the header's order."""
    names = [backend.column for backend in run.header.backends if backend.status is Status.READY]
    return list(dict.fromkeys([*names, *(check.column for check in run.checks)]))


def used(comparison: Comparison) -> float | None:
    """Return the fraction of the tolerance used; infinite where the comparison failed without a finite error."""
    if comparison.used is None:
        return None if comparison.ok else math.inf
    return float(comparison.used)


def worst_comparison(check: CheckFinished) -> Comparison | None:
    """Return the comparison that used most of its tolerance; one that failed always comes before one that held."""
    return max(check.comparisons, key=lambda one: (not one.ok, _rank(used(one))), default=None)


def _rank(value: float | None) -> float:
    return -1.0 if value is None else value


def worst_failed(check: CheckFinished) -> Comparison | None:
    """Return the worst comparison where one failed; None where the check failed for another reason."""
    comparison = worst_comparison(check)
    return None if comparison is None or comparison.ok else comparison


def fraction(check: CheckFinished) -> float | None:
    """Return the largest fraction of a tolerance that the check used; None where nothing was measured."""
    values = [value for value in map(used, check.comparisons) if value is not None]
    return max(values, default=None)


@dataclass(frozen=True)
class Group:
    """Findings of one operation and backend that say the same thing."""

    operation: str
    column: str
    level: Level
    outcome: Outcome
    heading: str
    checks: tuple[CheckFinished, ...]

    @property
    def must(self) -> bool:
        return self.level is Level.MUST

    @property
    def worst(self) -> CheckFinished:
        """The check to show: the one that is furthest beyond its tolerance."""
        return max(self.checks, key=lambda check: _rank(fraction(check)))

    @property
    def telling(self) -> int:
        """Rank of its plainest kind."""
        return min(check.kind.telling for check in self.checks)


def groups(checks: Iterable[CheckFinished]) -> list[Group]:
    """Return findings by level, operation, backend, outcome and first line; MUST first, then the most telling."""
    found: dict[tuple[str, str, Level, Outcome, str], list[CheckFinished]] = {}
    for check in checks:
        heading = first_line(check.message) or f"{check.outcome} without a message"
        found.setdefault((check.operation, check.column, check.level, check.outcome, heading), []).append(check)
    made = [Group(*name, tuple(members)) for name, members in found.items()]
    return sorted(made, key=lambda group: (group.level.rank, group.telling, -len(group.checks)))


def clauses(run: Run, check: CheckFinished) -> Iterator[Clause]:
    """Yield the clauses a check cites, as the header states them; one the header lacks keeps its id."""
    known = {clause.id: clause for clause in run.header.clauses}
    for name in check.clauses:
        yield known.get(name) or Clause(id=name, level=check.level, section="", statement="", reading="")


def timing_text(run: Run) -> str:
    """Return where the time went, in one line."""
    timing = run.footer.timing
    parts = [f"{len(run.checks)} checks in {run.footer.seconds:.1f} s ({run.header.profile} profile)"]
    if timing.overhead_ms_median is not None:
        parts.append(f"overhead per check {timing.overhead_ms_median:.1f} ms (median)")
    seconds = {"adapter": timing.adapter_seconds, "oracle": timing.oracle_seconds, "startup": timing.startup_seconds}
    parts += [f"{name} {value:.1f} s" for name, value in seconds.items() if value is not None]
    return ", ".join(parts)


def contracts_text(run: Run) -> str:
    """Return the version of the set of contracts."""
    contracts = run.header.contracts
    return f"spec {contracts.spec}, revision {contracts.revision}, digest {contracts.digest[:12]}"
