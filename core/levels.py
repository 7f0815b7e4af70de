"""How binding a clause is, and which levels turn a verdict."""

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


class Gate(StrEnum):
    """Which failures turn a verdict: those of its level and of every more binding one. MAY and INFO never do."""

    MUST = "must"
    SHOULD = "should"
    HOUSE = "house"

    @property
    def levels(self) -> tuple[Level, ...]:
        return tuple(level for level in Level if level.rank <= Level[self.name].rank)
