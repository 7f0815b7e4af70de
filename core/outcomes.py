"""How a check ends: a closed set."""

from enum import Enum, StrEnum
from typing import Self


class Standing(Enum):
    """What an outcome says of the backend; readers choose symbols, colours and elements by it."""

    GOOD = "good"
    """It did what the check wants."""
    WRONG = "wrong"
    """It answered, and the answer or the record of a known failure is wrong."""
    BROKEN = "broken"
    """It gave no answer to valid input."""
    EXPECTED = "expected"
    """It failed as recorded."""
    SILENT = "silent"
    """It was not asked."""


class Outcome(StrEnum):
    """How a check ended: the word in events and ids, and its standing."""

    standing: Standing

    PASS = "pass", Standing.GOOD
    FAIL = "fail", Standing.WRONG
    ERROR = "error", Standing.BROKEN
    CRASH = "crash", Standing.BROKEN
    TIMEOUT = "timeout", Standing.BROKEN
    SKIP = "skip", Standing.SILENT
    XFAIL = "xfail", Standing.EXPECTED
    XPASS = "xpass", Standing.WRONG
    NOT_RUN = "not-run", Standing.SILENT

    # a type checker takes `Outcome(word)`, which looks a member up, for a call of this: hence the default
    def __new__(cls, word: str, standing: Standing = Standing.SILENT) -> Self:
        made = str.__new__(cls, word)
        made._value_ = word
        made.standing = standing
        return made

    @property
    def bad(self) -> bool:
        """Whether it counts against the backend."""
        return self.standing in (Standing.WRONG, Standing.BROKEN)

    @property
    def asked(self) -> bool:
        """Whether the backend was asked at all."""
        return self.standing is not Standing.SILENT
