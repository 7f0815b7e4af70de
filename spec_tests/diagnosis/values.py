"""Explanations by value: each actual value is a function of the one expected at the same place."""

import math
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import numpy as np

from ptychoparity.spec_tests.diagnosis.pair import Pair

FUNCTIONS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = MappingProxyType(
    {
        "conjugate: the complex conjugate of what is expected": np.conj,
        "conjugate: the negative complex conjugate of what is expected": lambda e: -np.conj(e),
        "swapped parts: real and imaginary part have changed places": lambda e: e.imag + 1j * e.real,
        "real part: the imaginary part is lost": lambda e: e.real + 0 * e,
        "absolute value: of what is expected": np.abs,
        "square: of what is expected": np.square,
        "square: of the absolute value of what is expected": lambda e: np.abs(e) ** 2,
        "square root: of what is expected": np.sqrt,
        "square root: of the absolute value of what is expected": lambda e: np.sqrt(np.abs(e)),
        "reciprocal: of what is expected": np.reciprocal,
        "logarithm: of what is expected": np.log,
        "logarithm: log1p of what is expected": np.log1p,
        "exponential: of what is expected": np.exp,
        "degrees: radians are expected": np.rad2deg,
        "complement: 1 minus what is expected": lambda e: 1 - e,
    }
)
"""Functions of the expected values, by the hint that states them; the plainest of equals first."""

PERIODS: Mapping[str, float] = MappingProxyType(
    {"pi": math.pi, "2 pi": 2 * math.pi, "256": 256.0, "65536": 65536.0, "2^32": 2.0**32}
)
SLIGHT = 1e-4
"""Factors closer to 1 than that are looked for in all values."""
_REAL_ONLY = ("degrees", "exponential", "logarithm")
_COMPLEX_ONLY = ("conjugate", "swapped parts", "real part")


def hints(pair: Pair) -> list[str]:
    """Return the functions that explain the values that differ."""
    e, a = pair.expected[pair.wrong_points], pair.actual[pair.wrong_points]
    if e.size == 0:
        return []
    return next((found for rule in RULES if (found := list(rule(pair, e, a)))), [])


def _constant(pair: Pair, e: np.ndarray, a: np.ndarray) -> Iterator[str]:
    """Every wrong value is one and the same."""
    if np.all(a == 0) and (e.size > 2 or e.size == pair.expected.size):
        yield "zeros: where something is expected"
    elif e.size > 2 and np.all(np.abs(a - a[0]) <= _bound(pair)) and np.any(e != e[0]):
        yield f"one value: everything that differs is {say(a[0])}"


def _ratio(pair: Pair, e: np.ndarray, a: np.ndarray) -> Iterator[str]:
    ratio = fitted(e, a)
    if ratio is None or not pair.holds(ratio * e, pair.wrong_points, _bound(pair) * abs(ratio)):
        return
    if isinstance(ratio, float) and math.isclose(ratio, -1, rel_tol=1e-6) and _sign_is_lost(pair, e):
        yield "absolute value: of what is expected, the sign is lost"
    elif telling(ratio, pair.shape) or (e.size > 1 and _everywhere(pair, ratio)):
        yield ratio_text(ratio, pair.shape)
    elif pair.expected.size == 1:
        yield f"one value: {say(ratio)} times, or {say(np.ravel(a - e)[0])} more than, what is expected"


def _everywhere(pair: Pair, ratio: complex | float) -> bool:
    """Whether a factor close to 1 holds for the values within their allowance, too: a fault of a few is no factor."""
    if abs(ratio - 1) > SLIGHT:
        return True
    e, a = pair.expected[pair.points], pair.actual[pair.points]
    good = np.isfinite(e) & np.isfinite(a)
    before, after = (float(np.sum(np.abs(values[good]) ** 2)) for values in (a - e, a - ratio * e))
    return after * 16 <= before


def _sign_is_lost(pair: Pair, e: np.ndarray) -> bool:
    """Only values of one sign differ, and there are others."""
    if np.iscomplexobj(e):
        return False
    return bool(np.all(e < 0) and np.any(pair.expected > 0)) or bool(np.all(e > 0) and np.any(pair.expected < 0))


def _functions(pair: Pair, e: np.ndarray, a: np.ndarray) -> Iterator[str]:
    unfit = _REAL_ONLY if np.iscomplexobj(e) else _COMPLEX_ONLY
    said: set[str] = set()
    for text, function in FUNCTIONS.items():
        kind = text.partition(":")[0]
        if kind not in said and kind not in unfit and pair.holds(function(e), pair.wrong_points, _bound(pair)):
            said.add(kind)
            yield text


