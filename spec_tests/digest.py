"""A digest of what a check asked: equal digests, equal inputs in equal order, whatever was answered."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ptychoparity.spec_tests import files

HDF5 = b"\x89HDF\r\n\x1a\n"


class InputsDigest:
    """Grows by one call at a time; `hexdigest` is empty while nothing was asked.

    Shrinking a failure is a search, cut off by time: an exploration closes its digest at the first failure.
    """

    def __init__(self, scratch: Path) -> None:
        self._hash = hashlib.blake2b(digest_size=8)
        self._scratch = str(scratch)
        self._calls = 0
        self._closed = False

    def add(self, operation: str, inputs: Mapping[str, Any]) -> None:
        if self._closed:
            return
        self._calls += 1
        self._value({operation: inputs})

    def close(self) -> None:
        self._closed = True

    def hexdigest(self) -> str:
        return self._hash.hexdigest() if self._calls else ""

    def _value(self, value: Any) -> None:
        match value:
            case np.ndarray():
                self._text(f"{value.dtype.str}{value.shape}")
                self._hash.update(np.ascontiguousarray(value).data if value.dtype != object else repr(value).encode())
            case Mapping():
                self._text(f"{{{len(value)}")
                for name in sorted(value, key=str):
                    self._text(repr(name))
                    self._value(value[name])
            case list() | tuple():
                self._text(f"[{len(value)}")
                for one in value:
                    self._value(one)
            case str() if value.startswith(self._scratch):
                self._file(Path(value))
            case _:
                self._text(f"{type(value).__name__} {value!r}")

    def _file(self, path: Path) -> None:
        """By name and content: the folder of a run's files is another one each time.

        HDF5 keeps times in its bytes: such a file counts by its members, a damaged one by its length.
        """
        self._text(path.name)
        if not path.is_file():
            self._text("no file")
        elif not _begins(path, HDF5):
            self._hash.update(path.read_bytes())
        else:
            try:
                self._value(files.read_h5(path))
            except files.Unreadable:
                self._text(f"{path.stat().st_size} bytes")

    def _text(self, text: str) -> None:
        self._hash.update(text.encode("utf-8", "backslashreplace") + b"\0")


def _begins(path: Path, signature: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(signature)) == signature
