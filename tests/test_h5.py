"""HDF5 files in the contract vocabulary: members by place, links, texts, changes; and what their sentences say."""

from typing import Any

import h5py
import numpy as np
import pytest

from ptychoparity.spec_tests import files, h5, vocabulary

MEMBERS: dict[str, Any] = {
    "@name": "Siemensstern Ü-1", "@angle": np.asarray(12.5), "probe": np.arange(6.0).reshape(2, 3) + 1j,
    "probe@pixel_width_m": np.asarray(1e-8), "raw_data/xcoords": np.arange(3), "raw_data/probeGuess": "= /probe",
    "raw_data/_metadata": "{}", "missing": None,
}  # fmt: skip


def same(one: Any, other: Any) -> bool:
    return one == other if isinstance(one, str) else one.dtype == other.dtype and np.array_equal(one, other)


def test_what_is_written_is_read(tmp_path):
    h5.write(tmp_path / "a.h5", MEMBERS)
    found = h5.read(tmp_path / "a.h5")
    assert found.keys() == MEMBERS.keys() - {"missing"}
    assert all(same(value, MEMBERS[name]) for name, value in found.items())


def test_a_second_name_is_told_from_a_copy(tmp_path):
    h5.write(tmp_path / "a.h5", {**MEMBERS, "raw_data/objectGuess": MEMBERS["probe"]})
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        file["soft"] = h5py.SoftLink("/probe")
        file["nowhere"] = h5py.SoftLink("/absent")
    found = h5.read(tmp_path / "a.h5")
    assert (found["raw_data/probeGuess"], found["soft"]) == ("= /probe", "= /probe")
    assert found["nowhere"] == "leads nowhere"
    assert np.array_equal(found["raw_data/objectGuess"], MEMBERS["probe"])


def test_a_text_of_fixed_length_is_no_text(tmp_path):
    """PRODUCT.STRINGS asks for UTF-8 of variable length; a schema that asks for a string sees anything else."""
    h5.write(tmp_path / "a.h5", h5.changed({"@name": "Ü", "x": np.zeros(1)}, {"fixed": ["@name"]}))
    schema = {"type": "object", "properties": {"path": {"h5": {"properties": {"@name": {"type": "string"}}}}}}
    (sentence,) = vocabulary.errors(schema, {"path": str(tmp_path / "a.h5")}, {})
    assert sentence == "path: member @name: ascii text of 2 length is not of type 'string'"


@pytest.mark.parametrize(
    ("options", "gone", "there"),
    [
        ({"drop": ["probe"]}, ["probe", "probe@pixel_width_m"], ["@name"]),
        ({"drop": ["raw_data"]}, ["raw_data/xcoords", "raw_data/_metadata"], ["probe"]),
        ({"drop": ["@name"]}, ["@name"], ["@angle"]),
        ({"rename": {"probe": "P"}}, ["probe", "probe@pixel_width_m"], ["P", "P@pixel_width_m"]),
        ({"copy": {"@angle": "@tilt"}}, [], ["@angle", "@tilt"]),
        ({"put": {"@beamline": "2-ID-D"}}, [], ["@beamline", "@name"]),
    ],
)
def test_changes(options, gone, there):
    found = h5.changed(MEMBERS, options)
    assert not set(gone) & found.keys() and set(there) <= found.keys() and "missing" not in found


def test_shapes_change():
    found = h5.changed(MEMBERS, {"transpose": {"probe": [1, 0]}, "reshape": {"raw_data/xcoords": [3, 1]}})
    assert found["probe"].shape == (3, 2) and found["raw_data/xcoords"].shape == (3, 1)


@pytest.mark.parametrize("content", [b"", b"no HDF5 at all", b"\x89HDF\r\n\x1a\n" + bytes(50)])
def test_a_file_of_another_kind_is_unreadable(content, tmp_path):
    (tmp_path / "a.h5").write_bytes(content)
    with pytest.raises(files.Unreadable, match=r"a\.h5 is no HDF5 file"):
        files.KINDS["h5"](tmp_path / "a.h5")


def test_leading_axes_may_be_missing():
    schema = {"type": "object", "properties": {"x": {"ndarray": {"dtype": "float64", "shape": ["C", "H", "W"],
                                                                 "leading": 1}}}}  # fmt: skip
    for shape, sentence in (
        ((2, 3, 4), None),
        ((3, 4), None),
        ((4,), "x: has shape (4,), expected (C, H, W)"),
        ((1, 2, 3, 4), "x: has shape (1, 2, 3, 4), expected (C, H, W)"),
    ):
        value = {"x": np.zeros(shape)}
        found = vocabulary.errors(schema, value, vocabulary.bind(schema, value))
        assert found == ([sentence] if sentence else [])


def test_a_text_in_an_npz_is_a_text(tmp_path):
    np.savez(tmp_path / "a.npz", _metadata="{}", several=np.array(["a", "b"]))
    found = files.KINDS["npz"](tmp_path / "a.npz")
    assert found["_metadata"] == "{}" and found["several"].shape == (2,)
