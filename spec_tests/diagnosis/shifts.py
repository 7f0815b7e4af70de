"""Explanations by a shift of the content: by whole pixels, with or without wrapping around, or by halves."""

import itertools
import math
from collections.abc import Iterator

import numpy as np

from ptychoparity.spec_tests.diagnosis.pair import Pair
from ptychoparity.spec_tests.diagnosis.places import Move, explains, scaled
from ptychoparity.spec_tests.diagnosis.values import say

LARGEST = 256
"""Edge of the picture in which a shift is looked for."""

SMALLEST = 8
"""Edge of a picture whose content may move by half a pixel: fewer are channels, or members."""

MUCH_CLOSER = 4.0
"""A shift by half a pixel is a likeness, as nobody knows how the backend interpolates: it must be closer so much."""

EXACT = 1e4
"""What is closer by more than that is no mere likeness."""

Shift = dict[int, int]
"""Axis to pixels."""


def hints(pair: Pair) -> list[str]:
    """Return the shift that explains the difference, if one does."""
    tried = [dict(shift) for shift in dict.fromkeys(tuple(sorted(one.items())) for one in _candidates(pair))]
    for shift in tried:
        for wraps in (True, False):
            move = _moved(pair, shift, wraps)
            if explains(pair, move):
                return [move.text]
            if (factor := scaled(pair, move)) is not None:
                return [f"{move.text}, and times {say(factor)}"]
    return _by_halves(pair)


def _candidates(pair: Pair) -> Iterator[Shift]:
    for axis, size in enumerate(pair.shape):
        for pixels in (1, -1, 2, -2):
            if abs(pixels) < size / 2:
                yield {axis: pixels}
    for axes in _planes(pair):
        found = _correlated(*_slices(pair, axes))
        if any(found):
            yield {axis: pixels for axis, pixels in zip(axes, found, strict=True) if pixels}


def _planes(pair: Pair) -> list[tuple[int, int]]:
    """Neighbouring axes that hold a picture."""
    return [both for both in itertools.pairwise(range(len(pair.shape))) if min(pair.shape[a] for a in both) >= 4]


def _moved(pair: Pair, shift: Shift, wraps: bool) -> Move:
    source, there = list(pair.points), np.ones(len(pair.points[0]), dtype=bool)
    for axis, pixels in shift.items():
        at = source[axis] - pixels
        there &= (at >= 0) & (at < pair.shape[axis])
        source[axis] = at % pair.shape[axis]
    text = f"shifted: {_said(shift)}{', wrapping around' if wraps else ''}"
    return Move(text, tuple(source), None if wraps else there)


def _said(shift: dict[int, int] | dict[int, float]) -> str:
    return " and ".join(f"by {pixels:+g} along axis {axis}" for axis, pixels in shift.items())


def _slices(pair: Pair, axes: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The picture with the worst element of both arrays, its middle where it is large."""
    worst = np.unravel_index(int(np.argmax(np.where(pair.finite, pair.error, -1))), pair.shape)
    at: list[int | slice] = [int(index) for index in worst]
    for axis in axes:
        size = pair.shape[axis]
        first = max(0, (size - LARGEST) // 2)
        at[axis] = slice(first, min(size, first + LARGEST))
    e, a = pair.expected[tuple(at)], pair.actual[tuple(at)]
    good = np.isfinite(e) & np.isfinite(a)
    return np.where(good, e, 0), np.where(good, a, 0)


def _correlated(e: np.ndarray, a: np.ndarray) -> tuple[int, int]:
    """The shift from one picture to the other at the peak of their cross-correlation."""
    product = np.fft.fft2(a - a.mean()) * np.conj(np.fft.fft2(e - e.mean()))
    peak = np.abs(np.fft.ifft2(product / np.maximum(np.abs(product), 1e-300)))
    if not np.isfinite(peak).all():
        return 0, 0
    found = np.unravel_index(int(np.argmax(peak)), peak.shape)
    y, x = (int(at) - size if 2 * at > size else int(at) for at, size in zip(found, peak.shape, strict=True))
    return y, x


def _by_halves(pair: Pair) -> list[str]:
    """The best shift by half pixels, by linear interpolation, where it is much closer or the centre of mass says so."""
    for axes in _planes(pair):
        if min(pair.shape[axis] for axis in axes) < SMALLEST:
            continue
        e, a = _slices(pair, axes)
        before = _norm(e - a)
        best = max(_half_steps(), key=lambda one: before / max(_norm(_interpolated(e, *one) - a), 1e-300))
        closer = before / max(_norm(_interpolated(e, *best) - a), 1e-300)
        if closer < MUCH_CLOSER and not (closer > 1.5 and _centre_moved(e, a, best)):
            continue
        shift = {axis: pixels for axis, pixels in zip(axes, best, strict=True) if pixels}
        much = "" if closer > EXACT else f" ({closer:.2g} times closer so)"
        return [f"shifted: by half a pixel, {_said(shift)}{much}"]
    return []


def _half_steps() -> list[tuple[float, float]]:
    steps = (-1.0, -0.5, 0.0, 0.5, 1.0)
    return [(y, x) for y in steps for x in steps if y % 1 or x % 1]


def _norm(values: np.ndarray) -> float:
    """Of the interior: what comes in over the edge is not known."""
    return math.sqrt(float(np.sum(np.abs(values[1:-1, 1:-1]) ** 2)))


def _interpolated(e: np.ndarray, y: float, x: float) -> np.ndarray:
    """The picture with its content moved by (y, x), linearly interpolated."""
    for axis, step in enumerate((y, x)):
        whole = math.floor(step)
        part = step - whole
        e = (1 - part) * np.roll(e, whole, axis) + part * np.roll(e, whole + 1, axis)
    return e


def _centre_moved(e: np.ndarray, a: np.ndarray, step: tuple[float, float]) -> bool:
    """Whether the centre of mass moved by just that: it does, however the content is interpolated."""
    one, other = np.abs(e), np.abs(a)
    if one.sum() == 0 or abs(other.sum() / one.sum() - 1) > 1e-3:
        return False
    rows, columns = np.indices(e.shape)
    moved = [
        float((at * other).sum() / other.sum() - (at * one).sum() / one.sum()) for at in (rows, columns)
    ]  # fmt: skip
    return all(abs(found - wanted) < 0.02 for found, wanted in zip(moved, step, strict=True))
