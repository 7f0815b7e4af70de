"""Other choices among equally near neighbours."""

from typing import Any
from unittest import mock

import numpy as np

from ptychoparity.backends.numpy.adapter import NumpyBackend
from ptychoparity.reference import grouping


def last_first(positions: np.ndarray, seed: int, count: int) -> list[int]:
    """The nearest `count`; of equally near positions those with the larger number. The seed comes first."""
    distance = np.round(np.hypot(*(positions - positions[seed]).T), 9)
    distance[seed] = -1.0
    return np.lexsort((-np.arange(len(positions)), distance))[:count].tolist()


class OtherTies(NumpyBackend):
    """Ties go to the position with the larger number."""

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        with mock.patch.object(grouping, "nearest", last_first):
            return super().call(operation, inputs)
