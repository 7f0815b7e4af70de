"""The one comparison rule, held against cases worked out by hand.

|expected - actual| <= max(|expected| * max(rtol, ulps * eps), peak_rtol * max|expected|, atol, bound)
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptychoparity.spec_tests.bounds import Bounds
from ptychoparity.spec_tests.compare import SMALLEST, compare, compare_outputs, doubled
from ptychoparity.spec_tests.ulps import ULP_LABELS

EPS32, EPS64 = 2.0**-23, 2.0**-52
NAN, INF = np.nan, np.inf


def _ok(expected, actual, **tolerance) -> bool:
    return compare("x", np.asarray(expected), np.asarray(actual), tolerance).ok


# expected [8, 0.5]: the peak is 8. Errors are powers of two, so that every edge is exact in binary.
ALLOWED = [
    ({"atol": 0.25}, [8.25, 0.5], True),
    ({"atol": 0.25}, [8.25 + 2**-20, 0.5], False),
    ({"atol": 0.25}, [8.0, 0.75], True),  # the same for a small element
    ({"rtol": 0.125}, [9.0, 0.5], True),
    ({"rtol": 0.125}, [9.0 + 2**-20, 0.5], False),
    ({"rtol": 0.125}, [8.0, 0.5625], True),
    ({"rtol": 0.125}, [8.0, 0.5625 + 2**-20], False),  # relative to its own element, not to the peak
    ({"peak_rtol": 0.125}, [8.0, 1.5], True),  # 0.125 * 8 = 1, for every element
    ({"peak_rtol": 0.125}, [8.0, 1.5 + 2**-20], False),
    ({"ulps": 4}, [8 + 32 * EPS64, 0.5], True),  # 4 eps * 8
    ({"ulps": 4}, [8 + 34 * EPS64 + 2**-48, 0.5], False),
    ({"atol": 0.25, "rtol": 0.125}, [9.0, 0.75], True),  # the larger of the terms, not their sum
    ({"atol": 0.25, "rtol": 0.125}, [9.125, 0.5], False),
    ({"atol": 0.25, "peak_rtol": 0.125}, [8.0, 1.5], True),
    ({"atol": 0.25, "peak_rtol": 0.125}, [8.0, 1.5 + 2**-20], False),
    ({"ulps": 4, "rtol": 0.125}, [9.0 + 2**-20, 0.5], False),
    ({"atol": 0.0}, [8.0, 0.5], True),
    ({"atol": 0.0}, [8.0, np.nextafter(0.5, 1)], False),
]


@pytest.mark.parametrize(("tolerance", "actual", "ok"), ALLOWED)
def test_each_term_of_the_rule(tolerance, actual, ok):
    assert _ok([8.0, 0.5], actual, **tolerance) is ok


def test_eps_is_that_of_the_answers_precision():
    one_single_ulp = np.array([1.0 + EPS32])
    assert _ok([1.0], one_single_ulp.astype(np.float32), ulps=1)
    assert not _ok([1.0], one_single_ulp, ulps=1)  # a float64 answer owes float64 accuracy


COMPLEX = [
    (3 + 4j, 3 + 4j + 0.5j, {"rtol": 0.1}, True),  # |expected| = 5, so 0.5 is allowed in any direction
    (3 + 4j, 3.5 + 4j, {"rtol": 0.1}, True),
    (3 + 4j, 3.5 + 4.5j, {"rtol": 0.1}, False),  # 0.707
    (3 + 4j, 3 - 4j, {"rtol": 1.0}, False),  # a conjugate is 8 away
    (2 + 0j, 2.0, {"atol": 0.0}, True),
]


@pytest.mark.parametrize(("expected", "actual", "tolerance", "ok"), COMPLEX)
def test_complex_errors_are_distances(expected, actual, tolerance, ok):
    assert _ok([expected], [actual], **tolerance) is ok


@pytest.mark.parametrize("tolerance", [{"rtol": 1e9}, {"atol": 1e9}, {"peak_rtol": 1e9}, {"atol": 0.0}], ids=str)
@pytest.mark.parametrize(
    ("expected", "actual", "ok"),
    [
        (NAN, NAN, True), (INF, INF, True), (-INF, -INF, True), (NAN, 1.0, False), (INF, 1.0, False),
        (INF, -INF, False), (NAN, INF, False), (INF, NAN, False), (1.0, NAN, False), (1.0, INF, False),
        (1.0, -INF, False), (complex(INF, 0), complex(1, 0), False), (complex(NAN, 0), complex(1, 0), False),
    ],
)  # fmt: skip
def test_what_is_not_finite_is_met_exactly(expected, actual, ok, tolerance):
    """No tolerance reaches NaN or an infinity, in either direction."""
    found = compare("x", np.array([expected, 2.0]), np.array([actual, 2.0]), tolerance)
    assert found.ok is ok
    assert found.differing == (not ok)


def test_an_infinity_lends_no_peak_to_its_neighbours():
    assert not _ok([INF, 1.0], [INF, 2.0], peak_rtol=0.5)
    assert _ok([INF, 1.0], [INF, 1.5], peak_rtol=0.5)


SHAPES = [((2, 3), (3, 2)), ((6,), (2, 3)), ((1, 3), (3,)), ((), (1,)), ((0, 3), (3, 0))]


@pytest.mark.parametrize(("one", "other"), SHAPES)
def test_shapes_are_compared_exactly(one, other):
    found = compare("x", np.zeros(one), np.zeros(other), {"atol": 1.0})
    assert not found.ok
    assert found.sentence() == f"x: expected shape {one}, got {other}"


def test_nothing_is_met_by_nothing_alone():
    assert compare("Y", None, None, {"atol": 1.0}).ok
    missing, surplus = compare("Y", np.zeros(2), None, {"atol": 1.0}), compare("Y", None, np.zeros(2), {"atol": 1.0})
    assert missing.sentence() == "Y: expected an array of shape (2,), got None"
    assert surplus.sentence() == "Y: expected None, got an array of shape (2,)"
    assert not missing.ok and not surplus.ok


def test_empty_arrays_agree():
    assert _ok(np.zeros((0, 4)), np.zeros((0, 4)), atol=0.0)


@pytest.mark.parametrize("actual", [np.array(["a", "b"]), np.array([object(), object()]), [None, 1]])
def test_what_holds_no_numbers_is_refused_in_words(actual):
    found = compare("x", np.zeros(2), actual, {"atol": 1.0})
    assert not found.ok and "holds no numbers" in found.sentence()


def test_booleans_and_integers_are_numbers():
    assert _ok([True, False], [True, False], atol=0.0)
    assert not _ok([True, False], [True, True], atol=0.5)
    assert not _ok([1, 2], [1, 3], atol=0.0)
    assert not _ok(np.array([0, 2], np.uint8), np.array([255, 2], np.uint8), atol=1)  # no wrap-around


def test_the_worst_element_is_named_with_both_values():
    expected = np.zeros((2, 3))
    expected[0, 0], expected[1, 2] = 100.0, 2.0
    actual = expected.copy()
    actual[0, 0] += 0.5  # the larger error, within its allowance of 1
    actual[1, 2] += 0.25  # the smaller error, twelve times its own
    found = compare("x", expected, actual, {"rtol": 0.01})
    assert (found.differing, found.elements, found.worst["index"]) == (1, 6, [1, 2])
    assert found.used == pytest.approx(12.5) and found.peak_error == pytest.approx(0.005)
    assert found.sentence() == (
        "x: 1 of 6 values differ; worst at [1, 2]: expected 2, got 2.25"
        " (error 0.25, allowed 0.02, 12.5 times the tolerance)"
    )


def test_ulps_are_counted_in_bins():
    base = np.float32(1.0)
    steps = [0, 1, 2, 3, 4, 5, 16, 17, 64, 65, 1024, 1025]
    actual = (np.ones(len(steps)) + np.array(steps) * EPS32).astype(np.float32)
    found = compare("x", np.full(len(steps), base), actual, {"rtol": 1.0})
    assert dict(zip(ULP_LABELS, found.ulps, strict=True)) == {
        "0": 1, "1": 1, "2": 1, "3-4": 2, "5-16": 2, "17-64": 2, "65-1024": 2, ">1024": 1,
    }  # fmt: skip
    assert sum(found.ulps) == len(steps)


def test_a_missing_value_is_beyond_every_ulp_bin():
    found = compare("x", np.ones(2, np.float32), np.array([1, NAN], np.float32), {"rtol": 1.0})
    assert found.ulps == (1, 0, 0, 0, 0, 0, 0, 1)


CANVAS = {"canvas": {"atol": 0.1, "where": {"output": "weight", "above": 0.5}}}


@pytest.mark.parametrize(("error_at", "ok"), [(0, False), (1, True), (2, True)])
def test_where_the_mask_is_off_nothing_is_compared(error_at, ok):
    """weight [1, 0.5, 0]: above 0.5 is the first element alone."""
    expected = {"canvas": np.ones(3), "weight": np.array([1, 0.5, 0])}
    actual = {"canvas": np.ones(3)}
    actual["canvas"][error_at] = NAN
    (found,) = compare_outputs(CANVAS, expected, actual)
    assert found.ok is ok


def test_a_mask_that_is_not_stored_masks_nothing():
    (found,) = compare_outputs(CANVAS, {"canvas": np.ones(3)}, {"canvas": np.ones(3) + 1})
    assert not found.ok and found.differing == 3


def test_an_output_that_is_missing_is_said_so():
    found = compare_outputs({"a": {"atol": 1.0}, "b": {"atol": 1.0}}, {"a": np.zeros(1), "b": None}, {"b": None})
    assert [(f.output, f.ok) for f in found] == [("a", False), ("b", True)]
    assert found[0].sentence() == "a: missing from the answer"


def test_an_event_is_plain_json():
    import json

    found = compare("x", np.array([1.0, INF]), np.array([NAN, -INF]), {"rtol": 1e-3, "why": "because"})
    text = json.dumps(found.event(), allow_nan=False)
    assert json.loads(text)["worst"]["error"] is None


numbers = st.floats(-1e6, 1e6, width=32)
arrays = st.lists(numbers, min_size=1, max_size=6).map(lambda v: np.array(v, dtype=np.float32))
tolerances = st.fixed_dictionaries(
    {name: st.sampled_from([0.0, 1e-6, 1e-3, 0.5]) for name in ("rtol", "peak_rtol", "atol")}
    | {"ulps": st.integers(0, 9)}
)


@settings(max_examples=150, deadline=None)
@given(arrays, st.data(), tolerances)
def test_the_rule_is_the_formula(expected, data, tolerance):
    """Element by element, in Python's own arithmetic."""
    shifts = data.draw(
        st.lists(st.sampled_from([0.0, 1e-7, 1e-3, 0.4, 2.0]), min_size=expected.size, max_size=expected.size)
    )
    actual = (expected * (1 + np.array(shifts))).astype(np.float32)
    peak = max(abs(float(e)) for e in expected)
    relative = max(tolerance["rtol"], tolerance["ulps"] * EPS32)
    bad = sum(
        abs(float(e) - float(a)) > max(abs(float(e)) * relative, tolerance["peak_rtol"] * peak, tolerance["atol"])
        for e, a in zip(expected, actual, strict=True)
    )
    found = compare("x", expected, actual, tolerance)
    assert (found.differing, found.ok) == (bad, bad == 0)
    if found.used is not None:
        assert (found.used > 1) == (bad > 0)


