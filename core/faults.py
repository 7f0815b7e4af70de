"""What can be wrong with an answer: a closed set, the gravest first."""

from dataclasses import dataclass
from enum import StrEnum

from ptychoparity.core.levels import Level
from ptychoparity.core.records import Record, named, optional


class FaultClass(StrEnum):
    """Classes of faults in the order in which reports show them."""

    WRONG_VALUE = "wrong value"
    ROUNDING = "rounding"
    """Values beyond their tolerance by no more than lower precision explains."""
    FORM = "shape or dtype"
    MISSING = "missing output"
    """An output is not there, or is None."""
    ACCEPTED = "bad input accepted"
    REFUSED_OTHERWISE = "refused otherwise"
    """Bad input was refused by another exception, or in words that do not name it."""
    SIDE_EFFECT = "side effect"
    """Inputs changed, files left behind, a warning missing, global state read or written."""
    RAISED = "raised"
    """An exception where an answer was due."""
    CRASH = "crash"
    TIMEOUT = "timeout"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(FaultClass).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault(Record):
    """One thing that a check found wrong."""

    fault_class: FaultClass = named("class")
    message: str
    """What failed: expected X, got Y."""
    clauses: tuple[str, ...]
    """The clauses that it breaks; of a check's own those only that it is about."""
    level: Level
    """Of the most binding of them."""
    output: str = optional("")
    """The output it is in; empty where it is in none."""
    operation: str = optional("")
    """The operation at fault, where it is not that of the check: a relation asks several."""
    hints: tuple[str, ...] = optional(())
    """What the difference looks like: a constant ratio, a transpose, a shift by half a pixel."""
