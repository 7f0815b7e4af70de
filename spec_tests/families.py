"""Families of arrays: from a small description to the array it stands for.

A description is JSON: {"family": "normal", "seed": 7, "scale": 1000, "plant": [[[0, 3], "nan"]]}. Equal
descriptions give equal arrays on every machine (PCG64, no other source of randomness).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ptychoparity.spec_tests.expressions import evaluate

Symbols = Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What an array is made from: its description and what the contract says of it."""

    spec: dict[str, Any]
    shape: tuple[int, ...]
    is_complex: bool
    random: np.random.Generator
    symbols: Symbols

    def bound(self, name: str) -> Any:
        return evaluate(self.spec[name], self.symbols)


Maker = Callable[[Wanted], np.ndarray]


def _complex_normal(wanted: Wanted) -> np.ndarray:
    values = wanted.random.standard_normal(wanted.shape)
    return values + 1j * wanted.random.standard_normal(wanted.shape) if wanted.is_complex else values


def _zeros(wanted: Wanted) -> np.ndarray:
    return np.zeros(wanted.shape)


def _constant(wanted: Wanted) -> np.ndarray:
    return np.full(wanted.shape, _planted(wanted.spec.get("value", 1.0)))


def _raster(wanted: Wanted) -> np.ndarray:
    """One coordinate of a raster scan, row by row, `columns` positions in a row: every distance ties with others."""
    spec, places = wanted.spec, np.arange(wanted.shape[0])
    column, row = places % spec["columns"], places // spec["columns"]
    return spec["start"] + spec["step"] * (column if spec["along"] == "x" else row)


def _literal(wanted: Wanted) -> np.ndarray:
    return np.asarray(wanted.spec["value"])


def _arange(wanted: Wanted) -> np.ndarray:
    return (wanted.spec.get("start", 0) + wanted.spec.get("step", 1) * np.arange(np.prod(wanted.shape))).reshape(
        wanted.shape
    )


def _index(wanted: Wanted) -> np.ndarray:
    """(row + 1) + i (column + 1): a pixel that knows where it stands."""
    rows, columns = np.arange(1.0, wanted.shape[-2] + 1), np.arange(1.0, wanted.shape[-1] + 1)
    return np.broadcast_to(rows[:, None] + 1j * columns, wanted.shape)


def _normal(wanted: Wanted) -> np.ndarray:
    return wanted.spec.get("scale", 1.0) * _complex_normal(wanted)


def _normal_positive(wanted: Wanted) -> np.ndarray:
    """Magnitudes of a normal draw: never negative, hardly ever zero."""
    return wanted.spec.get("scale", 1.0) * np.abs(wanted.random.standard_normal(wanted.shape))


def _uniform(wanted: Wanted) -> np.ndarray:
    return wanted.random.uniform(wanted.bound("low"), wanted.bound("high"), wanted.shape)


def _integers(wanted: Wanted) -> np.ndarray:
    return wanted.random.integers(wanted.bound("low"), wanted.bound("high"), wanted.shape, endpoint=True)


def _plane(shape: tuple[int, ...]) -> tuple[tuple[int, ...], int, int, bool]:
    """Where rows and columns are: the last two axes, or the two before a trailing channel of 1."""
    trailing = len(shape) == 4 and shape[-1] == 1
    core = shape[:-1] if trailing else shape
    return core[:-2], core[-2] if len(core) > 1 else 1, core[-1], trailing


