"""How time grows with size."""

import numpy as np

TARGET = 1.05
"""The exponent aimed at. Two readings a factor of ten apart that are each off by 10 % move it by 0.08."""


def exponent(sizes: list[int], seconds: list[float]) -> float | None:
    """Slope of log seconds over log size by least squares: t ~ size**slope.

    None below three sizes, and where a time was too short to be told from nothing.
    """
    if len(set(sizes)) < 3 or min(seconds) <= 0:
        return None
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])
