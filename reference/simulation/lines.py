"""The lines object: random straight lines, blurred at three widths and added."""

import numpy as np
from scipy import ndimage

BLURS = ((1.0, 1.0), (2.0, 5.0), (5.0, 10.0))
"""(weight, standard deviation in px): fine strokes on soft ones."""


def lines(random: np.random.Generator, shape: tuple[int, int], count: int) -> np.ndarray:
    """(H, W) float64, not negative: `count` lines between random ends on a field of 2H x 2W, its centre kept.

    Image = G1 + 2 G5 + 5 G10 of the field of zeros and ones, G the Gaussian blur of that many px. Ends are drawn
    line by line as row, column, row, column. Lines run off the kept centre, so no side is favoured.
    """
    field = np.zeros((2 * shape[0], 2 * shape[1]))
    ends = np.floor(random.random((count, 4)) * (field.shape * 2)).astype(int)
    for row, column, last_row, last_column in ends:
        steps = max(abs(last_row - row), abs(last_column - column)) + 1
        rows, columns = np.linspace(row, last_row, steps), np.linspace(column, last_column, steps)
        field[np.rint(rows).astype(int), np.rint(columns).astype(int)] = 1
    blurred = sum(weight * ndimage.gaussian_filter(field, width) for weight, width in BLURS)
    top, left = shape[0] // 2, shape[1] // 2
    return blurred[top : top + shape[0], left : left + shape[1]]
