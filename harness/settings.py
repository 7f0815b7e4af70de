"""The settings of a run: made once of the options, and used as they are from then on."""

import argparse
import fnmatch
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ptychoparity.backends import registry
from ptychoparity.core.devices import missing
from ptychoparity.core.errors import UsageError
from ptychoparity.core.nearest import unknown
from ptychoparity.core.profiles import PROFILES, Profile
from ptychoparity.fixtures import integration_scan
from ptychoparity.harness import expectations, globs
from ptychoparity.harness.expectations import Expectation
from ptychoparity.harness.options import AUTO
from ptychoparity.spec_tests.contract import contracts
from ptychoparity.spec_tests.generate import Check, checks
from ptychoparity.spec_tests.scan_checks import Scan

MEASURED_SCAN = "siemens_star_velociprobe_n64.npz"
"""A real scan (APS Velociprobe), looked for in $PTYCHOPARITY_DATA."""
DEFAULT_BACKENDS = ("tensorflow", "pytorch")


@dataclass(frozen=True)
class Selection:
    """The part of the suite that is run; false where it is all."""

    operations: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    """Globs of ids."""
    ids: frozenset[str] | None = None
    """Ids of checks, or of their cases; None: all."""
    failed: str = ""
    """The run whose failures the ids are."""
    other: str = ""
    """What else made it a part, in words: pytest's own selection, a replay."""

    def __bool__(self) -> bool:
        return bool(self.operations or self.kinds or self.only or self.other) or self.ids is not None

    def __str__(self) -> str:
        parts = {"operation": self.operations, "kind": self.kinds, "only": self.only}
        said = [f"{name} {', '.join(values)}" for name, values in parts.items() if values]
        said += [f"what failed in {self.failed}"] if self.failed else []
        return "; ".join([*said, *([self.other] if self.other else [])])

    def takes(self, check: Check) -> bool:
        """Whether a check is of the part, as far as its kind and id tell."""
        if self.kinds and check.case.shown not in self.kinds:
            return False
        if self.ids is not None and self.ids.isdisjoint((check.id, check.case.id)):
            return False
        return not self.only or any(matches(check.id, glob) for glob in self.only)


def matches(name: str, glob: str) -> bool:
    """Whether a glob is an id, or takes it."""
    return name == glob or fnmatch.fnmatchcase(name, glob)


@dataclass(frozen=True)
class Settings:
    """The settings of a run."""

    backends: tuple[str, ...]
    profile: Profile
    devices: tuple[str, ...] = ("cpu",)
    optional_devices: frozenset[str] = frozenset({"cuda"})
    """Devices that may be missing without spoiling the verdict."""
    runs: Path = Path("runs")
    timeout: float = 30.0
    gate: str | None = None
    """None: `must`, and `house` for our own backends."""
    selection: Selection = field(default_factory=Selection)
    scan: Scan | None = None
    expectations: tuple[Expectation, ...] = ()
    command: tuple[str, ...] = ()

    @property
    def devices_there(self) -> tuple[str, ...]:
        """The devices of the run: of one that `auto` names and this machine lacks nothing is said."""
        return tuple(one for one in self.devices if one not in self.optional_devices or not missing(one))

    def checks(self) -> list[Check]:
        """Every selected check, on the devices that there are."""
        return [check for check in self._every(self.selection.operations) if self.selection.takes(check)]

    def _every(self, operations: tuple[str, ...] = ()) -> list[Check]:
        """Every check of these operations, of all where none is named."""
        pairs = [(backend, device) for device in self.devices_there for backend in self.backends]
        return checks(pairs, operations or None, scan=self.scan is not None)

    def refuse_globs(self) -> None:
        """Raise UsageError for a glob of ids that no check of these backends and devices has."""
        if not self.selection.only:
            return
        ids = [check.id for check in self._every()]
        for glob in self.selection.only:
            if not any(matches(name, glob) for name in ids):
                raise UsageError(f"no check matches --only {glob}; {globs.hint(glob, ids, self.scan is not None)}")


def from_options(options: argparse.Namespace) -> Settings:
    """The settings that options of `check` mean, argparse's or pytest's. Raises UsageError.

    A scan and files of expectations are read here, and not again.
    """
    for operation in options.operation:
        if operation not in contracts():
            raise UsageError(unknown("operation", operation, contracts()))
    if not options.timeout > 0:
        raise UsageError(f"--timeout must be positive, got {options.timeout:g}")
    devices, optional = devices_of(options)
    settings = Settings(
        backends=backends_of(options), profile=PROFILES[options.profile], devices=devices, optional_devices=optional,
        runs=Path(options.runs), timeout=options.timeout, gate=options.gate,
        selection=Selection(
            tuple(options.operation), tuple(options.kind), tuple(options.only), getattr(options, "ids", None),
            str(getattr(options, "failed", None) or ""),
        ),
        scan=_scan(options.scan, Path(options.runs)),
        expectations=tuple(one for file in options.expectations for one in expectations.read(Path(file)).entries),
        command=tuple(sys.argv),
    )  # fmt: skip
    settings.refuse_globs()
    return settings


def backends_of(options: argparse.Namespace) -> tuple[str, ...]:
    """The names of --backend, each once and with the variables of --env. Raises UsageError."""
    named = [name for text in options.backend for name in text.split(",")] or list(DEFAULT_BACKENDS)
    named = [registry.with_variables(name, getattr(options, "env", ())) for name in named]
    for name in named:
        registry.find(name)
    return tuple(dict.fromkeys(named))


def devices_of(options: argparse.Namespace) -> tuple[tuple[str, ...], frozenset[str]]:
    """The devices of --device, each once; and those that may be missing, since `auto` alone names them."""
    asked = options.device or [AUTO]
    auto = AUTO in asked
    named = [device for device in asked if device != AUTO]
    devices = tuple(dict.fromkeys([*(("cpu", "cuda") if auto else ()), *named]))
    return devices, frozenset({"cuda"}) - set(named) if auto else frozenset()


def _scan(text: str | None, runs: Path) -> Scan | None:
    """The scan of --scan: a file; `integration`, the stored one; `simulated`, made beside the runs from a fixed
    seed; `auto`, the measured one where the environment says it is, else the simulated one."""
    if text is None:
        return None
    measured = Path(os.environ.get("PTYCHOPARITY_DATA", "")) / MEASURED_SCAN
    if text == "auto":
        text = str(measured) if "PTYCHOPARITY_DATA" in os.environ and measured.is_file() else "simulated"
    if text == "integration":
        return Scan.open(integration_scan())
    if text != "simulated":
        return Scan.open(Path(text).resolve())
    from ptychoparity.fixtures.simulate import write_scan  # a fifth of what starting costs, for this alone

    path = runs.resolve() / "simulated_scan.npz"
    return Scan.open(path if path.is_file() else write_scan(path, seed=1))
