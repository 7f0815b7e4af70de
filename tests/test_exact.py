"""JSON values are equal, types and all, or the first key that differs is named."""

import pytest

from ptychoparity.backends.protocol import Foreign
from ptychoparity.spec_tests import exact
from ptychoparity.spec_tests.compare import compare
from ptychoparity.spec_tests.facets import Facet

EXACT = {"exact": True, "why": "values are carried"}

PAIRS = [
    ({"probe.big": True}, {"probe.big": False}, "params['probe.big']: expected true, got false"),
    ({"a": 1}, {"a": True}, "params['a']: expected 1, got true"),
    ({"a": 1.0}, {"a": 1}, "params['a']: expected 1.0, got 1"),
    ({"a": None}, {"a": 0}, "params['a']: expected null, got 0"),
    ({"a": 1}, {}, "params['a']: expected 1, and there is no such key"),
    ({}, {"model": {"N": 64}}, "params['model']: no such key is expected, got {\"N\": 64}"),
    ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, "params['a']['b'][1]: expected 2, got 3"),
    ({"a": [1]}, {"a": [1, 2]}, "params['a']: expected [1], got [1, 2]"),
    ({"a": "x"}, {"a": Foreign("pathlib.PosixPath")}, "params['a']: expected \"x\", got a pathlib.PosixPath"),
    ({"a": {"b": 1}}, {"a": 7}, "params['a']: expected an object of 1 keys, got 7"),
    (3, {"a": 1}, 'params: expected 3, got {"a": 1}'),
]


@pytest.mark.parametrize(("expected", "actual", "sentence"), PAIRS)
def test_the_first_difference_is_named(expected, actual, sentence):
    found = compare("params", expected, actual, EXACT)
    assert not found.ok and found.sentence() == sentence


@pytest.mark.parametrize("value", [{}, {"a": [1, 2.5, "x", None, True]}, {"b": {"c": float("nan")}}, [], 0.1, None])
def test_equals_are_equal(value):
    assert compare("params", value, value, EXACT).ok
    assert exact.difference("params", value, value) is None


def test_the_order_of_keys_does_not_count_and_tuples_are_lists():
    assert compare("params", {"a": 1, "b": (1, 2)}, {"b": [1, 2], "a": 1}, EXACT).ok


def test_a_path_leads_to_a_value_or_says_where_it_ends():
    assert exact.lookup({"a": [{"b": 5}]}, ["a", 0, "b"]) == 5
    with pytest.raises(KeyError, match="a/1"):
        exact.lookup({"a": [0]}, ["a", 1, "b"])


def test_long_values_are_shortened():
    assert len(exact.shown("x" * 1000)) < 140


@pytest.mark.parametrize(
    ("actual", "facets"),
    [
        ({"a": 1, "b": {"c": 2}}, []),
        ({"a": 1.0, "b": {"c": 2}}, [Facet.TYPE]),  # an equal number: a matter of form
        ({"a": 3.0, "b": {"c": 2}}, [Facet.VALUE]),
        ({"a": 1, "b": "c"}, [Facet.VALUE]),  # no object: nothing of it is there
        ({"a": None, "b": {"d": 2}}, [Facet.VALUE, Facet.MISSING, Facet.EXTRA]),
    ],
)
def test_every_difference_is_told_with_what_it_is(actual, facets):
    found = list(exact.differences("x", {"a": 1, "b": {"c": 2}}, actual))
    assert [one.facet for one in found] == facets and all(one.where.startswith("x[") for one in found)
