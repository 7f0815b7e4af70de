"""Stored numbers: how a golden folder's files and keys become inputs and expected outputs.

A folder holds NPZ and JSON files laid out like the public measurements (`fixtures/README.md`); a contract's
`goldens` map their keys to an operation. Own goldens and measured ones go the same way.
"""

import copy
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ptychoparity.spec_tests.contract import Contract
from ptychoparity.spec_tests.files import open_npz


class GoldenMissing(Exception):
    """The folder lacks a file that a golden names."""


class GoldenBroken(GoldenMissing):
    """A file is there and cannot be read, or lacks a key that a golden names."""


@lru_cache(maxsize=16)
def read(path: Path) -> dict[str, Any]:
    """Members of an NPZ file, or a JSON document as it is."""
    if not path.is_file():
        raise GoldenMissing(f"{path.name} is not in {path.parent}")
    try:
        return json.loads(path.read_text()) if path.suffix == ".json" else open_npz(path)
    except Exception as error:  # whatever a damaged file makes NumPy raise, the file is what to name
        raise GoldenBroken(f"{path.name} cannot be read: {error}") from error


def _entry(item: Any, at: int) -> str:
    return item.get("name", str(at)) if isinstance(item, dict) else str(at)


def fetch(stored: Mapping[str, Any], file: str, key: str) -> Any:
    """What stands under `key`: in an NPZ file a member; in a JSON file a path, list entries by `name` or number."""
    if not file.endswith(".json"):
        if key not in stored:
            raise GoldenBroken(f"{file} has no key {key}")
        return stored[key]
    value: Any = stored
    for part in key.split("/"):
        if isinstance(value, list):
            value = {_entry(item, at): item for at, item in enumerate(value)}
        if not isinstance(value, dict) or part not in value:
            raise GoldenBroken(f"{file} has no key {key}")
        value = value[part]
    return copy.deepcopy(value)


def home(folder: Path, file: str, key: str) -> str:
    """The file that holds a key: the one that is named, or the JSON document of the same name beside it."""
    beside = Path(file).with_suffix(".json").name
    if beside == file or key in read(folder / file) or not (folder / beside).is_file():
        return file
    try:
        fetch(read(folder / beside), beside, key)
    except GoldenBroken:
        return file
    return beside


def is_own(folder: Path) -> bool:
    """Whether the folder's numbers come from our oracle, so that the contract's own tolerances hold."""
    manifest = folder / "manifest.json"
    return manifest.is_file() and json.loads(manifest.read_text()).get("source") == "oracle"


def _shaped(value: np.ndarray, rule: Mapping[str, Any]) -> np.ndarray:
    """Part of an object, trimmed px off every side, a leading axis before it, as the rule says.

    `axes`: how many axes there are, those after them being of length one.
    """
    if "part" in rule:
        value = np.abs(value) if rule["part"] == "amplitude" else np.angle(value)
    if trim := rule.get("trim", 0):
        value = np.ascontiguousarray(value[trim:-trim, trim:-trim])
    value = value[None] if rule.get("lead") else value
    value = value.reshape(value.shape[: rule["axes"]]) if "axes" in rule else value
    return value.reshape(rule["reshape"]) if "reshape" in rule else value


def _input(rule: Any, stored: Mapping[str, Any], file: str, folder: Path) -> Any:
    if isinstance(rule, str):
        return fetch(stored, file, rule)
    if "value" in rule:
        return rule["value"]
    if "file" in rule:
        return str(folder / rule["file"])
    if "polar" in rule:  # an object stored as modulus and phase
        modulus, phase = (fetch(stored, file, key).astype(float) for key in rule["polar"])
        return (modulus * np.exp(1j * phase)).astype(np.complex64)
    value = fetch(stored, file, rule.get("key", rule.get("zeros_like")))
    value = np.zeros_like(value, dtype=rule.get("dtype")) if "zeros_like" in rule else value
    return _shaped(value, rule)


def _described(golden: Mapping[str, Any], stored: Mapping[str, Any], rules: Mapping[str, Any]) -> dict[str, Any]:
    """What a file says of one of its own cases: the member `index` holds them as JSON text."""
    name = golden["case"]
    cases = json.loads(str(fetch(stored, golden["file"], rules["index"])))["cases"]
    if name not in cases:
        raise GoldenBroken(f"{golden['file']} has no case {name}")
    return cases[name]


def _of_case(rule: Any, case: Mapping[str, Any], stored: Mapping[str, Any], file: str, folder: Path) -> Any:
    """An input of a case that the file describes: as `_input`, or by what the case says."""
    if isinstance(rule, dict) and "in_case" in rule:
        return case.get(rule["in_case"], rule["default"]) if "default" in rule else case[rule["in_case"]]
    if isinstance(rule, dict) and "key_in_case" in rule:
        value = fetch(stored, file, case[rule["key_in_case"]])
        return value.shape[rule["axis"]] if "axis" in rule else value
    if isinstance(rule, dict) and rule.get("with_output", "") not in ("", *case["stored"]):
        return None
    return _input(rule, stored, file, folder)


def keys_read(golden: Mapping[str, Any], folder: Path, cases: Mapping[str, Any] = {}) -> set[str]:
    """The keys of its file that a golden's inputs come from; `cases` as for `load`."""
    rules = {**cases.get(golden["file"], {}).get("inputs", {}), **golden.get("inputs", {})}
    found = {rule for rule in rules.values() if isinstance(rule, str)}
    for rule in (rule for rule in rules.values() if isinstance(rule, dict)):
        found |= {rule.get("key", ""), rule.get("zeros_like", ""), *rule.get("polar", [])}
    if "case" in golden and (folder / golden["file"]).is_file():
        described = cases[golden["file"]]
        case = _described(golden, read(folder / golden["file"]), described)
        found |= {described["index"]}
        found |= {case[r["key_in_case"]] for r in rules.values() if isinstance(r, dict) and "key_in_case" in r}
    return found


def _expected(folder: Path, file: str, key: str, rule: Any) -> Any:
    """A stored output; what an NPZ leaves to the JSON document beside it are numbers, too."""
    holder = home(folder, file, key)
    value = fetch(read(folder / holder), holder, key)
    return _shaped(value if holder == file else np.asarray(value), rule if isinstance(rule, Mapping) else {})


def load(
    golden: Mapping[str, Any], folder: Path, cases: Mapping[str, Any] = {}
) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    """Inputs, expected outputs, and the key each expected output is stored under. Raises GoldenMissing.

    `cases`: a contract's `golden_cases`, how files that describe cases of their own are read.
    """
    stored = read(folder / golden["file"])
    if "case" in golden:
        rules = cases[golden["file"]]
        case = _described(golden, stored, rules)
        inputs = {name: _of_case(rule, case, stored, golden["file"], folder) for name, rule in rules["inputs"].items()}
        keys = {output: f"{golden['case']}/{output}" for output in case["stored"]}
    else:
        inputs = {name: _input(rule, stored, golden["file"], folder) for name, rule in golden["inputs"].items()}
        keys = {name: rule if isinstance(rule, str) else rule["key"] for name, rule in golden["outputs"].items()}
    rules = {} if "case" in golden else golden["outputs"]
    expected = {name: _expected(folder, golden["file"], key, rules.get(name)) for name, key in keys.items()}
    return inputs, expected, keys


def tolerances(contract: Contract, folder: Path) -> Mapping[str, Any]:
    """The contract's own tolerances for our goldens, the measured backend's budget for all others."""
    return contract["tolerance"] if is_own(folder) else {**contract["tolerance"], **contract.get("golden_budget", {})}
