"""The oracle's bounds for one answer, made when a comparison asks for them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ptychoparity.reference import bounds, dispatch

ROUNDING = bounds.ROUNDING
Parts = Mapping[str, np.ndarray]


class Bounds:
    """Bounds of the right answer to `inputs`; each is computed once."""

    def __init__(self, operation: str, inputs: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """`answer` is right to rounding: the oracle's, a golden, another backend's; it may lack outputs."""
        self._operation, self._inputs, self._answer = operation, dict(inputs), dict(answer)
        self._made: dict[str, Mapping[str, Parts]] = {}

    def parts(self, bound: str, output: str) -> Parts:
        """The parts of `bound` for an output. Raises KeyError where it has none."""
        if bound not in self._made:
            self._made[bound] = self._parts(bound)
        return self._made[bound][output]

    def _parts(self, bound: str) -> Mapping[str, Parts]:
        made = bounds.function(bound)
        try:
            return made(self._inputs, self._answer)
        except KeyError:  # the answer lacks an output that the bound is formed from
            return made(self._inputs, dispatch.call(self._operation, self._inputs))


def allowed(parts: Parts, roundings: float | Mapping[str, float]) -> np.ndarray:
    """What rounding may amount to: every part times its number of roundings. Raises KeyError for a part without."""
    if not isinstance(roundings, Mapping):
        (only,) = parts.values()
        return ROUNDING * roundings * np.asarray(only)
    with np.errstate(invalid="ignore"):
        return np.asarray(ROUNDING * sum(roundings[name] * np.asarray(part) for name, part in parts.items()))


SHARED = frozenset({"coordinates", "fit"})
"""Parts whose roundings many elements may share: one sampling point serves a row, one coefficient an image."""


def shared(parts: Parts, roundings: float | Mapping[str, float]) -> np.ndarray:
    """What of `allowed` elements may share."""
    common = {name: part for name, part in parts.items() if name in SHARED}
    return allowed(common, roundings) if common else np.zeros(())


def magnitude(parts: Parts) -> np.ndarray:
    """What is summed, coordinates times slopes included: the scale against which precision is told from value."""
    counted = [np.asarray(part) for name, part in parts.items() if name != "sums"]
    return np.asarray(sum(counted))
