"""Failures again: one, all of a run, only those of a run, in this process, and their inputs as a file."""

import json
import os
import shutil
import sys

import numpy as np
import pytest

from ptychoparity.core.errors import UsageError
from ptychoparity.fixtures.simulate import write_scan
from ptychoparity.harness import cli, failures, saved_inputs
from ptychoparity.reports import events
from ptychoparity.spec_tests.contract import contracts
from tests.processes import GROUPS
from tests.running import PROJECT, Ended, check, command, environment, ptychoparity

HALF = """
from first_backend import FirstBackend
import numpy as np


class Half(FirstBackend):
    FACTOR = 0.5

    def call(self, operation, inputs):
        if len(inputs["field"]) == 17:
            raise RuntimeError("seventeen")
        return {"amplitude": self.FACTOR * super().call(operation, inputs)["amplitude"]}
"""
WORDS = ("--operation", "diffract", "--kind", "example", "--kind", "boundary")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with an adapter that answers half, and a run that says so."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copy(PROJECT / "docs" / "examples" / "first_backend.py", folder)
    (folder / "half.py").write_text(HALF)
    done = check(folder / "runs", "--backend", "h=half:Half", *WORDS, folder=folder)
    assert done.exit == 1, done
    return folder


@pytest.fixture
def mended(home):
    """The same adapter, right but for one batch size."""
    (home / "half.py").write_text(HALF.replace("0.5", "1.0"))
    yield
    (home / "half.py").write_text(HALF)


def _file(home, name):
    return next((home / "runs" / "latest").resolve().glob(f"failures/*{name}*"))


def test_a_run_is_replayed_from_any_folder(home, tmp_path):
    run = events.read(home / "runs" / "latest")
    bad = [c.id for c in run.checks if c.outcome.bad]
    done = ptychoparity("replay", str(home / "runs" / "latest"), folder=tmp_path)
    lines = done.stdout.splitlines()
    assert done.exit == 1 and [line.split(": ")[1] for line in lines if line.startswith("failing: ")] == bad
    assert lines[-1] == f"{len(bad)} failures: 0 fixed, {len(bad)} failing, 0 could not be judged"


def test_of_each_failure_it_is_said_whether_it_is_fixed(home, tmp_path, mended):
    done = ptychoparity("replay", str(home / "runs" / "latest" / "events.jsonl"), folder=tmp_path)
    failing = [line for line in done.stdout.splitlines() if line.startswith("failing: ")]
    assert done.exit == 1 and len(failing) == 1 and "boundary/B=17/h@cpu: error: diffract raised" in failing[0]
    assert "fixed: diffract/example/impulse/h@cpu passes on the recorded input" in done.stdout
    assert "1 failing, 0 could not be judged" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("name", ["failures/diffract_example_impulse_h@cpu.json", "absolute"])
def test_a_file_is_named_relative_to_the_latest_run_or_by_its_path(name, home, tmp_path, mended):
    path, folder = (str(_file(home, "impulse")), tmp_path) if name == "absolute" else (name, home)
    done = ptychoparity("replay", path, folder=folder)
    assert done.exit == 0 and done.stdout == "fixed: diffract/example/impulse/h@cpu passes on the recorded input\n"


def test_a_run_without_failures_has_nothing_to_replay(home, tmp_path):
    green = check(tmp_path, "--backend", "numpy", "--operation", "translate", "--kind", "smoke")
    for words in (("replay", str(green.folder)), ("check", "--failed", str(green.folder))):
        done = ptychoparity(*words, folder=tmp_path)
        assert done.exit == 2 and "no check failed in this run" in done.stderr


def test_only_what_failed_is_checked_again(home, tmp_path, mended):
    before = events.read(home / "runs" / "latest")
    bad = {c.id for c in before.checks if c.outcome.bad}
    assert 0 < len(bad) < len(before.checks)
    run = str((home / "runs" / "latest").resolve())
    done = ptychoparity("check", "--failed", run, "--runs", str(tmp_path / "runs"), folder=tmp_path)
    after = events.read(tmp_path / "runs" / "latest")
    assert done.exit == 1 and {c.id for c in after.checks} == bad and after.header.profile == "quick"
    assert [c.case for c in after.checks if c.outcome.bad] == ["B=17"]
    assert f"only what was selected: what failed in {run}" in after.footer.verdict
    done = ptychoparity("check", "--failed", run, "--backend", "numpy", "--runs", str(tmp_path / "n"), folder=tmp_path)
    other = events.read(tmp_path / "n" / "latest")
    assert done.exit == 0 and {c.id for c in other.checks} == {name.replace("/h@", "/numpy@") for name in bad}


