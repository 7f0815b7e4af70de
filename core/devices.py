"""Devices a backend computes on."""

import re
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
