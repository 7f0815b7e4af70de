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
    """Part of an object, trimmed px off every side, a leading axis before it, as the rule says."""
    if "part" in rule:
        value = {"amplitude": np.abs, "phase": np.angle}[rule["part"]](value)
    if trim := rule.get("trim", 0):
        value = np.ascontiguousarray(value[trim:-trim, trim:-trim])
    value = value[None] if rule.get("lead") else value
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


def _grouping(golden: Mapping[str, Any], stored: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """grouping.npz describes its own cases: the arguments are in `cases_json`."""
    name = golden["case"]
    cases = json.loads(str(fetch(stored, golden["file"], "cases_json")))["cases"]
    if name not in cases:
        raise GoldenBroken(f"{golden['file']} has no case {name}")
    case = cases[name]
    patterns = fetch(stored, golden["file"], case["input"])
    inputs = {
        **{key: stored[key] for key in ("xcoords", "ycoords", "xcoords_start", "ycoords_start")},
        "diff3d": patterns, "objectGuess": None, "Y": stored["Y_input"] if "Y" in case["stored"] else None,
        "N": patterns.shape[1], "K": case["K"], "nsamples": case["nsamples"], "seed": case["seed"],
        "gridsize": case["gridsize"], "sequential_sampling": case.get("sequential_sampling", False),
        "enable_oversampling": case.get("enable_oversampling", False),
        "neighbor_pool_size": case.get("neighbor_pool_size"),
    }  # fmt: skip
    return inputs, {output: f"{name}/{output}" for output in case["stored"]}


def _expected(folder: Path, file: str, key: str, rule: Any) -> Any:
    """A stored output; what an NPZ leaves to the JSON document beside it are numbers, too."""
    holder = home(folder, file, key)
    value = fetch(read(folder / holder), holder, key)
    return _shaped(value if holder == file else np.asarray(value), rule if isinstance(rule, Mapping) else {})


def load(golden: Mapping[str, Any], folder: Path) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    """Inputs, expected outputs, and the key each expected output is stored under. Raises GoldenMissing."""
    stored = read(folder / golden["file"])
    if "case" in golden:
        inputs, keys = _grouping(golden, stored)
    else:
        inputs = {name: _input(rule, stored, golden["file"], folder) for name, rule in golden["inputs"].items()}
        keys = {name: rule if isinstance(rule, str) else rule["key"] for name, rule in golden["outputs"].items()}
    rules = {} if "case" in golden else golden["outputs"]
    expected = {name: _expected(folder, golden["file"], key, rules.get(name)) for name, key in keys.items()}
    if "canvas" in expected:  # the public stitcher keeps a trailing channel of one
        expected["canvas"] = expected["canvas"].reshape(expected["canvas"].shape[:2])
    return inputs, expected, keys


def tolerances(contract: Contract, folder: Path) -> Mapping[str, Any]:
    """The contract's own tolerances for our goldens, the measured backend's budget for all others."""
    return contract["tolerance"] if is_own(folder) else {**contract["tolerance"], **contract.get("golden_budget", {})}
