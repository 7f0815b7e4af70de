"""They choose otherwise where neighbours are equally near."""

from unittest import mock

import numpy as np

from ptychoparity.backends.numpy.adapter import NumpyBackend
from ptychoparity.reference import grouping


def _last_first(positions, seed, count):
    """As the oracle's search, but of equally distant positions the last one comes first."""
    distance = np.hypot(*(positions - positions[seed]).T).round(4)
    distance[seed] = -1.0
    return np.lexsort((-np.arange(len(positions)), distance))[:count].tolist()


def _one_too_far(positions, seed, count):
    """The nearest is left out, and one beyond the K nearest is taken."""
    found = _last_first(positions, seed, count + 1)
    return [found[0], *found[2:]]


class TakesTheLastOfEqualNeighbours(NumpyBackend):
    """Right: which of equally near neighbours is taken is nobody's business."""

    search = staticmethod(_last_first)

    def call(self, operation, inputs):
        with mock.patch.object(grouping, "nearest", self.search):
            return super().call(operation, inputs)


class ReachesTooFar(TakesTheLastOfEqualNeighbours):
    """Wrong, on a raster as anywhere."""

    search = staticmethod(_one_too_far)
