"""Bounds of bilinear sampling: what is summed, and what a rounded coordinate changes.

`terms` is the interpolation of absolute values. `coordinates` is, axis by axis, the magnitude of the coordinates that a
sampling point is formed from times the local slope: a point that is off by d reads a value that is off by at most d
times the difference of the neighbours, and since the interpolant is continuous (what lies outside counts as 0) this
holds where rounding moves the point into the next cell, too; there the larger of both slopes counts.
"""

from typing import Any

import numpy as np

from ptychoparity.reference.bounds import ROUNDING, Parts

MARGIN = 2
"""Zeros about an image: a point outside reads them, and so does the cell beside it."""
NEAR = 1e-3
"""Within this of a whole pixel, or within ten roundings of its coordinate, a point may fall into either cell."""


def single(values: Any) -> np.ndarray:
    """Where a number is one that float32 holds."""
    values = np.asarray(values, dtype=float)
    return values == values.astype(np.float32)


def cells(points: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Index into a margined axis of the pixel before each point, and the fraction beyond it."""
    before = np.floor(points)
    return np.clip(before + MARGIN, 0, size + MARGIN).astype(int), points - before


def between(values: np.ndarray, points: np.ndarray, size: int, axis: int) -> np.ndarray:
    """Linear interpolation of a margined array along one axis."""
    index, share = cells(points, size)
    share = share if axis == 1 else share[:, None]
    return np.take(values, index, axis) * (1 - share) + np.take(values, index + 1, axis) * share


def steepest(image: np.ndarray, points: np.ndarray, reach: float, size: int, axis: int) -> np.ndarray:
    """The larger |difference| of neighbours along `axis` of the cells that a point may fall into."""
    steps = np.abs(np.diff(image, axis=axis))
    low, high = (cells(points + side * reach, size)[0] for side in (-1, 1))
    return np.maximum(np.take(steps, low, axis), np.take(steps, high, axis))


def sampled(
    image: np.ndarray, rows: np.ndarray, columns: np.ndarray, down: float, right: float
) -> tuple[np.ndarray, np.ndarray]:
    """(terms, coordinates) of `image` (H, W) at rows (R,) x columns (C,), coordinates of magnitudes down and right."""
    wide = np.pad(image, MARGIN)
    height, width = image.shape
    terms = between(between(np.abs(wide), rows, height, 0), columns, width, 1)
    slopes = np.zeros(terms.shape)
    if down:
        steps = steepest(wide, rows, max(NEAR, 10 * ROUNDING * down), height, 0)
        slopes += down * between(steps, columns, width, 1)
    if right:
        steps = steepest(wide, columns, max(NEAR, 10 * ROUNDING * right), width, 1)
        slopes += right * between(steps, rows, height, 0)
    return terms, slopes


def translation(inputs: dict[str, Any], answer: dict[str, Any]) -> dict[str, Parts]:
    """A sampling point is formed from the offset and the pixel's place in the frame, of a whole offset too: frames are
    often measured from -1 to 1.
    """
    images = np.asarray(inputs["images"])
    _, height, width = images.shape
    found = []
    for image, (dx, dy) in zip(images, np.asarray(inputs["offsets"], dtype=float), strict=True):
        down, right = height + abs(dy), width + abs(dx)
        found.append(sampled(image.astype(complex), np.arange(height) - dy, np.arange(width) - dx, down, right))
    terms, slopes = (np.array(part) for part in zip(*found, strict=True))
    return {"translated": {"terms": terms, "coordinates": slopes}}


def cut(obj: np.ndarray, offsets: np.ndarray, relative: np.ndarray, N: int) -> Parts:
    """Patches (B, N, N, C) of `obj` (H, W) at offsets (B, 1, 2, 1) - relative (B, 1, 2, C).

    A patch may be cut from the whole object, moved: its sampling points lie anywhere in that (PHYS.EXTRACT.METHOD).
    """
    groups, channels = relative.shape[0], relative.shape[3]
    terms, slopes = (np.empty((groups, N, N, channels)) for _ in range(2))
    grid = np.arange(N) - N // 2
    for b, c in np.ndindex(groups, channels):
        centre, away = offsets[b, 0, :, 0], relative[b, 0, :, c]
        x, y = centre - away
        # held by float32 as they are, and whole together: nothing is rounded
        exact = single(centre) & single(away) & (centre - away == np.rint(centre - away))
        right, down = np.where(exact, 0.0, np.abs(centre) + np.abs(away) + N + np.array(obj.shape[::-1]))
        terms[b, :, :, c], slopes[b, :, :, c] = sampled(obj, grid + y, grid + x, float(down), float(right))
    return {"terms": terms, "coordinates": slopes}


def extraction(inputs: dict[str, Any], answer: dict[str, Any]) -> dict[str, Parts]:
    offsets, relative = (np.asarray(inputs[name], dtype=float) for name in ("coords_offsets", "coords_relative"))
    return {"patches": cut(np.asarray(inputs["object"], dtype=complex), offsets, relative, inputs["N"])}


def groups(inputs: dict[str, Any], answer: dict[str, Any]) -> dict[str, Parts]:
    """Means of members' coordinates, differences to them, and the patches of the object that are cut there."""
    found: dict[str, Parts] = {}
    for prefix in ("coords_", "coords_start_"):
        members = np.abs(answer[prefix + "nn"])
        mean = members.mean(axis=3, keepdims=True)
        found[prefix + "offsets"] = {"coordinates": mean}
        found[prefix + "relative"] = {"coordinates": members + mean}
    if inputs["Y"] is None and inputs["objectGuess"] is not None:
        obj = np.asarray(inputs["objectGuess"], dtype=complex)
        found["Y"] = cut(obj, answer["coords_offsets"], answer["coords_relative"], inputs["N"])
    elif answer["Y"] is not None:
        found["Y"] = {"terms": np.zeros(answer["Y"].shape), "coordinates": np.zeros(answer["Y"].shape)}  # a copy
    return found
