"""The rules that decide what is said of one backend, the first that speaks decides.

Each takes the backend's part of a run and returns a verdict with its reason, or None where it has nothing to say.
The order of RULES matters: a failure is named before too little was asked, and only who passed all of that conforms.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from ptychoparity.core.events import BackendEvent, CheckFinished
from ptychoparity.core.kinds import Kind
from ptychoparity.core.levels import Gate
from ptychoparity.core.outcomes import Outcome
from ptychoparity.core.verdicts import Judgement, Known, Status
from ptychoparity.reports.gravity import operation_of

MOST_NAMED = 8
"""Operations that fail and are named; the findings say the rest."""

DESCRIBE = "describe"
"""The operation that asks a backend who it is, which proves nothing about any other."""

UNTRUE = {
    Known.EXPIRED: ("expectation has expired", "expectations have expired"),
    Known.OTHER_SIGNATURE: ("fails otherwise than expected", "fail otherwise than expected"),
    Known.PASSES: ("expected failure passes", "expected failures pass"),
}
"""What is said of records of known failures that are not true; they turn a verdict at every level."""


def many(count: int, one: str, more: str) -> str:
    """Return `1 check`, `2 checks`."""
    return f"{count} {one if count == 1 else more}"


@dataclass(frozen=True)
class Case:
    """One backend's part of a run, as the rules see it."""

    backend: BackendEvent
    checks: tuple[CheckFinished, ...]
    emptiness: tuple[str, ...] = ()
    """Why too little was asked to judge."""
    gate: Gate = Gate.MUST
    selected: bool = False
    """Whether only part of the suite was run."""
    stale: int = 0
    """Expectations that cover no check any more."""

    @property
    def counts(self) -> dict[Outcome, int]:
        return dict(Counter(check.outcome for check in self.checks))

    @cached_property
    def bad(self) -> tuple[CheckFinished, ...]:
        return tuple(check for check in self.checks if check.outcome.bad)

    @cached_property
    def gating(self) -> tuple[CheckFinished, ...]:
        """The findings that turn the verdict."""
        return tuple(check for check in self.bad if check.level in self.gate.levels or _untrue(check))

    @property
    def beside(self) -> int:
        """Findings that do not."""
        return len(self.bad) - len(self.gating)

    @property
    def expected(self) -> int:
        return sum(check.outcome is Outcome.XFAIL for check in self.checks)

    @cached_property
    def asked(self) -> tuple[CheckFinished, ...]:
        """The checks that can show something: `describe` alone only where nothing else was selected."""
        return tuple(check for check in self.checks if check.operation != DESCRIBE) or self.checks

    @property
    def as_expected(self) -> str:
        """The words that a verdict ends with where known failures were met."""
        return f"; {many(self.expected, 'check fails', 'checks fail')} as expected" if self.expected else ""

    @cached_property
    def left_out(self) -> tuple[str, ...]:
        """What a backend may leave out and this one does: outputs by operation, and claims that are partial."""
        outputs: dict[str, dict[str, None]] = {}
        for check in self.checks:
            for output in check.not_provided:
                outputs.setdefault(check.operation, {})[output] = None
        return (*(f"{operation} without {', '.join(names)}" for operation, names in outputs.items()),
                *self.backend.partial)  # fmt: skip

    @property
    def judgement(self) -> Judgement:
        """Of a backend with which nothing that gates is wrong."""
        return Judgement.CONFORMS_IN_PART if self.left_out else Judgement.CONFORMS

    @property
    def without(self) -> str:
        """The words on what is left out."""
        return f"; not provided: {'; '.join(self.left_out)}" if self.left_out else ""

    @property
    def below(self) -> str:
        """The words on findings below the gate."""
        return f"; {many(self.beside, 'finding', 'findings')} below the gate" if self.beside else ""


Found = tuple[Judgement, str]
Rule = Callable[[Case], Found | None]


def _untrue(check: CheckFinished) -> bool:
    return check.expectation is not None and not check.expectation.state.true


