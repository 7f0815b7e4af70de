"""Devices a backend computes on."""

import os
import re
import sys
from dataclasses import dataclass
from typing import Self

from ptychoparity.core.errors import UsageError

_FORM = re.compile(r"(cpu|cuda|mps)(?::(\d+))?")


@dataclass(frozen=True, order=True)
class Device:
    """A device: `cpu`, `cuda`, `cuda:1`, `mps`.

    Its text is what a check's id, the command line and an adapter's constructor have.
    """

    kind: str
    index: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises UsageError for what names no device."""
        found = _FORM.fullmatch(text)
        if found is None or (found[1] == "cpu" and found[2]):
            raise UsageError(f"device: expected cpu, cuda, cuda:N or mps, got {text!r}")
        return cls(found[1], None if found[2] is None else int(found[2]))

    @classmethod
    def named(cls, text: str) -> bool:
        """Whether `text` names a device."""
        try:
            cls.parse(text)
        except UsageError:
            return False
        return True

    def __str__(self) -> str:
        return self.kind if self.index is None else f"{self.kind}:{self.index}"


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
