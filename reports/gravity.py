"""How grave a finding is: its class, and the size of its error among those of one class.

Pure functions of a check; the order of findings is made of them in `reports.queries`.
"""

import math
import re

from ptychoparity.core.events import CheckFinished, Comparison, Fault
from ptychoparity.core.faults import FaultClass
from ptychoparity.core.outcomes import Outcome

RECORD = "known failure passes"
"""What stands for a class where nothing is wrong but the record of a known failure."""

LARGEST, SMALLEST = 4, -9
"""Bounds of a magnitude: beyond them one error is as good as another."""

_CLASSES = {
    Outcome.ERROR: FaultClass.RAISED, Outcome.CRASH: FaultClass.CRASH, Outcome.TIMEOUT: FaultClass.TIMEOUT,
}  # fmt: skip


def gravest(check: CheckFinished) -> Fault | None:
    """Return the fault that a check is filed under; None where it lists none."""
    return check.faults[0] if check.faults else None


def class_of(check: CheckFinished) -> FaultClass | None:
    """Return the class of a finding's gravest fault; None where only the record of a known failure is wrong."""
    fault = gravest(check)
    if fault is not None:
        return fault.fault_class
    return None if check.outcome is Outcome.XPASS else _CLASSES.get(check.ended, FaultClass.WRONG_VALUE)


def class_name(fault_class: FaultClass | None) -> str:
    return RECORD if fault_class is None else fault_class.value


def class_rank(fault_class: FaultClass | None) -> int:
    """Return 0 for the gravest; a record that is not true comes after everything that is wrong with an answer."""
    return len(FaultClass) if fault_class is None else fault_class.rank


def operation_of(check: CheckFinished) -> str:
    """Return the operation at fault, which need not be that of the check: a relation asks several."""
    fault = gravest(check)
    return (fault.operation if fault else "") or check.operation


def output_of(check: CheckFinished) -> str:
    """Return the name of the output that the gravest fault is in, without which part of it; empty where in none."""
    fault = gravest(check)
    return _base(fault.output) if fault else ""


def _base(output: str) -> str:
    return re.split(r"[\[ ]", output, maxsplit=1)[0]


def magnitude(check: CheckFinished) -> int:
    """Return the decimal logarithm of the largest error, rounded: 0 where it is of the size of what is expected.

    It is that of the output of the gravest fault. An error is taken relative to the largest expected magnitude, and
    times the share of elements that are wrong. One that was not measured (a relation says in words what moved where)
    counts as large as what is expected.
    """
    output = output_of(check)
    failed = [one for one in check.comparisons if not one.ok and (not output or _base(one.output) == output)]
    sizes = [size for one in failed if (size := _size(one)) is not None]
    if not sizes:
        return 0
    return max(SMALLEST, min(LARGEST, round(math.log10(max(sizes))))) if max(sizes) > 0 else SMALLEST


def _size(one: Comparison) -> float | None:
    if not one.elements or one.worst is None:
        return None
    # not finite, or nothing but zeros is expected: as large as what is expected
    peak = 1.0 if one.peak_error is None else one.peak_error
    return peak * (one.differing or 0) / one.elements
