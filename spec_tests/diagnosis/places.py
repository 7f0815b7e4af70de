"""Explanations by place: each actual value is the one expected at another place.

An explanation maps indices of the actual array to indices of the expected one, so that it can be tried at any number
of points, whatever the size of the arrays.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ptychoparity.spec_tests.diagnosis.pair import Pair, Points
from ptychoparity.spec_tests.diagnosis.values import fitted, say

MOST_MEMBERS = 64
"""Members of an axis whose order is looked into."""

_FEATURES = 64
_GLANCE = 256
_PROMISING = 0.9


@dataclass(frozen=True)
class Move:
    """A hint, and where it takes the values at some points from."""

    text: str
    source: Points
    there: np.ndarray | None = None
    """At which points the source lies in the array; None: at all."""


def hints(pair: Pair) -> list[str]:
    """Return the moves that explain the difference, alone or together with a constant factor."""
    moves = [*transposed(pair), *mirrored(pair), *rolled(pair)]
    alone = [move.text for move in moves if explains(pair, move)]
    if alone:
        return alone[:2]
    both = ((move, factor) for move in moves if (factor := scaled(pair, move)) is not None)
    found = [f"{move.text}, and times {say(factor)}" for move, factor in both]
    return found[:1]


def _alike(pair: Pair, move: Move) -> float:
    """Return how alike the moved values and the actual ones are at some points: 1 but for a factor, near 0 if not.

    Most moves are told apart so, at a small part of the cost of a trial.
    """
    at = slice(None, None, max(1, len(move.source[0]) // _GLANCE)) if move.source else slice(None)
    e, a = pair.expected[tuple(axis[at] for axis in move.source)], pair.actual[tuple(axis[at] for axis in pair.points)]
    good = np.isfinite(e) & np.isfinite(a)
    if move.there is not None:
        good &= move.there[at]
    e, a = e[good], a[good]
    both = float(np.sum(np.abs(e) ** 2)) * float(np.sum(np.abs(a) ** 2))
    return 1.0 if e.size < 8 or not 0 < both < np.inf else float(np.abs(np.vdot(e, a))) / both**0.5


def explains(pair: Pair, move: Move) -> bool:
    """Return whether the values come from where the move says."""
    if _alike(pair, move) < _PROMISING:
        return False
    values, allowed = pair.expected[move.source], pair.allowed[move.source]
    return pair.holds(values, pair.points, np.maximum(allowed, pair.allowed[pair.points]), move.there)


def scaled(pair: Pair, move: Move) -> complex | float | None:
    """Return the factor with which the move explains the difference, if there is one that does."""
    if _alike(pair, move) < _PROMISING:
        return None
    values, actual = pair.expected[move.source], pair.actual[pair.points]
    there = slice(None) if move.there is None else move.there
    factor = fitted(values[there], actual[there])
    if factor is None or factor in (0, 1):
        return None
    allowed = np.maximum(pair.allowed[move.source], pair.allowed[pair.points]) * abs(factor)
    return factor if pair.holds(factor * values, pair.points, allowed, move.there) else None


def transposed(pair: Pair) -> Iterator[Move]:
    for one, other in itertools.combinations(range(len(pair.shape)), 2):
        if pair.shape[one] == pair.shape[other] > 1:
            source = list(pair.points)
            source[one], source[other] = source[other], source[one]
            yield Move(f"transposed: axes {one} and {other} have changed places", tuple(source))


def mirrored(pair: Pair) -> Iterator[Move]:
    """Along one axis, and along two neighbouring ones; about the middle of the array, or about the pixel N//2."""
    axes = [axis for axis, size in enumerate(pair.shape) if size > 1]
    for axis in axes:
        size = pair.shape[axis]
        text = f"mirrored: along axis {axis}"
        yield Move(text if size > 2 else f"swapped: the two entries of axis {axis}", _flipped(pair, (axis,)))
        if size > 3 and size % 2 == 0:
            yield Move(f"{text}, about the pixel {size // 2}", _flipped(pair, (axis,), about_pixel=True))
    for both in itertools.pairwise(axes):
        if min(pair.shape[axis] for axis in both) > 2:
            text = f"mirrored: at a point (along axes {both[0]} and {both[1]})"
            yield Move(text, _flipped(pair, both))
            if all(pair.shape[axis] % 2 == 0 for axis in both):
                yield Move(f"{text}, about the pixel N//2", _flipped(pair, both, about_pixel=True))


def _flipped(pair: Pair, axes: tuple[int, ...], about_pixel: bool = False) -> Points:
    """Indices counted from the other end; about the pixel N//2, the first one stays where it is."""
    source = list(pair.points)
    for axis in axes:
        size = pair.shape[axis]
        source[axis] = (-source[axis]) % size if about_pixel else size - 1 - source[axis]
    return tuple(source)


def rolled(pair: Pair) -> Iterator[Move]:
    """By half the size, as `fftshift` does, along one axis and along two neighbouring ones."""
    axes = [axis for axis, size in enumerate(pair.shape) if size > 3]
    for some in [*itertools.pairwise(axes), *((axis,) for axis in axes)]:
        source = list(pair.points)
        for axis in some:
            source[axis] = (source[axis] - pair.shape[axis] // 2) % pair.shape[axis]
        named = f"ax{'i' if len(some) == 1 else 'e'}s {' and '.join(map(str, some))}"
        yield Move(f"rolled: by half the size along {named} (an fftshift too many or too few)", tuple(source))


def permuted(pair: Pair) -> list[str]:
    """Return the axis whose members stand in another order."""
    for axis, size in enumerate(pair.shape):
        if not 2 < size <= MOST_MEMBERS:
            continue
        order = _order(pair, axis)
        if order is None:
            continue
        source = list(pair.points)
        source[axis] = order[source[axis]]
        if explains(pair, Move("", tuple(source))):
            told = ", ".join(map(str, order[:12])) + (", ..." if size > 12 else "")
            return [f"permuted: the members of axis {axis} stand in another order: {told}"]
    return []


def _order(pair: Pair, axis: int) -> np.ndarray | None:
    """The expected member that is closest to each actual one; None where that is no permutation."""
    e = np.moveaxis(pair.expected, axis, 0).reshape(pair.shape[axis], -1)
    a = np.moveaxis(pair.actual, axis, 0).reshape(pair.shape[axis], -1)
    some = np.linspace(0, e.shape[1] - 1, min(_FEATURES, e.shape[1])).astype(int)
    distance = np.abs(a[:, None, some] - e[None, :, some]).max(axis=2)
    order = np.argmin(np.where(np.isnan(distance), np.inf, distance), axis=1)
    return order if np.array_equal(np.sort(order), np.arange(order.size)) else None


def reordered(pair: Pair) -> list[str]:
    """Return the order of axes in which the values were laid out; else whether they are the same values at all."""
    shape, axes = pair.shape, range(len(pair.shape))
    if len(shape) < 2 or pair.expected.size > 4 * len(pair.points[0]):
        return []
    if len(shape) <= 4:
        for order in itertools.permutations(axes):
            laid = pair.expected.transpose(order).reshape(shape)[pair.points]
            if pair.holds(laid, pair.points, np.full(laid.shape, pair.allowed.max())):
                return [f"reshaped: the same values, as if laid out with the axes in the order {order}"]
    e, a = np.sort(pair.expected, axis=None), np.sort(pair.actual, axis=None)
    if np.array_equal(e, a):
        return ["reordered: the same values at other places"]
    return []
