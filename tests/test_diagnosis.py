"""What a wrong array looks like: planted differences are named, and nothing is said of what nothing explains."""

import time
from typing import Any

import numpy as np
import pytest

from ptychoparity.spec_tests.diagnosis import MOST_HINTS, Where, hints, where

RANDOM = np.random.default_rng(0)
REAL = RANDOM.normal(size=(3, 16, 16))
COMPLEX = REAL + 1j * RANDOM.normal(size=REAL.shape)
POSITIVE = np.abs(REAL) + 0.1
ALLOWED = 1e-6


def _blob(row: float, column: float) -> np.ndarray:
    y, x = np.mgrid[0:32, 0:32]
    return np.exp(-((y - row) ** 2 + (x - column) ** 2) / 18)[None] * np.arange(1, 4)[:, None, None]


def _with(array: np.ndarray, at: Any, value: Any) -> np.ndarray:
    array = array.copy()
    array[at] = value
    return array


def _nearly(array: np.ndarray) -> np.ndarray:
    """The same with an error far below the allowance."""
    return array * (1 + 1e-9 * np.random.default_rng(1).normal(size=array.shape))


EXPLAINED = {
    "constant ratio 1.5": (REAL, 1.5 * REAL),
    "constant ratio 1 + 0.001": (REAL, 1.001 * REAL),
    "constant ratio 1000": (POSITIVE, 1000 * POSITIVE),
    "constant ratio 16: got is what is expected times that, which is N with N = 16": (COMPLEX, 16 * COMPLEX),
    "constant ratio 0.00390625: got is what is expected times that, which is 1/N^2 with N": (REAL, REAL / 256),
    "constant ratio 0.25: got is what is expected times that, which is 1/sqrt(N) with": (REAL, REAL / 4),
    "constant ratio 0.142857: got is what is expected times that, which is 1/7": (REAL, REAL / 7),
    "sign: got is minus": (REAL, -REAL),
    "absolute value: of what is expected, the sign is lost": (REAL, np.abs(REAL)),
    "absolute value: of what is expected": (COMPLEX, np.abs(COMPLEX)),
    "constant phase: got is what is expected times exp(0.31 i)": (COMPLEX, COMPLEX * np.exp(0.31j)),
    "conjugate: the complex conjugate": (COMPLEX, COMPLEX.conj()),
    "swapped parts: ": (COMPLEX, COMPLEX.imag + 1j * COMPLEX.real),
    "real part: ": (COMPLEX, COMPLEX.real + 0j),
    "constant difference 0.25": (REAL, REAL + 0.25),
    "square: of what": (POSITIVE, POSITIVE**2),
    "square: of the absolute value": (COMPLEX, np.abs(COMPLEX) ** 2),
    "square root: of what": (POSITIVE, np.sqrt(POSITIVE)),
    "whole periods: off by whole multiples of 65536": (
        np.array([1.0, 4e4, 3, 1.7e5]),
        np.array([1.0, 4e4 - 65536, 3, 1.7e5 - 3 * 65536]),
    ),
    "transposed: axes 1 and 2": (REAL, REAL.transpose(0, 2, 1)),
    "transposed: the expected values, with their axes in the order (1, 2, 0)": (REAL, REAL.transpose(1, 2, 0)),
    "mirrored: along axis 2": (REAL, REAL[:, :, ::-1]),
    "mirrored: along axis 1, and times 1000": (REAL, 1000 * REAL[:, ::-1]),
    "mirrored: along axis 2, about the pixel 8": (REAL, np.roll(REAL[:, :, ::-1], 1, 2)),
    "mirrored: at a point (along axes 1 and 2)": (REAL, REAL[:, ::-1, ::-1]),
    "swapped: the two entries of axis 2": (REAL[:, :, :2], REAL[:, :, 1::-1]),
    "rolled: by half the size along axes 1 and 2": (REAL, np.fft.fftshift(REAL, axes=(1, 2))),
    "shifted: by +1 along axis 2": (REAL, np.pad(REAL, ((0, 0), (0, 0), (1, 0)))[:, :, :-1]),
    "shifted: by -3 along axis 1 and by +4 along axis 2, wrapping": (REAL, np.roll(REAL, (-3, 4), (1, 2))),
    "shifted: by half a pixel, by +0.5 along axis 2": (_blob(15, 12), _blob(15, 12.5)),
    "shifted: by half a pixel, by -0.5 along axis 1": (_blob(15, 12), _blob(14.5, 12)),
    "permuted: the members of axis 1 stand in another order: 2, 0, 3, 1": (REAL[:, :4], REAL[:, [2, 0, 3, 1]]),
    "reshaped: the same values, as if laid out with the axes in the order (0, 2, 1)": (
        REAL[:, :, :4],
        REAL[:, :, :4].transpose(0, 2, 1).reshape(3, 16, 4),
    ),
    "reshaped: the expected values in the expected order": (REAL, REAL.reshape(3, 256)),
    "cropped or padded: where both have values they agree, in the middle": (REAL, REAL[:, 1:-1, 1:-1]),
    "ratio per member: 1.5 to 30, another one for each index of axis 0": (
        REAL,
        REAL * np.array([1.5, 2, 30])[:, None, None],
    ),
    "zeros: where something is expected": (REAL, _with(REAL, 2, 0)),
    "one value: everything that differs is 0.5": (REAL, np.minimum(REAL, 0.5)),
    "whole numbers: ": (10 * REAL, np.rint(10 * REAL)),
    "low precision: every value is a float16": (POSITIVE, POSITIVE.astype(np.float16)),
    "low precision: every value is a float32, in an array of float64": (
        1e3 * REAL,
        (1e3 * REAL).astype(np.float32).astype(float),
    ),
}  # fmt: skip

