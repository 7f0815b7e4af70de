"""Events of checks: one began, one ended, an array of it is kept for people to look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from ptychoparity.core.faults import Fault
from ptychoparity.core.kinds import Kind
from ptychoparity.core.levels import Level
from ptychoparity.core.outcomes import Outcome
from ptychoparity.core.records import Record, optional
from ptychoparity.core.verdicts import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStarted(Record):
    EVENT: ClassVar[str] = "check-started"

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSummary(Record):
    """One input, as people are told of it; an array with its dtype and shape."""

    name: str
    dtype: str = optional("")
    shape: tuple[int, ...] | None = optional()
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst(Record):
    """The element furthest beyond, or closest to, its allowance."""

    index: tuple[int, ...]
    expected: str
    actual: str
    error: float | None
    """None: not finite."""
    allowed: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram(Record):
    """Elements by their distance in ULPs."""

    labels: tuple[str, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where(Record):
    """A small picture of the errors of an output, the largest of each block seen along all other axes."""

    axes: tuple[int, ...]
    """Axes of the output that rows and columns follow; one alone: there is one row."""
    rows: tuple[str, ...]
    """A digit for each block, at most 32 by 32: 0 within the tolerance, 1 to 9 by size in steps of a factor of three
    (9 the largest error), x not finite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Record):
    """One output held against its expected value with the one rule.

    Where nothing was measured (a JSON value, a wrong shape) `elements` is None, and what is measured is left out.
    """

    output: str
    ok: bool
    note: str = optional("")
    shape: tuple[int, ...] = optional((), beside="elements")
    dtype: str = optional("", beside="elements")
    elements: int | None = optional()
    differing: int | None = optional(beside="elements")
    """Elements beyond their allowance."""
    worst: Worst | None = optional(beside="elements")
    used: float | None = optional(beside="elements")
    """Worst error over its allowance; None where it is not finite."""
    peak_error: float | None = optional(beside="elements")
    """Largest error over the largest expected magnitude."""
    bias: float | None = optional()
    """The factor that explains the errors best, less 1, in eps of float32; None where too few elements say."""
    spread: float | None = optional()
    """Root mean square of error over allowance."""
    tolerance: Mapping[str, Any] | None = optional(beside="elements")
    ulps: Histogram | None = optional()
    where: Where | None = optional()
    """Where it differs."""

    @property
    def measured(self) -> bool:
        return self.elements is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised(Record):
    """An exception of the backend."""

    type: str
    message: str
    traceback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation(Record):
    """The recorded known failure that covers a check."""

    owner: str
    issue: str
    expires: str
    """The last day it holds, ISO 8601."""
    signature: str
    """Regular expression, searched in `outcome: first line of the message`."""
    file: str
    entry: int
    """Its number in the file, from 1."""
    state: Known
    outcome: Outcome
    """How the check ended, expectation or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFinished(Record):
    EVENT: ClassVar[str] = "check-finished"

    id: str
    operation: str
    kind: Kind
    case: str
    backend: str
    device: str
    clauses: tuple[str, ...]
    """The clauses that the check tests."""
    level: Level
    """Of the gravest fault's clauses where there is a fault, else of the most binding clause tested."""
    outcome: Outcome
    faults: tuple[Fault, ...]
    """Everything found wrong, the gravest first; empty where the check `ended` well, or was not asked."""
    message: str
    """Why not pass: the first line says it, the rest shows it."""
    seconds: float
    adapter_seconds: float
    oracle_seconds: float
    calls: int
    examples: int
    """Inputs tried."""
    descriptor: Mapping[str, Any] | None
    """The input, small: shrunk where the check failed."""
    inputs: tuple[InputSummary, ...]
    digest: str
    """Of every input asked, in order; empty where nothing was."""
    comparisons: tuple[Comparison, ...]
    raised: Raised | None
    captured: str
    """What the backend printed."""
    warnings: tuple[str, ...]
    reproduce: tuple[str, ...]
    """Shell lines that rerun just this."""
    more_faults: int = optional(0)
    """Faults found beyond those listed."""
    not_provided: tuple[str, ...] = optional(())
    """Outputs left out of the answer that a backend may leave out; nothing was judged of them."""
    against: str = optional("")
    """Parity: the other backend."""
    failure_file: str = optional("")
    """What `ptychoparity replay` takes, relative to the run's folder."""
    expectation: Expectation | None = optional()

    @property
    def column(self) -> str:
        """Backend and device, as the columns of every reader are named."""
        return f"{self.backend}@{self.device}"

    @property
    def blamed(self) -> tuple[str, ...]:
        """The clauses that its faults break; those it tests where nothing is wrong."""
        return tuple(dict.fromkeys(c for fault in self.faults for c in fault.clauses)) or self.clauses

    @property
    def ended(self) -> Outcome:
        """How the check ended, expected or not."""
        return self.expectation.outcome if self.expectation else self.outcome


class Picture(StrEnum):
    """Arrays that are kept for people to look at."""

    PROBE = "probe"
    OBJECT = "object"
    PATCH = "patch"
    DIFFRACTION = "diffraction"
    STITCHED = "stitched"
    DIFFERENCE = "difference"
    WEIGHT = "weight"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact(Record):
    """An array kept beside the stream. Of a scan it has no backend, and no device."""

    EVENT: ClassVar[str] = "artifact"

    name: Picture
    caption: str
    backend: str
    device: str
    file: str
    """An NPY file, relative to the run's folder."""
    units: str = optional("")

    @property
    def column(self) -> str:
        return f"{self.backend}@{self.device}" if self.backend and self.device else self.backend
