"""What is said of one backend after a run."""

from enum import StrEnum

from ptychoparity.core.exits import Exit


class Judgement(StrEnum):
    """The verdicts there are."""

    CONFORMS = "conforms"
    CONFORMS_IN_PART = "conforms in part"
    """Nothing that gates has failed, and outputs that a backend may leave out are not provided."""
    DOES_NOT_CONFORM = "does not conform"
    NOT_JUDGED = "could not be judged"
    SKIPPED = "skipped"

    @property
    def exit(self) -> Exit:
        """The exit code of a run of this backend alone. A skipped one was not judged either."""
        return {
            Judgement.CONFORMS: Exit.CONFORMS,
            Judgement.CONFORMS_IN_PART: Exit.CONFORMS,
            Judgement.DOES_NOT_CONFORM: Exit.DOES_NOT_CONFORM,
        }.get(self, Exit.NOT_JUDGED)


class Status(StrEnum):
    """Whether a backend can be asked."""

    READY = "ready"
    SKIPPED = "skipped"
    BROKEN = "broken"


class Known(StrEnum):
    """What became of a recorded known failure. All but `MET` turn a verdict: the record is not true.

    The order is that of a report, the gravest first.
    """

    EXPIRED = "expired"
    OTHER_SIGNATURE = "other-signature"
    PASSES = "passes"
    MET = "met"

    @property
    def true(self) -> bool:
        """Whether the record says what is."""
        return self is Known.MET
