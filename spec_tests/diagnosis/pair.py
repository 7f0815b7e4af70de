"""Two arrays of one shape, and whether an explanation of their difference holds."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

MOST_POINTS = 8_192
"""Elements at which an explanation is tried out."""

CLOSER = 100.0
"""An explanation that brings the arrays closer by this factor holds, whatever the allowance."""

Points = tuple[np.ndarray, ...]
"""One array of indices per axis."""


def numeric(value: Any) -> np.ndarray | None:
    """Return the value as an array of numbers; None where it is none."""
    if isinstance(value, dict | str | bytes) or value is None:
        return None
    try:
        array = np.asarray(value)
    except ValueError:  # lists of unequal lengths
        return None
    return array if array.dtype.kind in "biufc" else None


@dataclass(frozen=True)
class Pair:
    """Expected and actual values, and what of their difference is allowed, all of one shape."""

    expected: np.ndarray
    actual: np.ndarray
    allowed: np.ndarray
    near: np.dtype[Any]
    """The dtype of the actual values as they came."""

    @classmethod
    def of(cls, expected: np.ndarray, actual: np.ndarray, allowed: Any) -> "Pair":
        wide = np.complex128 if "c" in (expected.dtype.kind, actual.dtype.kind) else np.float64
        try:
            bound = np.broadcast_to(np.asarray(allowed, dtype=float), expected.shape)
        except (TypeError, ValueError):
            bound = np.zeros(expected.shape)
        bound = np.where(np.isnan(bound), 0.0, bound)
        return cls(expected.astype(wide), actual.astype(wide), bound, actual.dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.expected.shape

    @cached_property
    def error(self) -> np.ndarray:
        """Absolute differences; infinite where one of both is not finite and the other is not the same."""
        same = (self.expected == self.actual) | (np.isnan(self.expected) & np.isnan(self.actual))
        error = np.abs(self.expected - self.actual)
        return np.where(same, 0.0, np.where(np.isnan(error), np.inf, error))

    @cached_property
    def wrong(self) -> np.ndarray:
        """Whether an element differs by more than is allowed."""
        found: np.ndarray = self.error > self.allowed
        return found

    @cached_property
    def differs(self) -> int:
        return int(np.count_nonzero(self.wrong))

    @cached_property
    def finite(self) -> np.ndarray:
        return np.isfinite(self.expected) & np.isfinite(self.actual)

    @cached_property
    def wrong_points(self) -> Points:
        """Elements that differ by something finite, evenly drawn where there are many."""
        return self._unravelled(_some(np.flatnonzero(self.wrong & self.finite), MOST_POINTS // 2))

    @cached_property
    def points(self) -> Points:
        """Elements of all that are compared, those that differ among them in any case."""
        flat = _some(np.flatnonzero(self.allowed < np.inf), MOST_POINTS // 2)
        wrong = _some(np.flatnonzero(self.wrong), MOST_POINTS // 2)
        return self._unravelled(np.unique(np.concatenate([flat, wrong])))

    def _unravelled(self, flat: np.ndarray) -> Points:
        return tuple(np.unravel_index(flat, self.shape)) if self.shape else ()

    def holds(self, values: np.ndarray, points: Points, allowed: np.ndarray, there: np.ndarray | None = None) -> bool:
        """Return whether `values` explain the actual ones at `points`, better than the expected ones do.

        `there`: at which points the explanation says something; it must be half of those that differ.
        """
        expected, actual = self.expected[points], self.actual[points]
        finite = np.isfinite(expected) & np.isfinite(actual) & np.isfinite(values)
        valid = finite if there is None else finite & there
        wrong = np.count_nonzero(self.wrong[points] & np.isfinite(actual))
        if wrong == 0 or 2 * np.count_nonzero(valid & self.wrong[points]) < wrong:
            return False
        before = math.sqrt(float(np.sum(np.abs(expected - actual)[valid] ** 2)))
        after = np.abs(values - actual)[valid]
        left = math.sqrt(float(np.sum(after**2)))
        within = bool(np.all(after <= allowed[valid]))
        return before > 0 and (left * CLOSER <= before or (within and left * 4 <= before))

    def members_that_differ(self) -> Iterator["Pair"]:
        """The members of the first axis in which anything differs, where there are others that do not."""
        if len(self.shape) < 2 or self.shape[0] < 2:
            return
        bad = self.wrong.any(axis=tuple(range(1, len(self.shape))))
        if not bad.all():
            yield Pair(self.expected[bad], self.actual[bad], self.allowed[bad], self.near)


def _some(flat: np.ndarray, most: int) -> np.ndarray:
    """At most so many of the indices, in steps that share no factor with their number: no axis is favoured."""
    if flat.size <= most:
        return flat
    step = int(flat.size * 0.6180339887)
    while math.gcd(step, flat.size) != 1:
        step += 1
    return flat[(np.arange(most, dtype=np.int64) * step) % flat.size]