@settings(max_examples=60, deadline=None)
@given(arrays, tolerances)
def test_a_wider_tolerance_never_refuses_more(expected, tolerance):
    actual = expected + np.float32(1e-3)
    wider = {name: 2 * value for name, value in tolerance.items()}
    assert compare("x", expected, actual, wider).differing <= compare("x", expected, actual, tolerance).differing


def test_a_period_makes_the_two_ends_of_a_phase_one():
    e, a = np.array([np.pi, 0.5]), np.array([-np.pi + 1e-7, 0.5], dtype=np.float32)
    rule = {"atol": 1e-6, "why": "x y"}
    assert compare("phase", e, a, rule | {"period": 2 * np.pi}).ok
    assert not compare("phase", e, a, rule).ok
    assert not compare("phase", e, a + np.float32(0.01), rule | {"period": 2 * np.pi}).ok
    assert not compare("phase", e, np.array([np.nan, 0.5]), rule | {"period": 2 * np.pi}).ok


# -- bounds, and the class of a failure ---------------------------------------------------------------------


def test_relative_terms_end_at_the_smallest_normal_number():
    """Below it, and where some terms of a sum are, an implementation may flush to 0; a tolerance of 0 has no floor."""
    assert _ok([SMALLEST, 1.0], [0.0, 1.0], rtol=1e-7)
    assert _ok([SMALLEST, 1.0], [0.0, 1.0], bound="value", roundings=1)
    assert not _ok([1.1 * SMALLEST, 1.0], [0.0, 1.0], rtol=1e-7)
    assert not _ok([SMALLEST, 1.0], [0.0, 1.0], rtol=0.0)


