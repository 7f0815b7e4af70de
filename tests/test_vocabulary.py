"""The `ndarray` keyword: dtype, symbolic shape, range, finiteness, None; and what its sentences say."""

from pathlib import Path

import numpy as np
import pytest

from ptychoparity.backends.protocol import Foreign
from ptychoparity.spec_tests import files, vocabulary
from ptychoparity.spec_tests.contract import Contract, contracts


def _schema(**arrays):
    return {"type": "object", "properties": {name: {"ndarray": spec} for name, spec in arrays.items()}}


def _errors(spec, value, symbols=None, inputs=None):
    return vocabulary.errors(_schema(x=spec), {"x": value}, symbols or {"B": 2, "N": 3, "gridsize": 2}, inputs)


PLAIN = {"dtype": "float32", "shape": ["B", "N"]}
GOOD = np.ones((2, 3), np.float32)

SENTENCES = [
    (PLAIN, GOOD, None),
    (PLAIN, GOOD.astype(float), "x: has dtype float64, expected float32"),
    ({**PLAIN, "dtype": ["float32", "float64"]}, GOOD.astype(float), None),
    ({**PLAIN, "dtype": ["float32", "float64"]}, GOOD.astype(int), "x: has dtype int64, expected float32 or float64"),
    (PLAIN, GOOD.T, "x: has shape (3, 2), expected (B, N) = (2, 3)"),
    (PLAIN, GOOD[..., None], "x: has shape (2, 3, 1), expected (B, N) = (2, 3)"),
    ({**PLAIN, "shape": ["B", "N", "gridsize**2"]}, np.ones((2, 3, 4), np.float32), None),
    ({**PLAIN, "shape": ["B", 3]}, GOOD, None),
    (PLAIN, None, "x: is None, expected an array"),
    ({**PLAIN, "none": True}, None, None),
    (PLAIN, GOOD.tolist(), "x: expected numpy.ndarray, got list"),
    (PLAIN, Foreign("torch.Tensor"), "x: expected numpy.ndarray, got torch.Tensor"),
    (PLAIN, 3.0, "x: expected numpy.ndarray, got float"),
    (PLAIN, np.array([["a"] * 3] * 2), "x: has dtype <U1, expected float32"),
    ({**PLAIN, "finite": True}, np.array([[1, 2, 3], [4, np.nan, np.inf]], np.float32),
     "x: has 2 values that are not finite, the first is nan at [1, 1]"),
    (PLAIN, np.array([[1, 2, 3], [4, np.nan, np.inf]], np.float32), None),
    ({**PLAIN, "minimum": 0}, GOOD - 1.5, "x: reaches down to -0.5, minimum is 0"),
    ({**PLAIN, "minimum": 0}, GOOD - 1, None),
    ({**PLAIN, "maximum": 1}, GOOD * 2, "x: reaches up to 2.0, maximum is 1"),
    ({**PLAIN, "minimum": 0}, np.array([[np.nan] * 3, [0, 1, -1]], np.float32), 
     "x: reaches down to -1.0, minimum is 0"),
    ({"dtype": "float32", "shape": [0, "N"], "minimum": 0, "finite": True}, np.ones((0, 3), np.float32), None),
    ({"dtype": "float32", "shape": []}, np.float32(3), None),
    ({"dtype": "complex64", "shape": ["B"], "finite": True}, np.array([1, complex(0, np.inf)], np.complex64),
     "x: has a value that is not finite, the first is infj at [1]"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "value", "sentence"), SENTENCES)
def test_sentences(spec, value, sentence):
    assert _errors(spec, value) == ([sentence] if sentence else [])


def test_several_faults_are_all_named():
    assert _errors({**PLAIN, "finite": True}, np.full((3, 3), np.nan)) == [
        "x: has dtype float64, expected float32",
        "x: has shape (3, 3), expected (B, N) = (2, 3)",
        "x: has 9 values that are not finite, the first is nan at [0, 0]",
    ]


def test_a_size_that_nothing_binds_is_said_so():
    (found,) = _errors({"dtype": "float32", "shape": ["K"]}, np.ones(3, np.float32), {"N": 3})
    assert found == "x: has shape (3,): 'K' names 'K'; known are ['N']"


