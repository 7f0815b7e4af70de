"""Whatever is interrupted leaves no process: runs, the commands that ask one backend, and test sessions themselves."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import GROUPS
from tests.running import PROJECT, command, environment, until

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are read off /proc")
FEW_SECONDS = 15.0
"""More than it takes: an interrupted session gives a command 5 seconds to put its files away."""


def start(words: list[str], folder: Path) -> subprocess.Popen:
    return GROUPS.start(
        words, cwd=folder, env=environment(PYTEST_ADDOPTS=""), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip


def below(pid: int) -> list[int]:
    """The children of a process, theirs, and so on."""
    try:
        text = " ".join(file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/children"))
    except OSError:  # it ended meanwhile
        return []
    mine = [int(child) for child in text.split()]
    return mine + [one for child in mine for one in below(child)]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def folder_below(pid: int) -> Path | None:
    """Where the files of the backend are that a process, or one below it, has started: the backend works in there."""
    for one in below(pid):
        with contextlib.suppress(OSError):  # it ended meanwhile
            scratch = Path(os.readlink(f"/proc/{one}/cwd"))
            if scratch.name == "scratch":
                return scratch.parent
    return None


def ends(process: subprocess.Popen, sign: signal.Signals, started: list[int]) -> str:
    """Send a signal to one process; what it says until its end. All that it `started` must be gone soon after."""
    process.send_signal(sign)
    output, _ = process.communicate(timeout=60)
    until(lambda: not any(map(alive, started)), FEW_SECONDS)
    return output


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("backend", ["rude:Hangs", "rude:NeverReady"])
def test_a_run_ended_from_outside_takes_its_processes_along(tmp_path, backend, ending):
    """In a call and while a backend is built, and even by SIGKILL: chambers and backends see that the run is gone."""
    words = command("check", "--device", "cpu", "--backend", f"tests.miniatures.{backend}", "--operation", "diffract")
    run = start(words, tmp_path)
    exchange = until(lambda: folder_below(run.pid))
    started = below(run.pid)
    assert len(started) == 2, "a chamber and its backend"
    ends(run, ending, started)
    until(lambda: not exchange.exists())


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("backend", ["rude:Hangs", "rude:NeverReady"])
@pytest.mark.parametrize(
    "words",
    [("mutate", "--operation", "diffract"), ("goldens", str(PROJECT / "fixtures/goldens"))],
    ids=lambda words: words[0],
)
def test_a_command_that_is_interrupted_ends_its_backend(words, backend, ending, tmp_path):
    asked = start(command(*words, "--backend", f"tests.miniatures.{backend}"), tmp_path)
    exchange = until(lambda: folder_below(asked.pid))
    if backend == "rude:Hangs":
        until(lambda: "pid" in (exchange / "output.txt").read_text())  # it is in a call
    output = ends(asked, ending, below(asked.pid))
    assert asked.returncode == 130 and output == "ptychoparity: interrupted\n"
    assert not exchange.exists()


SLOW = """
import pytest
from tests.running import check

@pytest.mark.parametrize("number", range(6))
def test_that_takes_a_minute(number, tmp_path):
    check(tmp_path, "--backend", "tests.miniatures.rude:Hangs", "--operation", "diffract")
"""


def pytest_of(tmp_path: Path, text: str, *options: str) -> subprocess.Popen:
    """A session of its own on one module, held to what ours is."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_one.py").write_text(text)
    return start([sys.executable, "-P", "-m", "pytest", "-p", "tests.conftest", "test_one.py", *options], tmp_path)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("options", "processes"), [((), 3), (("-n", "2", "--dist", "load"), 8)], ids=["alone", "shared"]
)
def test_a_session_that_is_interrupted_leaves_no_process(options, processes, ending, tmp_path):
    session = pytest_of(tmp_path, SLOW, *options)
    started = until(lambda: len(found := below(session.pid)) >= processes and found)
    output = ends(session, ending, started)
    assert session.returncode == 2 and "KeyboardInterrupt" in output


LEAVES = """
import sys
from tests.processes import GROUPS

def test_that_leaves_a_process():
    print("left", GROUPS.start([sys.executable, "-c", "import time; time.sleep(600)"]).pid)
"""
TWICE = """
import importlib.util, sys

def test_that_gives_a_module_a_second_name():
    from tests import running
    spec = importlib.util.spec_from_file_location("again", running.__file__)
    sys.modules["again"] = importlib.util.module_from_spec(spec)
"""


FORKS = """
import os

def test_that_forks():
    if (child := os.fork()) == 0:
        os._exit(0)
    os.waitpid(child, 0)
"""


@pytest.mark.parametrize(
    ("text", "says", "options"),
    [
        (LEAVES, "left running: ", ()),
        (LEAVES, "left running: ", ("-n", "1")),
        (TWICE, "has two names: ", ()),
        (TWICE, "has two names: ", ("-n", "1")),
        (FORKS, "forked a worker, unmarked: test_one.py::test_that_forks", ("-n", "1")),
    ],
)
def test_what_does_not_hold_at_the_end_fails_the_session(text, says, options, tmp_path):
    session = pytest_of(tmp_path, text, *options)
    output, _ = session.communicate(timeout=60)
    assert session.returncode == 1 and says in output and "1 passed" in output, output
