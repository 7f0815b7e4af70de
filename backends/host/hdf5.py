"""HDF5 as products and CXI files use it: what is missing or of the wrong kind is named, with the file.

A place is written as in HDF5, "/probe"; an attribute of it as "/probe@pixel_width_m", of the root as "/@name".
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import h5py
import numpy as np

from ptychoparity.backends.host.files import beside

_BROKEN = (OSError, RuntimeError)
"""What h5py raises for a file that is no HDF5 or cut short, and for data that cannot be read back."""


@contextmanager
def reading(path: str) -> Iterator[h5py.File]:
    """The file at `path`; FileNotFoundError or ValueError, either naming the path."""
    if not os.path.exists(path):
        raise FileNotFoundError(f"no such HDF5 file: {os.fspath(path)}")
    try:
        file = h5py.File(path, "r")
    except _BROKEN as reason:
        raise ValueError(f"{os.fspath(path)} is not a readable HDF5 file: {reason}") from reason
    with file:
        yield file


@contextmanager
def writing(path: str) -> Iterator[h5py.File]:
    """A new file that takes the place of `path` when the block ends well.

    In the format of HDF5 1.8: an older one holds no attribute above 64 KiB, and weights may be larger.
    Raises as `files.beside`.
    """
    # not through a Python stream, which is a fraction of the speed; and not over a file opened before: what was emptied
    # once, ext4 sends to the disk at closing
    with beside(path) as name, h5py.File(name, "w", libver=("v108", "v108")) as file:
        yield file


def has(file: h5py.File, place: str) -> bool:
    """Whether there is a dataset or an attribute at `place`."""
    where, _, name = place.partition("@")
    node = _node(file, where)
    return name in node.attrs if name and node is not None else isinstance(node, h5py.Dataset)


def array(file: h5py.File, place: str) -> np.ndarray:
    """The dataset or attribute at `place` in native byte order; KeyError when it is not there."""
    where, _, name = place.partition("@")
    node = _node(file, where)
    if node is None or (name and name not in node.attrs):
        raise KeyError(f"required {'attribute' if name else 'dataset'} {place} is missing in {file.filename}")
    if not name and not isinstance(node, h5py.Dataset):
        raise ValueError(f"{place} in {file.filename} is a group, where a dataset is asked for")
    try:
        values = np.asarray(node.attrs[name] if name else node[()])
    except _BROKEN as reason:
        raise ValueError(f"{place} in {file.filename} cannot be read: {reason}") from reason
    if isinstance(values, h5py.Empty):
        raise ValueError(f"{place} in {file.filename} is empty")
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def text(file: h5py.File, place: str) -> str:
    """The UTF-8 text at `place`, of variable or fixed length (PRODUCT.STRINGS)."""
    values = array(file, place)
    value: Any = values.item() if values.size == 1 else values
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError as reason:
            raise ValueError(f"{place} in {file.filename} is no UTF-8 text: {reason}") from reason
    if not isinstance(value, str):
        raise ValueError(f"{place} in {file.filename} must be a text, got dtype {values.dtype}")
    return value


def number(file: h5py.File, place: str) -> float:
    """The real, finite number at `place`."""
    values = array(file, place)
    if values.size != 1 or values.dtype.kind not in "iuf":
        shape = f"dtype {values.dtype} and shape {values.shape}"
        raise ValueError(f"{place} in {file.filename} must be one real number, got {shape}")
    value = float(values.item())
    if not np.isfinite(value):
        raise ValueError(f"{place} in {file.filename} must be finite, got {value}")
    return value


def _node(file: h5py.File, where: str) -> h5py.Group | h5py.Dataset | None:
    """What is at `where`, None when nothing is, or a link leads nowhere."""
    try:
        return file[where]
    except KeyError:
        return None
