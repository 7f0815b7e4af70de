"""A value that is not finite is said with its index: by each of our backends, in every operation that takes arrays."""

import json
import re

import numpy as np
import pytest

from ptychoparity.backends import registry
from ptychoparity.backends.host import checks
from ptychoparity.backends.protocol import Raised
from ptychoparity.backends.worker import Worker
from ptychoparity.reference import inputs as reference
from ptychoparity.spec_tests import descriptors
from ptychoparity.spec_tests.contract import contracts

PLANTED = re.compile(r'"plant": \[\[\[(.*?)\], "?(-?nan|-?inf|-?Infinity|NaN)')

ARRAYS = [
    (np.array([[1.0, 2.0], [3.0, np.nan]]), "got nan at [1, 1]"), (np.array([0.0, -np.inf]), "got -inf at [1]"),
    (np.array([[1, 2j], [np.inf * 1j, 0]]), "at [1, 0]"), (np.array(np.nan), "got nan"),
    (np.array([1.0, 2.0, np.nan, np.inf])[::-1], "got inf at [0]"),
]  # fmt: skip


@pytest.mark.parametrize(("array", "says"), ARRAYS, ids=[says for _, says in ARRAYS])
def test_the_first_one_is_named(array, says):
    for refuse in (lambda: reference.finite(x=array), lambda: checks.finite("x", array)):
        with pytest.raises(ValueError, match=r"^x must be finite, ") as refused:
            refuse()
        assert says in str(refused.value) and "[]" not in str(refused.value)


def test_a_value_beyond_single_precision_is_named_too():
    with pytest.raises(ValueError, match=re.escape("got a value of size 1e+60 at [1, 0]")):
        checks.finite("x", np.array([[1, 2], [3 + 1e60j, 4]]), np.float32)


def _cases():
    """Every error case in which a value that is not finite is planted in an array that is an input."""
    for contract in contracts().values():
        for case in contract["errors"]:
            planted = {name for name, spec in case["given"].get("arrays", {}).items()
                       if spec and PLANTED.search(json.dumps({"plant": spec.get("plant", [])}))}  # fmt: skip
            if planted and planted <= contract["input"]["properties"].keys():
                yield contract, case


@pytest.mark.parametrize("name", ["numpy", "tensorflow", "pytorch"])
def test_every_operation_names_the_index(name, tmp_path):
    entry = registry.find(name)
    if entry.missing():
        pytest.skip(entry.missing())
    worker, without = Worker(entry, "cpu"), {}
    try:
        claimed = worker.start()["operations"]
        asked = [(contract, case) for contract, case in _cases() if contract.operation in claimed]
        for contract, case in asked:
            given = descriptors.complete(contract, case["given"], case["id"])
            answer = worker.call(contract.operation, descriptors.expand(contract, given, tmp_path), 60.0)
            assert isinstance(answer, Raised), (contract.operation, case["id"])
            if "finite" in answer.message and not re.search(r"at \[\d+(, \d+)*\]", answer.message):
                without[f"{contract.operation}/{case['id']}"] = answer.message
    finally:
        worker.stop()
    assert len(asked) > 20 and without == {}
