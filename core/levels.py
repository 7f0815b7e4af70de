"""How binding a clause is."""

from enum import StrEnum


class Level(StrEnum):
    """Level of a clause, the most binding first; HOUSE is a decision of this project that the spec does not make."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    HOUSE = "HOUSE"
    MAY = "MAY"
    INFO = "INFO"

    @property
    def rank(self) -> int:
        """0 for the most binding."""
        return list(Level).index(self)
