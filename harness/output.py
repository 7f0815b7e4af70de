"""Output whose reader may go away, as in `| head -1`, without a word or a verdict being lost."""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console


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


@contextlib.contextmanager
def own_stderr() -> Iterator["Console"]:
    """A console on the standard error there is now, whatever is put into its place meanwhile: pytest captures it."""
    from rich.console import Console  # heavy, and a few commands alone need it

    try:
        descriptor = os.dup(sys.stderr.fileno())
    except (OSError, ValueError, AttributeError):
        yield Console(stderr=True)
        return
    sys.stderr.flush()
    raw = Tolerant(descriptor, "w")
    with io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", errors="replace", line_buffering=True) as stream:
        width = os.get_terminal_size(descriptor).columns if raw.isatty() else None
        yield Console(file=stream, width=width or None)
