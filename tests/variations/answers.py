"""The oracle's numbers in other dress: memory layouts, byte orders, scalars, subclasses, more than was asked for."""

from typing import Any

import numpy as np

from ptychoparity.backends.numpy.adapter import NumpyBackend
from ptychoparity.spec_tests.contract import contracts
from tests.variations import Dressed


class FortranOrder(Dressed):
    """Columns first in memory."""

    def dress(self, array: np.ndarray) -> np.ndarray:
        return np.asfortranarray(array) if array.ndim else array


class Strided(Dressed):
    """Every second element of an array twice as long, read backwards."""

    def dress(self, array: np.ndarray) -> np.ndarray:
        if not array.ndim:
            return array
        wide = np.zeros((2 * array.shape[0], *array.shape[1:]), array.dtype)
        view = wide[::-2]
        view[...] = array
        return view


class ReadOnly(Dressed):
    """Arrays that nobody may write to."""

    def dress(self, array: np.ndarray) -> np.ndarray:
        array.setflags(write=False)
        return array


class BigEndian(Dressed):
    """The other byte order."""

    def dress(self, array: np.ndarray) -> np.ndarray:
        return array.astype(array.dtype.newbyteorder(">"))


class Labelled(np.ndarray):
    """An array of a library of its own."""


class Subclass(Dressed):
    """A subclass of numpy.ndarray."""

    def dress(self, array: np.ndarray) -> np.ndarray:
        return array.view(Labelled)


class NumPyScalars(Dressed):
    """numpy.float64 and the like where an array has no axis."""

    def dress(self, array: np.ndarray) -> Any:
        return array if array.ndim else array[()]


class PythonNumbers(Dressed):
    """A Python float where an array has no axis."""

    def dress(self, array: np.ndarray) -> Any:
        return array if array.ndim else array.item()


def _numpy_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _numpy_numbers(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_numpy_numbers(one) for one in value]
    if isinstance(value, bool):
        return np.bool_(value)
    if isinstance(value, int) and abs(value) < 2**63:
        return np.int64(value)
    return np.float64(value) if isinstance(value, float) else value


class NumPyInJson(NumpyBackend):
    """numpy.float64, numpy.int64 and numpy.bool_ where JSON numbers and booleans are due."""

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        answer = super().call(operation, inputs)
        return {
            name: value if isinstance(value, np.ndarray) else _numpy_numbers(value) for name, value in answer.items()
        }


class SaysMore(NumpyBackend):
    """An output that the contract does not know, where it allows others."""

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        answer = super().call(operation, inputs)
        return (
            {**answer, "seconds_per_call": 0.25}
            if contracts()[operation]["output"].get("additionalProperties", True)
            else answer
        )
