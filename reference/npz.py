"""NPZ files: members by name, without pickle, and in our words what is wrong with a file.

NumPy answers a file that is no archive, and a member of Python objects, with how to unpickle it. That would run
whatever the file holds, so its words are not passed on.
"""

import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

ARCHIVE_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
"""First bytes of a zip archive, and of one without members."""


def is_archive(path: str | Path) -> bool:
    """Whether the file begins as an archive does, which is what NumPy goes by. Raises OSError."""
    with open(path, "rb") as stream:
        return stream.read(4) in ARCHIVE_STARTS


def why_unread(error: Exception) -> str:
    """Why a member cannot be read, without NumPy's advice to trust it."""
    text = str(error)
    if text.startswith("Object arrays"):
        return "it holds Python objects, which only pickle reads, and pickle is refused"
    return "its header is longer than any array needs" if "pickle" in text else text


def members(path: str | Path, wanted: Iterable[str]) -> dict[str, np.ndarray]:
    """The `wanted` members that the file has. All others stay closed (HOUSE.SCAN.NO_PICKLE).

    Raises FileNotFoundError (no file) and ValueError (no NPZ file, or a member that is no readable array).
    """
    if not Path(path).exists():
        raise FileNotFoundError(f"{path}: no such file")
    try:
        if not is_archive(path):
            raise ValueError(f"{path} is no NPZ file")
        with np.load(path, allow_pickle=False) as archive:
            return {name: _member(path, archive, name) for name in wanted if name in archive.files}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"{path} is not a readable NPZ file: {error}") from error


def _member(path: str | Path, archive: np.lib.npyio.NpzFile, name: str) -> np.ndarray:
    try:
        array = archive[name]
    except (ValueError, SyntaxError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: {name} cannot be read: {why_unread(error)}") from error
    if not isinstance(array, np.ndarray):  # NumPy hands out the bytes of what does not begin as an array
        raise ValueError(f"{path}: {name} is no array")
    return array
