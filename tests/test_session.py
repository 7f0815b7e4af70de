"""Rules of a run as a whole: what an exit code means, and that no run is green by being empty or cut off."""

import json
import os
import shlex
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from ptychoparity.backends import registry
from ptychoparity.core.events import CheckFinished
from ptychoparity.core.kinds import Kind
from ptychoparity.core.profiles import PROFILES
from ptychoparity.harness import failures
from ptychoparity.harness.session import Session
from ptychoparity.harness.settings import Selection, Settings
from ptychoparity.reports import events
from ptychoparity.spec_tests import generate
from ptychoparity.spec_tests.checks import every_case
from tests.processes import GROUPS
from tests.running import PROJECT, check, command, ptychoparity, run, until

LIAR = "tests.miniatures.dishonest:LiesAboutVersion"
WRONG = "tests.miniatures.wrong:AlwaysWrong"


def _session(runs: Path, *names: str, **options) -> Session:
    session = Session(
        Settings(names, PROFILES["quick"], runs=runs, timeout=5.0, optional_devices=frozenset(), **options)
    )
    session.start()
    return session


def _verdict(session: Session, backend: str) -> tuple[str, str, int]:
    """Verdict, reason and exit code of a finished run, as its stream has them."""
    code = session.finish()
    run = events.read(session.folder)
    assert run.footer.exit == code
    row = next(v for v in run.footer.verdicts if v.backend == backend)
    return row.verdict, row.why, code


def _ask(session: Session, operation: str, *, backend: str = "numpy", kinds=Kind) -> list[CheckFinished]:
    found = generate.checks([(backend, "cpu")], [operation])
    return [session.run(c) for c in found if c.case.shown in kinds and c.case.operation == operation]


def _introduce(session: Session, backend: str) -> str:
    """Outcome of what a backend says of itself."""
    (one,) = (c for c in generate.checks([(backend, "cpu")], []) if c.case.kind == Kind.DESCRIBE)
    return session.run(one).outcome


# -- empty runs ---------------------------------------------------------------------------------------------


def test_a_selection_that_matches_nothing_is_not_green(tmp_path):
    done = check(tmp_path, "--backend", "numpy", "--only", "no/such/check")
    assert done.exit == 2 and "no check matches" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_without_checks_could_not_be_judged(tmp_path):
    verdict, _, code = _verdict(_session(tmp_path, "numpy"), "numpy")
    assert (verdict, code) == ("could not be judged", 2)


def test_too_few_checks_could_not_be_judged(tmp_path):
    session = _session(tmp_path, "numpy")
    assert all(e.outcome == "pass" for e in _ask(session, "diffract", kinds=("smoke", "example", "property")))
    verdict, why, code = _verdict(session, "numpy")
    assert (verdict, code) == ("could not be judged", 2)
    assert "diffract: only 6 checks ran; at least 20 are required" in why
    assert "translate: only 0 checks ran; at least 20 are required" in why


def test_too_few_examples_could_not_be_judged(tmp_path):
    session = _session(tmp_path, "numpy")
    _ask(session, "diffract", kinds=("smoke", "example", "boundary", "error"))
    asked = generate.checks([("numpy", "cpu")], ["diffract"])
    session.runner.options = replace(session.options, examples=3)  # fewer than the profile promises
    for one in asked:
        if one.case.kind == "property":
            assert session.run(one).examples == 3
    verdict, why, code = _verdict(session, "numpy")
    assert (verdict, code) == ("could not be judged", 2)
    assert "diffract: only 3 property examples ran; at least 10 are required" in why


def test_saying_who_one_is_does_not_conform_by_itself(tmp_path):
    name = "tests.miniatures.dishonest:ClaimsNothing"
    session = _session(tmp_path, name)
    assert _introduce(session, name) == "pass"
    assert {e.outcome for e in _ask(session, "diffract", backend=name)} == {"not-run"}
    verdict, why, code = _verdict(session, name)
    assert (verdict, why, code) == ("could not be judged", "no check was run on it", 2)