def test_a_run_stops_after_so_many_failures(home, tmp_path):
    done = check(tmp_path, "--backend", "h=half:Half", *WORDS, "--max-fail", "2", folder=home)
    bad = [c for c in done.checks if c["outcome"] in ("fail", "error")]
    assert done.exit == 1 and len(bad) == 2 and done.checks[-1] == bad[-1]


def test_what_was_recorded_is_asked_and_not_the_case(home, tmp_path):
    kept = json.loads(_file(home, "impulse").read_text())
    kept["descriptor"]["dims"]["B"] = 3
    (tmp_path / "other.json").write_text(json.dumps(kept))
    ptychoparity("replay", str(tmp_path / "other.json"), "--save", str(tmp_path / "x.npz"))
    assert saved_inputs.load(tmp_path / "x.npz", tmp_path)[1]["field"].shape == (3, 64, 64)


def test_a_replay_asks_every_check_however_often_the_backend_crashes(home):
    done = ptychoparity("replay", str(home / "runs" / "latest"), "--backend", "tests.miniatures.rude:Crashes")
    lines = done.stdout.splitlines()
    assert done.exit == 1 and len(lines) > 4 and lines[-1].endswith(", 0 could not be judged")


# -- in this process ------------------------------------------------------------------------------------------


def _debugged(home, name: str, *commands: str) -> Ended:
    """A replay in its own process, with commands for the debugger."""
    words = [*command("replay", str(_file(home, name)), "--in-process", "--pdb")]
    process = GROUPS.start(words, cwd=home, env=environment(), stdin=-1, stdout=-1, stderr=-1, text=True)
    out, errors = process.communicate("\n".join(commands) + "\n", timeout=120)
    return Ended(process.returncode, out, errors, 0.0, 0.0)


def test_the_debugger_has_what_was_asked_and_answered(home):
    done = _debugged(home, "impulse", "p operation, outputs['amplitude'][0, 0, 0], inputs['field'].shape", "p why",
                     "step", "where", "q")  # fmt: skip
    assert done.exit == 1 and "('diffract', " in done.stdout and "(1, 64, 64))" in done.stdout, done
    assert "expected 2.0, got 1.0" in done.stdout and "half.py" in done.stdout
    assert "Traceback" not in done.stderr


def test_the_debugger_stops_where_the_backend_raised(home):
    done = _debugged(home, "B=17", "p len(inputs['field'])", "q")
    assert done.exit == 1 and 'raise RuntimeError("seventeen")' in done.stdout and "\n(Pdb) 17" in done.stdout, done


def test_a_backend_in_this_process_says_the_same(home, monkeypatch, capsys):
    monkeypatch.chdir(home)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(os, "environ", {**os.environ})
    assert cli.main(["replay", str(_file(home, "impulse")), "--in-process"]) == 1
    assert "failing: diffract/example/impulse/h@cpu: fail: " in capsys.readouterr().out
    assert cli.main(["replay", str(_file(home, "impulse")), "--in-process", "--backend", "numpy"]) == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["FILE", "--pdb"], "--pdb needs --in-process"), (["FILE", "--save", "x.txt"], "must end in .npz"),
        (["RUN", "--in-process"], "--in-process takes one failure, got"),
        (["RUN", "--save", "x.npz"], "--save takes one failure, got"),
        (["FILE", "--save", "no/x.npz"], "--save no/x.npz: cannot be written: No such file"),
        (["FILE", "--in-process", "--backend", f"x=half:Half@{sys.executable}"], "which is another interpreter"),
    ],
)  # fmt: skip
def test_options_that_cannot_go_together_are_refused(words, says, home, monkeypatch, capsys):
    monkeypatch.chdir(home)
    words = [{"FILE": str(_file(home, "impulse")), "RUN": "runs/latest"}.get(word, word) for word in words]
    assert cli.main(["replay", *words]) == 2
    assert says in capsys.readouterr().err


