"""Targets: backends on devices. What is known of one, how it is asked, and the pool that starts and stops them."""

import contextlib
import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ptychoparity.backends import registry
from ptychoparity.backends.protocol import Answer
from ptychoparity.backends.registry import Entry
from ptychoparity.backends.worker import StartFailed, Worker
from ptychoparity.core.devices import Device
from ptychoparity.spec_tests import additions, contract, parts
from ptychoparity.spec_tests.catalogue import clause
from ptychoparity.spec_tests.checks import kind_of
from ptychoparity.spec_tests.generate import Check
from ptychoparity.spec_tests.outcomes import StopExploration
from ptychoparity.spec_tests.unchecked import carried


def key(check: Check) -> str:
    """The target that a check is asked of."""
    return f"{check.backend}@{check.device}"


def against(check: Check) -> str:
    """The other target of a check that needs one: on the same device unless it says otherwise."""
    return beside(check.against, check.device)


def beside(other: str, device: str) -> str:
    """The target that another backend is: on `device` unless it names one; empty where there is none."""
    if not other:
        return ""
    name, at, own = other.rpartition("@")
    return other if at and name and Device.named(own) else f"{other}@{device}"


def command(check: Check, scan: Path | None = None) -> str:
    """The command that runs this check alone: with its other backend, or its scan, where it needs one."""
    other, _, device = (against(check) or key(check)).rpartition("@")
    backends, devices = dict.fromkeys((other, check.backend)), dict.fromkeys((device, check.device))
    words = ["ptychoparity", "check"]
    words += [word for name in backends for word in ("--backend", registry.spelled(name))]
    words += [word for name in devices for word in ("--device", name)]
    if scan is not None and kind_of(check.case).needs_scan:
        words += ["--scan", os.path.relpath(scan)]
    return shlex.join([*words, *added(check), "--only", check.id])


def added(check: Check) -> list[str]:
    """The options that name the contracts of the user's own, where the check is of one of them."""
    document = contract.contracts().get(check.case.operation)
    if document is None or not document.added:
        return []
    now = additions.current()
    words = [word for folder in now.folders for word in ("--contracts", os.path.relpath(folder))]
    return words + (["--oracle", now.oracle] if now.oracle else [])


class Process(Protocol):
    """What a target is asked through: a `Worker`, or the prefetching process that has one."""

    def launch(self) -> None: ...

    def start(self) -> dict[str, Any]:
        """What the backend says of itself. Raises StartFailed."""

    def call(
        self, operation: str, inputs: dict[str, Any], timeout: float, *, numpy_seed: int | None = None,
        watch: bool = False, keep: list[int] | None = None, room: int = 0, layout: Mapping[str, str] | None = None,
    ) -> Answer: ...  # fmt: skip

    def restart(self) -> dict[str, Any]:
        """Another process of the same adapter. Raises StartFailed."""

    def stop(self) -> None: ...


@dataclass
class Target:
    """A backend on a device: its process and what is known of it."""

    entry: Entry
    device: str
    process: Process | None = None
    status: str = "ready"
    reason: str = ""
    """Why it is not ready, in one line."""
    detail: str = ""
    """What its process said of it: a traceback, or what it printed."""
    description: dict[str, Any] = field(default_factory=dict)
    restarted: Callable[[], None] | None = None
    """Called when a new process has begun on request: what has to be said to it again."""

    @property
    def key(self) -> str:
        return f"{self.entry.name}@{self.device}"

    @property
    def running(self) -> Process:
        """Its process, of a target that can be asked."""
        if self.process is None:
            raise LookupError(f"{self.key} has no process: {self.reason}")
        return self.process

    @property
    def framework(self) -> str:
        """What it says it computes with; empty where it did not start."""
        return self.description.get("info", {}).get("framework", "")

    @property
    def complete(self) -> bool:
        """Our own backends may leave out nothing."""
        return self.entry.ours

    def parts(self, operation: str) -> Mapping[str, bool]:
        """What it says of the parts of an operation that need not be claimed."""
        said: dict[str, dict[str, bool]] = self.description.get("parts") or {}
        return said.get(operation, {})

    @property
    def operations(self) -> list[str]:
        """The operations it claims that there is a contract for."""
        return [op for op in contract.contracts() if op in self.description.get("operations", [])]

    def event(self) -> dict[str, Any]:
        claimed = self.operations
        return {
            "name": self.entry.name, "device": self.device, "status": self.status, "reason": self.reason,
            "detail": self.detail,
            "info": self.description.get("info"), "loaded": self.description.get("loaded"), "operations": claimed,
            "not_claimed": [op for op in contract.contracts() if op not in claimed],
            "partial": [
                said for op in claimed for said in parts.sentences(contract.contracts()[op], self.parts(op))
            ],
            "not_applicable": [id for id in carried() if not clause(id).applies(self.framework)],
        }  # fmt: skip

    def start(self) -> bool:
        """Wait until the backend is built. False where it is not: then `status` and `reason` say why."""
        try:
            self.description = self.running.start()
        except StartFailed as failure:
            absent = failure.type_name == "DeviceUnavailable"
            self.status = "skipped" if absent else "broken"
            self.reason = failure.reason.partition(": ")[2] if absent else failure.reason
            if not absent and failure.detail:
                self.detail = failure.detail.strip()
        return self.status == "ready"

    def call(self, operation: str, inputs: dict[str, Any], timeout: float, **options: Any) -> Answer:
        """Ask one operation: as `Worker.call`."""
        return self.running.call(operation, inputs, timeout, **options)

    def restart(self) -> None:
        """A new process, the same adapter. Raises StopExploration where it does not start again."""
        try:
            self.description = self.running.restart()
        except StartFailed as failure:
            raise StopExploration("crash", f"its process could not be started again: {failure.reason}") from failure
        if self.restarted is not None:
            self.restarted()

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()


class Pool(Mapping[str, Target]):
    """Targets by key; whoever makes one stops it, or uses it as a context manager."""

    def __init__(self) -> None:
        self._targets: dict[str, Target] = {}

    def __getitem__(self, key: str) -> Target:
        return self._targets[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._targets)

    def __len__(self) -> int:
        return len(self._targets)

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def add(
        self,
        entry: Entry,
        device: str,
        make: Callable[[Entry, str], Process] = Worker,
        *,
        absent: str = "",
        status: str = "skipped",
    ) -> Target:
        """A target, not yet started; skipped where its framework is missing.

        `absent` says why its device is missing, where it is; then the target has `status`.
        """
        target = Target(entry, device)
        self._targets[target.key] = target
        if reason := entry.missing():
            target.status, target.reason = "skipped", reason
        elif absent:
            target.status, target.reason = status, absent
        else:
            target.process = make(entry, device)
        return target

    def start(self, first: Sequence[Target] = ()) -> None:
        """Start every target side by side and wait for all; the processes of `first` are launched first."""
        there = [target for target in self.values() if target.process is not None]
        for target in sorted(there, key=lambda target: target not in first):
            target.running.launch()
        for target in there:
            target.start()

    def stop(self) -> None:
        """End every process, whatever it is doing."""
        with contextlib.ExitStack() as stack:  # a second Ctrl-C ends one wait, and not the stopping of the others
            for target in self.values():
                stack.callback(target.stop)
