"""Families of arrays: from a small description to the array it stands for.

A description is JSON: {"family": "normal", "seed": 7, "scale": 1000, "plant": [[[0, 3], "nan"]]}. Equal
descriptions give equal arrays on every machine (PCG64, no other source of randomness).
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ptychoparity.spec_tests.expressions import evaluate

Symbols = Mapping[str, Any]
Maker = Callable[[dict[str, Any], tuple[int, ...], bool, np.random.Generator, Symbols], np.ndarray]


def _complex_normal(shape, is_complex, random) -> np.ndarray:
    values = random.standard_normal(shape)
    return values + 1j * random.standard_normal(shape) if is_complex else values


def _zeros(spec, shape, is_complex, random, symbols):
    return np.zeros(shape)


def _constant(spec, shape, is_complex, random, symbols):
    return np.full(shape, _planted(spec.get("value", 1.0)))


def _literal(spec, shape, is_complex, random, symbols):
    return np.asarray(spec["value"])


def _arange(spec, shape, is_complex, random, symbols):
    return (spec.get("start", 0) + spec.get("step", 1) * np.arange(np.prod(shape))).reshape(shape)


def _raster(spec, shape, is_complex, random, symbols):
    """One coordinate of a raster scan, row by row, `columns` positions in a row: every distance ties with others."""
    column, row = np.arange(shape[0]) % spec["columns"], np.arange(shape[0]) // spec["columns"]
    return spec["start"] + spec["step"] * (column if spec["along"] == "x" else row)


def _index(spec, shape, is_complex, random, symbols):
    """(row + 1) + i (column + 1): a pixel that knows where it stands."""
    rows, columns = np.arange(1.0, shape[-2] + 1), np.arange(1.0, shape[-1] + 1)
    return np.broadcast_to(rows[:, None] + 1j * columns, shape)


def _normal(spec, shape, is_complex, random, symbols):
    return spec.get("scale", 1.0) * _complex_normal(shape, is_complex, random)


def _normal_positive(spec, shape, is_complex, random, symbols):
    """Magnitudes of a normal draw: never negative, hardly ever zero."""
    return spec.get("scale", 1.0) * np.abs(random.standard_normal(shape))


def _uniform(spec, shape, is_complex, random, symbols):
    return random.uniform(evaluate(spec["low"], symbols), evaluate(spec["high"], symbols), shape)


def _integers(spec, shape, is_complex, random, symbols):
    return random.integers(evaluate(spec["low"], symbols), evaluate(spec["high"], symbols), shape, endpoint=True)


def _plane(shape: tuple[int, ...]) -> tuple[tuple[int, ...], int, int, bool]:
    """Where rows and columns are: the last two axes, or the two before a trailing channel of 1."""
    trailing = len(shape) == 4 and shape[-1] == 1
    core = shape[:-1] if trailing else shape
    return core[:-2], core[-2] if len(core) > 1 else 1, core[-1], trailing


def _images(shape, make: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    lead, height, width, _ = _plane(shape)
    rows, columns = np.arange(height)[:, None], np.arange(width)[None, :]
    count = int(np.prod(lead)) if lead else 1
    return np.stack([make(rows, columns) for _ in range(count)]).reshape(shape)


def _wave(rows: np.ndarray, columns: np.ndarray, frequency: tuple[float, float], phase: float) -> np.ndarray:
    """cos(rows * f0 + columns * f1 + phase), by the sum formula: cosines of lines, not of every pixel."""
    down, across = rows * frequency[0] + phase, columns * frequency[1]
    return np.cos(down) * np.cos(across) - np.sin(down) * np.sin(across)


def _smooth(spec, shape, is_complex, random, symbols):
    """A few long waves: amplitude about 1, phase within a radian, no two pixels alike."""

    def make(rows, columns):
        amplitude, phase = 1.0, 0.0
        for _ in range(4):
            frequency = random.uniform(-0.25, 0.25, 2)
            amplitude = amplitude + 0.12 * _wave(rows, columns, frequency, random.uniform(0, 6))
            phase = phase + 0.25 * _wave(rows, columns, (frequency[1], -frequency[0]), random.uniform(0, 6))
        return amplitude * np.exp(1j * phase) if is_complex else amplitude * np.cos(phase)

    return _images(shape, make)


def _smooth_channels(spec, shape, is_complex, random, symbols):
    """Smooth images along the first axis and the channels of (B, H, W, C)."""
    images = _smooth(spec, (shape[0], shape[3], shape[1], shape[2]), is_complex, random, symbols)
    return images.transpose(0, 2, 3, 1)


def _affine(spec, shape, is_complex, random, symbols):
    """Linear in row and column, slopes below 0.01: bilinear interpolation is exact on it."""

    def make(rows, columns):
        a = random.uniform(-0.01, 0.01, 4)
        return 1 + a[0] * rows + a[1] * columns + 1j * (0.5 + a[2] * rows + a[3] * columns)

    image = _images(shape, make)
    return image if is_complex else image.real


def _disk(spec, shape, is_complex, random, symbols):
    """A soft disk with a curved phase: what a probe looks like."""

    def make(rows, columns):
        height, width = rows.size, columns.size
        y, x = (rows - height / 2 + 0.5) / height, (columns - width / 2 + 0.5) / width
        radius = random.uniform(0.12, 0.25)
        r2 = x**2 + y**2
        return np.exp(-((r2 / radius**2) ** 3)) * np.exp(1j * random.uniform(5, 20) * r2)

    image = _images(shape, make)
    return image if is_complex else np.abs(image)


def _sparse(spec, shape, is_complex, random, symbols):
    values = _complex_normal(shape, is_complex, random)
    return np.where(random.uniform(size=shape) < 0.02, values, 0)


def _plane_wave(spec, shape, is_complex, random, symbols):
    ky, kx = spec["frequency"]
    rows, columns = np.arange(shape[-2])[:, None], np.arange(shape[-1])[None, :]
    return np.broadcast_to(np.exp(2j * np.pi * (ky * rows / shape[-2] + kx * columns / shape[-1])), shape)


def _counts(spec, shape, is_complex, random, symbols):
    return random.poisson(spec.get("mean", 3.0), shape)


def _sparse_counts(spec, shape, is_complex, random, symbols):
    counts = np.where(random.uniform(size=shape) < 0.05, random.poisson(40.0, shape), 0)
    counts[..., 0, 0] = 1  # no pattern is wholly dark
    return counts


def _sqrt_counts(spec, shape, is_complex, random, symbols):
    return np.sqrt(random.poisson(spec.get("mean", 3.0), shape))


def _tagged(spec, shape, is_complex, random, symbols):
    """Patterns that carry their own number at [0, 0]."""
    values = random.integers(0, 6, shape).astype(float)
    values[..., 0, 0] = np.arange(1, shape[0] + 1).reshape((-1,) + (1,) * (len(shape) - 3))
    return values


def _per_sample(spec, shape, is_complex, random, symbols):
    """Sample j is filled with j + 1."""
    return np.broadcast_to(np.arange(1.0, shape[0] + 1).reshape((-1,) + (1,) * (len(shape) - 1)), shape)


def _positions(spec, shape, is_complex, random, symbols):
    """Scan positions, [x, y] along `axis`, each within its own range."""
    shape_one = tuple(1 if i == spec["axis"] else size for i, size in enumerate(shape))
    columns = []
    for name in ("x", "y"):
        low, high = (evaluate(bound, symbols) for bound in spec[name])
        values = random.uniform(low, high, shape_one)
        columns.append(np.round(values) if spec.get("integer") else values)
    return np.concatenate(columns, axis=spec["axis"])


def _relative(spec, shape, is_complex, random, symbols):
    """Coordinates relative to a group's centre: they sum to zero over the last axis."""
    members = random.uniform(-spec["spread"], spec["spread"], shape)
    return -(members - members.mean(axis=-1, keepdims=True))


