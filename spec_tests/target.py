"""What a check knows of what it asks: a backend on a device, in a process of its own."""

from collections.abc import Mapping
from typing import Any, Protocol

from ptychoparity.backends.protocol import Answer


class Target(Protocol):
    """A backend on a device that has started."""

    @property
    def key(self) -> str:
        """NAME@device."""

    @property
    def device(self) -> str: ...

    @property
    def description(self) -> Mapping[str, Any]:
        """What it said of itself when it started, and what its process loaded: `info`, `operations`, `loaded`."""

    @property
    def complete(self) -> bool:
        """Whether it has to provide every output, those too that a backend may leave out."""

    def parts(self, operation: str) -> Mapping[str, bool]:
        """What it says of the parts of an operation that need not be claimed."""

    def call(self, operation: str, inputs: dict[str, Any], timeout: float, **options: Any) -> Answer:
        """Ask one operation; nothing that the backend does comes out as an exception."""

    def restart(self) -> None:
        """A new process, the same adapter. Raises StopExploration where it does not start again."""