# -- inputs as a file -------------------------------------------------------------------------------------------


def test_the_inputs_of_the_failing_call_are_a_file(home, tmp_path):
    path = tmp_path / "inputs.npz"
    assert ptychoparity("replay", str(_file(home, "impulse")), "--save", str(path), folder=tmp_path).exit == 1
    operation, inputs = saved_inputs.load(path, tmp_path)
    assert operation == "diffract" and inputs["field"].shape == (1, 64, 64) and inputs["field"][0, 5, 9] == 128
    with np.load(path) as saved:  # as the documentation has it, without us
        about = json.loads(str(saved["json"]))
        assert np.array_equal(saved[about["inputs"]["field"]["array"]], inputs["field"])
    assert about["check"] == "diffract/example/impulse/h@cpu"


@pytest.mark.parametrize("backend", ["tests.miniatures.wrong:AlwaysWrong"])
def test_files_and_scalars_come_along(backend, tmp_path):
    done = check(tmp_path / "runs", "--backend", backend, "--operation", "load_scan", "--kind", "example")
    bad = next(c for c in done.checks if c.get("failure_file"))
    path = tmp_path / "inputs.npz"
    assert ptychoparity("replay", str(done.folder / bad["failure_file"]), "--save", str(path)).exit == 1
    operation, inputs = saved_inputs.load(path, tmp_path / "files")
    contract = contracts()[operation]
    assert contract.input_errors(inputs) == [] and set(inputs) == set(contract["input"]["properties"])
    with np.load(inputs["path"]) as scan:
        assert "diff3d" in scan.files


VALUES = {
    "file": np.arange(3), "n": 3, "none": None, "text": "x", "flag": True, "list": [1, np.float32(2.5)],
    "weights": {"conv/1": {"kernel": np.ones((2, 2), np.complex64)}, "array": "x"}, "json": "a", "nan": float("inf"),
}  # fmt: skip


def test_any_value_is_read_as_it_was_written(tmp_path):
    told, members = saved_inputs.packed(VALUES)
    saved_inputs.write(tmp_path / "x.npz", {"operation": "any", "inputs": told}, members)
    operation, found = saved_inputs.load(tmp_path / "x.npz", tmp_path)
    assert operation == "any" and found.keys() == VALUES.keys()
    assert found["list"][1] == np.float32(2.5) and found["list"][1].dtype == np.float32
    kernel = found["weights"]["conv/1"]["kernel"]
    assert kernel.dtype == np.complex64 and kernel.shape == (2, 2) and found["weights"]["array"] == "x"
    plain = {name: value for name, value in found.items() if name not in ("file", "list", "weights")}
    assert plain == {name: VALUES[name] for name in plain} and np.array_equal(found["file"], np.arange(3))


def test_two_ids_never_share_a_file(tmp_path):
    names = ["a/b c", "a/b+c", "a/b_c", "x" * 300, "x" * 299 + "y"]
    for name in names:
        file = failures._file_name(tmp_path, name)
        assert len(file) < 200
        (tmp_path / failures.FOLDER).mkdir(exist_ok=True)
        (tmp_path / failures.FOLDER / file).write_text("")
    assert len(list((tmp_path / failures.FOLDER).iterdir())) == len(names)


def test_a_scan_is_found_where_the_run_was_moved(tmp_path):
    run = tmp_path / "runs" / "one"
    failure = failures.Failure(
        run / "failures" / "f.json",
        {
            "operation": "scan",
            "kind": "example",
            "case": "units",
            "device": "cpu",
            "against": "",
            "scan": "/gone/s.npz",
        },
    )
    with pytest.raises(UsageError, match=r"/gone/s\.npz"):
        failures.scan_of(failure, failures.check_of(failure, "numpy"))
    run.mkdir(parents=True)
    write_scan(tmp_path / "runs" / "s.npz", seed=1)
    assert failures.scan_of(failure, failures.check_of(failure, "numpy")).path == tmp_path / "runs" / "s.npz"
