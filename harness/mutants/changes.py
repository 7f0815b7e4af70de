"""What a mutant does to one array: named changes, each a function of the array and plain numbers.

A change is written `["scale", -1]`, several in a row as a list of those. `None` stays `None`.
"""

import ctypes
from collections.abc import Callable
from copy import deepcopy
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, Literal

import numpy as np


def _axes(axis: Any) -> Any:
    return tuple(axis) if isinstance(axis, list) else axis


def scale(value: Any, factor: float) -> Any:
    return (value * factor).astype(value.dtype) if isinstance(value, np.ndarray) else type(value)(value * factor)


def add(value: Any, number: float) -> Any:
    return (value + number).astype(value.dtype) if isinstance(value, np.ndarray) else value + number


def put(value: Any, other: Any) -> Any:
    """Another value altogether; for an array, the same everywhere."""
    return np.full_like(value, other) if isinstance(value, np.ndarray) and other is not None else other


def power(value: np.ndarray, exponent: float) -> np.ndarray:
    return (value**exponent).astype(value.dtype)


def rint(value: np.ndarray) -> np.ndarray:
    return np.rint(value)


def floor(value: np.ndarray) -> np.ndarray:
    return np.floor(value)


def even(value: int) -> int:
    """The even number below, at least 2."""
    return max(2, value - value % 2)


def cast(value: np.ndarray, dtype: str) -> np.ndarray:
    return value.astype(dtype)


def double(value: np.ndarray) -> np.ndarray:
    """The same numbers in twice the precision."""
    return value.astype(np.complex128 if value.dtype.kind == "c" else np.float64)


def half(value: np.ndarray) -> np.ndarray:
    """Rounded to half precision on the way, dtype kept."""
    if value.dtype.kind == "c":
        return (half(value.real) + 1j * half(value.imag)).astype(value.dtype)
    return value.astype(np.float16).astype(value.dtype)


def real(value: np.ndarray) -> np.ndarray:
    """The imaginary part is forgotten, dtype kept."""
    return value.real.astype(value.dtype)


def conj(value: np.ndarray) -> np.ndarray:
    return np.conj(value)


def finite(value: np.ndarray) -> np.ndarray:
    """What is not finite becomes 0."""
    return np.nan_to_num(value, nan=0.0, posinf=0.0, neginf=0.0)


def roll(value: np.ndarray, shift: Any, axis: Any) -> np.ndarray:
    return np.roll(value, _axes(shift), _axes(axis))


