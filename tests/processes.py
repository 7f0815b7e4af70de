"""The processes that tests start: each in a process group of its own, and none outlives the session.

Ctrl-C at a terminal does not reach a group of its own, so the session ends what still runs: on an interrupt, on SIGTERM
and SIGHUP, and at its end, where anything left running is a fault of the test that started it.
"""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

GRACE = 3.0
"""Seconds that a group told to end may take to put its files away, and a finished command its last child to go."""


class SessionEnded(Exception):
    """A command was to be started after the session had ended its processes."""


def alive(groups: Collection[int]) -> dict[int, list[int]]:
    """Return which of these process groups have members, and their process ids.

    Zombies do not count: a child whose parent has ended may find nobody who reaps it.
    """
    found: dict[int, list[int]] = {}
    for pid, state, group in _processes():
        if int(group) in groups and state[0] not in "ZX":
            found.setdefault(int(group), []).append(int(pid))
    return found


def _processes() -> Iterator[list[str]]:
    """Every process: id, state, process group."""
    if not Path("/proc/self/stat").exists():
        listed = subprocess.run(["ps", "-A", "-o", "pid=,stat=,pgid="], capture_output=True, text=True, check=True)
        yield from map(str.split, listed.stdout.splitlines())
        return
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            state, _, group = path.read_text().rpartition(")")[2].split()[:3]  # the name before it may hold anything
            yield [path.parent.name, state, group]


class Groups:
    """The process groups of one test session."""

    def __init__(self) -> None:
        self._started: list[tuple[subprocess.Popen, str]] = []
        self._lock = threading.Lock()
        self._ended = False

    def start(self, words: Sequence[Any], **options: Any) -> subprocess.Popen:
        """Start a command in a process group of its own: as `subprocess.Popen`. Raises SessionEnded."""
        with self._lock:
            if self._ended:
                raise SessionEnded(f"not started: {' '.join(map(str, words))}")
            options.setdefault("stdin", subprocess.DEVNULL)
            process = subprocess.Popen(list(words), start_new_session=True, **options)
            self._started.append((process, " ".join(map(str, words))))
        return process

    def run(self, words: Sequence[Any], timeout: float = 300.0, **options: Any) -> subprocess.CompletedProcess:
        """Run a command to its end: as `subprocess.run` with its output captured as text.

        What it leaves behind is not ended here, so that a test, or the session's end, can see it.
        """
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = self.start(words, **{**pipes, **options})
        try:
            output, errors = process.communicate(timeout=timeout)
        except BaseException:  # interrupted, or too slow: its pipes would be read by nobody
            end_groups([process.pid])
            process.wait()
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def left(self, patience: float = GRACE) -> dict[int, str]:
        """Return the groups that have a member still, each with its command, once `patience` seconds have passed."""
        until = time.monotonic() + patience
        words = {process.pid: words for process, words in self._started}
        while (left := alive(words)) and time.monotonic() < until:
            time.sleep(0.1)
        return {group: words[group] for group in left}

    def end(self, patience: float) -> list[str]:
        """Start nothing more, wait `patience` seconds, end what still runs; return its commands."""
        with self._lock:
            self._ended = True
        left = self.left(patience)
        end_groups(left)
        return list(left.values())


def end_groups(groups: Collection[int], grace: float = GRACE) -> None:
    """Ask the processes of these groups to end, and kill those that do not within `grace` seconds."""
    for ending in (signal.SIGTERM, signal.SIGKILL):
        for group in groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, ending)
        until = time.monotonic() + grace
        while alive(groups) and time.monotonic() < until:
            time.sleep(0.05)


GROUPS = Groups()
"""Those of this session: tests start commands by plain functions, and the session's end must know of them all."""
