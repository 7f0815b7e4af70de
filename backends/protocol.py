"""The protocol between the suite and a backend: the only thing the suite knows of one.

An adapter is a class with the four methods of `Backend`; it lives in the backend's own process,
answers in NumPy arrays and JSON values, and imports its framework there and nowhere else.
"""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True)
class BackendInfo:
    """What a backend says of itself.

    Name, version, device and precision stand on the page; framework, its version and the device are held against what
    the process loaded (HOUSE.INFO.HONEST).

    Parameters
    ----------
    name : str
        The backend's name, as people call it.
    version : str
        The backend's own version.
    framework : str
        Name of the installed distribution that computes, as on PyPI: "tensorflow", "torch", "numpy".
    framework_version : str
        The version of it that this process loaded.
    device : str
        "cpu", "cuda", "cuda:1" or "mps".
    precision : str
        The arithmetic in use, for example "float32 (TF32 off)".
    homepage : str, optional
        Where more can be read.

    Examples
    --------
    >>> BackendInfo("mine", "0.1", "numpy", "2.4.6", "cpu", "float64, answers in float32").framework
    'numpy'
    """

    name: str
    version: str
    framework: str
    framework_version: str
    device: str
    precision: str
    homepage: str = ""


@runtime_checkable
class Backend(Protocol):
    """A backend under test: any class with these four methods, built with one argument.

    It need not derive from this class. It lives in a process of its own and computes there on one device.

    Parameters
    ----------
    device : str
        "cpu", "cuda", "cuda:1" or "mps".

    Raises
    ------
    DeviceUnavailable
        By the constructor, where the device is not on this machine: the backend is skipped there, and is not broken.
    """

    def info(self) -> BackendInfo:
        """Return what the backend says of itself.

        Returns
        -------
        BackendInfo
            Or a dict with its fields, from an adapter that imports nothing of ours.
        """

    def operations(self) -> frozenset[str]:
        """Return the operations that are claimed.

        Returns
        -------
        frozenset of str
            Names of contracts. The rest is reported as not claimed, which is no failure.
        """

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Answer one operation, per its contract.

        Parameters
        ----------
        operation : str
            One of `operations()`.
        inputs : dict
            The contract's inputs by name: NumPy arrays (shapes, dtypes and units as the contract has them), numbers,
            text, booleans, None, and lists and dicts of these. They are not to be changed. An array may lie in memory
            as any NumPy array may: in Fortran order, a view with steps, read-only, in the other byte order (`LAYOUTS`).

        Returns
        -------
        dict
            The contract's outputs by name, in the same types; each array in a dtype that the contract allows.

        Raises
        ------
        UnknownOperation
            For an operation that is not claimed.
        Exception
            For bad input: the class that the contract's `errors` name, or one derived from it. The message names the
            input and the numbers that do not fit.
        """

    def synchronize(self) -> None:
        """Wait until the device has finished what `call` began, so that timings are honest."""


LAYOUTS = ("fortran", "reversed", "strided", "read-only", "byte-swapped")
"""How the arrays of a call may lie in memory, other than in C order and writable (HOUSE.INPUT.LAYOUT)."""


class DeviceUnavailable(RuntimeError):
    """The requested device is not on this machine.

    Raised by an adapter's constructor. The message says which device was requested, and which there are.
    """


class UnknownOperation(ValueError):
    """The adapter does not claim the operation.

    Raised by an adapter's `call`. The message names the operation.
    """


class IntegerAmplitudeWarning(UserWarning):
    """Integer diffraction was read as amplitude: it looks like counts (HOUSE.SCAN.UNITS).

    To be given by operations that read scans. Any warning class of this name will do.
    """


class FewerGroupsWarning(UserWarning):
    """More groups were requested than there are positions, so there are fewer (DATA.GROUP.CAP_GS1).

    To be given by operations that group positions. Any warning class of this name will do.
    """


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
