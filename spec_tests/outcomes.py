"""How a check ends when it does not pass: the closed set of outcomes, as exceptions of the judge."""

from collections.abc import Sequence
from typing import Any

from ptychoparity.spec_tests.compare import Comparison


class CheckFailed(Exception):
    """The backend answered, and the answer breaks the contract."""

    outcome = "fail"

    def __init__(self, message: str, comparisons: Sequence[Comparison] = (), raised: dict[str, Any] | None = None):
        super().__init__(message)
        self.message, self.comparisons, self.raised = message, tuple(comparisons), raised


class CheckErrored(CheckFailed):
    """The adapter raised where an answer was asked for."""

    outcome = "error"


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

    def __init__(self, outcome: str, message: str) -> None:
        super().__init__(message)
        self.outcome, self.message = outcome, message
