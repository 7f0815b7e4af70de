"""Kinds of checks."""

from enum import StrEnum


class Kind(StrEnum):
    """What a check does. The order is that of a run: cheap and telling first, expensive last."""

    SMOKE = "smoke"
    DESCRIBE = "describe"
    SCAN = "scan"
    EXAMPLE = "example"
    BOUNDARY = "boundary"
    ERROR = "error"
    GOLDEN = "golden"
    PROPERTY = "property"
    RELATION = "relation"
    PARITY = "parity"
    SCENARIO = "scenario"
    CLIENT = "client"
    BENCHMARK = "benchmark"

    @property
    def phase(self) -> int:
        """Its place in a run."""
        return list(Kind).index(self)
