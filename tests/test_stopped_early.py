"""What was never asked is not "conforms": runs that pytest stops early, or selects from."""

import os
import subprocess
import sys

import pytest

from ptychoparity.reports import events
from tests.running import PROJECT

FINDING = "tests.miniatures.partial:TakesAnInfiniteImage"
"""Fails a check, and none that gates."""
WRONG = "tests.miniatures.wrong:AlwaysWrong"
FIRST = "spec_tests/test_smoke.py"


def _run(tmp_path, *arguments, backend=FINDING):
    """(exit code, verdict of the backend, the run)."""
    words = ["-p", "no:randomly", "--backend", backend, "--device", "cpu", "--profile", "quick"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *words, "--operation", "translate", "--runs", str(tmp_path), *arguments],
        cwd=PROJECT, env={**os.environ, "PYTEST_ADDOPTS": ""}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    run = events.read(tmp_path / "latest")
    return done.returncode, next(v for v in run.footer.verdicts if v.backend == backend), run


@pytest.mark.parametrize("arguments", [("-x",), ("--maxfail=1",)])
def test_a_run_that_stopped_early_was_not_judged(arguments, tmp_path):
    code, verdict, run = _run(tmp_path, "spec_tests", *arguments)
    assert code == 2 and verdict.verdict == "could not be judged"
    assert "checks were not asked: the run was stopped early" in verdict.why
    assert run.footer.exit == 2


def test_the_same_run_to_its_end_is_judged(tmp_path):
    code, verdict, _ = _run(tmp_path, "spec_tests")
    assert (code, verdict.verdict) == (0, "conforms")
    assert "below the gate" in verdict.why


def test_what_gates_already_gates_however_early_the_run_stopped(tmp_path):
    code, verdict, _ = _run(tmp_path, "spec_tests", "-x", backend=WRONG)
    assert (code, verdict.verdict) == (1, "does not conform")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("spec_tests", "-k", "smoke and not describe"), " checks, as pytest was told -k 'smoke and not describe'"),
        (("spec_tests", "--deselect", "spec_tests/test_error.py"), " checks, as pytest was told"),
        ((FIRST,), " checks, as pytest was told"),
    ],
)
def test_a_selection_is_said(arguments, words, tmp_path):
    code, verdict, run = _run(tmp_path, *arguments, backend="numpy")
    assert (code, verdict.verdict) == (0, "conforms") and "selected" in verdict.why
    assert words in run.footer.verdict and "only what was selected: operation translate; " in run.footer.verdict


def test_a_selection_from_the_whole_suite_is_one(tmp_path):
    words = ["--backend", "numpy", "--device", "cpu", "--profile", "quick", "-k", "translate/smoke"]
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", FIRST, *words, "--runs", str(tmp_path)], cwd=PROJECT, timeout=120,
        capture_output=True,
    )  # fmt: skip
    run = events.read(tmp_path / "latest")
    assert "only what was selected: 1 of " in run.footer.verdict