FAMILIES: dict[str, Maker] = {
    "zeros": _zeros, "constant": _constant, "literal": _literal, "arange": _arange, "raster": _raster, "index": _index,
    "normal": _normal, "normal_positive": _normal_positive, "uniform": _uniform,
    "integers": _integers, "smooth": _smooth,
    "smooth_channels": _smooth_channels, "affine": _affine,
    "disk": _disk, "sparse": _sparse, "plane_wave": _plane_wave, "counts": _counts,
    "sparse_counts": _sparse_counts, "sqrt_counts": _sqrt_counts, "tagged": _tagged,
    "per_sample": _per_sample, "positions": _positions, "relative": _relative,
}  # fmt: skip


def _planted(value: Any) -> complex | float:
    """A planted value: a number, "nan" or "inf", or [real, imaginary]."""
    if isinstance(value, list):
        return complex(*value)
    return float(value) if isinstance(value, str) else value


def make(spec: dict[str, Any], shape: tuple[int, ...], dtype: str, symbols: Symbols) -> np.ndarray:
    """The array that `spec` stands for, in `dtype`; planted values last. Raises ValueError for an unknown family."""
    if spec["family"] not in FAMILIES:
        raise ValueError(f"family {spec['family']!r} is not one of {sorted(FAMILIES)}")
    random = np.random.Generator(np.random.PCG64(spec.get("seed", 0)))
    is_complex = np.dtype(dtype).kind == "c"
    values = np.asarray(FAMILIES[spec["family"]](spec, shape, is_complex, random, symbols))
    array = np.array(values, dtype=dtype, order="C")
    for index, value in spec.get("plant", []):
        array[tuple(index)] = _planted(value)
    return array
