"""Kinds of checks."""

from enum import StrEnum
from typing import Self


class Kind(StrEnum):
    """What a check does. The order is that of a run: cheap and telling first, expensive last.

    The number beside a kind ranks how soon its message leads to the cause, 0 first: a relation says in words what is
    wrong, a boundary only that something is.
    """

    telling: int

    SMOKE = "smoke", 3
    DESCRIBE = "describe", 4
    SCAN = "scan", 1
    EXAMPLE = "example", 1
    BOUNDARY = "boundary", 8
    ERROR = "error", 2
    GOLDEN = "golden", 6
    PROPERTY = "property", 5
    RELATION = "relation", 0
    PARITY = "parity", 9
    SCENARIO = "scenario", 7
    CLIENT = "client", 7
    BENCHMARK = "benchmark", 10

    def __new__(cls, word: str, telling: int | None = None) -> Self:
        """Makes the members above; `Kind("smoke")` finds one, and has no second argument."""
        if telling is None:
            raise TypeError(f"kind {word!r} has no rank")
        made = str.__new__(cls, word)
        made._value_ = word
        made.telling = telling
        return made

    @property
    def phase(self) -> int:
        """Its place in a run."""
        return list(Kind).index(self)


RESERVED = frozenset({Kind.DESCRIBE, Kind.SCAN, Kind.CLIENT, Kind.BENCHMARK})
"""Kinds that no check of a run has today."""

SELECTABLE = tuple(kind for kind in Kind if kind not in RESERVED)
"""Kinds that checks of a run have, in their order."""
