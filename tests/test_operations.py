"""Tables of operations, three of one shape: a function of each name; dtypes from the contracts."""

import ast
import subprocess
import sys

import numpy as np
import pytest

from ptychoparity.backends.host.operations import Operations
from ptychoparity.backends.numpy import dtypes
from ptychoparity.backends.numpy.dtypes import AS_STORED, in_contract_dtypes
from ptychoparity.backends.protocol import UnknownOperation
from ptychoparity.reference import dispatch
from ptychoparity.spec_tests.contract import contracts
from tests.running import PROJECT

TABLES = {
    "reference": "reference/dispatch.py",
    "tensorflow": "backends/tensorflow/adapter.py",
    "pytorch": "backends/pytorch/adapter.py",
}


def _table(file: str) -> dict[str, str]:
    """`OPERATIONS` of a file, read without importing it: a framework stays in its own process."""
    for node in ast.parse((PROJECT / file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "OPERATIONS":
            return ast.literal_eval(node.value)
    raise AssertionError(f"{file} has no table of operations")


def _functions(file: str, module: str) -> set[str]:
    path = (PROJECT / file).parent / f"{module.replace('.', '/')}.py"
    return {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("room", TABLES)
def test_every_line_of_a_table_names_a_function_and_a_contract(room):
    table = _table(TABLES[room])
    assert [name for name, module in table.items() if name not in _functions(TABLES[room], module)] == []
    assert table.keys() - contracts().keys() == set()


def test_every_contract_has_an_oracle():
    assert contracts().keys() - dispatch.OPERATIONS.keys() == set()


@pytest.fixture
def package(tmp_path, monkeypatch) -> str:
    folder = tmp_path / "shapes_of_operations"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "two.py").write_text(
        "def plain(value, **others):\n    return {'value': value, **others}\n"
        "def placed(value, *, device):\n    return {'value': value, 'device': device}\n"
        "def about(device):\n    return {'device': device}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    return folder.name


def test_a_function_gets_beside_its_inputs_what_it_names(package):
    asked = Operations(package, {"plain": "two", "placed": "two", "about": "two"}, device="here")
    assert asked.names() == {"plain", "placed", "about"}
    assert asked.call("plain", {"value": 1, "more": 2}) == {"value": 1, "more": 2}
    assert asked.call("placed", {"value": 1}) == {"value": 1, "device": "here"}
    assert asked.call("about", {"device": "an input"}) == {"device": "an input"}


def test_an_operation_that_is_not_in_the_table_is_named_with_those_that_are(package):
    with pytest.raises(UnknownOperation, match="'other' is not claimed; claimed are placed, plain"):
        Operations(package, {"plain": "two", "placed": "two"}).call("other", {})


def test_a_table_that_names_no_function_is_found_when_the_backend_is_built(package):
    with pytest.raises(AttributeError, match="absent"):
        Operations(package, {"absent": "two"})


def test_answers_have_the_first_dtype_that_the_contract_allows():
    answer = {"nn_indices": np.zeros((1, 4), np.int16), "X_full": np.ones((1, 64, 64, 4)), "Y": None}
    rounded = in_contract_dtypes("group_scan", {}, {**answer, "coords_nn": np.ones((1, 1, 2, 4), np.float32)})
    assert {name: str(getattr(value, "dtype", value)) for name, value in rounded.items()} == {
        "nn_indices": "int64", "X_full": "float32", "Y": "None", "coords_nn": "float64",
    }  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "complex64"])
def test_like_is_the_dtype_of_an_input(dtype):
    images = np.ones((1, 2, 2), dtype)
    assert (
        in_contract_dtypes("translate", {"images": images}, {"translated": images * 1.0})["translated"].dtype == dtype
    )


def test_what_a_contract_does_not_name_is_left_out_and_what_is_no_array_stays():
    answer = {"field": np.ones((1, 2, 2, 1), complex), "known": np.ones(1)}
    assert in_contract_dtypes("illuminate", {}, answer).keys() == {"field"}
    objective = {"loss": np.asarray(1.0), "weights": {"nll": 1.0}}
    assert in_contract_dtypes("training_objective", {}, objective)["weights"] is objective["weights"]


def test_named_arrays_have_the_dtypes_of_their_names_and_patterns(monkeypatch):
    def of(dtype):
        return {"ndarray": {"dtype": dtype, "shape": ["*"]}}

    weights = {
        "properties": {"scale": of("float64"), "decoder": {"arrays": {"additionalProperties": of("float16")}}},
        "patternProperties": {"^conv[0-9]+/": of(["float32", "float64"])},
        "additionalProperties": of("complex64"),
    }
    monkeypatch.setattr(dtypes, "_outputs", lambda operation: {"weights": {"arrays": weights}})
    one = np.ones(2)
    named = {"scale": one, "conv1/kernel": one, "rest": one, "decoder": {"bias": one}}
    found = in_contract_dtypes("train", {}, {"weights": named})["weights"]
    told = {name: str(value.dtype) for name, value in found.items() if name != "decoder"}
    assert told == {"scale": "float64", "conv1/kernel": "float32", "rest": "complex64"}
    assert found["decoder"]["bias"].dtype == np.float16


@pytest.mark.parametrize("operation", sorted(AS_STORED))
def test_a_file_chooses_its_own_precision(operation):
    probe = np.ones((1, 1, 2, 2), np.complex128)
    assert in_contract_dtypes(operation, {}, {"probe": probe})["probe"] is probe


def test_the_documents_are_read_without_the_engine():
    script = (
        "import sys, numpy as np\n"
        "from ptychoparity.backends.numpy.adapter import NumpyBackend\n"
        "NumpyBackend().call('diffract', {'field': np.ones((1, 64, 64), np.complex64)})\n"
        "print(*[m for m in sys.modules if m == 'jsonschema' or m.startswith('ptychoparity.spec_tests.')])\n"
    )
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
