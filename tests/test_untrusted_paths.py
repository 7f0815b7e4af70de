"""What a document says is no path: a failure file, or a contract, names a file and not a place."""

import json
from typing import Any

import pytest

from ptychoparity.core.errors import UsageError
from ptychoparity.harness import failures
from ptychoparity.spec_tests import contract, files
from tests.running import PROJECT, ptychoparity

KEPT: dict[str, Any] = {
    "id": "save_scan/example/replaces-what-was-there/numpy@cpu", "operation": "save_scan", "kind": "example",
    "case": "replaces-what-was-there", "backend": "numpy", "device": "cpu", "against": "", "outcome": "fail",
    "contracts": {"digest": ""}, "scan": None,
}  # fmt: skip
PATHS = ("/tmp/elsewhere", "../elsewhere", "a/b", "..", ".", "", "a\\b", "a\0b", 3, None)


def _failure(tmp_path, **changes):
    path = tmp_path / "failure.json"
    path.write_text(json.dumps({**KEPT, "descriptor": None} | changes))
    return path


@pytest.mark.parametrize("name", PATHS)
def test_a_target_is_one_plain_name(name, tmp_path):
    with pytest.raises(UsageError, match=r"descriptor\.target\.name: expected one plain file name") as refused:
        failures.read(_failure(tmp_path, descriptor={"target": {"name": name}}))
    assert repr(name) in str(refused.value)
    with pytest.raises(UsageError, match=r"descriptor\.steps\.save\.target\.name: expected one plain file name"):
        failures.read(_failure(tmp_path, descriptor={"steps": {"save": {"target": {"name": name}}}}))
    with pytest.raises(UsageError):
        files.target(tmp_path, name)


def test_replay_writes_nowhere_but_in_its_own_folder(tmp_path):
    beyond = tmp_path / "overwritten"
    path = _failure(tmp_path, descriptor={"target": {"name": str(beyond), "holds": "anything"}})
    done = ptychoparity("replay", str(path))
    assert done.exit == 2 and done.stderr.count("\n") == 1 and str(beyond) in done.stderr
    assert not beyond.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"descriptor": []}, "descriptor"), ({"descriptor": {"target": "x"}}, "descriptor.target"),
        ({"descriptor": {"steps": []}}, "descriptor.steps"),
        ({"descriptor": {"steps": {"a": 1}}}, "descriptor.steps.a"),
        ({"adapters": []}, "adapters"), ({"adapters": {"tf": "x"}}, r"adapters\.tf"), ({"folders": [1]}, "folders"),
        ({"adapters": {"tf": {"adapter": "m:C", "python": "", "path": ["/x"], "env": {"A": 1}}}}, r"adapters\.tf"),
        ({"device": 3}, "device"), ({"against": None}, "against"), ({"operation": ["scan"]}, "operation"),
    ],
)  # fmt: skip
def test_a_field_of_another_type_is_named(changes, field, tmp_path):
    with pytest.raises(UsageError, match=f": {field}: expected"):
        failures.read(_failure(tmp_path, **changes))


def test_a_scan_is_opened_for_a_check_of_the_scan_alone(tmp_path):
    kept = KEPT | {"scan": "/etc/passwd"}
    failure = failures.Failure(tmp_path / "failure.json", kept)
    assert failures.scan_of(failure, failures.check_of(failure, "numpy")) is None
    kept |= {"operation": "scan", "case": "units", "scan": 3}
    failure = failures.Failure(tmp_path / "failure.json", kept)
    with pytest.raises(UsageError, match="scan: expected the path of the scan, got 3"):
        failures.scan_of(failure, failures.check_of(failure, "numpy"))


@pytest.mark.parametrize("name", [n for n in PATHS if isinstance(n, str)])
@pytest.mark.parametrize("where", ["case", "golden", "golden input", "input"])
def test_a_contract_that_names_a_path_is_refused(name, where):
    document = json.loads((PROJECT / "spec_tests/contracts/save_scan.json").read_text())
    if where == "case":
        document["examples"][0]["given"]["target"] = {"name": name}
    elif where == "input":
        document["input"]["properties"]["path"] = {"type": "string", "file": name}
    else:
        golden = {"id": "g", "clauses": document["clauses"][:1], "file": name if where == "golden" else "a.npz",
                  "inputs": {"path": {"file": name}}}  # fmt: skip
        document["goldens"] = [golden]
    with pytest.raises(contract.ContractError):
        contract.parse(json.dumps(document), "save_scan.json")


@pytest.mark.parametrize("name", ["scan.npz", "no suffix", "two.dots.npz", "ü.npz", "..hidden"])
def test_a_plain_name_is_taken(name, tmp_path):
    assert files.plain_name("target", name) == name
    document = json.loads((PROJECT / "spec_tests/contracts/save_scan.json").read_text())
    document["examples"][0]["given"]["target"] = {"name": name}
    assert contract.parse(json.dumps(document), "save_scan.json")
