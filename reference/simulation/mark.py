"""An orientation mark: the letter F, which no flip, turn or transposition gives back."""

import numpy as np
from scipy import ndimage

BARS = ((0.20, 0.80, 0.30, 0.42), (0.20, 0.31, 0.30, 0.74), (0.45, 0.55, 0.30, 0.62))
"""(top, bottom, left, right) of stem, upper and lower arm, as fractions of height and width."""


def mark(shape: tuple[int, int], blur: float) -> np.ndarray:
    """(H, W) float64 in [0, 1]: a bright F that fills the middle, its edges softened by a Gaussian of `blur` px."""
    image = np.zeros(shape)
    for top, bottom, left, right in BARS:
        image[round(top * shape[0]) : round(bottom * shape[0]), round(left * shape[1]) : round(right * shape[1])] = 1
    return ndimage.gaussian_filter(image, blur)
