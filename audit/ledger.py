"""A ledger of attempts: a Markdown file to which each audit adds one entry. What is in it is never written again."""

import errno
import fcntl
import os
import re
from collections.abc import Sequence
from pathlib import Path

from ptychoparity.core.errors import UsageError

ENTRY = re.compile(rb"^#+ Attempt #(\d+)\b", re.MULTILINE)


def check(file: Path) -> None:
    """Raise UsageError where nothing can be appended to `file`, before anything is read."""
    try:
        if file.exists():
            os.close(os.open(file, os.O_RDWR | os.O_APPEND))
        elif not file.parent.is_dir() or not os.access(file.parent, os.W_OK):
            raise FileNotFoundError(errno.ENOENT, "there is no folder for it that may be written")
    except OSError as error:
        raise _refused(file, error) from error


def append(file: Path, title: str, lines: Sequence[str]) -> int:
    """Add `## Attempt #N: title` and a list of `lines`; N, one more than the largest there.

    The entry arrives whole or not at all: one write at the end of the file, under a lock, taken back where it is cut.
    """
    try:
        handle = _open(file)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            there = _read(handle)
            number = max((int(found) for found in ENTRY.findall(there)), default=0) + 1
            start = "" if not there else "\n" if there.endswith(b"\n") else "\n\n"
            entry = "\n".join([f"{start}## Attempt #{number}: {title}", "", *(f"- {line}" for line in lines), ""])
            _write(handle, entry.encode("ascii", "backslashreplace"), len(there))
        finally:
            os.close(handle)
    except OSError as error:
        raise _refused(file, error) from error
    return number


def _open(file: Path) -> int:
    return os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)


def _read(handle: int) -> bytes:
    found = []
    os.lseek(handle, 0, os.SEEK_SET)
    while part := os.read(handle, 1 << 20):
        found.append(part)
    return b"".join(found)


def _write(handle: int, entry: bytes, before: int) -> None:
    try:
        written = os.write(handle, entry)
        if written != len(entry):
            raise OSError(errno.ENOSPC, "the disk is full")
        os.fsync(handle)
    except OSError:
        os.ftruncate(handle, before)
        raise


def _refused(file: Path, error: OSError) -> UsageError:
    return UsageError(f"--ledger {file}: no entry can be appended there: {error.strerror or error}")
