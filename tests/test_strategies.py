"""Every draw is a valid input; equal descriptors are equal arrays; failures shrink to the smallest."""

import random
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ptychoparity.core.profiles import PROFILES
from ptychoparity.spec_tests import checks, descriptors, files, strategies
from ptychoparity.spec_tests.contract import contracts
from ptychoparity.spec_tests.explore import explore
from tests.running import PROJECT

DRAWS = PROFILES["nightly"].examples
"""The most that any profile asks for: with fewer different inputs its runs could never be judged."""

OPERATIONS = list(contracts())


class _Found(Exception):
    """What the exploration is made to find."""


def _same(one, other) -> bool:
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.tobytes() == other.tobytes()
    return one == other


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_draw_is_a_valid_input(operation, tmp_path):
    contract = contracts()[operation]
    wrong: list[Any] = []

    def validate(descriptor):
        found = contract.input_errors(descriptors.expand(contract, descriptor, tmp_path))
        wrong.extend((found, descriptor) for _ in found[:1])

    found = explore(strategies.descriptors(contract), validate, examples=DRAWS, seed=11, failures=_Found)
    assert not wrong, wrong[0]
    assert found.examples == DRAWS


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_boundary_and_example_is_a_valid_input(operation, tmp_path):
    contract = contracts()[operation]
    for case in checks.of_contract(contract):
        if case.kind not in ("smoke", "boundary", "example"):
            continue
        if (
            files.KINDS.keys() & case.data["given"].keys()
        ):  # a file laid out otherwise: valid by its own clauses, not by the schema
            continue
        descriptor = descriptors.complete(contract, case.data["given"], case.id)
        assert contract.input_errors(descriptors.expand(contract, descriptor, tmp_path)) == [], case.id


BEYOND_THE_SCHEMA = {
    "make_config/execution-persistent-without-workers", "make_config/execution-persistent-by-default-workers",
    "diffract/unsupported-size", "diffract/odd-size", "load_scan/unsupported-size", "group_scan/all-patterns-dark",
    "illuminate/unsupported-size", "merge_patches/unsupported-size", "normalize_probe/unsupported-size",
    "load_container/unsupported-size", "load_container/no-positions", "scan_from_coords/unsupported-size",
    "flat_to_channel/count-is-no-multiple", "flat_to_grid/count-is-no-multiple",
    "save_scan/unsupported-size", "probe_mask/unsupported-size", "complex_mae/unsupported-size",
    "read_product/weights-twice-and-different", "read_product/index-beyond-the-weights",
    "read_product/scale-pair-mixed", "read_product/scale-pair-halved", "read_product/metadata-no-json",
    "write_product/index-beyond-the-weights", "write_product/raw-scan-index-missing",
    "write_product/raw-diffraction-missing", "write_product/scale-pair-mixed", "write_product/scale-pair-halved",
    "write_product/metadata-no-object", "read_cxi/energy-not-in-joule",
    "scale_amplitude/dark-prediction", "scale_amplitude/dark-truth", "register/flat-truth", "register/dark-prediction",
    "evaluate_object/dark-truth", "evaluate_object/dark-prediction-scaled", "evaluate_object/nothing-to-register",
    "compute_overlap_metrics/none-kept", "compute_overlap_metrics/no-images", "compute_overlap_metrics/three-images",
    "validate_config/folder-without-archive", "validate_config/no-such-folder", "validate_config/no-such-archive",
    "validate_config/operator-fno-blocks", "validate_config/operator-fno-modes", "validate_config/operator-fno-width",
    "validate_config/operator-resnet-width", "params_get/missing", "params_get/missing-too",
    "bridge_config/grid-not-square", "group_bridged/too-few-neighbours",
    "normalize_diffraction/all-dark", "intensity_scale/dark-field", "normalize_probe/dark-in-the-disk",
    "observe/dark", "observe/unsupported-size", "diffract_modes/unsupported-size", "diffract_modes/no-modes",
    "training_scale/brighter-than-float32", "model_scale/brighter-than-float32",
    "training_objective/supervised-without-labels", "training_objective/supervised-without-phase",
    "training_objective/supervised-without-amplitude", "training_objective/supervised-with-poisson",
    "training_objective/labels-that-fill-a-shape", "load_container/split-without-a-part",
    "load_container/part-without-groups", "load_count_scan/unsupported-size", "load_count_scan/no-modes",
}  # fmt: skip
"""Bad by a clause alone: the schema binds a size without asking which sizes there are, and sums no values."""


def test_every_generated_error_case_can_be_asked(tmp_path):
    """The harness itself trips over none of them: a misspelt name chooses no table, a length of -1 is none."""
    cases = [case for case in checks.every_case() if case.kind == "error"]
    assert len(cases) > 1000
    for case in cases:
        contract = contracts()[case.operation]
        descriptors.expand(contract, descriptors.complete(contract, case.data["given"], case.id), tmp_path)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_error_case_is_a_valid_input(operation, tmp_path):
    """A contract may not ask for an error where its own schema sees none."""
    contract = contracts()[operation]
    for case in contract["errors"]:
        # of files no schema says anything
        if {*files.KINDS, "target"} & case["given"].keys() or operation == "read_config":
            continue
        inputs = descriptors.expand(contract, descriptors.complete(contract, case["given"], case["id"]), tmp_path)
        name = f"{operation}/{case['id']}"
        assert bool(contract.input_errors(inputs)) != (name in BEYOND_THE_SCHEMA), name


