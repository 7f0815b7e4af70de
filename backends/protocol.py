"""The protocol between the suite and a backend: the only thing the suite knows of one.

An adapter is a class with the four methods of `Backend`; it lives in the backend's own process,
answers in NumPy arrays and JSON values, and imports its framework there and nowhere else.
"""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True)
class BackendInfo:
    """What a backend says of itself. `framework` and `framework_version` are checked against its process."""

    name: str
    version: str
    framework: str
    """Name of the installed distribution that computes, as on PyPI: "tensorflow", "torch", "numpy"."""
    framework_version: str
    device: str
    """"cpu" or "cuda"."""
    precision: str
    """The arithmetic in use, e.g. "float32 (TF32 off)"."""
    homepage: str = ""


@runtime_checkable
class Backend(Protocol):
    """A backend under test. The constructor takes `device` ("cpu" or "cuda")."""

    def info(self) -> BackendInfo: ...

    def operations(self) -> frozenset[str]:
        """The operations it claims; the rest is reported as not claimed."""

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Answer one operation: NumPy arrays and JSON values in and out, per its contract.

        Raises what the contract's `errors` ask for; never changes `inputs`.
        """

    def synchronize(self) -> None:
        """Wait for the device, so that timings are honest."""


class DeviceUnavailable(RuntimeError):
    """The device asked for is not on this machine. The message says which, and what there is."""


class UnknownOperation(ValueError):
    """The adapter was asked for an operation it does not claim."""


class IntegerAmplitudeWarning(UserWarning):
    """Integer diffraction was read as amplitude: it looks like counts (HOUSE.SCAN.UNITS)."""


class FewerGroupsWarning(UserWarning):
    """More groups were asked for than there are positions (DATA.GROUP.CAP_GS1)."""


@dataclass(frozen=True)
class Foreign:
    """A value that could not cross: only the name of its type did."""

    type_name: str


@dataclass(frozen=True)
class Answer:
    """What came of one call; its subclasses say which way it went."""

    seconds: float
    captured: str = ""
    warnings: tuple[tuple[str, str], ...] = ()
    random_state_changed: bool = False
    stray: tuple[str, ...] = ()
    """Files the call left in its working directory."""
    changed_inputs: tuple[str, ...] = ()
    """Inputs the call changed in place; looked at only where a check asks."""


@dataclass(frozen=True)
class Returned(Answer):
    outputs: Any = None


@dataclass(frozen=True)
class Raised(Answer):
    type: str = ""
    bases: tuple[str, ...] = ()
    message: str = ""
    traceback: str = ""


@dataclass(frozen=True)
class Died(Answer):
    """The process ended during the call."""

    how: str = ""


@dataclass(frozen=True)
class TimedOut(Answer):
    """No answer in time; the process was killed."""
