"""The law of Poisson draws: true draws pass by a margin, and each test is turned red by the fault it is about."""

import numpy as np
import pytest

from ptychoparity.spec_tests import laws
from ptychoparity.spec_tests.checks.parity import doubled
from ptychoparity.spec_tests.compare import compare_law, compare_outputs
from ptychoparity.spec_tests.contract import contracts

TOLERANCE = {"law": "poisson", "amplitude": "ideal", "samples": [0], "sigmas": 7, "peak_rtol": 1e-6, "why": "noise"}
RATES = {
    "bright": np.full((3, 32, 32), 900.0), "faint": np.full((3, 32, 32), 0.03),
    "steep": np.tile(np.logspace(-6, 9, 1024).reshape(32, 32), (3, 1, 1)),
    "dark beside bright": np.where(np.arange(1024).reshape(32, 32) < 512, 0.0, np.full((3, 32, 32), 40.0)),
}  # fmt: skip


def draw(rate: np.ndarray, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(rate)


def told(counts: np.ndarray, rate: np.ndarray, **changes):
    return compare_law("counts", np.sqrt(rate), {"counts": counts}, TOLERANCE | changes)


@pytest.mark.parametrize("name", RATES)
def test_true_draws_pass_by_a_margin(name):
    """Forty of each: the largest use, of some seventy numbers a draw, is far from the limit."""
    used = [told(draw(RATES[name], seed), RATES[name]) for seed in range(40)]
    assert all(one.ok for one in used)
    assert 0.05 < max(one.used for one in used) < 0.85


def test_false_alarms_are_no_more_than_the_bound():
    """Eight tests of 2000 draws, each failing with a chance of 2 exp(-sigmas^2 / 2) at most; and the limit bites."""
    rate = np.full((2, 64), 7.3)
    for sigmas, least in ((2, 100), (3, 1), (5, 0)):
        failed = sum(not told(draw(rate, seed), rate, sigmas=sigmas).ok for seed in range(2000))
        assert least <= failed <= 2000 * 8 * 2 * np.exp(-(sigmas**2) / 2)


FAULTS = {
    "whole": (lambda rate: draw(rate) + 0.25, "are not whole"),
    "mean": (lambda rate: draw(1.05 * rate), "the mean of"),
    "faint mean": (lambda rate: np.where(rate < 1, 0, draw(rate)), "at rates from 0.1"),
    "no noise": (lambda rate: np.rint(rate), "the variance of"),
    "twice the variance": (lambda rate: 2 * draw(rate / 2), "the variance of"),
    "one noise": (lambda rate: np.tile(draw(rate[0]), (3, 1, 1)), "correlates by"),
    "one pixel": (lambda rate: draw(rate) + 60 * (np.arange(rate.size) == 500).reshape(rate.shape), "an impossible"),
    "dark": (lambda rate: draw(rate + 0.2), "of rate zero"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_said_in_words(name):
    counts, words = FAULTS[name]
    flat = np.tile(np.linspace(0.0, 30.0, 1024).reshape(32, 32), (3, 1, 1))
    flat[:, 0, :20] = 0.0
    flat[:, 0, 20:] = 0.5
    found = told(counts(flat), flat)
    assert not found.ok and words in found.sentence() and found.sentence().startswith("counts: ")
    assert found.used is None or found.used > 1  # None: a use without bound


def test_counts_that_went_through_single_precision_are_told_by_their_last_digits():
    """float32 itself has no odd numbers above 2^24, and may be what counts are stored in."""
    rate = np.full((3, 8, 8), 1e9)
    rounded = draw(rate).astype(np.float32)
    assert told(draw(rate), rate).ok and told(rounded, rate).ok
    assert "0 of 192 counts at rates from 10000 are odd" in told(rounded.astype(np.float64), rate).sentence()


def test_rounded_normal_draws_are_told_by_their_symmetry():
    """At a hundred photons nothing else tells them apart; a hundred and forty patterns do."""
    rate = np.full((140, 64, 64), 100.0)
    noise = np.sqrt(rate) * np.random.default_rng(0).standard_normal(rate.shape)
    found = told(np.rint(rate + noise), rate)
    assert not found.ok and "the skewness of" in found.sentence()
    assert max(told(draw(rate, seed), rate).used for seed in range(5)) < 0.85


def test_gaussian_noise_is_told_apart_where_photons_are_few():
    rate = RATES["faint"]
    noise = np.sqrt(rate) * np.random.default_rng(0).standard_normal(rate.shape)
    assert "the mean of" in told(np.rint(np.maximum(rate + noise, 0)), rate).sentence()


def test_an_amplitude_within_the_forward_tolerance_costs_nothing():
    """A backend whose amplitudes are 1e-7 of the peak off draws at rates off by thousands of photons in all."""
    rate = np.full((3, 32, 32), 1e9)
    assert told(draw(rate * (1 + 2e-7)), rate).ok
    assert not told(draw(rate * (1 + 1e-4)), rate).ok


def test_what_is_no_count_is_said_so():
    rate = np.ones((2, 4))
    assert "expected shape (2, 4), got (8,)" in told(np.ones(8), rate).note
    for bad in (-rate, rate * np.nan, rate * 1j):
        assert "no counts" in told(bad, rate).note
    assert told(np.zeros((0, 4)), np.zeros((0, 4))).ok


def test_scaled_values_are_read_back_as_counts():
    rate, scale = RATES["bright"], 37.3
    counts = draw(rate)
    answer = {"X": (np.sqrt(counts) / scale).astype(np.float32), "s": np.asarray(scale)}
    tolerance = TOLERANCE | {"scale": "s"}
    assert compare_law("X", np.sqrt(rate), answer, tolerance).ok
    forgotten = answer | {"X": (counts / scale).astype(np.float32)}
    assert not compare_law("X", np.sqrt(rate), forgotten, tolerance).ok


def test_surprise_is_the_distance_in_sigmas():
    """Chernoff: 9 counts at rate 4 are sqrt(2 (9 ln(9/4) - 5)) = 2.1440 sigmas; at large rates (k - r) / sqrt(r)."""
    assert laws.surprise(9, 4, 4) == pytest.approx(2.1440018)
    assert laws.surprise(0, 8, 8) == pytest.approx(4.0)
    assert laws.surprise(1e9 + 5 * np.sqrt(1e9), 1e9, 1e9) == pytest.approx(5, rel=1e-4)
    assert laws.surprise(3, 2, 5) == 0 and laws.surprise(0, 0, 0) == 0
    assert np.isinf(laws.surprise(1, 0, 0))


def test_a_law_takes_the_amplitude_from_the_oracle_or_from_a_golden():
    rate = RATES["bright"]
    tolerances, answer = {"counts": TOLERANCE}, {"counts": draw(rate)}
    (by_oracle,) = compare_outputs(tolerances, {"counts": draw(rate, 1), "ideal": np.sqrt(rate)}, answer)
    (by_golden,) = compare_outputs(tolerances, {"counts": np.sqrt(rate)}, answer)
    assert by_oracle.ok and by_golden.ok and by_oracle.used == by_golden.used
    assert by_oracle.event()["used"] == by_oracle.used and by_oracle.event()["elements"] == rate.size


def test_two_backends_are_not_compared_by_their_noise():
    tolerance = contracts()["observe"]["tolerance"]
    assert {"counts", "X"} == set(tolerance) - set(doubled(tolerance))
