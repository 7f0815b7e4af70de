"""Several input files: members of equal names are told apart, files of equal names do not meet."""

import json
from pathlib import Path

import numpy as np
import pytest

from ptychoparity.spec_tests import descriptors, files
from ptychoparity.spec_tests.additions import Additions, using
from ptychoparity.spec_tests.contract import contracts, parse
from tests.running import PROJECT


@pytest.fixture
def fit_line():
    """The contract, with files that bear one name."""
    with using(Additions((PROJECT / "tests" / "contracts",))):
        document = json.loads(json.dumps(contracts()["fit_line"].data))
        for name in ("train_path", "test_path"):
            document["input"]["properties"][name]["npz"]["file"] = "points.npz"
        yield parse(json.dumps(document), "fit_line.json")


def test_members_are_named_after_their_file_and_a_single_files_are_not(fit_line):
    assert list(files.arrays(fit_line["input"])) == ["train_path.x", "train_path.y", "test_path.x", "test_path.y"]
    single = contracts()["load_scan"]["input"]
    (path,) = files.file_names(single)
    assert set(files.member_names(single, path).items()) == {
        (name, name) for name in single["properties"][path]["npz"]["properties"]
    }


def test_files_of_one_name_hold_each_its_own(fit_line, tmp_path):
    inputs = descriptors.expand(fit_line, descriptors.complete(fit_line, {}, "a"), tmp_path)
    train, test = Path(inputs["train_path"]), Path(inputs["test_path"])
    assert train != test and train.name == test.name == "points.npz"
    assert [len(files.read_npz(path)["x"]) for path in (train, test)] == [10, 5]
    assert fit_line.input_errors(inputs) == []


def test_outputs_that_are_several_files_are_told_apart(tmp_path):
    schema = {"properties": {
        name: {"npz": {"properties": {"x": {"ndarray": {"dtype": "float64", "shape": ["n"]}}}}} for name in ("a", "b")
    }}  # fmt: skip
    for number, name in enumerate(("a", "b")):
        np.savez(tmp_path / f"{name}.npz", x=np.full(2, number))
    found = files.with_members(schema, {name: str(tmp_path / f"{name}.npz") for name in ("a", "b")})
    assert found["a.x"].tolist() == [0, 0] and found["b.x"].tolist() == [1, 1]


def test_what_a_case_asks_of_one_file_leaves_the_other(fit_line, tmp_path):
    given = {"files": {"test_path": {"drop": ["y"]}}}
    inputs = descriptors.expand(fit_line, descriptors.complete(fit_line, given, "a"), tmp_path)
    assert set(files.read_npz(Path(inputs["train_path"]))) == {"x", "y"}
    assert set(files.read_npz(Path(inputs["test_path"]))) == {"x"}
    assert any("test_path" in wrong and "y" in wrong for wrong in fit_line.input_errors(inputs))
