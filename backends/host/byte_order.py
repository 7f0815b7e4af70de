"""Arrays in the machine's own byte order, whatever order they came in (HOUSE.INPUT.LAYOUT)."""

from typing import Any

import numpy as np


def native(value: Any) -> Any:
    """Return `value` with every array in it, in dicts and lists too, in this machine's byte order.

    Nothing is copied but arrays in the other order.
    """
    if isinstance(value, np.ndarray):
        return value if value.dtype.isnative else value.astype(value.dtype.newbyteorder("="))
    if isinstance(value, dict):
        return {name: native(one) for name, one in value.items()}
    if isinstance(value, list):
        return [native(one) for one in value]
    return value
