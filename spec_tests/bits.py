"""Equal to the bit: what was stored, sent or computed again must be what it was."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ptychoparity.spec_tests import exact, named_arrays
from ptychoparity.spec_tests.compare import Comparison, MemberComparison, compare

TOLERANCE = {"rtol": 0.0, "why": "equal to the bit"}


def compare_bits(name: str, before: Any, after: Any) -> list[Comparison]:
    """Hold `after` against `before`: names, dtypes, shapes and every bit; of a JSON value, its types too."""
    if isinstance(before, np.ndarray):
        return [_array(name, before, after)]
    if named_arrays.holds_arrays(before) and isinstance(after, Mapping):
        found: list[Comparison] = []
        for key, one in before.items():
            where = named_arrays.place(name, key)
            found += compare_bits(where, one, after[key]) if key in after else [Comparison(where, False, "is missing")]
        more = [named_arrays.place(name, key) for key in after if key not in before]
        return found + [Comparison(where, False, "no such name is expected") for where in more]
    different = exact.difference(name, before, after)
    return [Comparison(different[0], False, different[1]) if different else Comparison(name, True, "equal")]


def _array(name: str, before: np.ndarray, after: Any) -> Comparison:
    if not isinstance(after, np.ndarray):
        shown = getattr(after, "type_name", type(after).__name__)
        return Comparison(name, False, f"expected an array of shape {before.shape}, got {shown}")
    if after.dtype != before.dtype:
        return Comparison(name, False, f"expected dtype {before.dtype}, got {after.dtype}")
    found = compare(name, before, after, TOLERANCE)
    if found.ok and before.tobytes() != after.tobytes():
        return Comparison(name, False, "equal in value and not to the bit: signs of zeros, or what is in a NaN, differ")
    return MemberComparison(**vars(found))
