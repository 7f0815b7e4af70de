"""Our goldens: unchanged since they were made, reproduced by the oracle, and made again byte for byte."""

import json
from typing import Any

import numpy as np
import pytest

from ptychoparity import fixtures
from ptychoparity.fixtures import generate
from ptychoparity.fixtures.archive import digest
from ptychoparity.reference import dispatch
from ptychoparity.spec_tests import files, goldens
from ptychoparity.spec_tests.bounds import Bounds
from ptychoparity.spec_tests.compare import compare_outputs
from ptychoparity.spec_tests.contract import contracts

FOLDER = fixtures.goldens()
MANIFEST = json.loads((FOLDER / "manifest.json").read_text())
STORED = [(op, golden) for op, c in contracts().items() for golden in c["goldens"]]


def test_the_manifest_names_every_file_with_its_hash():
    names = {path.name for path in FOLDER.iterdir()} - {"manifest.json"}
    assert names == set(MANIFEST["sha256"]) == set(generate.NAMES)
    assert {name: digest(FOLDER / name) for name in names} == MANIFEST["sha256"]
    assert goldens.is_own(FOLDER)


@pytest.mark.parametrize(("operation", "golden"), STORED, ids=lambda v: v if isinstance(v, str) else v["id"])
def test_the_oracle_reproduces_every_stored_golden(operation, golden, tmp_path):
    contract = contracts()[operation]
    inputs, expected, keys = goldens.load(golden, FOLDER, contract.get("golden_cases", {}))
    inputs = files.afresh(contract["input"], inputs, tmp_path)
    assert expected and expected.keys() == keys.keys()
    assert contract.input_errors(inputs) == []
    outputs = files.with_members(contract["output"], dispatch.call(operation, inputs))
    found = compare_outputs(contract["tolerance"], expected, outputs, Bounds(operation, inputs, outputs))
    assert {c.output for c in found} == set(expected)  # every stored output has a tolerance and was compared
    assert [c.sentence() for c in found if not c.ok] == []


def test_every_file_is_used_by_a_contract():
    inputs = [rule for _, golden in STORED for rule in golden.get("inputs", {}).values() if isinstance(rule, dict)]
    read = {rule["file"] for rule in inputs if "file" in rule}
    assert read | {golden["file"] for _, golden in STORED} == set(MANIFEST["sha256"])


def test_made_again_they_are_the_same(tmp_path):
    """To the bit, but for float64: sums of up to 1e5 terms that another processor's BLAS adds in another order."""
    generate.main(tmp_path)
    assert json.loads((tmp_path / "manifest.json").read_text())["sha256"].keys() == MANIFEST["sha256"].keys()
    for name in MANIFEST["sha256"]:
        if (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes():
            continue
        assert name.endswith(".npz"), name
        with np.load(tmp_path / name) as again, np.load(FOLDER / name) as stored:
            assert again.files == stored.files
            for member in stored.files:
                mine, kept = again[member], stored[member]
                assert (mine.dtype, mine.shape) == (kept.dtype, kept.shape), member
                if kept.dtype not in (np.float64, np.complex128):
                    assert np.array_equal(mine, kept), member
                else:
                    np.testing.assert_allclose(mine, kept, rtol=0, atol=1e-14 * np.abs(kept).max(), err_msg=member)


def test_goldens_hold_no_pickles():
    for name in (name for name in MANIFEST["sha256"] if name.endswith(".npz")):
        with np.load(FOLDER / name, allow_pickle=False) as archive:
            assert all(archive[key].dtype.kind != "O" for key in archive.files)


def test_a_changed_number_is_seen():
    """One unit in the last place of the contract's tolerance, tenfold: the comparison must say no."""
    golden = contracts()["diffract"]["goldens"][0]
    inputs, expected, _ = goldens.load(golden, FOLDER)
    spoiled = {"amplitude": expected["amplitude"].copy()}
    spoiled["amplitude"][0, 0, 0] += 1e-5 * spoiled["amplitude"].max()
    tolerance = contracts()["diffract"]["tolerance"]
    made = Bounds("diffract", inputs, expected)
    assert not compare_outputs(tolerance, spoiled, dispatch.call("diffract", inputs), made)[0].ok


def test_a_folder_that_lacks_a_file_or_a_key_says_which(tmp_path):
    golden = contracts()["diffract"]["goldens"][0]
    with pytest.raises(goldens.GoldenMissing, match=r"diffract\.npz is not in"):
        goldens.load(golden, tmp_path)
    np.savez(tmp_path / "diffract.npz", field_64=np.zeros((1, 64, 64), np.complex64))
    with pytest.raises(goldens.GoldenMissing, match="has no key amplitude_64"):
        goldens.load({**golden}, tmp_path)


def test_numbers_may_lie_in_a_json_document_beside_the_file(tmp_path):
    numbers: dict[str, Any] = {"truth_0": np.ones((7, 7)), "pairs/1/mae": np.zeros(2)}
    np.savez(tmp_path / "metrics.npz", **numbers)
    document = {"offset": 4, "pairs": [{"plane": {"mae": [1.0, 2.0]}, "order": ["mae"], "ms": 0.5}]}
    (tmp_path / "metrics.json").write_text(json.dumps(document))
    assert goldens.home(tmp_path, "metrics.npz", "truth_0") == "metrics.npz"
    assert goldens.home(tmp_path, "metrics.npz", "pairs/0/plane/mae") == "metrics.json"
    assert goldens.home(tmp_path, "metrics.npz", "pairs/1/mae") == "metrics.npz"
    assert goldens.fetch(goldens.read(tmp_path / "metrics.json"), "metrics.json", "pairs/0/ms") == 0.5
    golden = {"file": "metrics.npz", "inputs": {"truth": {"key": "truth_0", "trim": 2, "lead": True}},
              "outputs": {"mae": "pairs/0/plane/mae"}}  # fmt: skip
    inputs, expected, keys = goldens.load(golden, tmp_path)
    assert inputs["truth"].shape == (1, 3, 3) and expected["mae"].tolist() == [1.0, 2.0]
    assert keys == {"mae": "pairs/0/plane/mae"}
    axis_of_one = {"file": "metrics.npz", "inputs": {}, "outputs": {"truth": {"key": "canvas", "axes": 2}}}
    np.savez(tmp_path / "metrics.npz", canvas=np.ones((7, 5, 1)))
    goldens.read.cache_clear()
    assert goldens.load(axis_of_one, tmp_path)[1]["truth"].shape == (7, 5)
    np.savez(tmp_path / "metrics.npz", truth_0=np.ones((7, 7)))
    goldens.read.cache_clear()
    with pytest.raises(goldens.GoldenMissing, match="has no key pairs/0/plane/mse"):
        goldens.load({**golden, "outputs": {"mae": "pairs/0/plane/mse"}}, tmp_path)
