"""Right implementations that differ from ours: none may turn a check red. `table.json` says why each is right."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from ptychoparity.backends.numpy.adapter import NumpyBackend
from ptychoparity.backends.numpy.dtypes import in_contract_dtypes


class Varied(NumpyBackend):
    """The oracle's backend, but for the operations that `instead` answers, in the dtypes of the contract."""

    instead: ClassVar[Mapping[str, Callable[..., dict[str, Any]]]] = {}

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        if operation not in self.instead:
            return super().call(operation, inputs)
        super().call(operation, inputs)  # what it refuses is refused
        answer = self.instead[operation](**inputs)
        return self.dressed(operation, inputs, answer)

    def dressed(self, operation: str, inputs: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        """The answer in the dtypes of the contract; what a variation has in another that is allowed stays."""
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
