"""Refusing input that is not finite, fast enough to look at every value of a large stack."""

import numpy as np

from backends.host import checks


def not_finite(name: str, array: np.ndarray) -> None:
    """ValueError naming the input where a value is NaN, infinite or beyond float32 (HOUSE.INPUT.REFUSED).

    The sum of all values is finite only if each is: one pass at memory speed clears an honest stack. Only
    where the sum is not finite (a sum may also overflow) is the stack examined value by value.
    """
    if array.dtype in (np.float32, np.complex64) and array.flags.c_contiguous:
        with np.errstate(all="ignore"):
            total = array.view(np.float32).sum()
        if np.isfinite(total):
            return
    checks.number(name, array)
    checks.finite(name, array, np.float32)