def test_a_bound_allows_each_element_its_own():
    parts = {"terms": np.array([1.0, 100.0]), "coordinates": np.array([0.0, 8.0])}

    class Made(Bounds):
        def parts(self, bound, output):
            return parts

    tolerance = {"bound": "translation", "roundings": {"terms": 2, "coordinates": 1}}
    for error, ok in (([2, 0], True), ([2.01, 0], False), ([0, 208], True), ([0, 208.1], False)):
        actual = np.array([1.0, 1.0]) + np.array(error) * 2.0**-24
        assert compare("x", np.array([1.0, 1.0]), actual, tolerance, made=Made("translate", {}, {})).ok is ok


def test_a_bound_that_nobody_computed_is_an_error():
    with pytest.raises(LookupError, match="names the bound 'translation'"):
        compare("x", np.ones(2), np.zeros(2), {"bound": "translation", "roundings": 1})


def test_lower_precision_is_told_from_a_wrong_value():
    random = np.random.Generator(np.random.PCG64(3))
    expected = random.standard_normal(500)
    tolerance = {"bound": "value", "roundings": 4}
    coarse = expected * (1 + random.uniform(-9e-5, 9e-5, 500))
    for actual, rounding in (
        (coarse, True), (expected * 1.00005, False), (expected + 1e-5, False), (expected * 1.001, False),
        (expected * 0.99975, False), (expected + random.standard_normal(500), False),
    ):  # fmt: skip
        found = compare("x", expected, actual, tolerance)
        assert not found.ok and found.rounding is rounding
    assert not compare("x", expected, expected, tolerance).rounding
    assert not compare("x", np.arange(5), np.arange(5) + 1, {"atol": 0.0}).rounding


def test_two_right_answers_may_be_twice_as_far_apart():
    given = {"bound": "b", "roundings": {"terms": 3}, "rtol": 1e-6, "period": 2.0, "why": "w"}
    twice = {"bound": "b", "roundings": {"terms": 6}, "systematic": 12, "rtol": 2e-6, "period": 2.0}
    assert doubled(given) == {**twice, "why": "twice the tolerance: w"}