def _difference(pair: Pair, e: np.ndarray, a: np.ndarray) -> Iterator[str]:
    difference = np.median((a - e).real) + (1j * np.median((a - e).imag) if np.iscomplexobj(e) else 0)
    if e.size > 1 and pair.holds(e + difference, pair.wrong_points, _bound(pair)):
        yield f"constant difference {say(difference)}: got is what is expected plus that"


def _periods(pair: Pair, e: np.ndarray, a: np.ndarray) -> Iterator[str]:
    """Whole numbers of a period lie between the values: phases that are wrapped otherwise, integers that overflow."""
    if np.iscomplexobj(e):
        return
    largest = max(np.abs(e).max(), np.abs(a).max())
    for name, period in sorted(PERIODS.items(), key=lambda one: -one[1]):
        if largest * np.finfo(float).eps > 1e-6 * period:
            continue  # such numbers are whole multiples of anything
        whole = np.rint((a - e) / period)
        left = np.abs(a - e - period * whole)
        if np.all(whole != 0) and np.all(left <= np.maximum(np.minimum(_bound(pair), period / 50), 1e-6 * period)):
            yield f"whole periods: off by whole multiples of {name}"
            return


def by_member(pair: Pair) -> list[str]:
    """Return the first or the last axis, if each of its members has a factor, or a summand, of its own."""
    e, a = pair.expected[pair.wrong_points], pair.actual[pair.wrong_points]
    for axis in dict.fromkeys((0, len(pair.shape) - 1)) if len(pair.shape) > 1 else ():
        at, size = pair.wrong_points[axis], pair.shape[axis]
        members = len(np.unique(at))
        if members < 2 or e.size < 4 * members or np.iscomplexobj(e):
            continue
        weight = np.bincount(at, np.abs(e) ** 2, size)
        ratios = np.divide(np.bincount(at, a * e, size), weight, out=np.ones(size), where=weight > 0)
        if pair.holds(ratios[at] * e, pair.wrong_points, _bound(pair) * np.abs(ratios[at])):
            used = ratios[np.unique(at)]
            return [f"ratio per member: {_between(used)}, another one for each index of axis {axis}"]
        number = np.maximum(np.bincount(at, minlength=size), 1)
        added = np.bincount(at, a - e, size) / number
        if pair.holds(e + added[at], pair.wrong_points, _bound(pair)):
            used = added[np.unique(at)]
            return [f"difference per member: {_between(used)}, another one for each index of axis {axis}"]
    return []


def _between(values: np.ndarray) -> str:
    return f"{say(values.min())} to {say(values.max())}"


RULES: tuple[Callable[[Pair, np.ndarray, np.ndarray], Iterator[str]], ...] = (
    _constant, _ratio, _functions, _periods, _difference,
)  # fmt: skip
"""The first that explains anything speaks."""


def represented(pair: Pair) -> list[str]:
    """Return the coarser numbers that all actual values are: the precision lost on the way.

    Said of values that are close to what is expected, and are not all of such numbers themselves.
    """
    e, a = np.ravel(pair.expected[pair.points]), np.ravel(pair.actual[pair.points])
    if np.iscomplexobj(e):
        e, a = np.concatenate([e.real, e.imag]), np.concatenate([a.real, a.imag])
    good = np.isfinite(e) & np.isfinite(a)
    e, a = e[good], a[good]
    if e.size < 4:
        return []
    for text, coarse, relative, absolute in _coarser(pair):
        near = np.maximum(relative * np.maximum(np.abs(e), relative * np.abs(e).max()), absolute)
        if np.array_equal(coarse(a), a) and not np.array_equal(coarse(e), e) and np.all(np.abs(a - e) <= near):
            return [text]
    return []


def _coarser(pair: Pair) -> Iterator[tuple[str, Callable[[np.ndarray], np.ndarray], float, float]]:
    """Hint, function to the coarser numbers, how close they are to what is expected: relatively, and at all."""
    yield "whole numbers: every value is rounded or cut to one", np.rint, 0.0, 1.0
    yield "low precision: every value is a float16", _float16, 2.0**-8, 0.0
    yield "low precision: every value is a bfloat16", _bfloat16, 2.0**-5, 0.0
    if pair.near in (np.dtype("float64"), np.dtype("complex128")):
        yield "low precision: every value is a float32, in an array of float64", _float32, 2.0**-16, 0.0


