"""How a check ends when it does not pass: the closed set of outcomes, as exceptions of the judge."""

from collections.abc import Iterable, Sequence
from typing import Any

from ptychoparity.spec_tests.compare import Comparison
from ptychoparity.spec_tests.facets import Facet
from ptychoparity.spec_tests.found import Found, gravest_first, together


class CheckFailed(Exception):
    """The backend answered, or raised, and that breaks the contract.

    A message alone is one fault of the `facet`, by default a wrong value; `faults` are everything that was found.
    """

    def __init__(
        self, message: str, comparisons: Sequence[Comparison] = (), raised: dict[str, Any] | None = None, *,
        facet: Facet = Facet.VALUE, output: str = "", faults: Sequence[Found] = (),
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.message, self.comparisons, self.raised = message, tuple(comparisons), raised
        self.faults = tuple(faults) or (Found(facet, message, output),)

    @classmethod
    def of(
        cls, faults: Iterable[Found], comparisons: Sequence[Comparison] = (), raised: dict[str, Any] | None = None
    ) -> "CheckFailed":
        """The end of a check that found these faults: the gravest is said first."""
        ordered = gravest_first(faults)
        return CheckFailed(together(one.message for one in ordered), comparisons, raised, faults=ordered)

    @property
    def outcome(self) -> str:
        """That of the gravest fault."""
        return "error" if self.faults[0].facet is Facet.RAISED else "fail"

    @property
    def grave(self) -> bool:
        """Whether there is a fault beside which another input would find nothing graver."""
        return any(one.grave for one in self.faults)


class CheckErrored(CheckFailed):
    """The adapter raised where an answer was due."""

    def __init__(self, message: str, raised: dict[str, Any], operation: str = "") -> None:
        super().__init__(message, raised=raised, faults=[Found(Facet.RAISED, message, operation=operation)])


class SuspectInput(CheckFailed):
    """The user's file is implausible, and the oracle finds it so too: no backend is to blame."""


class NotApplicable(Exception):
    """The check cannot be asked of this backend; the reason is reported, never counted as a pass."""

    def __init__(self, reason: str, outcome: str = "skip") -> None:
        super().__init__(reason)
        self.reason, self.outcome = reason, outcome


class StopExploration(BaseException):
    """A crash, a hang, nobody left to ask: it ends an exploration at once, since replaying it would cost a process each
    time, or lead nowhere.

    Not an Exception, so that Hypothesis lets it through.
    """

    def __init__(self, outcome: str, message: str, faults: Sequence[Found] = ()) -> None:
        super().__init__(message)
        self.outcome, self.message = outcome, message
        self.faults = tuple(faults) or (Found(Facet(outcome), message),) if outcome in list(Facet) else tuple(faults)