EXACT = ("low precision", "reshaped", "whole numbers")
"""Explanations that a further error would spoil."""


@pytest.mark.parametrize("said", EXPLAINED)
def test_a_planted_difference_is_named(said: str) -> None:
    expected, actual = EXPLAINED[said]
    if not said.startswith(EXACT):
        actual = _nearly(actual)
    found = hints(expected, actual, 1e-6)
    assert found and found[0].startswith(said), found


EXTENTS = {
    "all 768 elements differ": REAL + RANDOM.uniform(1, 2, REAL.shape),
    "256 of 768 elements differ, all of batch member 1 of axis 0 (size 3)": _with(
        REAL, 1, RANDOM.uniform(5, 6, (16, 16))
    ),
    "512 of 768 elements differ, only axis 0 from index 1 on (size 3)": _with(
        REAL, slice(1, None), RANDOM.uniform(5, 6, (2, 16, 16))
    ),
    "48 of 768 elements differ, all of index 15, the last of axis 2 (size 16)": _with(
        REAL, (..., -1), RANDOM.uniform(5, 6, (3, 16))
    ),
    "1 of 768 elements differ, only element [1, 3, 4]": _with(REAL, (1, 3, 4), 7.7),
    "384 of 768 elements differ, only odd indices of axis 1": _with(
        REAL, (slice(None), slice(1, None, 2)), RANDOM.uniform(5, 6, (3, 8, 16))
    ),
    "180 of 768 elements differ, only within 1 of the edge of axes 1 and 2": np.pad(
        REAL[:, 1:-1, 1:-1], ((0, 0), (1, 1), (1, 1)), constant_values=0
    )
    + np.pad(np.zeros((3, 14, 14)), ((0, 0), (1, 1), (1, 1)), constant_values=9) * RANDOM.uniform(1, 2, REAL.shape),
}  # fmt: skip


@pytest.mark.parametrize("said", EXTENTS)
def test_which_elements_differ_is_said(said: str) -> None:
    assert f"where: {said}" in hints(REAL, EXTENTS[said], ALLOWED)


def test_a_channel_is_called_one() -> None:
    stack = RANDOM.normal(size=(2, 16, 16, 4))
    found = hints(stack, _with(stack, (..., 2), -stack[..., 2]), ALLOWED)
    assert found == (
        "sign: got is minus what is expected",
        "where: 512 of 2048 elements differ, all of channel 2 of axis 3 (size 4)",
    )


def test_a_fault_of_some_members_is_explained_in_them() -> None:
    actual = _with(REAL, 1, REAL[1, :, ::-1])
    first, second = hints(REAL, actual, ALLOWED)
    assert first == "mirrored: along axis 2" and "all of batch member 1" in second


def test_what_is_not_finite_is_said_with_its_index() -> None:
    first, *_ = hints(REAL, _with(REAL, (1, 3, slice(4, 6)), np.nan), ALLOWED)
    assert first == "not finite: NaN at [1, 3, 4], where a finite value is expected, 2 of 768 elements"
    first, *_ = hints(_with(REAL, (0, 0, 1), -np.inf), REAL, ALLOWED)
    assert first == "not finite: a finite value at [0, 0, 1], in place of infinity"


