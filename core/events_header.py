"""The first event of a run: what was asked of whom, under which contracts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from ptychoparity.core.levels import Level
from ptychoparity.core.records import Record, named, optional
from ptychoparity.core.verdicts import Status

VERSION = 3
"""Of the event stream. `events_migrations` reads older ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool(Record):
    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts(Record):
    """The version of the set of contracts."""

    spec: str
    revision: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendEvent(Record):
    """One backend on one device."""

    name: str
    device: str
    status: Status
    reason: str
    """Why skipped or broken, in one line, with the line that mends it."""
    detail: str
    """A broken backend's traceback or last words."""
    info: Mapping[str, Any] | None
    """What the adapter says of itself; None where it did not start."""
    loaded: Mapping[str, Any] | None
    """What its process really loaded: version and file of the framework, adapter, python."""
    operations: tuple[str, ...]
    not_claimed: tuple[str, ...]
    not_applicable: tuple[str, ...]
    """Encoded clauses that are about another framework."""
    partial: tuple[str, ...] = optional(())
    """Claims that are partial, in words: `group_scan without oversampling`."""

    @property
    def column(self) -> str:
        return f"{self.name}@{self.device}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Record):
    """One contract."""

    operation: str
    title: str
    clauses: tuple[str, ...]
    tolerance: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause(Record):
    """A clause that a contract of this run encodes."""

    id: str
    level: Level
    section: str
    statement: str
    reading: str
    """How an ambiguous text is taken."""


class State(StrEnum):
    """What has become of a clause."""

    ENCODED = "encoded"
    NOT_CHECKABLE = "not checkable"
    NOT_YET = "not yet"
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow(Record):
    """Clauses of one area and level, counted."""

    area: str
    level: Level
    clauses: int
    encoded: int
    not_checkable: int = named("not checkable")
    not_yet: int = named("not yet")
    orphan: int
    cases: int
    """Cases that carry one of the clauses or more."""
    mutants: int
    asked: int
    """Mutants hunted."""
    killed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunt(Record):
    """The results of `ptychoparity mutate` that were counted."""

    file: str
    run: str
    backend: str
    finished: str
    current: bool
    """Whether it hunted under the contracts of this run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchecked(Record):
    """A clause that no check carries."""

    id: str
    level: Level
    state: State
    text: str
    """The argument, or what has to be built."""
    statement: str = optional("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage(Record):
    """How much of the clause catalogue the suite checks."""

    rows: tuple[CoverageRow, ...]
    share: float
    """MUSTs that are not checkable, of all MUSTs."""
    most: float
    """What the share may be."""
    hunt: Hunt | None
    unchecked: tuple[Unchecked, ...]
    faults: tuple[str, ...]
    """Why the suite does not cover its spec."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer(Record):
    """A setting in one layer: what it is called there, and its default."""

    key: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict(Record):
    """A setting whose default is not the same in every layer; None for a layer that lacks it."""

    setting: str
    layers: tuple[Layer | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults(Record):
    layers: tuple[str, ...]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header(Record):
    EVENT: ClassVar[str] = "header"

    schema: int = VERSION
    run: str
    """Name of the run: its folder."""
    started: str
    """UTC, ISO 8601."""
    tool: Tool
    contracts: Contracts
    profile: str
    seed: int | None
    command: tuple[str, ...]
    selection: str | None
    """What of the suite was selected; None: all of it."""
    gate: str
    scan: Mapping[str, Any] | None
    machine: Mapping[str, Any]
    backends: tuple[BackendEvent, ...]
    operations: tuple[Operation, ...]
    clauses: tuple[Clause, ...]
    coverage: Coverage | None
    defaults: Defaults | None
