"""Operation `padded_size`: sides of the model's canvases."""

import numpy as np

from ptychoparity.backends.host import checks


def padded_size(N: int, gridsize: int, offset: int, max_position_jitter: int) -> dict[str, np.ndarray]:
    """bigN, what a group spans, and padded, with room for jitter: int64 scalars, px (PARAMS.BIGN, HOUSE.SIZE.PADDED).

    Raises ValueError as `checks.canvas_sizes`. `device` is not used: two sums.
    """
    checks.canvas_sizes(N, gridsize, offset, max_position_jitter)
    bigN = N + (gridsize - 1) * offset
    return {"bigN": np.asarray(bigN, np.int64), "padded": np.asarray(bigN + max_position_jitter, np.int64)}