# -- backends that are not there ----------------------------------------------------------------------------


def test_an_absent_framework_is_skipped_with_the_line_that_installs_it(tmp_path, monkeypatch):
    absent = registry.Entry("absent", "ptychoparity.backends.numpy.adapter:NumpyBackend", requires="no_such_framework",
                            install="pip install 'ptychoparity[absent]'")  # fmt: skip
    monkeypatch.setitem(registry.BUILT_IN, "absent", absent)
    session = _session(tmp_path, "absent", "numpy", selection=Selection(other="a part"))
    outcomes = {e.outcome for e in _ask(session, "translate", backend="absent")}
    assert outcomes == {"skip"}
    _ask(session, "translate")
    verdict, why, code = _verdict(session, "absent")
    assert (verdict, why, code) == ("skipped", "not installed: pip install 'ptychoparity[absent]'", 2)
    run = events.read(session.folder)
    assert next(v for v in run.footer.verdicts if v.backend == "numpy").verdict == "conforms"


def test_a_device_that_is_not_there_spoils_the_verdict_only_where_it_was_asked_for(tmp_path):
    for optional, code in ((frozenset({"cuda"}), 0), (frozenset(), 2)):
        settings = Settings(
            ("numpy",), PROFILES["quick"], ("cpu", "cuda"), optional, tmp_path, 5.0, selection=Selection(other="a part")
        )
        session = Session(settings)
        session.start()
        assert list(session.targets) == ["numpy@cpu"] if optional else session.targets["numpy@cuda"].status == "broken"
        _ask(session, "diffract", kinds=("smoke",))
        assert session.finish() == code


# -- what gates ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gate", "ours", "code"),
    [(None, False, 0), ("must", True, 0), ("house", False, 1), ("should", False, 0), (None, True, 1)],
)
def test_a_house_finding_gates_where_it_is_asked_to(gate, ours, code, tmp_path, monkeypatch):
    """A foreign backend answers for MUST, our own for everything, unless a gate is named."""
    entry = replace(registry.find(LIAR), name="liar", ours=ours)
    monkeypatch.setitem(registry.BUILT_IN, "liar", entry)
    session = _session(tmp_path, "liar", gate=gate, selection=Selection(other="a part"))
    assert _introduce(session, "liar") == "fail"
    assert [e.outcome for e in _ask(session, "translate", backend="liar", kinds=("smoke",))] == ["pass"]
    assert _verdict(session, "liar")[2] == code


def test_a_must_failure_gates_everywhere(tmp_path):
    for gate in ("must", "should", "house"):
        session = _session(tmp_path, WRONG, gate=gate, selection=Selection(other="a part"))
        _ask(session, "translate", backend=WRONG, kinds=("smoke", "example"))
        assert _verdict(session, WRONG)[::2] == ("does not conform", 1)


def test_one_bad_backend_does_not_colour_another(tmp_path):
    session = _session(tmp_path, "numpy", WRONG, selection=Selection(other="a part"))
    for one in generate.checks([("numpy", "cpu"), (WRONG, "cpu")], ["diffract"]):
        if one.case.kind in ("example", "parity"):
            session.run(one)
    code = session.finish()
    found = {v.backend: v.verdict for v in events.read(session.folder).footer.verdicts}
    assert (found, code) == ({"numpy": "conforms", WRONG: "does not conform"}, 1)


# -- the stream ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run as a user makes it, with a failing backend beside a good one."""
    return check(tmp_path_factory.mktemp("whole"), "--backend", "numpy", "--backend", WRONG, "--operation", "diffract")


def test_the_stream_is_whole_and_every_event_valid(whole):
    assert whole.exit == 1, whole.stderr
    for event in whole.events:
        events.checked(event)
    kinds = [e["event"] for e in whole.events]
    assert kinds[0] == "header" and kinds[-1] == "footer" and kinds.count("header") == kinds.count("footer") == 1
    started = [e["id"] for e in whole.events if e["event"] == "check-started"]
    assert started == [c["id"] for c in whole.checks] and len(set(started)) == len(started)
    footer = whole.events[-1]
    assert sum(footer["counts"].values()) == len(started) and footer["exit"] == 1
    assert whole.events[0]["selection"] == "operation diffract"


