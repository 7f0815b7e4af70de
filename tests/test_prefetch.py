"""Prefetching, in a process per backend, changes nothing but when a check is run."""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ptychoparity.backends import registry
from ptychoparity.backends.protocol import Returned
from ptychoparity.backends.worker import Worker
from ptychoparity.core.profiles import PROFILES
from ptychoparity.harness import prefetch
from ptychoparity.harness.session import Session
from ptychoparity.harness.settings import Selection, Settings
from ptychoparity.reports import events
from ptychoparity.spec_tests import generate
from ptychoparity.spec_tests.outcomes import StopExploration
from ptychoparity.spec_tests.trial import JudgeOptions
from tests.processes import GROUPS
from tests.running import prefetching

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(not prefetch.possible(), reason="no process can be forked here: nothing is prefetched"),
]
WRONG = "tests.miniatures.wrong:AlwaysWrong"
CRASHES = "tests.miniatures.rude:Crashes"
TIMES = ("seconds", "adapter_seconds", "oracle_seconds", "reproduce", "captured")


def _checks(names: tuple[str, ...], operation: str = "diffract") -> list[generate.Check]:
    return generate.checks([(name, "cpu") for name in names], [operation])


def _session(runs: Path, names: tuple[str, ...], ahead: list[generate.Check], selection: str = "a part") -> Session:
    settings = Settings(names, PROFILES["quick"], runs=runs, timeout=5.0, selection=Selection(other=selection),
                        optional_devices=frozenset())  # fmt: skip
    session = Session(settings, ahead=ahead)
    session.start()
    return session


def _prefetching(session: Session, name: str = "numpy") -> prefetch.PrefetchingRunner:
    return prefetching(session.targets[f"{name}@cpu"])


def _judged(runs: Path, names: tuple[str, ...], ahead: bool) -> tuple[list[dict], int]:
    every = _checks(names)
    session = _session(runs, names, every if ahead else [])
    for check in every:
        session.run(check)
    code = session.finish()
    told = [e.to_json() for e in events.read(session.folder).checks]
    return [{k: v for k, v in e.items() if k not in TIMES} for e in told], code


def test_ahead_or_not_every_event_is_the_same(tmp_path):
    names = ("numpy", WRONG, CRASHES)
    now, code = _judged(tmp_path / "now", names, ahead=False)
    before, code_ahead = _judged(tmp_path / "ahead", names, ahead=True)
    assert code == code_ahead == 1
    assert {e["outcome"] for e in now} >= {"pass", "fail", "crash", "not-run"}
    assert [e["id"] for e in before] == [e["id"] for e in now]
    for one, other in zip(now, before, strict=True):
        for event in (one, other):
            event["failure_file"] = None
            if event["raised"]:
                event["raised"].pop("traceback")  # it names the process's own folder
        assert one == other


def test_checks_are_judged_while_nobody_asks(tmp_path):
    every = _checks(("numpy",))
    session = _session(tmp_path, ("numpy",), every)
    runner = _prefetching(session)
    last = every[-1]
    while prefetch.is_ahead(last) and not runner._results.poll():
        time.sleep(0.01)
    assert session.run(last).outcome == "pass"
    assert len(runner._ready) == len([c for c in every if prefetch.is_ahead(c)]) - 1
    session.abandon()


def test_a_call_is_answered_between_two_checks(tmp_path):
    every = _checks(("numpy",))
    session = _session(tmp_path, ("numpy",), every)
    runner = _prefetching(session)
    answer = runner.call("diffract", {"field": np.ones((1, 64, 64), np.complex64)}, 5.0)
    assert isinstance(answer, Returned) and answer.outputs["amplitude"].shape == (1, 64, 64)
    assert all(session.run(check).outcome == "pass" for check in every)
    assert session.finish() == 0


def test_a_backend_whose_judging_process_ends_cannot_be_judged(tmp_path):
    names = ("numpy", WRONG)
    every = _checks(names)
    session = _session(tmp_path, names, every)
    doomed = _prefetching(session)
    os.kill(doomed._process.pid, signal.SIGKILL)
    doomed._process.join()
    outcomes: dict[str, list[str]] = {}
    for check in every:
        outcomes.setdefault(check.backend, []).append(session.run(check).outcome)
    assert outcomes["numpy"][-1] == "not-run" and "fail" in outcomes[WRONG]
    assert "crash" not in outcomes[WRONG]
    session.finish()
    assert not _left_by(doomed)
    verdicts = {v.backend: v for v in events.read(session.folder).footer.verdicts}
    assert verdicts["numpy"].verdict == "could not be judged"
    assert verdicts["numpy"].why.startswith("the process that judges it ended (exit code -9)")
    assert verdicts[WRONG].verdict == "does not conform"


def _left_by(runner: prefetch.PrefetchingRunner) -> list[Path]:
    """What lies around of a runner's files."""
    worker = runner._target.process
    assert isinstance(worker, Worker)
    return [path for path in (worker._folder, runner._runner._scratch) if path.exists()]


def test_a_parity_check_with_a_backend_that_is_gone_is_not_run(tmp_path):
    names = ("numpy", WRONG)
    every = _checks(names)
    parity = [check for check in every if check.against]
    session = _session(tmp_path, names, every)
    doomed = _prefetching(session, WRONG)
    for check in every:
        if not check.against:
            session.run(check)
    os.kill(doomed._process.pid, signal.SIGKILL)
    event = session.run(parity[0])
    assert event.outcome == "not-run"
    assert event.message == f"{WRONG}@cpu: the process that judges it ended (exit code -9)"
    session.finish()
    verdicts = {v.backend: v.verdict for v in events.read(session.folder).footer.verdicts}
    assert verdicts["numpy"] == "conforms" and verdicts[WRONG] != "conforms"


def test_what_a_dead_process_was_saying_or_being_told_holds_nobody_up(tmp_path):
    session = _session(tmp_path, ("numpy",), _checks(("numpy",)))
    runner = _prefetching(session)
    os.kill(runner._process.pid, signal.SIGSTOP)
    killer = GROUPS.start([sys.executable, "-c", f"import os, time; time.sleep(1); os.kill({runner._process.pid}, 9)"])
    large = {"field": np.ones((40, 128, 128), np.complex64)}  # many times what a pipe takes before somebody reads
    with pytest.raises(StopExploration, match="ended") as ended:
        runner.call("diffract", large, 5.0)
    assert ended.value.outcome == "not-run"
    killer.wait()
    session.abandon()
    assert not _left_by(runner)


def test_a_run_cut_off_leaves_no_process_and_no_file(tmp_path):
    session = _session(tmp_path, ("numpy",), _checks(("numpy",), "extract_patches"))
    runner = _prefetching(session)
    assert _left_by(runner)
    session.abandon()
    with pytest.raises(ProcessLookupError):
        os.kill(runner._process.pid, 0)
    assert not _left_by(runner)


def test_a_run_cut_off_before_its_backends_are_launched_leaves_nothing(tmp_path):
    every = _checks(("numpy",))
    options = JudgeOptions(1, 1, 5.0, 0)
    runner = prefetch.PrefetchingRunner(registry.find("numpy"), "cpu", every, options)
    runner.stop()
    assert not _left_by(runner)
