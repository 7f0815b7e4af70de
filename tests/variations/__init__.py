"""Right implementations that differ from ours: none may turn a check red. `table.json` says why each is right."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ptychoparity.backends.numpy.adapter import NumpyBackend
from ptychoparity.backends.numpy.dtypes import in_contract_dtypes


class Varied(NumpyBackend):
    """The oracle's backend, but for the operations that `instead` answers, in the dtypes of the contract."""

    def instead(self) -> Mapping[str, Callable[..., dict[str, Any]]]:
        return {}

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        answer = super().call(operation, inputs)  # what it refuses is refused
        other = self.instead().get(operation)
        return answer if other is None else self.dressed(operation, inputs, other(**inputs))

    def dressed(self, operation: str, inputs: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        """The answer in the dtypes of the contract."""
        return in_contract_dtypes(operation, inputs, answer)


class Dressed(NumpyBackend):
    """The oracle's numbers, each array changed in its dress alone by `dress`."""

    def dress(self, array: np.ndarray) -> Any:
        return array

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        answer = super().call(operation, inputs)
        return {name: self._dressed(value) for name, value in answer.items()}

    def _dressed(self, value: Any) -> Any:
        return self.dress(value) if isinstance(value, np.ndarray) else value
