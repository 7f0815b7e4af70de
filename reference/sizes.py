"""Sides of the model's canvases (PARAMS.BIGN, PHYS.SIZE.*, HOUSE.SIZE.PADDED)."""

from typing import Any

import numpy as np

from ptychoparity.reference import inputs


def padded_size(N: int, gridsize: int, offset: int, max_position_jitter: int) -> dict[str, Any]:
    """bigN = N + (gridsize - 1) * offset, the span of a group; padded = bigN + max_position_jitter; px."""
    inputs.size(N)
    inputs.at_least(gridsize=(gridsize, 1), offset=(offset, 1), max_position_jitter=(max_position_jitter, 0))
    span = N + (gridsize - 1) * offset
    return {"bigN": np.asarray(span), "padded": np.asarray(span + max_position_jitter)}