def test_dtype_like_another_input():
    like = {"dtype": {"like": "images"}, "shape": ["B", "N"]}
    assert _errors(like, GOOD, inputs={"images": GOOD}) == []
    assert _errors(like, GOOD, inputs={"images": GOOD.astype(complex)}) == ["x: has dtype float32, expected complex128"]


def test_missing_and_surplus_outputs_are_named():
    schema = {**_schema(x=PLAIN), "required": ["x"], "additionalProperties": False}
    assert vocabulary.errors(schema, {}, {}) == ["x is missing"]
    (found,) = vocabulary.errors(schema, {"x": GOOD, "extra": np.ones(100_000)}, {"B": 2, "N": 3})
    assert found == "extra is not in the contract"


BOUND = [
    ({"a": (["B", "N"], (2, 3))}, {}, {"B": 2, "N": 3}),
    ({"a": (["B", "N"], (2, 3)), "b": (["B"], (9,))}, {}, {"B": 2, "N": 3}),  # the first array binds
    ({"a": (["B"], (2,))}, {"B": 7}, {"B": 7}),  # what the input fixed stays fixed
    ({"a": (["B", "gridsize**2"], (2, 9))}, {}, {"B": 2, "gridsize": 3}),
    ({"a": (["B", "gridsize**2"], (2, 8))}, {}, {"B": 2}),  # 8 is no square
    ({"a": (["B", "N+1"], (2, 4))}, {}, {"B": 2}),
    ({"a": (["B", "N"], (2, 3, 4))}, {}, {}),  # another rank binds nothing
]


@pytest.mark.parametrize(("arrays", "known", "symbols"), BOUND)
def test_binding(arrays, known, symbols):
    schema = _schema(**{name: {"dtype": "float32", "shape": shape} for name, (shape, _) in arrays.items()})
    instance = {name: np.zeros(size, np.float32) for name, (_, size) in arrays.items()}
    assert vocabulary.bind(schema, instance, known) == symbols


def test_scalars_bind_their_own_name_and_none_gives_way_to_an_array():
    schema = _schema(a={"dtype": "float32", "shape": ["N"]})
    a = np.zeros(3, np.float32)
    assert vocabulary.bind(schema, {"M": 5, "flag": True, "text": "t", "pool": None, "a": a}) == {
        "M": 5, "flag": True, "N": 3, "pool": None,
    }  # fmt: skip
    assert vocabulary.bind(schema, {"N": None, "a": a})["N"] == 3


def test_a_scalar_left_open_is_what_its_fallback_holds():
    schema, given = _schema(a={"dtype": "float32", "shape": ["N"]}), {"gridsize": None, "params_gridsize": 3}
    assert vocabulary.bind(schema, given, dims={"gridsize": {"fallback": "params_gridsize"}})["gridsize"] == 3
    assert vocabulary.bind(schema, given)["gridsize"] is None


def test_members_of_a_file_obey_their_schema(tmp_path):
    path = tmp_path / "scan.npz"
    np.savez(path, xcoords=np.zeros(4), objects=np.array([{}], dtype=object))
    schema = {
        "type": "object",
        "properties": {
            "path": {"npz": {**_schema(xcoords={"dtype": "float64", "shape": ["n"]}), "required": ["xcoords"]}}
        },
    }
    assert vocabulary.errors(schema, {"path": str(path)}, {"n": 4}) == []
    assert vocabulary.errors(schema, {"path": str(path)}, {"n": 5}) == [
        "path: member xcoords: has shape (4,), expected (n) = (5,)"
    ]
    assert vocabulary.errors(schema, {"path": str(tmp_path / "no.npz")}, {}) == [
        f"path: {tmp_path / 'no.npz'} is not a file"
    ]


def test_pickled_members_are_never_opened(tmp_path):
    path = tmp_path / "scan.npz"
    np.savez(path, plain=np.zeros(2), objects=np.array([{"a": 1}], dtype=object))
    assert list(files.open_npz(path)) == ["plain"]


