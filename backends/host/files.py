"""Files a backend writes: whole under their name, or not there at all (HOUSE.SCAN.SAVED, HOUSE.NO_STRAY_FILES)."""

import contextlib
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np


@contextlib.contextmanager
def beside(path: str) -> Iterator[Path]:
    """Where to write what will be the file at `path`: a name beside it, renamed when the body ends well.

    Where the body raises, the file at `path` is what it was and nothing is left beside it. Raises FileNotFoundError
    where the folder is missing, ValueError where `path` is a folder.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise FileNotFoundError(f"path = {path}: there is no folder {target.parent}")
    if target.is_dir():
        raise ValueError(f"path = {path} is a folder, a file to write is asked for")
    name = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        yield name
        name.replace(target)
    except BaseException:
        name.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def replacing(path: str) -> Iterator[BinaryIO]:
    """A stream to what will be the file at `path`. Whole or nothing, and raises, as `beside`."""
    with beside(path) as name, name.open("wb") as stream:
        yield stream


def write_npz(path: str, members: dict[str, np.ndarray]) -> None:
    """The arrays as an NPZ file at `path`, without pickle: an object array is a ValueError. Raises as `replacing`."""
    with replacing(path) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, array in members.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
