"""How far two right answers may be apart: twice what a contract allows one, by the oracle's bounds."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ptychoparity.spec_tests.bounds import Bounds, allowed
from ptychoparity.spec_tests.error_statistics import SYSTEMATIC
from ptychoparity.spec_tests.relations.call import Inputs


def allowance(operation: str, output: str, inputs: Inputs, answer: Mapping[str, Any]) -> np.ndarray:
    """What the contract of `operation` lets an output of `answer` err by: an array of its shape."""
    # contracts know the relations by name, so that they cannot be imported before
    from ptychoparity.spec_tests.contract import contracts

    tolerance = contracts()[operation]["tolerance"][output]
    if tolerance["bound"] == "value":
        parts: Mapping[str, Any] = {"value": np.abs(answer[output])}
    else:
        parts = Bounds(operation, inputs, answer).parts(tolerance["bound"], output)
    return np.broadcast_to(allowed(parts, tolerance["roundings"]), np.shape(answer[output]))


def apart(operation: str, output: str, inputs: Inputs, answer: Mapping[str, Any], why: str) -> dict[str, Any]:
    """The tolerance of two answers to `inputs` that are both right; `answer` is one of them."""
    return within(2 * allowance(operation, output, inputs, answer), why)


def within(size: np.ndarray | float, why: str) -> dict[str, Any]:
    """A tolerance that allows each element what `size` says."""
    return {"bound": np.asarray(np.asarray(size) * 2.0**24), "roundings": 1, "systematic": 2 * SYSTEMATIC, "why": why}