def test_every_reader_has_its_file(whole):
    names = {p.name for p in whole.folder.iterdir()}
    assert {"events.jsonl", "index.html", "junit.xml", "summary.md", "failures"} <= names
    assert (whole.folder.parent / "latest").resolve() == whole.folder.resolve()


def test_what_a_failure_says_to_reproduce_it_does(whole):
    for kind in ("example", "parity"):
        bad = next(c for c in whole.checks if c["outcome"] == "fail" and c["kind"] == kind)
        for line in bad["reproduce"]:
            if line.startswith("ptychoparity check"):
                arguments = shlex.split(line)[2:]
                done = check(whole.folder.parent / kind, *arguments)
                assert done.exit == 1, (line, done.stderr)
                assert [c["outcome"] for c in done.checks if c["id"] == bad["id"]] == ["fail"]


def test_a_parity_failure_is_replayed_against_the_same_other(whole):
    bad = next(c for c in whole.checks if c["kind"] == "parity" and c["outcome"] == "fail")
    path = str(whole.folder / bad["failure_file"])
    again = ptychoparity("replay", path)
    assert again.exit == 1 and again.stdout.startswith(f"failing: {bad['id']}: "), again
    itself = ptychoparity("replay", path, "--backend", "numpy")
    assert itself.exit == 2 and "numpy@cpu cannot be compared with itself" in itself.stderr


@pytest.mark.parametrize(
    ("backend", "device", "against"),
    [("b", "cpu", "a"), ("a", "cuda", "a@cpu"), ("b", "cpu", "a@/usr/bin/python"), ("b", "cuda", "a@/usr/bin/python")],
)
def test_replay_finds_the_very_check(backend, device, against):
    kept = {"operation": "diffract", "kind": "parity", "case": "large", "device": device, "against": against}
    failure = failures.Failure(Path("failure.json"), kept)
    assert failures.check_of(failure, backend).id == f"diffract/parity/large/{backend}~{against}@{device}"


def test_pytest_itself_gives_the_same_ids_and_verdict(whole, tmp_path):
    done = run(
        command()[0], "-m", "pytest", "-q", "spec_tests", "--backend", WRONG, "--backend", "numpy", "--device", "cpu",
        "--profile", "quick", "--operation", "diffract", "--runs", str(tmp_path),
    )  # fmt: skip
    assert done.exit == 1, done.stdout[-800:]
    told = events.read(next(tmp_path.glob("2*")))
    mine = {c["id"]: c["outcome"] for c in whole.checks if c["backend"] == WRONG and c["kind"] != "parity"}
    assert {c.id: c.outcome for c in told.checks if c.backend == WRONG and c.kind != "parity"} == mine


def test_workers_of_a_shared_session_judge_nothing(tmp_path):
    """Each would be asked a part of the checks, and its run would be called whole."""
    done = run(command()[0], "-m", "pytest", "spec_tests", "-n", "1", "--backend", "numpy", "--runs", str(tmp_path))
    assert done.exit != 0 and "run spec_tests without -n" in done.stdout and list(tmp_path.iterdir()) == []


def test_a_run_leaves_nothing_but_its_results(tmp_path):
    done = ptychoparity(
        "check", "--backend", "numpy", "--device", "cpu", "--operation", "diffract", "--kind", "smoke", folder=tmp_path
    )
    assert done.exit == 0, done.stderr
    assert {p.name for p in tmp_path.iterdir()} - {".hypothesis"} == {"runs"}


