"""What every reader wants to know of a run beyond its lines: findings, groups, the worst comparison.

Pure functions of `ptychoparity.reports.events.Run`; nothing here knows about terminals, XML or HTML.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from ptychoparity.core.events import CheckFinished, Comparison
from ptychoparity.core.events_header import Clause
from ptychoparity.core.faults import FaultClass
from ptychoparity.core.levels import Level
from ptychoparity.core.outcomes import Outcome
from ptychoparity.core.verdicts import Status
from ptychoparity.reports.causes import Likeness, cause, likeness
from ptychoparity.reports.events import Run
from ptychoparity.reports.gravity import class_name, class_of, class_rank, gravest, magnitude, operation_of, output_of
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


def tally(checks: Iterable[CheckFinished]) -> list[tuple[str, int, bool]]:
    """Return words, numbers and whether they count against the backend, in the order of Outcome, without zeros.

    A check that passes and whose answer leaves something out is no whole pass: it is counted as `pass in part`.
    """
    every = list(checks)
    part = sum(check.outcome is Outcome.PASS and bool(check.not_provided) for check in every)
    made = []
    for outcome, number in counts(every).items():
        whole = number - part if outcome is Outcome.PASS else number
        made += [(outcome.value, whole, outcome.bad)] if whole else []
        made += [("pass in part", part, False)] if outcome is Outcome.PASS and part else []
    return made


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
    """Findings of one operation and backend that have the same thing wrong, the one to show first."""

    operation: str
    column: str
    level: Level
    fault_class: FaultClass | None
    """None: the record of a known failure is not true."""
    checks: tuple[CheckFinished, ...]
    kin: tuple[str, ...] = ()
    """Other operations whose findings look alike, in the order of their first ones."""
    kinship: str = ""
    """What is the same there."""

    @property
    def lead(self) -> CheckFinished:
        """The check to show."""
        return self.checks[0]

    @property
    def heading(self) -> str:
        return heading(self.lead)

    @property
    def told(self) -> str:
        """What is wrong, in the fewest words: what the difference looks like, else the heading."""
        hint, output = cause(self.lead), output_of(self.lead)
        return f"{output}: {hint}" if hint and output else hint or self.heading

    @property
    def class_name(self) -> str:
        return class_name(self.fault_class)

    @property
    def magnitude(self) -> int:
        return magnitude(self.lead)

    @property
    def anchor(self) -> str:
        """Its name on the page."""
        return f"f-{re.sub(r'[^A-Za-z0-9_.~@-]+', '-', self.lead.id)}"


def heading(check: CheckFinished) -> str:
    """Return the line that says what is wrong."""
    fault = gravest(check)
    said = (fault.message if fault else "") or check.message
    return first_line(said) or f"{check.outcome} without a message"


def groups(checks: Iterable[CheckFinished]) -> list[Group]:
    """Return findings in the order in which every reader shows them.

    By level, those that bind most first; then by class; then one group of each failing operation before the second of
    any, the operation with the largest error first. What an operation has wrong in several checks is one group: the
    same output, the same hint, or the same words but for their numbers.
    """
    found: dict[tuple[Any, ...], list[CheckFinished]] = {}
    for check in checks:
        about = (check.level, class_of(check), operation_of(check), check.column)
        found.setdefault((*about, _sameness(check)), []).append(check)
    tiers: dict[tuple[int, int], dict[tuple[str, str], list[Group]]] = {}
    for (level, fault_class, operation, column, _), members in found.items():
        first = sorted(members, key=lambda one: (-magnitude(one), one.kind.telling, -_rank(fraction(one))))
        group = Group(operation, column, level, fault_class, tuple(first))
        tier = tiers.setdefault((level.rank, class_rank(fault_class)), {})
        tier.setdefault((operation, column), []).append(group)
    return _with_kin([group for _, tier in sorted(tiers.items()) for group in _by_turns(tier)])


def _sameness(check: CheckFinished) -> tuple[str, ...]:
    """What checks of one group share, beside level, class, operation and backend."""
    if hint := cause(check):
        return (output_of(check), re.sub(r"[-+]?\d.*", "#", hint.partition(":")[0]))
    words = re.sub(r" \(.*\)$", "", heading(check))
    return (output_of(check), _BRACKETS.sub("#", _VARYING.sub("#", words)))


_VARYING = re.compile(r"""'[^']*'|"[^"]*"|\b(?:u?int|float|complex)\d+|[-+]?(?:\b(?:nan|inf)\b|\d[\w.+-]*)""")
_BRACKETS = re.compile(r"[\[(][\[\](), #]*[\])]")
"""What differs between two messages that say the same thing: numbers, dtypes, names in quotes, lists of them."""


def _by_turns(tier: Mapping[tuple[str, str], list[Group]]) -> list[Group]:
    """Groups of one level and class: the first of each operation, then the second of each."""
    ordered = [sorted(mine, key=_within) for mine in tier.values()]
    ordered.sort(key=lambda mine: (-mine[0].magnitude, not cause(mine[0].lead), -sum(len(one.checks) for one in mine)))
    return [group for turn in zip_longest(*ordered) for group in turn if group is not None]


def _within(group: Group) -> tuple[int, int, int]:
    """Order of the groups of one operation: by size; then what says why, in words or by a hint, comes first."""
    telling = group.lead.kind.telling
    return (-group.magnitude, min(telling, 1) if cause(group.lead) else telling, -len(group.checks))


def _with_kin(ordered: list[Group]) -> list[Group]:
    """The same groups; each with the operations that probably share its cause, on the same backend."""
    alike: dict[tuple[str, Likeness], list[str]] = {}
    for group in ordered:
        if (what := likeness(group.lead)) is not None:
            alike.setdefault((group.column, what), []).append(group.operation)
    made = []
    for group in ordered:
        what = likeness(group.lead)
        names = dict.fromkeys(alike[group.column, what]) if what else {}
        kin = tuple(name for name in names if name != group.operation)
        made.append(replace(group, kin=kin, kinship=what.why) if what and kin else group)
    return made


MOST_KIN = 6
"""Operations of the same cause that are named."""


def kin_text(group: Group) -> str:
    """Return `also in a, b (the same hint, mirrored)`; empty where no other operation is like it."""
    if not group.kin:
        return ""
    more = f" and {len(group.kin) - MOST_KIN} more" if len(group.kin) > MOST_KIN else ""
    return f"also in {', '.join(group.kin[:MOST_KIN])}{more} ({group.kinship})"


@dataclass(frozen=True)
class Tally:
    """Findings of one class."""

    fault_class: FaultClass | None
    by_level: Mapping[Level, int]
    operations: tuple[str, ...]
    """In the order in which they are shown."""

    @property
    def name(self) -> str:
        return class_name(self.fault_class)


def tallies(found: Sequence[Group]) -> list[Tally]:
    """Return how many findings there are per class and level, the gravest class first."""
    made = []
    for fault_class in sorted({group.fault_class for group in found}, key=class_rank):
        mine = [group for group in found if group.fault_class is fault_class]
        numbers: Counter[Level] = Counter()
        for group in mine:
            numbers[group.level] += len(group.checks)
        made.append(Tally(fault_class, numbers, tuple(dict.fromkeys(group.operation for group in mine))))
    return made


def clauses(run: Run, check: CheckFinished) -> Iterator[Clause]:
    """Yield the clauses that a check is blamed under, as the header states them; one the header lacks keeps its id."""
    known = {clause.id: clause for clause in run.header.clauses}
    for name in check.blamed:
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