def _float16(x: np.ndarray) -> np.ndarray:
    return x.astype(np.float16).astype(float)


def _float32(x: np.ndarray) -> np.ndarray:
    return x.astype(np.float32).astype(float)


def _bfloat16(x: np.ndarray) -> np.ndarray:
    """Without the lower half of a float32."""
    return (x.astype(np.float32).view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32).astype(float)


def fitted(e: np.ndarray, a: np.ndarray) -> complex | float | None:
    """Return the factor by which the actual values follow from the expected ones, by least squares."""
    good = np.isfinite(e) & np.isfinite(a)
    peak = np.abs(e[good]).max(initial=0.0)
    if peak == 0 or not np.isfinite(peak):
        return None
    x, y = e[good] / peak, a[good] / peak
    ratio = np.vdot(x, y) / np.vdot(x, x).real
    if not np.isfinite(ratio):
        return None
    return complex(ratio) if np.iscomplexobj(e) and abs(ratio.imag) > 1e-9 * abs(ratio) else float(ratio.real)


def ratio_text(ratio: complex | float, shape: tuple[int, ...]) -> str:
    """Return the hint of a constant factor: a sign, a phase, a number with what it may be."""
    if isinstance(ratio, complex) and math.isclose(abs(ratio), 1, rel_tol=1e-6):
        return f"constant phase: got is what is expected times exp({say(math.atan2(ratio.imag, ratio.real))} i)"
    if isinstance(ratio, float) and math.isclose(ratio, -1, rel_tol=1e-6):
        return "sign: got is minus what is expected"
    named = meaning(abs(ratio), shape)
    return f"constant ratio {say(ratio)}: got is what is expected times that{f', which is {named}' if named else ''}"


def telling(ratio: complex | float, shape: tuple[int, ...]) -> bool:
    """Return whether a factor says something of its own: a sign, a whole number, one with a meaning."""
    if isinstance(ratio, complex):
        return False
    whole = round(ratio) not in (0, 1) and math.isclose(ratio, round(ratio), rel_tol=1e-6)
    return whole or bool(meaning(abs(ratio), shape))


def meaning(ratio: float, shape: tuple[int, ...]) -> str:
    """Return what a positive factor is, in terms of the array's size: `1/N^2 with N = 64`; empty where nothing fits."""
    sizes = {"N": float(shape[-1])} if shape else {}
    if len(shape) > 2 and shape[-2] == shape[-3]:
        sizes = {"N": float(shape[-2])}
    elif len(shape) > 1 and shape[-1] != shape[-2] and shape[-2] > 1:
        sizes |= {"M": float(shape[-2])}
    known: dict[str, float] = {}
    for name, size in sizes.items():
        if size > 1:
            tail = f" with {name} = {size:g}"
            known |= {f"{name}{tail}": size, f"{name}^2{tail}": size**2, f"sqrt({name}){tail}": math.sqrt(size)}
    if len(sizes) == 2:
        known[f"M N with M = {sizes['M']:g} and N = {sizes['N']:g}"] = sizes["M"] * sizes["N"]
    known |= {"the number of members": float(shape[0])} if len(shape) > 2 and shape[0] > 1 else {}
    known |= {"sqrt(2)": math.sqrt(2), "pi": math.pi, "2 pi": 2 * math.pi, "180/pi": 180 / math.pi}
    for inverse, value in (("", ratio), ("1/", 1 / ratio if ratio else 0.0)):
        for name, size in known.items():
            if value > 1 and math.isclose(value, size, rel_tol=1e-5):
                return f"{inverse}({name})" if inverse and " " in name.partition(" with")[0] else f"{inverse}{name}"
    if 0 < ratio < 0.9 and math.isclose(1 / ratio, round(1 / ratio), rel_tol=1e-5) and round(1 / ratio) < 100_000:
        return f"1/{round(1 / ratio)}"
    return ""


def _bound(pair: Pair) -> np.ndarray:
    return pair.allowed[pair.wrong_points]


def say(value: complex | float | np.generic) -> str:
    """Return a number as people write it; one close to 1 with its distance."""
    if isinstance(value, complex | np.complexfloating):
        return f"{value.real:.6g}{value.imag:+.6g}i" if value.imag else say(float(value.real))
    value = float(value)
    if value != 1 and abs(value - 1) < 2e-3:
        return f"1 {'+' if value > 1 else '-'} {abs(value - 1):.3g}"
    return f"{value:.6g}"