def test_what_is_meant_for_other_peoples_tests_does_not_reach_a_run(tmp_path):
    """A plugin with options of our names, and PYTEST_ADDOPTS that deselects everything."""
    info = tmp_path / "site/rival-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: rival\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pytest11]\ntimeout = rival\n")
    (tmp_path / "site/rival.py").write_text("def pytest_addoption(parser):\n    parser.addoption('--timeout')\n")
    done = check(
        tmp_path, "--backend", "numpy", "--operation", "diffract", "--kind", "error",
        PYTHONPATH=f"{PROJECT}:{tmp_path / 'site'}", PYTEST_ADDOPTS="-k nothing",
    )  # fmt: skip
    assert done.exit == 0, done.stderr
    asked = sum(c["operation"] == "diffract" for c in done.checks)
    assert asked == sum(c.kind == Kind.ERROR for c in every_case() if c.operation == "diffract")


# -- runs cut off -------------------------------------------------------------------------------------------


def _cut_off(runs: Path, sign: signal.Signals) -> tuple[int, Path, str]:
    """A run that is sent `sign` once its first checks are done."""
    process = GROUPS.start(
        command("check", "--backend", "numpy", "--device", "cpu", "--profile", "nightly",
                "--operation", "extract_patches", "--runs", str(runs)),
        cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    until(lambda: any(stream.read_text().count("check-finished") > 3 for stream in runs.glob("2*/events.jsonl")))
    os.kill(process.pid, sign)
    output, _ = process.communicate(timeout=60)
    return process.returncode, next(runs.glob("2*")), output


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_a_run_cut_off_has_no_verdict(sign, tmp_path):
    code, folder, output = _cut_off(tmp_path, sign)
    assert code != 0
    if sign == signal.SIGINT:
        assert code in (2, 130) and "Traceback" not in output and " conforms" not in output
    assert json.loads((folder / "events.jsonl").read_text().splitlines()[-1])["event"] != "footer"
    report = ptychoparity("report", str(folder))
    assert report.exit == 2 and report.stderr.startswith("ptychoparity: ") and "the run was cut off" in report.stderr
    assert len(report.stderr.splitlines()) == 1


def test_a_line_cut_in_the_middle_is_named(tmp_path, whole):
    text = (whole.folder / "events.jsonl").read_text()
    (tmp_path / "events.jsonl").write_text(text[: len(text) // 2])
    report = ptychoparity("report", str(tmp_path))
    assert report.exit == 2 and "line " in report.stderr and len(report.stderr.splitlines()) == 1


# -- a fault of ours ----------------------------------------------------------------------------------------


def test_an_event_that_cannot_be_kept_is_a_fault_of_the_harness(tmp_path, monkeypatch):
    session = _session(tmp_path, "numpy", selection=Selection(operations=("diffract",)))
    asked = next(one for one in generate.checks([("numpy", "cpu")], ["diffract"]) if one.case.kind == Kind.SMOKE)
    run_it = session.runner.run

    def spoiled(*arguments):
        result = run_it(*arguments)
        return replace(result, event=replace(result.event, descriptor={"seed": {1, 2}}))

    monkeypatch.setattr(session.runner, "run", spoiled)
    assert session.run(asked).outcome == "not-run"
    verdict, why, code = _verdict(session, "numpy")
    assert (verdict, code) == ("could not be judged", 2) and "its event cannot be kept: " in why


def test_a_fault_of_the_oracle_is_nobodys_failure(tmp_path, monkeypatch):
    """Where the harness itself breaks, no backend is blamed and none is praised, whatever else passes."""
    from ptychoparity.reference import dispatch

    def broken(operation, inputs):
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(dispatch, "call", broken)
    session = _session(tmp_path, "numpy", selection=Selection(other="a part"))
    assert [e.outcome for e in _ask(session, "diffract", kinds=("smoke",))] == ["pass"]  # asks no oracle
    broke = _ask(session, "diffract", kinds=("property",))
    assert broke[0].outcome == "not-run" and "ZeroDivisionError: a fault of ours" in broke[0].message
    verdict, why, code = _verdict(session, "numpy")
    assert (verdict, code) == ("could not be judged", 2) and "a fault of the harness in diffract/property" in why