def test_a_scalar_has_a_ratio_and_one_element_of_many_has_only_a_telling_one() -> None:
    assert hints(3.0, 3.003, ALLOWED) == ("one value: 1 + 0.001 times, or 0.003 more than, what is expected",)
    assert hints(3.0, 12.0, ALLOWED) == ("constant ratio 4: got is what is expected times that",)
    assert hints(np.arange(1.0, 9), _with(np.arange(1.0, 9), 2, 3.5), ALLOWED) == (
        "where: 1 of 8 elements differ, only element [2]",
    )
    assert hints(np.arange(1.0, 9), _with(np.arange(1.0, 9), 2, -3), ALLOWED)[0].startswith("sign: ")


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_said_of_noise(seed: int) -> None:
    random = np.random.default_rng(seed)
    shape = [(2, 8, 8), (5, 2), (3, 3), (40,), (2, 4, 4, 3)][seed % 5]
    expected = random.normal(size=shape)
    for size in (1e-5, 0.1, 10):
        found = hints(expected, expected + size * random.normal(size=shape), ALLOWED)
        assert all(text.startswith("where: ") for text in found), found


def test_a_few_roundings_are_no_factor_and_huge_numbers_no_periods() -> None:
    few = REAL.copy()
    few[0, 0, :5] *= 1 + 3e-6
    assert all(text.startswith("where: ") for text in hints(REAL, few, 1e-6 * np.abs(REAL)))
    assert hints(REAL, REAL * (1 + 3e-6), 1e-6 * np.abs(REAL))[0].startswith("constant ratio 1 + 3e-06")
    assert not hints(REAL, REAL * (1 - 3e-6), 1e-9)[0].count("1/1")
    huge = np.array([1e23, 2.5e23, 7e23])
    assert not any("period" in text for text in hints(huge, huge + np.array([3e22, 5e21, 1e22]), 1.0))


def test_nothing_is_said_of_what_does_not_differ() -> None:
    assert hints(REAL, REAL, 0.0) == () and hints(REAL, REAL + 1e-9, ALLOWED) == ()
    assert where(REAL, REAL, 0.0) is None


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (None, REAL), (REAL, None), ({"a": 1}, REAL), ("text", "other"), (REAL, np.array(["x"])), ([[1], [1, 2]], REAL),
        (np.zeros((0, 3)), np.zeros((0, 3))), (REAL, np.full_like(REAL, np.nan)), (REAL, np.zeros(())),
        (np.zeros((3, 3)), np.ones((3, 3))), (np.array(np.inf), np.array(1.0)), (REAL > 0, REAL < 0),
        (np.full((2, 2), 1e300), np.full((2, 2), -1e300)), (np.full(3, 1e-320), np.full(3, 2e-320)),
        (np.zeros((1,) * 7), np.ones((1,) * 7)), (np.ones((2, 3), dtype=object), np.ones((2, 3))),
        (REAL, COMPLEX), (np.arange(6, dtype=np.int64), np.arange(6, dtype=np.uint8)[::-1]),
    ],
)  # fmt: skip
def test_it_never_raises(expected: object, actual: object) -> None:
    for allowed in (0.0, 1e-6, np.nan, np.zeros((5, 5)), None):
        found = hints(expected, actual, allowed)
        assert isinstance(found, tuple) and len(found) <= MOST_HINTS and all(isinstance(one, str) for one in found)
        assert where(expected, actual, allowed) is None or isinstance(where(expected, actual, allowed), Where)


def test_large_arrays_take_little_longer() -> None:
    large = np.random.default_rng(0).normal(size=(4, 512, 512))
    begin = time.process_time()
    assert hints(large, large + np.random.default_rng(1).normal(size=large.shape), ALLOWED)
    assert time.process_time() - begin < 5


def test_the_picture_shows_where() -> None:
    array = np.zeros((2, 64, 40))
    found = where(array, _with(array, (1, slice(0, 2), slice(None)), 1.0), 0.0)
    assert found is not None and found.axes == (1, 2)
    assert found.rows == ("9" * 32, *["0" * 32] * 31)
    line = where(np.zeros(5), np.array([0, 1e-9, 1, 0.1, np.nan]), 0.0)
    assert line == Where((0,), ("0197x",))
    assert where(np.zeros((1, 3)), np.array([[0.0, 2.0, 0.0]]), 0.0) == Where((1,), ("090",))


def test_what_is_not_compared_does_not_count() -> None:
    actual = 2 * REAL
    actual[:, :, :8] = 77
    allowed = np.where(np.arange(16) < 8, np.inf, 1e-6) * np.ones(REAL.shape)
    assert hints(REAL, actual, allowed) == (
        "constant ratio 2: got is what is expected times that",
        "where: 384 of 768 elements differ, only axis 2 from index 8 on (size 16)",
    )
    mirrored = REAL[:, ::-1].copy()
    mirrored[:, :, :8] = 77
    assert hints(REAL, mirrored, allowed)[0] == "mirrored: along axis 1"
