"""Input checks shared by the backends: each raises a ValueError that names the input and what was expected.

Each helper takes the input's name first and returns nothing. Array tests run in slabs, so a stack of many
gigabytes costs a pass over memory and no copy of it.
"""

import math
from collections.abc import Iterator
from numbers import Integral
from typing import Any

import numpy as np

SUPPORTED_SIZES = (64, 128, 256)
"""Pattern sides the contracts allow (PHYS.SIZE.N)."""

_SLAB_BYTES = 1 << 20
"""Small enough that the second look at a slab (min, then max) comes from cache."""


def rank(name: str, array: np.ndarray, *axes: str) -> None:
    """`array` has one axis per name in `axes`, e.g. rank("images", a, "B", "H", "W") (ERR.SHAPES).

    A name that is a number, "2", is the length of its axis.
    """
    layout = ", ".join(axes)
    if array.ndim != len(axes):
        raise ValueError(f"{name} must have {len(axes)} axes ({layout}), got shape {array.shape}")
    if any(axis.isdigit() and int(axis) != size for axis, size in zip(axes, array.shape, strict=True)):
        raise ValueError(f"{name} must have shape ({layout}), got {array.shape}")


def square(name: str, array: np.ndarray, rows: int, columns: int) -> None:
    """The axes numbered `rows` and `columns` have one length (ERR.SHAPES, DATA.NPZ.SQUARE)."""
    if array.shape[rows] != array.shape[columns]:
        sides = f"{array.shape[rows]} x {array.shape[columns]}"
        raise ValueError(f"{name} must be square, got {sides} in shape {array.shape}")


def length(name: str, array: np.ndarray, axis: int, expected: int, why: str) -> None:
    """Axis `axis` has the length `expected`; `why` says where that number comes from (ERR.SHAPES)."""
    if array.shape[axis] != expected:
        got = f"got {array.shape[axis]} in shape {array.shape}"
        raise ValueError(f"axis {axis} of {name} must be {expected} ({why}), {got}")


def same_count(name: str, array: np.ndarray, other: str, count: int) -> None:
    """The first axis of `array` counts what `other` counts (ERR.SHAPES, DATA.NPZ.COORD_LEN)."""
    if array.shape[0] != count:
        raise ValueError(f"{name} holds {array.shape[0]} entries, but {other} holds {count}: they must match")


def supported_size(N: int) -> None:
    """N is a size every backend supports (PHYS.SIZE.N, ERR.UNSUPPORTED_N)."""
    if N not in SUPPORTED_SIZES:
        allowed = ", ".join(str(size) for size in SUPPORTED_SIZES)
        raise ValueError(f"Unsupported input size: N = {N}, supported are {allowed}")


def pattern_size(N: int, diff3d: np.ndarray, name: str = "diff3d") -> None:
    """Patterns (M, N, N) are square, of a supported size, and as large as N says (DATA.NPZ.N_MATCH)."""
    square(name, diff3d, 1, 2)
    side = diff3d.shape[1]
    if side != N:
        raise ValueError(f"N = {N}, but the patterns in {name} are {side} x {side}")
    supported_size(side)


def supported(name: str, array: np.ndarray, *axes: str) -> None:
    """`array` has these axes, two of them called N, side by side, equal, and of a supported size (PHYS.SIZE.N)."""
    rank(name, array, *axes)
    rows = axes.index("N")
    square(name, array, rows, rows + 1)
    supported_size(array.shape[rows])


