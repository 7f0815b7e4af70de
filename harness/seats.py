"""Seats: backends on devices. Which one a check is asked of, and the command that asks it again."""

import os
import shlex
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ptychoparity.backends import registry
from ptychoparity.backends.worker import Worker
from ptychoparity.core.devices import Device
from ptychoparity.spec_tests import contract
from ptychoparity.spec_tests.catalogue import clause
from ptychoparity.spec_tests.generate import Check
from ptychoparity.spec_tests.outcomes import CheckFailed
from ptychoparity.spec_tests.scan_checks import SCAN_OPERATION
from ptychoparity.spec_tests.unchecked import carried


def key(check: Check) -> str:
    return f"{check.backend}@{check.device}"


def command(check: Check, scan: Path | None = None) -> str:
    """The command that runs this check alone: with its other backend, or its scan, where it needs one."""
    other, _, device = (against(check) or key(check)).rpartition("@")
    backends, devices = dict.fromkeys((other, check.backend)), dict.fromkeys((device, check.device))
    words = ["ptychoparity", "check"]
    words += [word for name in backends for word in ("--backend", name)]
    words += [word for name in devices for word in ("--device", name)]
    if scan is not None and check.case.operation == SCAN_OPERATION:
        words += ["--scan", os.path.relpath(scan)]
    return shlex.join([*words, "--only", check.id])


def against(check: Check) -> str:
    """Seat of a parity check's other backend: on the same device unless it says otherwise."""
    if not check.against:
        return ""
    name, at, device = check.against.rpartition("@")
    return check.against if at and name and Device.named(device) else f"{check.against}@{check.device}"


@dataclass
class Seat:
    """A backend on a device: its worker and what is known of it."""

    entry: registry.Entry
    device: str
    worker: Worker | None = None
    status: str = "ready"
    reason: str = ""
    """Why it is not ready, in one line."""
    detail: str = ""
    """What its process said of it: a traceback, or what it printed."""
    description: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.entry.name}@{self.device}"

    @property
    def framework(self) -> str:
        """What it says it computes with; empty where it did not start."""
        return self.description.get("info", {}).get("framework", "")

    @property
    def operations(self) -> list[str]:
        return [op for op in contract.contracts() if op in self.description.get("operations", [])]

    def event(self) -> dict[str, Any]:
        claimed = self.operations
        return {
            "name": self.entry.name, "device": self.device, "status": self.status, "reason": self.reason,
            "detail": self.detail,
            "info": self.description.get("info"), "loaded": self.description.get("loaded"), "operations": claimed,
            "not_claimed": [op for op in contract.contracts() if op not in claimed],
            "not_applicable": [id for id in carried() if not clause(id).applies(self.framework)],
        }  # fmt: skip


def honest(description: dict[str, Any], device: str) -> None:
    """HOUSE.INFO.HONEST: what a backend says of itself is what its process loaded. Raises CheckFailed."""
    info, loaded = description["info"], description["loaded"]
    said, found = info.get("framework_version", "").split("+")[0], loaded["version"].split("+")[0]
    if not found:
        raise CheckFailed(f"info: framework {info.get('framework')!r} is no installed distribution of its process")
    if said != found:
        raise CheckFailed(f"info: it says {info['framework']} {said}, its process loaded {found}")
    if info.get("device") != device:
        raise CheckFailed(f"info: it says device {info.get('device')!r}, it was started on {device!r}")
    if reason := missing(device):
        raise CheckFailed(f"info: it says device {device!r}, but there is {reason}")


CUDA_NODES = ("/dev/nvidiactl", "/dev/nvhost-ctrl-gpu", "/dev/nvgpu", "/dev/dxg", "/dev/kfd")
"""Where a driver shows its GPUs: NVIDIA's own, two of its Tegra, WSL's, and AMD's, which torch calls cuda, too."""


def missing(device: str) -> str:
    """Why this machine has no such device, empty when it may have one. Asked without importing a framework."""
    kind = Device.parse(device).kind
    if kind == "mps" and sys.platform != "darwin":
        return f"no MPS device on this machine (it runs {sys.platform}; MPS is of macOS alone)"
    if kind == "cuda" and sys.platform == "darwin":
        return "no CUDA device on this machine (macOS has none)"
    if kind == "cuda" and sys.platform.startswith("linux") and not any(map(os.path.exists, CUDA_NODES)):
        return f"no CUDA device on this machine (there is no {CUDA_NODES[0]})"
    return ""
