"""What a fault is about. A check's clauses are broken only by faults of the facets that they speak of."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from ptychoparity.core.faults import FaultClass

FORM = "HOUSE.ANSWER.FORM"
"""The clause that a fault of form breaks where the spec says nothing."""
WORDS = "HOUSE.INPUT.WORDS"
"""The clause on how bad input is refused."""


class Facet(StrEnum):
    """What of an answer, or of a refusal, is wrong."""

    VALUE = "value"
    ROUNDING = "rounding"
    SHAPE = "shape"
    DTYPE = "dtype"
    TYPE = "type"
    """No array where one is expected, text for a number."""
    EXTRA = "extra"
    """An output that the contract does not have."""
    MISSING = "missing"
    ACCEPTED = "accepted"
    WORDS = "words"
    """The class of an exception, or what its message says."""
    EFFECT = "effect"
    RAISED = "raised"
    CRASH = "crash"
    TIMEOUT = "timeout"


CLASSES: Mapping[Facet, FaultClass] = MappingProxyType(
    {
        Facet.VALUE: FaultClass.WRONG_VALUE,
        Facet.ROUNDING: FaultClass.ROUNDING,
        Facet.SHAPE: FaultClass.FORM,
        Facet.DTYPE: FaultClass.FORM,
        Facet.TYPE: FaultClass.FORM,
        Facet.EXTRA: FaultClass.FORM,
        Facet.MISSING: FaultClass.MISSING,
        Facet.ACCEPTED: FaultClass.ACCEPTED,
        Facet.WORDS: FaultClass.REFUSED_OTHERWISE,
        Facet.EFFECT: FaultClass.SIDE_EFFECT,
        Facet.RAISED: FaultClass.RAISED,
        Facet.CRASH: FaultClass.CRASH,
        Facet.TIMEOUT: FaultClass.TIMEOUT,
    }
)
"""The class under which a fault of each facet is reported."""