def at_least(name: str, value: int, minimum: int) -> None:
    """`value` is an integer not below `minimum`."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < minimum:
        raise ValueError(f"{name} must be an integer of at least {minimum}, got {name} = {value!r}")


def square_channels(name: str, array: np.ndarray) -> None:
    """The last axis has gridsize**2 channels for a whole gridsize (DATA.GROUP.CHANNELS)."""
    C = array.shape[-1]
    if C < 1 or math.isqrt(C) ** 2 != C:
        raise ValueError(f"{name} must have gridsize**2 channels on its last axis, got {C} in {array.shape}")


def not_empty(name: str, array: np.ndarray) -> None:
    """There is at least one element (HOUSE.INPUT.REFUSED)."""
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")


def real(name: str, array: np.ndarray) -> None:
    """The dtype is an integer or a real float."""
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name} must hold real numbers, got dtype {array.dtype}")


def number(name: str, array: np.ndarray) -> None:
    """The dtype is an integer, a real or a complex float."""
    if array.dtype.kind not in "iufc":
        raise ValueError(f"{name} must hold numbers, got dtype {array.dtype}")


def whole(name: str, array: np.ndarray) -> None:
    """The dtype is an integer."""
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name} must hold integers, got dtype {array.dtype}")


def finite(name: str, array: np.ndarray, dtype: type | None = None) -> None:
    """No NaN, no infinity, and with `dtype` given (e.g. np.float32) nothing that overflows it
    (HOUSE.INPUT.REFUSED).
    """
    if array.dtype.kind in "iu" or array.size == 0 or _sum_clears(array, dtype):
        return
    extremes = np.abs([extent(part) for part in _real_parts(array)])  # NaN stays NaN through min and max
    if not np.isfinite(extremes).all():
        raise ValueError(f"{name} must be finite, got {_first_not_finite(array)}")
    largest = extremes.max()
    if dtype is not None and largest > np.finfo(dtype).max:
        size = np.maximum(np.abs(array.real), np.abs(array.imag))
        where = [int(i) for i in np.unravel_index(int(np.argmax(size)), size.shape)]
        told = f"a value of size {largest:.3g}" + (f" at {where}" if where else "")
        raise ValueError(f"{name} must be finite in {np.dtype(dtype)}, got {told}")


def single_precision(name: str, array: np.ndarray) -> None:
    """ValueError where a value is no number, NaN, infinite or beyond float32 (HOUSE.INPUT.REFUSED)."""
    number(name, array)
    finite(name, array, np.float32)


def real_single(name: str, array: np.ndarray) -> None:
    """ValueError where a value is not real, NaN, infinite or beyond float32 (HOUSE.INPUT.REFUSED)."""
    real(name, array)
    finite(name, array, np.float32)


def group_patches(patches: np.ndarray, coords_relative: np.ndarray, L: int) -> None:
    """ValueError for groups of patches that cannot be merged on a canvas of side L (ERR.SHAPES)."""
    supported("patches", patches, "B", "N", "N", "C")
    rank("coords_relative", coords_relative, "B", "1", "2", "C")
    same_count("coords_relative", coords_relative, "patches", len(patches))
    length("coords_relative", coords_relative, 3, patches.shape[3], f"the {patches.shape[3]} channels of patches")
    canvas("L", L, patches.shape[1])
    single_precision("patches", patches)
    real("coords_relative", coords_relative)
    finite("coords_relative", coords_relative)


def _sum_clears(array: np.ndarray, dtype: type | None) -> bool:
    """Whether one sum, at memory speed, shows that every value is finite, and in `dtype`.

    A sum is finite only if each value is. Where it is not (a sum may also overflow), where the layout is not
    contiguous, or where `dtype` is narrower than the array's, nothing is said: the values are to be looked at.
    """
    if not array.flags.c_contiguous or array.dtype not in (np.float32, np.complex64, np.float64, np.complex128):
        return False
    if dtype is not None and np.finfo(dtype).max < np.finfo(array.dtype).max:
        return False
    with np.errstate(all="ignore"):
        return bool(np.isfinite(array.reshape(-1).view(array.real.dtype).sum()))


def non_negative(name: str, array: np.ndarray) -> None:
    """No element is below zero (DATA.NPZ.NONNEG)."""
    if array.dtype.kind == "u" or array.size == 0:
        return
    lowest, _ = extent(array)
    if lowest < 0:
        raise ValueError(f"{name} must not be negative, got {lowest}")


def extent(array: np.ndarray) -> tuple[Any, Any]:
    """(min, max) of a real array, in its dtype, NaN if there is one; one pass over memory, no temporaries."""
    extents = [(slab.min(), slab.max()) for slab in _slabs(array)]
    lowest, highest = zip(*extents, strict=True)
    return np.min(lowest), np.max(highest)


def _real_parts(array: np.ndarray) -> tuple[np.ndarray, ...]:
    """Real views that hold every number of `array`; one contiguous view is five times faster."""
    if array.dtype.kind != "c":
        return (array,)
    if array.flags.c_contiguous and array.ndim:
        return (array.view(array.real.dtype),)
    return array.real, array.imag


def _slabs(array: np.ndarray) -> Iterator[np.ndarray]:
    """Views of `array` along its first axis, each of about _SLAB_BYTES."""
    if array.ndim == 0:
        yield array
        return
    rows = max(1, _SLAB_BYTES // max(1, array.nbytes // array.shape[0]))
    for start in range(0, array.shape[0], rows):
        yield array[start : start + rows]


def _first_not_finite(array: np.ndarray) -> str:
    """Where the first offending element stands, for the message; the caller knows there is one."""
    start = 0
    for slab in _slabs(array):
        bad = ~np.isfinite(slab)
        if bad.any():
            index = np.unravel_index(int(np.argmax(bad)), slab.shape)
            where = [start + index[0], *index[1:]] if index else []
            return f"{slab[index]} at {[int(i) for i in where]}" if where else f"{slab[index]}"
        start += len(slab) if slab.ndim else 1
    return "a value that is not"


def same_shape(name: str, array: np.ndarray, other: str, shape: tuple[int, ...]) -> None:
    """ValueError unless `array` has the shape of the input called `other`."""
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}, expected that of {other}, {shape}")


def positive(name: str, value: float) -> None:
    """ValueError unless a number is above 0."""
    if not value > 0:
        raise ValueError(f"{name} = {value:g}: more than 0 is asked for")


def not_below_zero(name: str, value: float) -> None:
    """ValueError for a negative number."""
    if value < 0:
        raise ValueError(f"{name} = {value:g}: 0 or more is asked for")


def canvas(name: str, side: int, N: int) -> None:
    """ValueError unless a canvas has an even side of at least N."""
    if side % 2 or side < N:
        raise ValueError(f"{name} = {side}: an even number of at least N = {N} is asked for")


def wave(name: str, array: np.ndarray, axes: tuple[str, ...]) -> np.ndarray:
    """A complex array whose leading axes may be missing, with all of `axes` (PRODUCT.PROBE.DATA, PRODUCT.OBJECT.DATA).

    TypeError for real numbers (PRODUCT.PROBE.REAL), ValueError for another rank, no elements, or some not finite.
    """
    if not 2 <= array.ndim <= len(axes):
        raise ValueError(f"{name} must have 2 to {len(axes)} axes ({', '.join(axes)}), got shape {array.shape}")
    if array.dtype.kind != "c":
        raise TypeError(f"{name} must be complex, got dtype {array.dtype}")
    not_empty(name, array)
    finite(name, array)
    return array.reshape((1,) * (len(axes) - array.ndim) + array.shape)


def canvas_sizes(N: int, gridsize: int, offset: int, max_position_jitter: int) -> None:
    """ValueError for an unsupported N, gridsize or offset below 1, jitter below 0, or fractions (PHYS.SIZE.*)."""
    supported_size(N)
    at_least("gridsize", gridsize, 1)
    at_least("offset", offset, 1)
    at_least("max_position_jitter", max_position_jitter, 0)


def real_pair(first: str, a: np.ndarray, second: str, b: np.ndarray) -> None:
    """ValueError for two arrays of real numbers that cannot be compared element by element (ERR.SHAPES)."""
    same_shape(second, b, first, a.shape)
    real_single(first, a)
    real_single(second, b)


def probe(array: np.ndarray) -> None:
    """ValueError unless the input `probe` is one mode (N, N) of a supported size and finite (PHYS.SIZE.N)."""
    supported("probe", array, "N", "N")
    single_precision("probe", array)


def object_pair(first: str, a: np.ndarray, second: str, b: np.ndarray) -> None:
    """ValueError for two stacks of object patches (B, N, N, C) that cannot be compared (ERR.SHAPES)."""
    supported(first, a, "B", "N", "N", "C")
    same_shape(second, b, first, a.shape)
    single_precision(first, a)
    single_precision(second, b)
