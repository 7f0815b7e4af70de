"""Which elements differ: all or few, one edge, one channel, some members, everything from an index on."""

import itertools
from collections.abc import Iterator

import numpy as np

from ptychoparity.spec_tests.diagnosis.pair import Pair

FEW = 4
"""Elements, or members, that are named one by one."""


def not_finite(pair: Pair) -> Iterator[str]:
    """Yield where the answer is not finite and should be, or the other way round."""
    wanted, got = np.isfinite(pair.expected), np.isfinite(pair.actual)
    for text, bad, array in (
        ("where {} is expected", wanted & ~got, pair.actual),
        ("in place of {}", ~wanted & got, pair.expected),
    ):
        number = int(np.count_nonzero(bad))
        if not number:
            continue
        at = tuple(int(index) for index in np.unravel_index(int(np.argmax(bad)), pair.shape)) if pair.shape else ()
        what = _name(array[at])
        share = f", {number} of {bad.size} elements" if number > 1 else ""
        if array is pair.actual:
            yield f"not finite: {what} at {list(at)}, " + text.format("a finite value") + share
        else:
            yield f"not finite: a finite value at {list(at)}, " + text.format(what) + share


def _name(value: complex | float) -> str:
    parts = (value.real, value.imag)
    return "NaN" if np.isnan(parts).any() else "infinity"


def hints(pair: Pair) -> list[str]:
    """Return in a sentence or two which elements differ."""
    if pair.differs == pair.wrong.size:
        return [f"where: all {pair.differs} elements differ"] if pair.differs > 1 else []
    told = _few(pair) or [text for axis in range(len(pair.shape)) if (text := _along(pair, axis))] or _border(pair)
    share = f"{pair.differs} of {pair.wrong.size} elements differ"
    return [f"where: {share}, {' and '.join(told)}" if told else f"where: {share}"]


def _few(pair: Pair) -> list[str]:
    if pair.differs > FEW:
        return []
    places = ", ".join(str([int(i) for i in at]) for at in np.argwhere(pair.wrong))
    return [f"only {'element' if pair.differs == 1 else 'elements'} {places}"]


def _along(pair: Pair, axis: int) -> str:
    """What the indices of one axis have in common at which anything differs; empty where it is all of them."""
    size = pair.shape[axis]
    others = tuple(other for other in range(len(pair.shape)) if other != axis)
    bad = np.flatnonzero(pair.wrong.any(axis=others))
    if size < 2 or bad.size == size:
        return ""
    name = _axis_name(pair, axis)
    whole = bool(pair.wrong.take(bad[0], axis).all()) if others else True
    only = "all of" if whole and bad.size == 1 else "only"
    if bad.size == 1:
        last = ", the last" if bad[0] == size - 1 else ""
        return f"{only} {name} {bad[0]}{last} of axis {axis} (size {size})"
    first, last_bad = int(bad[0]), int(bad[-1])
    if bad.size == last_bad - first + 1:
        if last_bad == size - 1:
            return f"only axis {axis} from index {first} on (size {size})"
        if first == 0:
            return f"only axis {axis} before index {last_bad + 1} (size {size})"
    if bad.size > 2 and bad.size == (size - first % 2 + 1) // 2 and np.all(bad % 2 == first % 2):
        return f"only {('even', 'odd')[first % 2]} indices of axis {axis}"
    if bad.size <= FEW and axis in (0, len(pair.shape) - 1):
        return f"only {name}s {', '.join(map(str, bad))} of axis {axis} (size {size})"
    return ""


def _axis_name(pair: Pair, axis: int) -> str:
    """What an index of the axis is called: the first axis of a stack of pictures counts members, a short last one
    channels."""
    shape = pair.shape
    if len(shape) >= 3 and axis == 0:
        return "batch member"
    if len(shape) == 4 and axis == 3 and shape[3] < min(shape[1:3]):
        return "channel"
    return "index"


def _border(pair: Pair) -> list[str]:
    """The edge of a picture, where nothing inside differs."""
    axes = [axis for axis, size in enumerate(pair.shape) if size >= 6]
    sides: list[tuple[int, ...]] = [*itertools.pairwise(axes)] or [(axis,) for axis in axes]
    for both in sides:
        for width in (1, 2, 3):
            if any(4 * width > pair.shape[axis] for axis in both):
                break
            inner: list[slice] = [slice(None)] * len(pair.shape)
            for axis in both:
                inner[axis] = slice(width, -width)
            if not pair.wrong[tuple(inner)].any():
                named = f"ax{'i' if len(both) == 1 else 'e'}s {' and '.join(map(str, both))}"
                return [f"only within {width} of the edge of {named}"]
    return []
