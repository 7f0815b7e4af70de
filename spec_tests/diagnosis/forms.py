"""Arrays whose shapes differ: the expected values may be there all the same."""

import itertools

import numpy as np

ALIKE = 1e-4
"""Of the largest magnitude: values closer than that are taken for the same."""


def hints(expected: np.ndarray, actual: np.ndarray) -> tuple[str, ...]:
    """Return how the expected values lie in an array of another shape."""
    if expected.size == actual.size:
        return _rearranged(expected, actual)
    if expected.ndim == actual.ndim:
        return _cut(expected, actual)
    return ()


def _alike(expected: np.ndarray, actual: np.ndarray) -> bool:
    peak = np.abs(expected).max(initial=0.0)
    return bool(np.all(np.abs(expected - actual) <= ALIKE * peak)) and peak > 0


def _rearranged(expected: np.ndarray, actual: np.ndarray) -> tuple[str, ...]:
    if expected.ndim == actual.ndim <= 5:
        for order in itertools.permutations(range(expected.ndim)):
            turned = expected.transpose(order)
            if turned.shape == actual.shape and _alike(turned, actual):
                return (f"transposed: the expected values, with their axes in the order {order}",)
    if _alike(expected.reshape(-1), actual.reshape(-1)):
        return ("reshaped: the expected values in the expected order, in another shape",)
    return ()


def _cut(expected: np.ndarray, actual: np.ndarray) -> tuple[str, ...]:
    """Padded or cropped: in the middle, or at one end."""
    common = tuple(map(min, expected.shape, actual.shape))
    spare = [max(pair) - min(pair) for pair in zip(expected.shape, actual.shape, strict=True)]
    for name, starts in (
        ("in the middle", [extra // 2 for extra in spare]),
        ("at the start", [0] * len(spare)),
        ("at the end", spare),
    ):
        e, a = (
            array[tuple(
                slice(start if size > least else 0, (start if size > least else 0) + least)
                for start, size, least in zip(starts, array.shape, common, strict=True)
            )]
            for array in (expected, actual)
        )  # fmt: skip
        if e.size and _alike(e, a):
            return (f"cropped or padded: where both have values they agree, {name} of the larger",)
    return ()
