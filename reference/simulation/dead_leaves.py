"""Dead leaves: discs that cover one another, their radii drawn from a power law."""

import numpy as np

from ptychoparity.reference.simulation import CannotSimulate

BATCH = 1000
"""Leaves drawn at a time."""


def radii(random: np.random.Generator, count: int, smallest: float, largest: float, exponent: float) -> np.ndarray:
    """(count,) radii with density proportional to r^-exponent on [smallest, largest], by inverting its integral."""
    share = random.random(count)
    power = 1.0 - exponent
    if power == 0:
        return smallest * (largest / smallest) ** share
    low, high = smallest**power, largest**power
    return (low + share * (high - low)) ** (1 / power)


def dead_leaves(
    random: np.random.Generator, shape: tuple[int, int], smallest: float, largest: float, exponent: float
) -> np.ndarray:
    """(H, W) float64 in [0, 1]: discs of uniformly drawn grey, laid from the front until no pixel is left open.

    smallest, largest: radii in px. Centres are drawn up to `largest` beyond the edge, so that the edge looks like
    the middle. Edges of leaves are sharp.
    """
    if not 0.5 <= smallest <= largest:
        raise CannotSimulate(
            f"dead_leaves: radii from {smallest:g} to {largest:g}: 0.5 <= smallest <= largest is asked"
        )
    height, width = shape
    image, is_open = np.zeros(shape), np.ones(shape, dtype=bool)
    while is_open.any():
        centres = random.uniform(-largest, np.array(shape) + largest, (BATCH, 2))
        sizes = radii(random, BATCH, smallest, largest, exponent)
        for (row, column), radius, grey in zip(centres, sizes, random.random(BATCH), strict=True):
            top, bottom = max(0, int(row - radius)), min(height, int(row + radius) + 2)
            left, right = max(0, int(column - radius)), min(width, int(column + radius) + 2)
            if top >= bottom or left >= right:
                continue
            rows, columns = np.arange(top, bottom)[:, None], np.arange(left, right)[None, :]
            window = (slice(top, bottom), slice(left, right))
            visible = ((rows - row) ** 2 + (columns - column) ** 2 <= radius**2) & is_open[window]
            image[window][visible] = grey
            is_open[window][visible] = False
    return image