def skipped(case: Case) -> Found | None:
    """A backend that is not here was skipped, for the reason its start gave."""
    return (Judgement.SKIPPED, case.backend.reason) if case.backend.status is Status.SKIPPED else None


def broken(case: Case) -> Found | None:
    """A backend that did not start, or whose process ended, could not be judged."""
    if case.backend.status is not Status.BROKEN:
        return None
    began = "" if case.backend.info else "it did not start: "
    return Judgement.NOT_JUDGED, began + case.backend.reason


def fails(case: Case) -> Found | None:
    """A backend with a finding that gates, or with an untrue record of a known failure, does not conform."""
    if not case.gating and not case.stale:
        return None
    untrue = Counter(check.expectation.state for check in case.gating if check.expectation)
    reasons = [_failing(case)]
    reasons += [many(untrue[state], *words) for state, words in UNTRUE.items() if untrue[state]]
    reasons += [many(case.stale, "expectation is stale", "expectations are stale")] if case.stale else []
    beside = f"; {case.beside} more beside the gate" if case.beside else ""
    return Judgement.DOES_NOT_CONFORM, "; ".join(filter(None, reasons)) + case.as_expected + beside


def _failing(case: Case) -> str:
    """How many checks fail in which operations; empty where an expectation alone is at fault."""
    failing = [check for check in case.gating if check.outcome is not Outcome.XPASS]
    if not failing:
        return ""
    operations = sorted({operation_of(check) for check in failing})
    named = ", ".join(operations[:MOST_NAMED])
    if len(operations) > MOST_NAMED:
        named += f" and {len(operations) - MOST_NAMED} more operations"
    said = f"{many(len(failing), 'check fails', 'checks fail')} in {named}"
    if all(check.kind is Kind.PARITY for check in failing):
        said += f", parity with {', '.join(sorted({check.against for check in failing}))} alone"
    return said


def too_little(case: Case) -> Found | None:
    """A backend that was asked too little could not be judged."""
    return (Judgement.NOT_JUDGED, "; ".join(case.emptiness)) if case.emptiness else None


def nothing_passes(case: Case) -> Found | None:
    """A backend of which no check passes could not be judged: nothing shows that it works."""
    if any(check.outcome is Outcome.PASS for check in case.asked):
        return None
    why = "no check passes that is not expected to fail" if case.expected else "no check was run on it"
    return Judgement.NOT_JUDGED, why


def silent(case: Case) -> Found | None:
    """A backend that was not asked at all in a selected operation could not be judged."""
    heard = {check.operation for check in case.asked if check.outcome is not Outcome.NOT_RUN}
    unheard = sorted({check.operation for check in case.asked} - heard)
    if not case.selected or not unheard:
        return None
    return Judgement.NOT_JUDGED, f"asked for, and not run at all: {', '.join(unheard)}"


def passes_selected(case: Case) -> Found | None:
    """A backend that passes what was selected conforms in that, in part where it leaves something out."""
    if not case.selected:
        return None
    passed = case.counts.get(Outcome.PASS, 0)
    said = many(passed, "selected check passes", "selected checks pass")
    return case.judgement, said + case.without + case.as_expected + case.below


def passes(case: Case) -> Found | None:
    """A backend that passes everything in the operations it claims conforms, in part where it leaves something out."""
    claimed, left = len(case.backend.operations), case.backend.not_claimed
    every = "every other check" if case.expected else f"every check{' that gates' if case.beside else ''}"
    share = f"all {claimed} operations"
    if left:
        share = f"the {claimed} of {claimed + len(left)} operations it claims; not claimed: {', '.join(left)}"
    return case.judgement, f"{every} passes in {share}" + case.without + case.as_expected + case.below


RULES: tuple[Rule, ...] = (skipped, broken, fails, too_little, nothing_passes, silent, passes_selected, passes)
"""In the order in which they are heard; the last one always speaks."""
