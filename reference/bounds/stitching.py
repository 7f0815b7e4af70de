"""Bounds of sums of placed patches, and of their quotient.

Beside the parts of `interpolation`, each a sum over patches, `sums` is the sum of absolute values times the number of
patches that reach a pixel, less one: so many additions, in whatever order. A quotient canvas = numerator / weight errs
by what each of the two errs by, over the weight; where rounding could take or make a good part of the weight itself,
nothing is asked.
"""

from typing import Any

import numpy as np

from ptychoparity.reference.bounds import ROUNDING, Parts
from ptychoparity.reference.bounds.interpolation import sampled, single
from ptychoparity.reference.merge import window

SHARE = 0.25
"""Of a weight: where ten roundings of the coordinates amount to more, the quotient is anyone's."""


class Canvas:
    """What is summed on an L x L canvas: absolute values, slopes, the same of the weights, and how many reach."""

    def __init__(self, L: int) -> None:
        self.L = L
        self.terms, self.slopes, self.weight, self.weight_slopes, self.count = (np.zeros((L, L)) for _ in range(5))

    def place(self, patch: np.ndarray, ones: np.ndarray, centre: np.ndarray, down: float, right: float) -> None:
        """Add `patch` (M, M), and its window `ones`, with index M/2 at column centre[0], row centre[1]."""
        half = len(patch) // 2
        ranges = []
        for place in (centre[1], centre[0]):
            first = int(np.floor(place)) - half - 2
            ranges.append(np.arange(max(first, 0), min(first + len(patch) + 5, self.L)))
        rows, columns = ranges
        if not rows.size or not columns.size:
            return
        here = np.ix_(rows, columns)
        points = rows - centre[1] + half, columns - centre[0] + half
        for image, total, steep in ((patch, self.terms, self.slopes), (ones, self.weight, self.weight_slopes)):
            terms, slopes = sampled(image, *points, down, right)
            total[here] += terms
            steep[here] += slopes
        self.count[here] += (terms > 0) | (slopes > 0)

    def summed(self, terms: np.ndarray, slopes: np.ndarray) -> Parts:
        return {"terms": terms, "sums": np.maximum(self.count - 1, 0) * terms, "coordinates": slopes}

    def quotient(self, value: np.ndarray) -> Parts:
        size = np.abs(value)
        above, below = (self.summed(*pair) for pair in (
            (self.terms, self.slopes), (self.weight, self.weight_slopes)))  # fmt: skip
        lost = 10 * ROUNDING * (self.weight_slopes + self.weight) > SHARE * self.weight
        with np.errstate(all="ignore"):
            # the weight itself may be smaller by SHARE
            found = {name: (above[name] + size * below[name]) / ((1 - SHARE) * self.weight) for name in above}
        outside = self.weight_slopes + self.weight == 0
        return {name: np.where(outside, 0.0, np.where(lost, np.inf, part)) for name, part in found.items()}


def whole(*values: Any) -> bool:
    """Whether all are whole numbers that float32 holds: nothing is rounded on the way to a sampling point."""
    return all(bool((single(v) & (np.asarray(v) == np.rint(v))).all()) for v in values)


def stitching(inputs: dict[str, Any], answer: dict[str, Any]) -> dict[str, Parts]:
    """Of `reassemble_position`; its origin is a mean of coordinates, less half the canvas."""
    patches, M = np.asarray(inputs["patches"], dtype=complex)[..., 0], inputs["M"]
    positions = np.asarray(inputs["global_offsets"], dtype=float).reshape(-1, 2)
    mean, L = positions.mean(axis=0), len(answer["canvas"])
    first = patches.shape[1] // 2 - M // 2
    canvas, exact = Canvas(L), whole(positions, mean)
    for patch, position in zip(patches[:, first : first + M, first : first + M], positions, strict=True):
        right, down = np.zeros(2) if exact else np.abs(position) + np.abs(mean) + L
        canvas.place(patch, np.ones((M, M)), L / 2 + position - mean, float(down), float(right))
    return {
        "canvas": canvas.quotient(answer["canvas"]),
        "numerator": canvas.summed(canvas.terms, canvas.slopes),
        "weight": canvas.summed(canvas.weight, canvas.weight_slopes),
        "canvas_origin": {"coordinates": np.abs(positions).mean(axis=0) + L / 2},
    }


def merging(inputs: dict[str, Any], answer: dict[str, Any]) -> dict[str, Parts]:
    """Of `merge_patches`, group by group."""
    patches, relative = np.asarray(inputs["patches"], dtype=complex), np.asarray(inputs["coords_relative"], dtype=float)
    L, inside = inputs["L"], window(patches.shape[1], inputs["probe_big"])
    merged, weight = [], []
    for group, away, value in zip(patches, relative[:, 0], answer["merged"], strict=True):
        canvas = Canvas(L)
        for c in range(group.shape[2]):
            right, down = np.zeros(2) if whole(away[:, c]) else np.abs(away[:, c]) + L
            canvas.place(inside * group[:, :, c], inside, L / 2 - away[:, c], float(down), float(right))
        merged.append(canvas.quotient(value))
        weight.append(canvas.summed(canvas.weight, canvas.weight_slopes))
    return {"merged": _stacked(merged), "weight": _stacked(weight)}


def _stacked(parts: list[Parts]) -> Parts:
    return {name: np.array([one[name] for one in parts]) for name in parts[0]}
