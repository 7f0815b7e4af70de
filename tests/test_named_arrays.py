"""Dictionaries of named arrays: drawn, carried, held, compared, told, digested."""

import copy

import numpy as np
import pytest

from ptychoparity.backends import registry, remote
from ptychoparity.backends.protocol import Returned
from ptychoparity.backends.worker import Worker
from ptychoparity.spec_tests import descriptors, named_arrays
from ptychoparity.spec_tests.additions import Additions, using
from ptychoparity.spec_tests.checks import of_contract
from ptychoparity.spec_tests.compare import compare_outputs
from ptychoparity.spec_tests.contract import contracts
from ptychoparity.spec_tests.digest import InputsDigest
from ptychoparity.spec_tests.explore import explore
from ptychoparity.spec_tests.strategies import descriptors as draws
from tests.running import PROJECT

BIAS = 'weights["decoder"]["bias"]'
TOLERANCE = {"weights": {"rtol": 1e-6, "why": "one multiplication"}}


@pytest.fixture
def scale_weights():
    with using(Additions((PROJECT / "tests" / "contracts",))):
        yield contracts()["scale_weights"]


def weights():
    return {
        "scale": np.full((), 3, np.float32),
        "conv1/kernel": np.arange(36, dtype=np.float32).reshape(2, 2, 3, 3),
        "decoder": {"bias": np.zeros((1, 7), np.float32)},
    }


# -- drawn -------------------------------------------------------------------------------------------------------


def test_every_draw_and_every_case_is_a_valid_input_and_names_come_and_go(scale_weights, tmp_path):
    seen = []

    def once(descriptor):
        inputs = descriptors.expand(scale_weights, descriptor, tmp_path)
        assert scale_weights.input_errors(inputs) == []
        seen.append({place for place, _ in named_arrays.flat(inputs["weights"], "w")})

    explore(draws(scale_weights), once, examples=60, seed=0, failures=AssertionError)
    for case in of_contract(scale_weights):
        if case.kind in ("boundary", "example", "smoke"):
            once(descriptors.complete(scale_weights, case.data["given"], case.id))
    everything = {place for one in seen for place in one}
    assert all('w["scale"]' in one for one in seen)
    for place in everything - {'w["scale"]'}:
        assert 0 < sum(place in one for one in seen) < len(seen), place
    assert {len(one) for one in seen} >= {1, 2, 5, 8}


def test_equal_seeds_are_equal_dictionaries_and_other_seeds_are_not(scale_weights, tmp_path):
    one, other = (descriptors.complete(scale_weights, {}, case) for case in ("a", "b"))
    digests = []
    for descriptor in (one, copy.deepcopy(one), other):
        digest = InputsDigest(tmp_path)
        digest.add("scale_weights", descriptors.expand(scale_weights, descriptor, tmp_path))
        digests.append(digest.hexdigest())
    assert digests[0] == digests[1] != digests[2]


def test_arrays_inside_cannot_be_written(scale_weights, tmp_path):
    inputs = descriptors.expand(scale_weights, descriptors.complete(scale_weights, {}, "a"), tmp_path)
    for _, array in named_arrays.flat(inputs["weights"], "w"):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_a_case_takes_names_away_changes_and_adds_them(scale_weights, tmp_path):
    given = {"large": None, "": {"shape": [2]}, "decoder": {"bias": None},
             "more": {"family": "zeros", "shape": [4], "dtype": "float64"}}  # fmt: skip
    chosen = descriptors.complete(scale_weights, {"dictionaries": {"weights": given}}, "a")
    made = descriptors.expand(scale_weights, chosen, tmp_path)["weights"]
    assert "large" not in made and list(made["decoder"]) == ["up/kernel"]
    assert made[""].tolist() == [0, 1]  # the family stays
    assert made["more"].dtype == np.float64


# -- held --------------------------------------------------------------------------------------------------------


def change(value, *path_and_value):
    *path, last, new = path_and_value
    node = value
    for name in path:
        node = node[name]
    if new is None:
        del node[last]
    else:
        node[last] = new
    return value


