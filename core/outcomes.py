"""How a check ends: a closed set."""

from enum import StrEnum


class Outcome(StrEnum):
    """How a check ended."""

    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"
    CRASH = "crash"
    TIMEOUT = "timeout"
    SKIP = "skip"
    XFAIL = "xfail"
    XPASS = "xpass"
    NOT_RUN = "not-run"

    @property
    def bad(self) -> bool:
        """Whether it counts against the backend."""
        return self in _BAD

    @property
    def asked(self) -> bool:
        """Whether the backend was asked at all."""
        return self not in (Outcome.SKIP, Outcome.NOT_RUN)


_BAD = frozenset({Outcome.FAIL, Outcome.ERROR, Outcome.CRASH, Outcome.TIMEOUT, Outcome.XPASS})
