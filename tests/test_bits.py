"""Equal to the bit, and each way of not being so."""

from typing import Any

import numpy as np
import pytest

from ptychoparity.spec_tests.bits import compare_bits

QUIET, PAYLOAD = np.array([0x7FF8000000000000, 0x7FF8000000000001], np.uint64).view(np.float64)


def weights() -> dict[str, Any]:
    return {"kernel": np.array([[1.0, -0.0], [np.nan, np.inf]]), "inner": {"bias": np.zeros(2, np.float32)}}


def changed(**arrays: Any) -> dict[str, Any]:
    return {**weights(), **arrays}


EQUAL = {
    "arrays": (np.arange(3), np.arange(3)),
    "another layout in memory": (np.arange(6).reshape(2, 3), np.asfortranarray(np.arange(6).reshape(2, 3))),
    "dictionaries": (weights(), weights()),
    "dictionaries in another order": (weights(), dict(reversed(weights().items()))),
    "JSON": ({"a": [1, 2.0, None]}, {"a": [1, 2.0, None]}),
}
DIFFERENT = {
    "a value": (np.arange(3.0), np.array([0.0, 1.0, 2.0 + 4e-16]), "x[2]: expected 2, got 2.0000000000000004"),
    "a dtype": (np.arange(3), np.arange(3.0), "x: expected dtype int64, got float64"),
    "byte order": (np.arange(3.0), np.arange(3.0).astype(">f8"), "x: expected dtype float64, got >f8"),
    "a shape": (np.zeros(3), np.zeros((3, 1)), "x: expected shape (3,), got (3, 1)"),
    "the sign of zero": (np.zeros(1), -np.zeros(1), "x: equal in value and not to the bit"),
    "what is in a NaN": (QUIET, PAYLOAD, "x: equal in value and not to the bit"),
    "no array": (np.zeros(3), [0.0, 0.0, 0.0], "x: expected an array of shape (3,), got list"),
    "a member": (weights(), changed(kernel=np.ones((2, 2))), 'x["kernel"][0, 1]: expected -0, got 1'),
    "a member inside": (
        weights(), changed(inner={"bias": np.zeros(2)}), 'x["inner"]["bias"]: expected dtype float32, got float64'),
    "a name gone": (weights(), changed(inner={}), 'x["inner"]["bias"]: is missing'),
    "a name more": (weights(), changed(more=np.zeros(1)), 'x["more"]: no such name is expected'),
    "a JSON type": ({"a": 1}, {"a": True}, "x['a']: expected 1, got true"),
}  # fmt: skip


@pytest.mark.parametrize("name", EQUAL)
def test_what_is_equal_to_the_bit(name):
    before, after = EQUAL[name]
    assert all(one.ok for one in compare_bits("x", before, after))


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_is_not_says_where(name):
    before, after, says = DIFFERENT[name]
    before, after = (np.asarray(v) if isinstance(v, np.generic) else v for v in (before, after))
    bad = [one.sentence() for one in compare_bits("x", before, after) if not one.ok]
    assert bad and bad[0].startswith(says), bad
