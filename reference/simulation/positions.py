"""Scan positions (n, 2) = [x, y] in object px, x along columns and y along rows; patches stay on the object."""

import numpy as np

from ptychoparity.reference.simulation import CannotSimulate


def raster(shape: tuple[int, int], rows: int, columns: int, step: tuple[float, float]) -> np.ndarray:
    """A grid centred on an object of `shape` (H, W), row after row; step = [along x, along y]."""
    x = (np.arange(columns) - (columns - 1) / 2) * step[0] + shape[1] / 2
    y = (np.arange(rows) - (rows - 1) / 2) * step[1] + shape[0] / 2
    return np.column_stack([np.tile(x, rows), np.repeat(y, columns)])


def uniform(random: np.random.Generator, shape: tuple[int, int], count: int, buffer: float) -> np.ndarray:
    """`count` positions, uniform where `buffer` px are left to each edge; all x are drawn, then all y."""
    height, width = shape
    for name, side in (("width", width), ("height", height)):
        if side <= 2 * buffer:
            raise CannotSimulate(f"object {name} {side}: more than {2 * buffer:g} is needed to leave {buffer:g} px")
    x = random.uniform(buffer, width - buffer, count)
    return np.column_stack([x, random.uniform(buffer, height - buffer, count)])


def displaced(random: np.random.Generator, positions: np.ndarray, most: float) -> np.ndarray:
    """Each coordinate moved by up to `most` px either way, uniformly."""
    return positions + random.uniform(-most, most, positions.shape)


def check_inside(positions: np.ndarray, shape: tuple[int, int], N: int) -> None:
    """A patch at x reads columns x - N/2 to x + N/2 - 1 and, between pixels, one more: N/2 <= x <= W - N/2."""
    for axis, (name, side) in enumerate((("x", shape[1]), ("y", shape[0]))):
        low, high = positions[:, axis].min(), positions[:, axis].max()
        lacking = max(N / 2 - low, high - side + N / 2)
        if lacking > 0:
            raise CannotSimulate(
                f"object.shape: positions from {name} = {low:.2f} to {high:.2f} need patches of {N} px "
                f"inside {side} px; at least {side + int(np.ceil(2 * lacking))} px are needed"
            )
