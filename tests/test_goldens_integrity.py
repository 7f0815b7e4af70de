"""Our goldens: unchanged since they were made, reproduced by the oracle, and made again byte for byte."""

import json

import numpy as np
import pytest

import fixtures
from fixtures import generate
from reference import dispatch
from spec_tests import goldens
from spec_tests.compare import compare_outputs
from spec_tests.contract import contracts

FOLDER = fixtures.goldens()
MANIFEST = json.loads((FOLDER / "manifest.json").read_text())
STORED = [(op, golden) for op, c in contracts().items() for golden in c["goldens"]]


def test_the_manifest_names_every_file_with_its_hash():
    files = {path.name for path in FOLDER.iterdir()} - {"manifest.json"}
    assert files == set(MANIFEST["sha256"]) == {*generate.FILES, *generate.TEXTS}
    assert {name: generate.digest(FOLDER / name) for name in files} == MANIFEST["sha256"]
    assert goldens.is_own(FOLDER)


@pytest.mark.parametrize(("operation", "golden"), STORED, ids=lambda v: v if isinstance(v, str) else v["id"])
def test_the_oracle_reproduces_every_stored_golden(operation, golden):
    contract = contracts()[operation]
    inputs, expected, keys = goldens.load(golden, FOLDER)
    assert expected and expected.keys() == keys.keys()
    assert contract.input_errors(inputs) == []
    found = compare_outputs(contract["tolerance"], expected, dispatch.call(operation, inputs))
    assert {c.output for c in found} == set(expected)  # every stored output has a tolerance and was compared
    assert [c.sentence() for c in found if not c.ok] == []


def test_every_file_is_used_by_a_contract():
    own_files = {rule["file"] for _, g in STORED for rule in g.get("inputs", {}).values() if "file" in rule}
    assert {golden["file"] for _, golden in STORED} | own_files == set(MANIFEST["sha256"])


def test_made_again_they_are_the_same_bytes(tmp_path):
    generate.main(tmp_path)
    assert json.loads((tmp_path / "manifest.json").read_text())["sha256"] == MANIFEST["sha256"]
    for name in MANIFEST["sha256"]:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_goldens_hold_no_pickles():
    for name in generate.FILES:
        with np.load(FOLDER / name, allow_pickle=False) as archive:
            assert all(archive[key].dtype.kind != "O" for key in archive.files)


def test_a_changed_number_is_seen():
    """One unit in the last place of the contract's tolerance, tenfold: the comparison must say no."""
    golden = contracts()["diffract"]["goldens"][0]
    inputs, expected, _ = goldens.load(golden, FOLDER)
    spoiled = {"amplitude": expected["amplitude"].copy()}
    spoiled["amplitude"][0, 0, 0] += 1e-5 * spoiled["amplitude"].max()
    tolerance = contracts()["diffract"]["tolerance"]
    assert not compare_outputs(tolerance, spoiled, dispatch.call("diffract", inputs))[0].ok


def test_a_folder_that_lacks_a_file_or_a_key_says_which(tmp_path):
    golden = contracts()["diffract"]["goldens"][0]
    with pytest.raises(goldens.GoldenMissing, match=r"diffract\.npz is not in"):
        goldens.load(golden, tmp_path)
    np.savez(tmp_path / "diffract.npz", field_64=np.zeros((1, 64, 64), np.complex64))
    with pytest.raises(goldens.GoldenMissing, match="has no key amplitude_64"):
        goldens.load({**golden}, tmp_path)
