"""Output whose reader may go away, as in `| head -1`, without a word or a verdict being lost."""

import contextlib
import io
import sys
from collections.abc import Iterator
from typing import Any, TextIO


class Tolerant(io.FileIO):
    """A file whose reader may be gone: what is written then goes nowhere."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            return memoryview(data).nbytes


def tolerant(stream: TextIO) -> TextIO:
    """`stream` without BrokenPipeError; as it is where no file stands behind it."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError, AttributeError):
        return stream
    stream.flush()
    raw = Tolerant(descriptor, "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=stream.encoding, errors=stream.errors,
        line_buffering=getattr(stream, "line_buffering", False),
    )  # fmt: skip


@contextlib.contextmanager
def unbroken() -> Iterator[None]:
    """Let a command finish, with its reports and its exit code, though nobody reads its output any more.

    rich would end the process with 1, which is a verdict; the shell's 141 hides one.
    """
    with contextlib.redirect_stdout(tolerant(sys.stdout)), contextlib.redirect_stderr(tolerant(sys.stderr)):
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
