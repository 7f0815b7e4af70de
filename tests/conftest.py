"""How the tests are shared out, and what holds at a session's end: no process is left, no module has two names."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes import GRACE, GROUPS

PROJECT = Path(__file__).resolve().parent.parent
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SPREAD = (
    "test_every_mutant.py", "test_interrupts.py", "test_miniatures.py", "test_own_contracts.py", "test_strategies.py",
    "test_variations.py",
)  # fmt: skip
"""Files too long for one worker, of which only tests of one parameter share anything."""
WORKERS = pytest.StashKey[dict[str, int]]()
"""The processes among which pytest-xdist shares the tests out: their ids by name; in the session that started them."""
FAULTS = pytest.StashKey[list[str]]()
"""What does not hold at the session's end, those of the workers among it."""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[WORKERS], config.stash[FAULTS] = {}, []
    if threading.current_thread() is threading.main_thread():
        # a cancelled job, a closed terminal: as tidy an end as Ctrl-C; and Ctrl-C itself, to which a shell makes
        # deaf what it starts in the background, and all that is started there
        for ending in ENDINGS:
            signal.signal(ending, signal.default_int_handler)
    if hasattr(config, "workerinput"):
        os.register_at_fork(before=lambda: config.stash[FAULTS].append(f"forked a worker, unmarked: {running()}"))


def running() -> str:
    """The test that runs now, as pytest names it."""
    return os.environ.get("PYTEST_CURRENT_TEST", "no test")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is run by naming its marker alone, and in workers what forks."""
    if both := [i.nodeid for i in items if i.get_closest_marker("long") and i.get_closest_marker("alone")]:
        raise pytest.UsageError(f"long and alone: no part of tests/suite.py would run {both[0]}")
    left_out = {"long"} if not config.option.markexpr else set()
    left_out |= {"alone"} if hasattr(config, "workerinput") else set()
    gone = [item for item in items if any(item.get_closest_marker(name) for name in left_out)]
    if gone:
        items[:] = [item for item in items if item not in set(gone)]
        config.hook.pytest_deselected(items=gone)


def unit_of(nodeid: str) -> str:
    """Return what a test is handed to a worker with: its file, which may share fixtures, or its parameter there."""
    file, _, name = nodeid.partition("::")
    if Path(file).name not in SPREAD:
        return file
    return f"{file}[{name.partition('[')[2]}" if "[" in name else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Make `--dist loadscope` share out by `unit_of`. (Marks for `--dist loadgroup` are lost on pytest 9.2.)"""
    from xdist.scheduler import LoadScopeScheduling

    class ByUnit(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

    return ByUnit(config, log) if config.getoption("dist") == "loadscope" else None


# -- the session's end --------------------------------------------------------------------------------------


def two_names() -> dict[str, list[str]]:
    """File to its names, where a module was imported twice: it then has two of each of its classes."""
    found: dict[str, list[str]] = {}
    for name, module in list(sys.modules.items()):
        file = Path(getattr(module, "__file__", None) or "/")
        ours = file.is_relative_to(PROJECT) and not any(
            part.startswith(".") for part in file.relative_to(PROJECT).parts
        )
        if ours and name != "__main__":
            found.setdefault(str(file), []).append(name)
    return {file: names for file, names in found.items() if len(names) > 1}


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.config.stash[WORKERS][node.gateway.id] = node.gateway._rinfo().pid


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    output = getattr(node, "workeroutput", {})  # none of a worker that crashed, which xdist reports
    node.config.stash[FAULTS] += [f"{node.gateway.id}: {fault}" for fault in output.get("faults", ())]


@pytest.hookimpl(wrapper=True, tryfirst=True)  # xdist waits for its workers, and the run's plugin sets the exit code
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> Iterator[None]:
    cut_off = exitstatus == pytest.ExitCode.INTERRUPTED
    if cut_off:
        for again in ENDINGS:  # a second signal, execnet's to its own workers among them, must not cut this off
            signal.signal(again, signal.SIG_IGN)
        for pid in session.config.stash[WORKERS].values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
    left = GROUPS.end(patience=0 if cut_off else GRACE)
    faults = session.config.stash[FAULTS]
    faults += [] if cut_off else [f"left running: {words}" for words in left]
    faults += [f"{file} has two names: {', '.join(names)}" for file, names in two_names().items()]
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["faults"] = faults
    yield
    if faults and not cut_off:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for fault in config.stash[FAULTS]:
        terminalreporter.write_line(f"ERROR: {fault}", red=True)
