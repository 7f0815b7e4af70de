"""Parts of an operation that need not be claimed."""

import numpy as np
import pytest

from ptychoparity.spec_tests import contract, parts
from tests.running import check

CASES = [
    ("load_scan", {"units": "counts"}, ["counts"]),
    ("load_scan", {"units": "amplitude"}, []),
    ("load_container", {"train_fraction": 0.5}, ["a split"]),
    ("load_container", {"train_fraction": None}, []),
    ("load_container", {}, []),
    ("intensity_scale", {"field": None}, ["the closed form"]),
    ("intensity_scale", {"field": np.ones((1, 64, 64), np.complex64)}, ["a field"]),
    ("group_scan", {"enable_oversampling": True, "Y": None}, ["oversampling"]),
    ("group_scan", {"enable_oversampling": 1, "Y": None}, []),  # 1 is not true
    ("frc", {"truth": np.ones((2, 8, 8)), "prediction": np.ones((2, 8, 8))}, []),
    ("frc", {"truth": np.ones((2, 8, 9)), "prediction": np.ones((2, 8, 9))}, ["images that are not square"]),
    ("bridge_config", {"data": {"N": 64}, "training": {"epochs": 3}}, []),
    ("bridge_config", {"data": {"probe_ramp_removal": True}}, ["fields of ptychodus 1.7.0"]),
    ("bridge_config", {"training": {"finetune_val_split": 0.1}}, ["fields of ptychodus 1.7.0"]),
]


@pytest.mark.parametrize(("operation", "inputs", "asked"), CASES)
def test_a_part_is_what_the_inputs_ask_for(operation, inputs, asked):
    document = contract.contracts()[operation]
    nothing = dict.fromkeys(document["parts"], False)
    assert parts.unclaimed(document, inputs, nothing) == asked
    assert parts.unclaimed(document, inputs, dict.fromkeys(document["parts"], True)) == []


def test_what_nobody_speaks_of_is_claimed_as_the_contract_says():
    scan, bridge = contract.contracts()["load_scan"], contract.contracts()["bridge_config"]
    assert parts.unclaimed(scan, {"units": "counts"}, {}) == []
    assert parts.unclaimed(bridge, {"data": {"probe_ramp_removal": True}}, {}) == ["fields of ptychodus 1.7.0"]
    assert parts.sentences(scan, {"counts": False}) == ["load_scan without counts"]


@pytest.mark.parametrize(
    ("name", "outcome", "partial"),
    [("ReadsNoCounts", "not-run", ["load_scan without counts"]), ("ReadsNoCountsAndIsSilent", "error", [])],
)
def test_a_part_that_is_not_claimed_is_not_asked(name, outcome, partial, tmp_path):
    done = check(
        tmp_path, "--backend", f"tests.miniatures.partial:{name}", "--operation", "load_scan",
        "--only", "*/counts-are-rooted/*", "--only", "*/every-key/*",
    )  # fmt: skip
    found = {one["case"]: one["outcome"] for one in done.checks}
    assert found == {"counts-are-rooted": outcome, "every-key": "pass"}
    assert done.events[0]["backends"][0].get("partial", []) == partial
    assert done.exit == (outcome == "error")
