"""The digest of what a check asked: it changes with any input, and with nothing else."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from ptychoparity.spec_tests.digest import InputsDigest

IMAGE = np.arange(6, dtype=np.float32).reshape(2, 3)


def digest(*calls: dict[str, Any], scratch: Path = Path("/nowhere"), operation: str = "translate") -> str:
    found = InputsDigest(scratch)
    for inputs in calls:
        found.add(operation, inputs)
    return found.hexdigest()


def test_equal_inputs_in_equal_order_have_one_digest():
    assert digest({"a": IMAGE, "n": 1}) == digest({"n": 1, "a": IMAGE.copy()}) != ""
    assert digest({"a": IMAGE}) == digest({"a": np.asfortranarray(IMAGE)})  # the same values, however they lie
    assert digest({"a": IMAGE}, {"a": -IMAGE}) != digest({"a": -IMAGE}, {"a": IMAGE})
    assert digest() == ""


@pytest.mark.parametrize("other", [
    {"a": IMAGE + 1}, {"a": IMAGE.T}, {"a": IMAGE.ravel()}, {"a": IMAGE.view(np.int32)}, {"b": IMAGE}, {"a": None},
    {"a": IMAGE, "n": 1}, {"a": {"a": IMAGE}}, {"a": [IMAGE]}, {"a": IMAGE.tolist()},
])  # fmt: skip
def test_every_change_of_an_input_is_seen(other):
    assert digest({"a": IMAGE}) != digest(other)


def test_the_operation_and_the_type_of_a_scalar_count():
    assert digest({"a": IMAGE}) != digest({"a": IMAGE}, operation="diffract")
    assert len({digest({"n": value}) for value in (1, 1.0, True, "1", None)}) == 5


def test_nothing_is_added_once_it_is_closed():
    found = InputsDigest(Path("/nowhere"))
    found.add("translate", {"a": IMAGE})
    before = found.hexdigest()
    found.close()
    found.add("translate", {"a": -IMAGE})
    assert found.hexdigest() == before


def test_a_file_counts_by_name_and_content_and_not_by_its_folder(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "a.txt").write_text("equal")

    def of(folder: Path, name: str = "a.txt") -> str:
        return digest({"path": str(folder / name)}, scratch=folder)

    assert of(one) == of(two)
    assert of(one) != of(one, "b.txt") == of(two, "b.txt")  # a file that is not there has a name, too
    (two / "a.txt").write_text("other")
    assert of(one) != of(two)


def test_hdf5_counts_by_its_members_and_not_by_its_bytes(tmp_path):
    def made(value: float, libver: str) -> Path:
        path = tmp_path / f"{value}-{libver}" / "a.h5"
        path.parent.mkdir()
        with h5py.File(path, "w", libver=libver) as file:
            file["x"] = value
        return path

    def of(path: Path) -> str:
        return digest({"path": str(path)}, scratch=path.parent)

    one, same, other = made(1.0, "earliest"), made(1.0, "latest"), made(2.0, "earliest")
    assert one.read_bytes() != same.read_bytes()
    assert of(one) == of(same) != of(other)
    damaged = one.read_bytes()[:-100]
    one.write_bytes(damaged)
    assert of(one) != of(same)
