"""Refusing input that float32 cannot hold."""

import numpy as np

from backends.host import checks


def not_finite(name: str, array: np.ndarray) -> None:
    """ValueError naming the input where a value is no number, NaN, infinite or beyond float32 (HOUSE.INPUT.REFUSED)."""
    checks.number(name, array)
    checks.finite(name, array, np.float32)
