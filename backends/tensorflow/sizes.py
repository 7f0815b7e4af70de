"""Operation `padded_size`: sides of the model's canvases."""

import numpy as np

from ptychoparity.backends.host import checks


def padded_size(N: int, gridsize: int, offset: int, max_position_jitter: int) -> dict[str, np.ndarray]:
    """`bigN`, what a group spans, and `padded`, with room for jitter: int64 scalars, px (PARAMS.BIGN).

    Raises ValueError as `checks.canvas_sizes`.
    """
    checks.canvas_sizes(N, gridsize, offset, max_position_jitter)
    bigN = N + (gridsize - 1) * offset
    return {"bigN": np.array(bigN, np.int64), "padded": np.array(bigN + max_position_jitter, np.int64)}