def halfway(value: np.ndarray, axes: list[int]) -> np.ndarray:
    """Rolled by half the side: a centred spectrum loses its centre."""
    return np.roll(value, [value.shape[a] // 2 for a in axes], axes)


def reverse(value: np.ndarray, axis: Any) -> np.ndarray:
    return np.flip(value, _axes(axis)).copy()


def transpose(value: np.ndarray, axes: list[int]) -> np.ndarray:
    return np.ascontiguousarray(value.transpose(axes))


def as_it_lies(value: np.ndarray) -> np.ndarray:
    """The elements in the order in which they lie in memory."""
    data = value.__array_interface__["data"][0]
    lowest = data + sum(min(0, s) * (n - 1) for s, n in zip(value.strides, value.shape, strict=True))
    held: Any = (ctypes.c_char * value.nbytes).from_address(lowest)
    start = np.frombuffer(held, value.dtype.newbyteorder("="))
    return start.reshape(value.shape).copy()


def without_small(value: np.ndarray, size: float) -> np.ndarray:
    """What is smaller than `size` becomes 0."""
    return np.where(np.abs(value) < size, 0, value).astype(value.dtype)


def squeeze(value: np.ndarray) -> np.ndarray:
    return np.squeeze(value)


def expand(value: np.ndarray, axis: int) -> np.ndarray:
    return np.expand_dims(value, axis)


def repeat(value: np.ndarray, count: int, axis: int) -> np.ndarray:
    return np.repeat(value, count, axis)


def mean(value: np.ndarray, axis: Any) -> np.ndarray:
    """The mean along an axis, put everywhere along it."""
    return np.broadcast_to(value.mean(_axes(axis), keepdims=True), value.shape).astype(value.dtype)


def drift(value: np.ndarray, share: float) -> np.ndarray:
    """A share of the mean over the batch, mixed into every sample."""
    return ((1 - share) * value + share * value.mean(0, keepdims=True)).astype(value.dtype)


def first(value: np.ndarray, axis: int) -> np.ndarray:
    """The first entry along an axis, put everywhere along it."""
    return np.broadcast_to(np.take(value, [0], axis), value.shape).copy()


def cut(value: np.ndarray, start: int, stop: int | None, axes: list[int]) -> np.ndarray:
    """value[start:stop] along each of the axes."""
    for axis in axes:
        value = value[(slice(None),) * (axis % value.ndim) + (slice(start, stop),)]
    return value.copy()


def blank(value: np.ndarray, start: int) -> np.ndarray:
    """Samples from `start` on are forgotten: zeros."""
    value = value.copy()
    value[start:] = 0
    return value


def pad(value: np.ndarray, width: int, mode: Literal["edge", "wrap"], axes: list[int]) -> np.ndarray:
    return np.pad(value, [(width, width) if a in axes else (0, 0) for a in range(value.ndim)], mode=mode)


def clip(value: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.clip(value, low, high)


def modulo(value: np.ndarray, number: float) -> np.ndarray:
    return value % number


def window(value: np.ndarray) -> np.ndarray:
    """The last two axes are faded towards their ends."""
    rows, columns = np.hanning(value.shape[-2]), np.hanning(value.shape[-1])
    return (value * rows[:, None] * columns).astype(value.dtype)


def graded(value: np.ndarray, share: float) -> np.ndarray:
    """Sample i is larger by i shares."""
    factor = 1 + share * np.arange(len(value)).reshape((-1,) + (1,) * (value.ndim - 1))
    return (value * factor).astype(value.dtype)


def by_side(value: np.ndarray, exponent: float) -> np.ndarray:
    """Times a power of the side N: a transform normalised otherwise."""
    return (value * float(value.shape[1]) ** exponent).astype(value.dtype)


def unit_peak(value: np.ndarray) -> np.ndarray:
    """Every sample is scaled to a largest value of 1."""
    peak = np.abs(value).max(axis=tuple(range(1, value.ndim)), keepdims=True)
    return (value / np.where(peak == 0, 1, peak)).astype(value.dtype)


def softened(value: np.ndarray, epsilon: float) -> np.ndarray:
    """sqrt(value^2 + epsilon): the epsilon that keeps a gradient finite."""
    return np.sqrt(value.astype(float) ** 2 + epsilon).astype(value.dtype)


def feathered(value: np.ndarray) -> np.ndarray:
    """Each pixel is mixed with the ones beside it: a hard edge becomes a soft one."""
    for axis in (-2, -1):
        value = (value + np.roll(value, 1, axis) / 2 + np.roll(value, -1, axis) / 2) / 2
    return value.astype(np.float32)


def _parent(value: dict[str, Any], path: list[str]) -> dict[str, Any] | None:
    """The object that holds the last key of `path`, None where there is none."""
    found: Any = value
    for key in path[:-1]:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def put_at(value: dict[str, Any], path: list[str], other: Any) -> dict[str, Any]:
    """Another value under a key that a JSON object has."""
    value = deepcopy(value)
    parent = _parent(value, path)
    if parent is not None and path[-1] in parent:
        parent[path[-1]] = other
    return value


def default_at(value: dict[str, Any], path: list[str], other: Any) -> dict[str, Any]:
    """A value under a key that a JSON object lacks: another default."""
    value = deepcopy(value)
    parent = _parent(value, path)
    if parent is not None:
        parent.setdefault(path[-1], other)
    return value


def move_at(value: dict[str, Any], path: list[str], name: str) -> dict[str, Any]:
    """A key of a JSON object under another name."""
    value = deepcopy(value)
    parent = _parent(value, path)
    if parent is not None and path[-1] in parent:
        parent[name] = parent.pop(path[-1])
    return value


def drop_at(value: dict[str, Any], path: list[str]) -> dict[str, Any]:
    """A JSON object without one of its keys."""
    value = deepcopy(value)
    parent = _parent(value, path)
    if parent is not None:
        parent.pop(path[-1], None)
    return value


def path_at(value: dict[str, Any], path: list[str]) -> dict[str, Any]:
    """A text of a JSON object as a path object, which no process can send."""
    value = deepcopy(value)
    parent = _parent(value, path)
    if parent is not None and isinstance(parent.get(path[-1]), str):
        parent[path[-1]] = PurePosixPath(parent[path[-1]])
    return value


CHANGES: MappingProxyType[str, Callable[..., Any]] = MappingProxyType(
    {
        function.__name__: function
        for function in (
            scale, add, put, power, rint, floor, even, cast, double, half, real, conj, finite, roll, halfway, reverse,
            transpose, as_it_lies, squeeze, expand, repeat, mean, drift, first, cut, blank, pad, by_side, unit_peak,
            softened, without_small, clip, modulo, window, graded, feathered, put_at, default_at,
            move_at, drop_at, path_at,
        )
    }
)  # fmt: skip


def apply(value: Any, steps: list[Any]) -> Any:
    """`value` after one change, or several in a row."""
    if value is None and steps[0] != "put":
        return None
    for name, *arguments in [steps] if isinstance(steps[0], str) else steps:
        value = CHANGES[name](value, *arguments)
    return value


def unknown(steps: list[Any]) -> list[str]:
    """Names in `steps` that are no change."""
    return [name for name, *_ in ([steps] if isinstance(steps[0], str) else steps) if name not in CHANGES]