NPZ = {"path": {"npz": {**_schema(x=PLAIN, y={**PLAIN, "shape": ["N"]}), "required": ["x"],
                        "additionalProperties": False}}}  # fmt: skip
WRITES = Contract("write", {
    "input": {"type": "object", "properties": {"path": {"type": "string", "target": "out.npz"}}},
    "output": {"type": "object", "properties": NPZ, "required": ["path"]},
}, "")  # fmt: skip


def _written(path, **members):
    np.savez(path, **members)
    return {"path": path}


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"x": GOOD}, None),
        ({"x": GOOD, "y": np.ones(3, np.float32)}, None),
        ({"y": np.ones(3, np.float32)}, "path: member x is missing"),
        ({"x": GOOD.astype(float)}, "path: member x: has dtype float64, expected float32"),
        ({"x": GOOD, "y": np.ones(4, np.float32)}, "path: member y: has shape (4,), expected (N) = (3,)"),
        ({"x": GOOD, "y": np.array(None, dtype=object)},
         "path: member y: expected numpy.ndarray, got member that needs pickle"),
        ({"x": GOOD, "z": GOOD}, "path: member z is not in the contract"),
        ({"x": GOOD, "z": np.array(None, dtype=object)}, "path: member z is not in the contract"),
    ],
)  # fmt: skip
def test_what_a_written_file_must_hold(members, sentence, tmp_path):
    inputs = {"path": files.target(tmp_path, "out.npz")}
    found = WRITES.output_errors(inputs, _written(inputs["path"], **members))
    assert (not found) if sentence is None else sentence in found[0] and len(found) == 1


def test_a_file_that_is_none_or_elsewhere_is_said_so(tmp_path):
    inputs, other = {"path": files.target(tmp_path, "out.npz")}, files.target(tmp_path, "out.npz")
    assert WRITES.output_errors(inputs, inputs) == [f"path: {inputs['path']} is not a file"]
    assert WRITES.output_errors(inputs, {}) == ["path is missing"]
    assert WRITES.output_errors(inputs, {"path": None}) == ["path: expected a path, got NoneType"]
    assert WRITES.output_errors(inputs, _written(other, x=GOOD)) == [
        f"path: expected the path {inputs['path']}, got {other}"
    ]
    path = Path(inputs["path"])
    path.write_text("no archive")
    assert WRITES.output_errors(inputs, inputs) == ["path: out.npz is no NPZ file"]
    _written(inputs["path"], x=GOOD)
    path.write_bytes(path.read_bytes()[:-60])
    assert WRITES.output_errors(inputs, inputs) == ["path: out.npz is not a readable NPZ file: File is not a zip file"]


def test_a_damaged_member_is_named(tmp_path):
    path = Path(files.target(tmp_path, "out.npz"))
    np.savez(path, x=np.arange(1000.0))
    content = bytearray(path.read_bytes())
    content[1500] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(files.Unreadable, match=r"x in out\.npz cannot be read"):
        files.read_npz(path)


def test_members_are_outputs_under_their_own_names_and_none_where_there_are_none(tmp_path):
    path = files.target(tmp_path, "out.npz")
    outputs = files.with_members(WRITES["output"], _written(path, x=GOOD))
    assert outputs.keys() == {"path", "x", "y"} and outputs["path"] == path
    assert np.array_equal(outputs["x"], GOOD) and outputs["y"] is None


def test_every_target_is_a_path_of_its_own_until_they_are_cleared(tmp_path):
    contract = contracts()["save_scan"]
    one, two = (Path(files.afresh(contract["input"], {}, tmp_path)["path"]) for _ in range(2))
    assert one != two and one.name == two.name == "scan.npz"
    assert not one.exists() and list(one.parent.iterdir()) == []
    assert not Path(files.target(tmp_path, "a.npz", {"orphan": True})).parent.exists()
    assert Path(files.target(tmp_path, "a.npz", {"folder": True})).is_dir()
    assert Path(files.target(tmp_path, "a.npz", {"holds": "old"})).read_text() == "old"
    files.clear(tmp_path)
    assert list(tmp_path.iterdir()) == []
