"""Files an operation reads and writes: the kinds there are, what is in one, where one may be written.

An input or output that is a file is described under the name of its kind, {"npz": {"properties": ...}}. Its members
are inputs or outputs under their own names, and where there are several files under the file's and their own,
"test_path.images"; one that is not in the file is None. An input {"target": "scan.npz"} is the path of a file to
write, in a folder that nothing else uses.
"""

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from ptychoparity.core.errors import UsageError
from ptychoparity.reference.npz import is_archive
from ptychoparity.spec_tests import h5

TARGETS = "targets"


class Unreadable(Exception):
    """A file that is not of its kind; the message names it."""


@dataclass(frozen=True)
class Unread:
    """A member that was left closed."""

    type_name: str = "member that needs pickle"


def read_npz(path: Path) -> dict[str, Any]:
    """Every member of an NPZ file; `Unread` for one that would need pickle. Raises Unreadable."""
    if not is_archive(path):
        raise Unreadable(f"{path.name} is no NPZ file")
    members = {}
    try:
        archive = np.load(path, allow_pickle=False)
    except zipfile.BadZipFile as error:
        raise Unreadable(f"{path.name} is not a readable NPZ file: {error}") from error
    with archive:
        for name in archive.files:
            try:
                members[name] = archive[name]
                if members[name].dtype.kind == "U" and members[name].ndim == 0:
                    members[name] = members[name].item()  # a text
            except ValueError:  # an object array: never opened
                members[name] = Unread()
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
                raise Unreadable(f"{name} in {path.name} cannot be read: {error}") from error
    return members


def open_npz(path: str | Path) -> dict[str, Any]:
    """The readable members of an NPZ file; those that would need pickle are left out. Raises Unreadable."""
    return {name: value for name, value in read_npz(Path(path)).items() if not isinstance(value, Unread)}


def read_h5(path: Path) -> dict[str, Any]:
    """Every member of an HDF5 file, by place (`ptychoparity.spec_tests.h5`). Raises Unreadable."""
    try:
        return h5.read(path)
    except (OSError, RuntimeError) as error:
        raise Unreadable(f"{path.name} is no HDF5 file that can be read: {error}") from error


KINDS: Mapping[str, Callable[[Path], dict[str, Any]]] = MappingProxyType({"npz": read_npz, "h5": read_h5})
"""The kinds of files a schema may speak of, and how each is read: its members by name."""


def members_of(kind: str, path: Path) -> dict[str, Any]:
    """The members of a file of a kind, not to be written to; as before where the file is as it was. Raises Unreadable.

    One check looks into the same file many times.
    """
    try:
        seen = path.stat()
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read: {error.strerror}") from error
    return dict(_known(kind, path, seen.st_ino, seen.st_size, seen.st_mtime_ns))


@lru_cache(maxsize=8)
def _known(kind: str, path: Path, inode: int, size: int, changed: int) -> dict[str, Any]:
    members = KINDS[kind](path)
    for value in members.values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return members


def kind_of(schema: Mapping[str, Any]) -> str | None:
    """Which kind of file a value's schema describes; None for anything else."""
    return next((kind for kind in KINDS if kind in schema), None)


def file_names(schema: Mapping[str, Any]) -> list[str]:
    """The inputs or outputs of an object schema that are files with members."""
    return [name for name, sub in schema["properties"].items() if kind_of(sub)]


def member_names(schema: Mapping[str, Any], file: str) -> dict[str, str]:
    """Members of a file by name in the file: what each is called among the inputs or outputs."""
    sub = schema["properties"][file]
    several = len(file_names(schema)) > 1  # files may have members of equal names
    return {m: f"{file}.{m}" if several else m for m in sub[kind_of(sub)]["properties"]}


def _members(schema: Mapping[str, Any], file: str) -> dict[str, dict[str, Any]]:
    """The schemas of a file's members, by what they are called among the inputs or outputs."""
    sub = schema["properties"][file]
    inside = sub[kind_of(sub)]["properties"]
    return {called: inside[member] for member, called in member_names(schema, file).items()}


def texts(schema: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The schemas of those members of files of an object schema that are no arrays: texts."""
    found = {name: sub for file in file_names(schema) for name, sub in _members(schema, file).items()}
    return {name: sub for name, sub in found.items() if "ndarray" not in sub}


def arrays(schema: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The array schemas of an object schema by name, members of files included."""
    found = {}
    for name, sub in schema["properties"].items():
        if "ndarray" in sub:
            found[name] = sub["ndarray"]
        elif kind_of(sub):
            found |= {n: one["ndarray"] for n, one in _members(schema, name).items() if "ndarray" in one}
    return found


def with_members(schema: Mapping[str, Any], outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Outputs that obey `schema`, and what is in those that are files: None for a member that is not there."""
    found = dict(outputs)
    for name, sub in schema["properties"].items():
        if kind := kind_of(sub):
            members = members_of(kind, Path(outputs[name]))
            found |= {called: members.get(member) for member, called in member_names(schema, name).items()}
    return found


@dataclass(frozen=True)
class Read:
    """Outputs, and what is in those that are files and can be read."""

    values: dict[str, Any]
    readable: frozenset[str]


def with_readable_members(schema: Mapping[str, Any], outputs: Mapping[str, Any]) -> Read:
    """As `with_members` of whatever was answered: a file that is not there or no such file has no members."""
    values, readable = dict(outputs), set()
    for name, sub in schema["properties"].items():
        path = outputs.get(name)
        if (kind := kind_of(sub)) and isinstance(path, str) and Path(path).is_file():
            try:
                members = members_of(kind, Path(path))
            except Unreadable:
                continue
            readable.add(name)
            values |= {called: members.get(member) for member, called in member_names(schema, name).items()}
    return Read(values, frozenset(readable))


# -- targets ----------------------------------------------------------------------------------------------


def target_names(schema: Mapping[str, Any]) -> list[str]:
    """The inputs that are paths to write to."""
    return [name for name, sub in schema["properties"].items() if "target" in sub]


def plain_name(field: str, name: Any) -> str:
    """`name`, where it is one name of a file. A path could lie anywhere: UsageError, which names the field."""
    if not isinstance(name, str) or name in ("", ".", "..") or set(name) & set("/\\\0"):
        raise UsageError(f"{field}: expected one plain file name, got {name!r}")
    return name


def target(scratch: Path, name: str, options: Mapping[str, Any] = {}) -> str:
    """A path called `name` in a new folder below `scratch`, by default the path of no file yet.

    `options`: `folder` makes a folder of it, `orphan` leaves out the folder it would lie in, `holds` is the text of
    a file that is there already. Raises UsageError where `name` is a path.
    """
    plain_name("target", name)
    (scratch / TARGETS).mkdir(exist_ok=True)
    path = Path(tempfile.mkdtemp(dir=scratch / TARGETS)) / name
    if options.get("orphan"):
        return str(path.parent / "absent" / name)
    if options.get("folder"):
        path.mkdir()
    if "holds" in options:
        path.write_text(options["holds"])
    return str(path)


def afresh(schema: Mapping[str, Any], inputs: Mapping[str, Any], scratch: Path) -> dict[str, Any]:
    """The same inputs, to be written elsewhere: every target is a new path."""
    return {**inputs, **{n: target(scratch, schema["properties"][n]["target"]) for n in target_names(schema)}}


def clear(scratch: Path) -> None:
    """Forget every target handed out below `scratch`, and what was written there."""
    shutil.rmtree(scratch / TARGETS, ignore_errors=True)
