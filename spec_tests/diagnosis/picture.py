"""A small picture of where two arrays differ."""

from typing import NamedTuple

import numpy as np

from ptychoparity.spec_tests.diagnosis.pair import Pair

LARGEST = 32
"""Cells along an edge of the picture, at most."""


class Where(NamedTuple):
    """The largest error of each block of the array, seen along all other axes, as rows of digits.

    0: nothing differs by more than is allowed; 1 to 9: the error over the largest one, in steps of a factor of
    three, 9 the largest; `x`: not finite.
    """

    axes: tuple[int, ...]
    """Axes of the array that the rows and the columns follow; one alone: there is one row."""
    rows: tuple[str, ...]


def picture(pair: Pair) -> Where | None:
    """Return the errors of the two largest axes; None where nothing differs."""
    if not pair.differs:
        return None
    shape = pair.shape
    axes = tuple(sorted(sorted(range(len(shape)), key=lambda axis: (-shape[axis], -axis))[:2]))
    others = tuple(axis for axis in range(len(shape)) if axis not in axes)
    error = np.where(pair.wrong, pair.error, 0.0).max(axis=others)
    axes, error = _without_a_point(axes, error)
    for axis, size in enumerate(error.shape):
        edges = np.unique(np.linspace(0, size, min(size, LARGEST) + 1).astype(int))[:-1]
        error = np.maximum.reduceat(error, edges, axis=axis)
    return Where(axes, tuple("".join(row) for row in _digits(np.atleast_2d(error))))


def _without_a_point(axes: tuple[int, ...], error: np.ndarray) -> tuple[tuple[int, ...], np.ndarray]:
    """An axis of size 1 is none."""
    kept = [place for place, size in enumerate(error.shape) if size > 1] or [0]
    return tuple(axes[place] for place in kept), error.reshape([error.shape[place] for place in kept])


def _digits(error: np.ndarray) -> np.ndarray:
    finite = error[np.isfinite(error)]
    most = finite.max(initial=0.0) or 1.0
    steps = np.clip(9 + np.ceil(np.log(np.maximum(error, 1e-300) / most) / np.log(3)), 1, 9)
    digits = np.where(error > 0, np.where(np.isfinite(steps), steps, 9), 0).astype(int).astype(str)
    return np.where(np.isfinite(error), digits, "x")