WRONG: dict[str, tuple[tuple, str]] = {
    "gone": (("scale", None), 'weights["scale"]: missing'),
    "inside gone": (("decoder", "bias", None), 'weights["decoder"]: 0 names, expected at least 1'),
    "another name": (("encoder", np.ones(2, int)), 'weights["encoder"]: has dtype int64, expected float32 or float64'),
    "a number": (("scale", 3.0), 'weights["scale"]: expected numpy.ndarray, got float'),
    "a number as name": ((7, np.ones(2, np.float32)), "weights[7]: the contract has no such name"),
    "an array for a dictionary": (
        ("decoder", np.ones((2, 2), np.float32)),
        'weights["decoder"]: expected a dictionary of named arrays, got ndarray'),
    "a dictionary for an array": (("scale", {}), 'weights["scale"]: expected numpy.ndarray, got dict'),
    "dtype": (("decoder", "bias", np.zeros((1, 7))), 'weights["decoder"]["bias"]: has dtype float64'),
    "rank": (("decoder", "bias", np.zeros(7, np.float32)), f"{BIAS}: has shape (7,), expected (*, *)"),
    "a size of others": (
        ("conv2/kernel", np.ones((5, 2, 3, 3), np.float32)),
        'weights["conv2/kernel"]: has shape (5, 2, 3, 3), expected (O, I, 3, 3) = (2, 2, 3, 3)'),
    "not finite": (
        ("decoder", "bias", np.full((1, 7), np.inf, np.float32)), f"{BIAS}: has 7 values that are not finite"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_with_its_place(name, scale_weights):
    path, says = WRONG[name]
    inputs = {"weights": weights(), "factor": 1.0}
    assert scale_weights.output_errors(inputs, {"weights": weights()}) == []
    found = scale_weights.output_errors(inputs, {"weights": change(weights(), *path)})
    assert any(one.startswith(says) for one in found), found


def test_an_answer_that_is_no_dictionary(scale_weights):
    for wrong, kind in ((np.ones(3), "ndarray"), ([], "list"), (None, "NoneType")):
        found = scale_weights.output_errors({"weights": weights(), "factor": 1.0}, {"weights": wrong})
        assert found == [f"weights: expected a dictionary of named arrays, got {kind}"]


# -- compared ----------------------------------------------------------------------------------------------------

DIFFERENT = {
    "a value": (
        ("conv1/kernel", weights()["conv1/kernel"] + (np.arange(36) == 35).reshape(2, 2, 3, 3)),
        'weights["conv1/kernel"][1, 1, 2, 2]: expected 35, got 36 (error 1, allowed 3.5e-05, 2.86e+04 times'),
    "a scalar": (("scale", np.full((), 4, np.float32)), 'weights["scale"]: expected 3, got 4'),
    "a value inside": (("decoder", "bias", np.ones((1, 7), np.float32)), f"{BIAS}[0, 0]: expected 0, got 1"),
    "a shape": (("decoder", "bias", np.zeros((2, 7), np.float32)), f"{BIAS}: expected shape (1, 7), got (2, 7)"),
    "missing": (("decoder", "bias", None), 'weights["decoder"]["bias"]: missing from the answer'),
    "one too many": (("more", np.ones(2)), 'weights["more"]: no such name is expected'),
    "no dictionary": (
        ("decoder", np.ones(2)), 'weights["decoder"]: expected a dictionary of 1 names, got an array of shape (2,)'),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENT)
def test_a_difference_is_told_with_its_place(name):
    path, says = DIFFERENT[name]
    assert all(one.ok for one in compare_outputs(TOLERANCE, {"weights": weights()}, {"weights": weights()}))
    found = compare_outputs(TOLERANCE, {"weights": weights()}, {"weights": change(weights(), *path)})
    (bad,) = [one for one in found if not one.ok]
    assert bad.sentence().startswith(says), bad.sentence()


# -- carried -----------------------------------------------------------------------------------------------------


def test_nested_dictionaries_cross_a_process_large_arrays_mapped():
    worker = Worker(registry.find("tests.miniatures.foreign:Echoes"), "cpu")
    large = np.arange(remote.INLINE_BYTES // 4 + 5, dtype=np.float32)
    sent = {"weights": {**weights(), "decoder": {"large": large, 'ünïcode / "name"': np.arange(3)}}}
    try:
        worker.start(30)
        answer = worker.call("echo", sent, 30)
        assert isinstance(answer, Returned), answer
        outputs = answer.outputs["weights"]
    finally:
        worker.stop()
    assert list(outputs) == list(sent["weights"]) and list(outputs["decoder"]) == list(sent["weights"]["decoder"])
    for (place, here), (_, there) in zip(named_arrays.flat(sent["weights"]), named_arrays.flat(outputs), strict=True):
        assert here.dtype == there.dtype and np.array_equal(here, there), place
    assert isinstance(outputs["decoder"]["large"].base, np.memmap)


def test_a_change_inside_is_seen_and_a_dictionary_in_a_knot_ends():
    inputs = {"field": np.ones(2), "weights": weights()}
    before = remote.fingerprints(inputs)
    assert remote.changed(before, remote.fingerprints(inputs)) == []
    inputs["weights"]["decoder"]["bias"] += 1
    inputs["weights"].pop("scale")
    inputs["weights"]["new"] = np.ones(1)
    inputs["weights"]["itself"] = inputs["weights"]
    assert remote.changed(before, remote.fingerprints(inputs)) == [
        'weights["decoder"]["bias"]', 'weights["new"]', 'weights["scale"]',
    ]  # fmt: skip


def test_a_dictionary_is_told_array_by_array():
    rows = descriptors.summarise({"weights": weights(), "factor": 2.0})
    assert [row["name"] for row in rows] == [
        'weights["scale"]', 'weights["conv1/kernel"]', 'weights["decoder"]["bias"]', "weights", "factor",
    ]  # fmt: skip
    assert rows[1]["shape"] == [2, 2, 3, 3] and rows[3]["summary"] == "a dictionary of 3 arrays"
    many = descriptors.summarise({"weights": {str(at): np.ones(1) for at in range(500)}})
    assert len(many) == descriptors.MEMBERS_TOLD + 1


def test_small_inputs_show_their_values_and_large_ones_what_is_not_finite():
    small = np.array([[[0.5], [np.nan], [2.0]]], dtype=np.float32)
    large = np.full((3, 10), 2.0)
    large[1, 4:6] = np.inf
    told = [row["summary"] for row in descriptors.summarise({"small": small, "large": large, "usual": np.ones(17)})]
    assert told == [
        "[[[0.5],  [nan],  [2. ]]]", "2 to 2, 2 of 30 values not finite, the first inf at [1, 4]",
        "1 to 1, mean 1",
    ]  # fmt: skip
