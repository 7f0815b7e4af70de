"""The inputs of a call as one NPZ file: what `replay --save` writes, and how it is read again.

Arrays are members under their own names; one inside a dictionary has the path to it, `weights/conv1/kernel`. A file
that an input names by its path is a member of bytes, `files/<input>`. The member `json` is a text: the operation, the
check, and `inputs`, every input by name, in which `{"array": MEMBER}` and `{"file": MEMBER, "name": NAME}` stand for
those.
"""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ptychoparity.backends.protocol import Answer
from ptychoparity.core.errors import UsageError
from ptychoparity.harness.targets import Process

JSON = "json"
"""The member that says what the others are."""


def packed(inputs: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The inputs as JSON, and the members it names. Files are read now: they may be gone later."""
    members: dict[str, np.ndarray] = {}
    return {name: _value(name, name, value, members) for name, value in inputs.items()}, members


def _value(name: str, place: str, value: Any, members: dict[str, np.ndarray]) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        members[place] = np.asarray(value)
        return {"array": place}
    if isinstance(value, Mapping):
        return {key: _value(name, f"{place}/{key}", inner, members) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_value(name, f"{place}/{number}", inner, members) for number, inner in enumerate(value)]
    if isinstance(value, str) and Path(value).is_absolute() and Path(value).is_file():
        members[f"files/{place}"] = np.frombuffer(Path(value).read_bytes(), np.uint8)
        return {"file": f"files/{place}", "name": Path(value).name}
    return value


def write(path: Path, about: Mapping[str, Any], members: Mapping[str, np.ndarray]) -> None:
    """Write the file. Raises UsageError where it cannot be written."""
    text = np.array(json.dumps(about, ensure_ascii=False))
    try:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:  # np.savez takes no member named `file`
            for name, array in {**members, JSON: text}.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
    except OSError as error:
        raise UsageError(f"--save {path}: cannot be written: {error.strerror}") from error


def load(path: Path, folder: Path) -> tuple[str, dict[str, Any]]:
    """The operation and its inputs; files are put into `folder`."""
    with np.load(path, allow_pickle=False) as saved:
        members = {name: saved[name] for name in saved.files}
    about = json.loads(str(members.pop(JSON)))
    inputs = {name: _restored(value, members, folder / name) for name, value in about["inputs"].items()}
    return about["operation"], inputs


def _restored(value: Any, members: Mapping[str, np.ndarray], place: Path) -> Any:
    if isinstance(value, dict) and value.keys() == {"array"} and str(value["array"]) in members:
        return members[value["array"]]
    if isinstance(value, dict) and value.keys() == {"file", "name"} and str(value["file"]) in members:
        place.mkdir(parents=True, exist_ok=True)
        (place / value["name"]).write_bytes(members[value["file"]].tobytes())
        return str(place / value["name"])
    if isinstance(value, dict):
        return {key: _restored(inner, members, place / key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_restored(inner, members, place / str(number)) for number, inner in enumerate(value)]
    return value


class Saving:
    """Stands for a process, and remembers the inputs of its last call."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.last: tuple[str, dict[str, Any], dict[str, np.ndarray]] | None = None

    def launch(self) -> None:
        self.process.launch()

    def start(self) -> dict[str, Any]:
        return self.process.start()

    def call(self, operation: str, inputs: dict[str, Any], timeout: float, **options: Any) -> Answer:
        """As the process's own `call`."""
        self.last = (operation, *packed(inputs))
        return self.process.call(operation, inputs, timeout, **options)

    def restart(self) -> dict[str, Any]:
        return self.process.restart()

    def stop(self) -> None:
        self.process.stop()
