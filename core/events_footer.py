"""The last event of a run: verdicts and exit code. A stream without it is a run that was cut off."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ptychoparity.core.exits import Exit
from ptychoparity.core.outcomes import Outcome
from ptychoparity.core.records import Record
from ptychoparity.core.verdicts import Judgement

Counts = Mapping[Outcome, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(Record):
    """What is said of one backend on one device."""

    backend: str
    device: str
    counts: Counts
    verdict: Judgement
    why: str

    @property
    def column(self) -> str:
        return f"{self.backend}@{self.device}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing(Record):
    """Where the time went; None where it is not known."""

    overhead_ms_median: float | None
    """Per check: wall time beyond the adapter's own."""
    adapter_seconds: float | None
    oracle_seconds: float | None
    startup_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale(Record):
    """A recorded known failure that covers no check of a whole run."""

    columns: tuple[str, ...]
    """The `backend@device` it was held against."""
    check: str
    owner: str
    issue: str
    expires: str
    signature: str
    file: str
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer(Record):
    EVENT: ClassVar[str] = "footer"

    finished: str
    seconds: float
    counts: Counts
    verdicts: tuple[Verdict, ...]
    exit: Exit
    verdict: str
    """One sentence for the whole run."""
    timing: Timing
    emptiness: tuple[str, ...]
    """Why too little was asked to judge."""
    stale_expectations: tuple[Stale, ...]