def _images(shape: tuple[int, ...], make: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    lead, height, width, _ = _plane(shape)
    rows, columns = np.arange(height)[:, None], np.arange(width)[None, :]
    count = int(np.prod(lead)) if lead else 1
    return np.stack([make(rows, columns) for _ in range(count)]).reshape(shape)


def _wave(rows: np.ndarray, columns: np.ndarray, frequency: Sequence[float] | np.ndarray, phase: float) -> np.ndarray:
    """cos(rows * f0 + columns * f1 + phase), by the sum formula: cosines of lines, not of every pixel."""
    down, across = rows * frequency[0] + phase, columns * frequency[1]
    return np.cos(down) * np.cos(across) - np.sin(down) * np.sin(across)


def _smooth(wanted: Wanted) -> np.ndarray:
    """A few long waves: amplitude about 1, phase within a radian, no two pixels alike."""

    def make(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        amplitude, phase = np.ones(1), np.zeros(1)
        for _ in range(4):
            frequency = wanted.random.uniform(-0.25, 0.25, 2)
            amplitude = amplitude + 0.12 * _wave(rows, columns, frequency, wanted.random.uniform(0, 6))
            phase = phase + 0.25 * _wave(rows, columns, (frequency[1], -frequency[0]), wanted.random.uniform(0, 6))
        return amplitude * np.exp(1j * phase) if wanted.is_complex else amplitude * np.cos(phase)

    return _images(wanted.shape, make)


def _smooth_channels(wanted: Wanted) -> np.ndarray:
    """Smooth images along the first axis and the channels of (B, H, W, C)."""
    count, height, width, channels = wanted.shape
    images = _smooth(replace(wanted, shape=(count, channels, height, width)))
    return images.transpose(0, 2, 3, 1)


def _affine(wanted: Wanted) -> np.ndarray:
    """Linear in row and column, slopes below 0.01: bilinear interpolation is exact on it."""

    def make(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        a = wanted.random.uniform(-0.01, 0.01, 4)
        return 1 + a[0] * rows + a[1] * columns + 1j * (0.5 + a[2] * rows + a[3] * columns)

    image = _images(wanted.shape, make)
    return image if wanted.is_complex else image.real


def _disk(wanted: Wanted) -> np.ndarray:
    """A soft disk with a curved phase: what a probe looks like."""

    def make(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        height, width = rows.size, columns.size
        y, x = (rows - height / 2 + 0.5) / height, (columns - width / 2 + 0.5) / width
        radius = wanted.random.uniform(0.12, 0.25)
        r2 = x**2 + y**2
        return np.exp(-((r2 / radius**2) ** 3)) * np.exp(1j * wanted.random.uniform(5, 20) * r2)

    image = _images(wanted.shape, make)
    return image if wanted.is_complex else np.abs(image)


def _sparse(wanted: Wanted) -> np.ndarray:
    values = _complex_normal(wanted)
    return np.where(wanted.random.uniform(size=wanted.shape) < 0.02, values, 0)


def _plane_wave(wanted: Wanted) -> np.ndarray:
    ky, kx = wanted.spec["frequency"]
    rows, columns = np.arange(wanted.shape[-2])[:, None], np.arange(wanted.shape[-1])[None, :]
    return np.broadcast_to(
        np.exp(2j * np.pi * (ky * rows / wanted.shape[-2] + kx * columns / wanted.shape[-1])), wanted.shape
    )


def _counts(wanted: Wanted) -> np.ndarray:
    return wanted.random.poisson(wanted.spec.get("mean", 3.0), wanted.shape)


def _sparse_counts(wanted: Wanted) -> np.ndarray:
    counts = np.where(wanted.random.uniform(size=wanted.shape) < 0.05, wanted.random.poisson(40.0, wanted.shape), 0)
    counts[..., 0, 0] = 1  # no pattern is wholly dark
    return counts


def _sqrt_counts(wanted: Wanted) -> np.ndarray:
    return np.sqrt(wanted.random.poisson(wanted.spec.get("mean", 3.0), wanted.shape))


def _scene(wanted: Wanted) -> np.ndarray:
    """The same images whenever they are of one shape, as bright as 3 on average; with `moved` each by a few pixels.

    Moved periodically, by the draw's own shifts: whole pixels, and 0.12, 0.24 or 0.4 of one beside them where the side
    is odd (the highest frequency of an even one has no place between pixels). A complex image has one phase.
    """
    lead, height, width, _ = _plane(wanted.shape)
    count = int(np.prod(lead))
    images = 3 + 0.5 * np.random.Generator(np.random.PCG64(1)).standard_normal((count, height, width))
    if wanted.spec.get("moved"):
        part = wanted.random.choice([0.12, 0.24, 0.4], (count, 2)) * [height % 2, width % 2]
        down, right = (wanted.random.integers(-3, 4, (count, 2)) + part).T[:, :, None, None]
        turns = np.fft.fftfreq(height)[:, None] * down + np.fft.fftfreq(width) * right
        images = np.fft.ifft2(np.fft.fft2(images) * np.exp(-2j * np.pi * turns)).real
    return (images * np.exp(0.7j) if wanted.is_complex else images).reshape(wanted.shape)


def _tagged(wanted: Wanted) -> np.ndarray:
    """Patterns that carry their own number at [0, 0]."""
    values = wanted.random.integers(0, 6, wanted.shape).astype(float)
    values[..., 0, 0] = np.arange(1, wanted.shape[0] + 1).reshape((-1,) + (1,) * (len(wanted.shape) - 3))
    return values


def _per_sample(wanted: Wanted) -> np.ndarray:
    """Sample j is filled with j + 1."""
    return np.broadcast_to(
        np.arange(1.0, wanted.shape[0] + 1).reshape((-1,) + (1,) * (len(wanted.shape) - 1)), wanted.shape
    )


def _positions(wanted: Wanted) -> np.ndarray:
    """Scan positions, [x, y] along `axis`, each within its own range."""
    shape_one = tuple(1 if i == wanted.spec["axis"] else size for i, size in enumerate(wanted.shape))
    columns = []
    for name in ("x", "y"):
        low, high = (evaluate(bound, wanted.symbols) for bound in wanted.spec[name])
        values = wanted.random.uniform(low, high, shape_one)
        columns.append(np.round(values) if wanted.spec.get("integer") else values)
    return np.concatenate(columns, axis=wanted.spec["axis"])


def _relative(wanted: Wanted) -> np.ndarray:
    """Coordinates relative to a group's centre: they sum to zero over the last axis."""
    members = wanted.random.uniform(-wanted.spec["spread"], wanted.spec["spread"], wanted.shape)
    return -(members - members.mean(axis=-1, keepdims=True))


FAMILIES: dict[str, Maker] = {
    "zeros": _zeros, "constant": _constant, "literal": _literal, "arange": _arange, "raster": _raster, "index": _index,
    "normal": _normal, "normal_positive": _normal_positive, "uniform": _uniform,
    "integers": _integers, "smooth": _smooth,
    "smooth_channels": _smooth_channels, "affine": _affine,
    "disk": _disk, "sparse": _sparse, "plane_wave": _plane_wave, "counts": _counts, "scene": _scene,
    "sparse_counts": _sparse_counts, "sqrt_counts": _sqrt_counts, "tagged": _tagged,
    "per_sample": _per_sample, "positions": _positions, "relative": _relative,
}  # fmt: skip


def _planted(value: Any) -> complex | float:
    """A planted value: a number, "nan" or "inf", or [real, imaginary]."""
    if isinstance(value, list):
        return complex(*value)
    return float(value) if isinstance(value, str) else value


def _without_subnormals(array: np.ndarray) -> np.ndarray:
    """The array with 0 for what is below the smallest normal number of its precision: many processors flush it."""
    if array.dtype.kind in "fc":
        parts = array.view(array.real.dtype) if array.ndim else array[None].view(array.real.dtype)
        parts[np.abs(parts) < np.finfo(parts.dtype).tiny] = 0
    return array


def make(spec: dict[str, Any], shape: tuple[int, ...], dtype: str, symbols: Symbols) -> np.ndarray:
    """The array that `spec` stands for, in `dtype`: its values `times` a factor, `plus` a number, planted ones last.

    Raises ValueError for an unknown family.
    """
    if spec["family"] not in FAMILIES:
        raise ValueError(f"family {spec['family']!r} is not one of {sorted(FAMILIES)}")
    random = np.random.Generator(np.random.PCG64(spec.get("seed", 0)))
    is_complex = np.dtype(dtype).kind == "c"
    values = np.asarray(FAMILIES[spec["family"]](Wanted(spec, shape, is_complex, random, symbols)))
    values = values * spec["times"] if "times" in spec else values
    values = values + spec["plus"] if "plus" in spec else values
    array = _without_subnormals(np.array(values, dtype=dtype, order="C"))
    for index, value in spec.get("plant", []):
        array[tuple(index)] = _planted(value)
    return array