@pytest.mark.parametrize("operation", OPERATIONS)
def test_draws_for_relations_are_valid_inputs(operation, tmp_path):
    contract = contracts()[operation]
    for relation in contract["relations"]:
        wrong: list[str] = []

        def validate(descriptor, wrong=wrong):
            wrong.extend(contract.input_errors(descriptors.expand(contract, descriptor, tmp_path)))

        strategy = strategies.descriptors(contract, relation.get("given", {}), relation["name"])
        explore(strategy, validate, examples=3, seed=5, failures=_Found)
        assert not wrong, (relation["name"], wrong[0])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_equal_descriptors_are_equal_arrays(operation, tmp_path):
    contract = contracts()[operation]
    descriptor = descriptors.complete(contract, {}, "twice")
    # the global generator must not matter
    np.random.seed(1)
    random.seed(1)
    once = descriptors.expand(contract, descriptor, tmp_path)
    np.random.seed(2)
    random.seed(2)
    twice = descriptors.expand(contract, descriptor, tmp_path)
    assert once.keys() == twice.keys()
    targets = files.target_names(contract["input"])  # each a path of its own
    assert all(_same(once[name], twice[name]) != (name in targets) for name in once)


@pytest.mark.parametrize("operation", ["diffract", "translate"])
def test_arrays_cannot_be_written(operation, tmp_path):
    contract = contracts()[operation]
    inputs = descriptors.expand(contract, descriptors.complete(contract, {}, "frozen"), tmp_path)
    for value in inputs.values():
        with pytest.raises(ValueError, match="read-only"):
            value[...] = 0


def _smallest(operation: str, fails) -> dict:
    def test(descriptor):
        if fails(descriptor):
            raise _Found

    return explore(
        strategies.descriptors(contracts()[operation]), test, examples=60, seed=3, failures=_Found
    ).descriptor


def test_a_failure_everywhere_shrinks_to_the_smallest_input():
    found = _smallest("translate", lambda d: True)
    assert found["dims"] == {"B": 1, "H": 1, "W": 1}
    assert found["arrays"]["images"]["family"] == "normal" and found["arrays"]["images"]["seed"] == 0


def test_a_failure_above_a_size_shrinks_to_that_size():
    found = _smallest("translate", lambda d: d["dims"]["B"] >= 3 and d["dims"]["W"] >= 10)
    assert found["dims"] == {"B": 3, "H": 1, "W": 10}


def test_a_failure_of_one_family_keeps_that_family():
    found = _smallest("translate", lambda d: d["arrays"]["images"]["family"] == "sparse")
    assert found["arrays"]["images"]["family"] == "sparse"
    assert found["dims"] == {"B": 1, "H": 1, "W": 1}


def test_equal_seeds_are_equal_draws():
    def drawn(seed):
        seen = []
        explore(strategies.descriptors(contracts()["translate"]), lambda d: seen.append(descriptors.key(d)),
                examples=20, seed=seed, failures=_Found)  # fmt: skip
        return seen

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


DRAWN = """
from ptychoparity.spec_tests import descriptors, strategies
from ptychoparity.spec_tests.contract import contracts
from ptychoparity.spec_tests.explore import explore
explore(strategies.descriptors(contracts()["translate"]), lambda d: print(descriptors.key(d)),
        examples=50, seed=1, failures=ZeroDivisionError)
"""


def test_equal_seeds_are_equal_draws_whoever_asks():
    """Whoever asks loads other modules; the seed in a run's header is to mean one thing all the same."""
    outputs = [
        subprocess.run([sys.executable, "-c", extra + DRAWN], cwd=PROJECT, capture_output=True, text=True).stdout
        for extra in ("", "import ptychoparity.harness.plugin, tests.test_session")
    ]
    assert outputs[0] and outputs[0] == outputs[1]


def test_rules_of_a_contract_hold_in_every_draw():
    translate = contracts()["translate"]
    seen: list[Any] = []
    ruled = replace(translate, data={**translate.data, "requires": ["H <= W"]})
    explore(strategies.descriptors(ruled), seen.append, examples=60, seed=0, failures=_Found)
    assert all(d["dims"]["H"] <= d["dims"]["W"] for d in seen) and len(seen) == 60


def test_what_is_given_stays_given():
    contract = contracts()["translate"]
    seen: list[Any] = []
    strategy = strategies.descriptors(
        contract, {"dims": {"B": 4}, "arrays": {"offsets": {"family": "constant", "value": 2.0}}}
    )
    explore(strategy, seen.append, examples=15, seed=0, failures=_Found)
    assert {d["dims"]["B"] for d in seen} == {4}
    assert {d["arrays"]["offsets"]["family"] for d in seen} == {"constant"}
    assert len({d["dims"]["W"] for d in seen}) > 3
