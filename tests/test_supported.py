"""What the engine cannot do is refused when a contract is loaded, with file, JSON pointer and reason."""

import copy
import json
import re

import pytest

from ptychoparity.core.errors import UsageError
from ptychoparity.spec_tests import supported
from ptychoparity.spec_tests.additions import Additions, using
from ptychoparity.spec_tests.catalogue import catalogue
from ptychoparity.spec_tests.contract import ContractError, contracts, load, parse
from tests.running import PROJECT

OWN = PROJECT / "tests" / "contracts"
ARRAY = {"ndarray": {"dtype": "float32", "shape": ["n"]}}


@pytest.fixture(autouse=True)
def own_clauses():
    with using(Additions((OWN,))):
        yield


def put(pointer: str, value):
    """A change of a document: `value` at the pointer; None takes the key away."""

    def change(document):
        *parents, last = pointer.strip("/").replace("~1", "\0").split("/")
        node = document
        for part in parents:
            node = node[int(part) if isinstance(node, list) else part.replace("\0", "/")]
        key = int(last) if isinstance(node, list) else last.replace("\0", "/")
        if value is None:
            del node[key]
        else:
            node[key] = value

    return change


def both(*changes):
    return lambda document: [change(document) for change in changes]


SCALE, FIT, TRAIN = "scale_weights", "fit_line", "train_model"
LAW = {"law": "poisson", "amplitude": "a", "samples": [0], "sigmas": 7, "peak_rtol": 0, "why": "none at all"}
W = "/input/properties/weights"
REFUSED = {
    # arrays where none can stand
    "arrays in items": (
        SCALE, put("/input/properties/factor", {"type": "array", "items": ARRAY}),
        "/input/properties/factor/items/ndarray", "'ndarray' inside a JSON value"),
    "one of two arrays": (
        SCALE, put("/input/properties/factor", {"oneOf": [ARRAY, {"type": "number"}]}),
        "/input/properties/factor/oneOf/0/ndarray", "inside a JSON value"),
    "arrays in a nested object": (
        SCALE, put("/input/properties/factor", {"type": "object", "properties": {"a": ARRAY}}),
        "/input/properties/factor/properties/a/ndarray", 'a dictionary of named arrays is {"arrays": ...}'),
    "arrays of names that the top leaves open": (
        SCALE, put("/output/additionalProperties", ARRAY), "/output/additionalProperties", "only true or false"),
    "arrays under a condition": (
        SCALE, put("/output/then", {"properties": {"weights": ARRAY}}),
        "/output/then/properties/weights/ndarray", "inside a JSON value"),
    "a file under a condition": (
        SCALE, put("/output/anyOf", [{"properties": {"path": {"npz": {}}}}]),
        "/output/anyOf/0/properties/path/npz", "inside a JSON value"),
    # two things in one
    "two kinds of file": (
        FIT, put("/input/properties/test_path/h5", {"properties": {"x": ARRAY}}),
        "/input/properties/test_path", "'npz' and 'h5'"),
    "an array that is a file": (
        FIT, put("/input/properties/test_path/ndarray", ARRAY["ndarray"]),
        "/input/properties/test_path", "'ndarray' and 'npz'"),
    "a type beside an array": (
        TRAIN, put("/input/properties/inputs/type", "array"), "/input/properties/inputs/type", "beside 'ndarray'"),
    # words the engine does not know
    "a reference": (
        SCALE, put("/input/properties/factor", {"$ref": "#/input"}),
        "/input/properties/factor/$ref", "'$ref' is not supported"),
    "a misspelt word": (
        SCALE, put("/input/properties/factor/minimun", 0), "/input/properties/factor/minimun", "'minimun'"),
    "patterns at the top": (
        SCALE, put("/input/patternProperties", {"^w": ARRAY}), "/input/patternProperties", "not supported here"),
    "a required name that is described nowhere": (
        SCALE, put("/input/required/1", "faktor"), "/input/required/1", "'faktor' is not among the properties"),
    "a shape that is no expression": (
        TRAIN, put("/input/properties/inputs/ndarray/shape/0", "n +"),
        "/input/properties/inputs/ndarray/shape/0", "'n +' is not an expression"),
    "any length outside a dictionary": (
        TRAIN, put("/input/properties/inputs/ndarray/shape/0", "*"),
        "/input/properties/inputs/ndarray/shape/0", "any length"),
    # dictionaries
    "a JSON value in a dictionary": (
        SCALE, put(f"{W}/arrays/additionalProperties", {"type": "number"}),
        f"{W}/arrays/additionalProperties", "'type' was unexpected"),
    "no name in a dictionary": (SCALE, put(f"{W}/arrays", {"required": []}), f"{W}/arrays", "describes no name"),
    "None in a dictionary": (
        SCALE, put(f"{W}/arrays/properties/scale/ndarray/none", True),
        f"{W}/arrays/properties/scale/ndarray/none", "leave the name out"),
    "dtype like another in a dictionary": (
        SCALE, put(f"{W}/arrays/properties/scale/ndarray/dtype", {"like": "factor"}),
        f"{W}/arrays/properties/scale/ndarray/dtype", "'like'"),
    "a pattern that is none": (
        SCALE, put(f"{W}/arrays/patternProperties", {"(": ARRAY}),
        f"{W}/arrays/patternProperties/(", "not a regular expression"),
    "a required name that nothing describes": (
        TRAIN, put("/output/properties/weights/arrays/required/0", "dense/karnel"),
        "/output/properties/weights/arrays/required/0", "no such name 'dense/karnel'"),
    "a golden that is a dictionary": (
        SCALE, put("/goldens", [{"id": "g", "clauses": ["OWN.WEIGHTS"], "file": "x.npz", "outputs": {"weights": "w"}}]),
        "/goldens/0/outputs/weights", "cannot be a golden"),
    "a law for a dictionary": (
        SCALE, put("/tolerance/weights", LAW),
        "/tolerance/weights/law", "'law'"),
    "a dictionary without tolerance": (
        SCALE, put("/tolerance/weights", None), "/tolerance", "output 'weights' has no tolerance"),
    # what is generated
    "an input without a rule": (SCALE, put("/generate/factor", None), "/generate", "input 'factor' has no rule"),
    "a member without a rule": (
        FIT, put("/generate/test_path.x", None), "/generate", "input 'test_path.x' has no rule"),
    "names for an array": (
        TRAIN, put("/generate/inputs", {"names": {"a": [{"family": "normal"}]}}),
        "/generate/inputs", "expected a list of families"),
    "families for a dictionary": (
        SCALE, put("/generate/weights", [{"family": "normal"}]), "/generate/weights", "expected its names"),
    "a required name that is not generated": (
        SCALE, put("/generate/weights/names/scale", None), "/generate/weights/names", "'scale' is required"),
    "a generated name that nothing describes": (
        SCALE, put("/generate/weights/names/decoder/names", {"a": {"names": {"b": [{"family": "normal"}]}}}),
        "/generate/weights/names/decoder/names/a", "expected a list of families"),
    "any length without a shape": (
        SCALE, put("/generate/weights/names/large/0/shape", None),
        "/generate/weights/names/large/0", "'shape' is needed"),
    "a scalar without a default": (
        SCALE, put("/generate/factor/default", None), "/generate/factor", "needs 'default'"),
    "half a range": (
        SCALE, put("/generate/factor", {"minimum": 1, "default": 1}), "/generate/factor", "both 'minimum' and"),
    # what a case gives
    "a change of one of several files": (
        FIT, put("/errors/0/given", {"npz": {"absent": True}}), "/errors/0/given/npz", "each is named"),
    "a file that is not there": (
        FIT, put("/errors/0/given/files", {"valid_path": {"absent": True}}),
        "/errors/0/given/files/valid_path", "no such input"),
    "a dictionary that is not there": (
        TRAIN, put("/examples/0/given/dictionaries", {"weights": {"a": None}}),
        "/examples/0/given/dictionaries/weights", "no such input"),
    "an array that is not there": (
        TRAIN, put("/examples/0/given/arrays/images", {"family": "zeros"}),
        "/examples/0/given/arrays/images", "no such input"),
    # limits
    "a timeout of nothing": (TRAIN, put("/timeout", 0), "/timeout", "0 is less than or equal to the minimum"),
    "a budget of nothing": (TRAIN, put("/budget", {}), "/budget", "should be non-empty"),
    "an unknown budget": (TRAIN, put("/budget/seconds", 3), "/budget", "'seconds' was unexpected"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_is_refused(name):
    operation, change, pointer, reason = REFUSED[name]
    document = json.loads((OWN / f"{operation}.json").read_text())
    parse(json.dumps(document), f"{operation}.json")
    changed = copy.deepcopy(document)
    change(changed)
    with pytest.raises(ContractError) as caught:
        parse(json.dumps(changed), f"{operation}.json")
    assert caught.value.pointer == pointer
    assert reason in caught.value.reason
    assert str(caught.value).startswith(f"{operation}.json at {pointer}: ")


def test_every_contract_of_the_project_is_supported():
    for contract in contracts().values():
        assert list(supported.refusals(contract.data)) == []


def scenario(change):
    """The own contracts, one of them changed: as a folder's documents are checked together."""
    document = json.loads((OWN / "load_model.json").read_text())
    change(document)
    return document


STEPS = "/scenarios/0/steps"
BROKEN_SCENARIOS = {
    "an unknown operation": (put(f"{STEPS}/0/operation", "trane"), f"{STEPS}/0/operation", "no contract of 'trane'"),
    "a step twice": (put(f"{STEPS}/1/id", "train"), f"{STEPS}/1/id", "'train' is used twice"),
    "a later step": (
        put(f"{STEPS}/1/inputs/weights/from", "load.weights"), f"{STEPS}/1/inputs/weights", "no step before"),
    "an output that is not there": (
        put(f"{STEPS}/1/inputs/weights/from", "train.wights"),
        f"{STEPS}/1/inputs/weights", "train_model has no output 'wights'"),
    "an input that was not there": (
        put(f"{STEPS}/1/inputs/weights/from", "train.inputs.images"),
        f"{STEPS}/1/inputs/weights", "train_model has no input 'images'"),
    "an input the step does not have": (
        put(f"{STEPS}/1/inputs/factor", {"from": "train.weights"}), f"{STEPS}/1", "predict has no input 'factor'"),
    "an expectation of no output": (
        put(f"{STEPS}/3/expect/0/output", "wights"), f"{STEPS}/3/expect/0", "load_model has no output 'wights'"),
    "an expectation of a step to come": (
        put(f"{STEPS}/3/expect/0/equals", "after.prediction"), f"{STEPS}/3/expect/0", "no step before"),
    "a scenario of other operations": (
        put("/scenarios/1/steps/0", {"id": "wait", "operation": "wait_for"}),
        "/scenarios/1/steps", "no step is load_model"),
    "an end that nothing answers": (
        put("/scenarios/1/expect", [{"output": "load.weights", "equals": "load.inputs.path"}]),
        "/scenarios/1/expect/0", "answers nothing"),
    "a clause of somebody else": (
        put("/scenarios/0/clauses", ["OWN.TRAIN"]), "/scenarios/0/clauses", "not among the contract's clauses"),
    "an error without words": (put("/scenarios/1/steps/0/message", None), "/scenarios/1/steps/0", "'message' is a"),
    "an answer expected of an error": (
        put("/scenarios/1/steps/0/expect", [{"output": "weights", "shape": [1]}]),
        "/scenarios/1/steps/0", "should not be"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN_SCENARIOS)
def test_a_scenario_that_cannot_run_is_refused(name, tmp_path):
    change, pointer, reason = BROKEN_SCENARIOS[name]
    for file in OWN.glob("*.json"):
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "load_model.json").write_text(json.dumps(scenario(change)))
    with using(Additions((tmp_path,))), pytest.raises(ContractError) as caught:
        contracts()
    assert caught.value.pointer == pointer, caught.value
    assert reason in caught.value.reason


# -- folders of contracts ----------------------------------------------------------------------------------------


def test_added_contracts_and_clauses_are_there_while_they_are_used():
    assert contracts()["train_model"].added and not contracts()["diffract"].added
    assert "OWN.TRAIN" in catalogue()
    with using(Additions()):
        assert "train_model" not in contracts() and "OWN.TRAIN" not in catalogue()


def test_an_added_contract_does_not_replace_one_of_ours(tmp_path):
    (tmp_path / "diffract.json").write_text((PROJECT / "spec_tests/contracts/diffract.json").read_text())
    with using(Additions((tmp_path,))), pytest.raises(ContractError, match="a contract of 'diffract' already"):
        contracts()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "clauses.json cannot be read: "),
        ('{"clauses": [{"id": "OWN.X"}]}', "clauses.json at /clauses/0: 'level' is a required property"),
        ((PROJECT / "spec_tests/clauses/err.json").read_text(), "is in the catalogue twice"),
    ],
)
def test_clauses_that_cannot_be_used_are_refused(text, reason, tmp_path):
    (tmp_path / "clauses.json").write_text(text)
    with using(Additions((tmp_path,))), pytest.raises(UsageError, match=re.escape(reason)):
        catalogue()


def test_a_contract_is_read_from_a_file():
    assert load(OWN / "train_model.json").operation == "train_model"
