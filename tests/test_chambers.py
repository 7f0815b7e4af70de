"""Judging ahead, in a process per backend, changes nothing but when a check is judged."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from backends.protocol import Died, Returned
from harness import chambers
from harness.profiles import PROFILES
from harness.session import Session, Settings
from reports import events
from spec_tests import generate

pytestmark = pytest.mark.skipif(
    not chambers.possible(), reason="no process can be forked here: nothing is judged ahead"
)
WRONG = "tests.miniatures.wrong:AlwaysWrong"
CRASHES = "tests.miniatures.rude:Crashes"
TIMES = ("seconds", "adapter_seconds", "oracle_seconds", "reproduce", "captured")


def _checks(names: tuple[str, ...], operation: str = "diffract") -> list[generate.Check]:
    return generate.checks([(name, "cpu") for name in names], [operation])


def _session(
    runs: Path, names: tuple[str, ...], ahead: list[generate.Check], selection: str | None = "a part"
) -> Session:
    settings = Settings(names, PROFILES["quick"], runs=runs, timeout=5.0, selection=selection,
                        optional_devices=frozenset())  # fmt: skip
    session = Session(settings, ahead=ahead)
    session.start()
    return session


def _judged(runs: Path, names: tuple[str, ...], ahead: bool) -> tuple[list[dict], int]:
    every = _checks(names)
    session = _session(runs, names, every if ahead else [])
    for check in every:
        session.run(check)
    code = session.finish()
    told = [e for e in events.read(session.folder).checks]
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
    chamber = session.seats["numpy@cpu"].worker
    assert isinstance(chamber, chambers.Chamber)
    last = every[-1]
    while chambers.judged_ahead(last) and chamber._results.empty():
        time.sleep(0.01)
    assert session.run(last)["outcome"] == "pass"
    assert len(chamber._ready) == len([c for c in every if chambers.judged_ahead(c)]) - 1
    session.abandon()


def test_a_call_is_answered_between_two_checks(tmp_path):
    every = _checks(("numpy",))
    session = _session(tmp_path, ("numpy",), every)
    chamber = session.seats["numpy@cpu"].worker
    answer = chamber.call("diffract", {"field": np.ones((1, 64, 64), np.complex64)}, 5.0)
    assert isinstance(answer, Returned) and answer.outputs["amplitude"].shape == (1, 64, 64)
    assert all(session.run(check)["outcome"] == "pass" for check in every)
    assert session.finish() == 0


def test_a_backend_whose_judging_process_ends_cannot_be_judged(tmp_path):
    names = ("numpy", WRONG)
    every = _checks(names)
    session = _session(tmp_path, names, every)
    doomed = session.seats["numpy@cpu"].worker
    os.kill(doomed._process.pid, signal.SIGKILL)
    doomed._process.join()
    outcomes = {}
    for check in every:
        outcomes.setdefault(check.backend, []).append(session.run(check)["outcome"])
    assert outcomes["numpy"][-1] == "not-run" and "fail" in outcomes[WRONG]
    assert isinstance(doomed.call("diffract", {}, 1.0), Died)
    session.finish()
    verdicts = {v["backend"]: v for v in events.read(session.folder).footer["verdicts"]}
    assert verdicts["numpy"]["verdict"] == "could not be judged"
    assert "the process that judges it ended (exit code -9)" in verdicts["numpy"]["why"]
    assert verdicts[WRONG]["verdict"] == "does not conform"


def test_a_run_cut_off_leaves_no_process(tmp_path):
    session = _session(tmp_path, ("numpy",), _checks(("numpy",), "extract_patches"))
    pid = session.seats["numpy@cpu"].worker._process.pid
    session.abandon()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
