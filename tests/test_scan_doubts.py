"""A file that cannot be judged is called doubtful, and never makes a NaN a verdict on a backend."""

from types import SimpleNamespace

import numpy as np
import pytest

from ptychoparity.fixtures.simulate import make_scan
from ptychoparity.reference import dispatch
from ptychoparity.spec_tests import scan_checks
from ptychoparity.spec_tests.outcomes import CheckFailed, SuspectInput
from tests.running import check

POSITIONS = ("xcoords", "ycoords", "xcoords_start", "ycoords_start")
OF_THE_OBJECT = ("forward-error", "orientation", "stitching")


class Asked:
    """What scan checks ask with: an answerer, whose answers may be changed on the way."""

    def __init__(self, change=lambda operation, outputs: outputs):
        self._change, self.record = change, SimpleNamespace(comparisons=[])

    def __call__(self, operation, inputs):
        return self._change(operation, dispatch.call(operation, inputs))

    def hold(self, *_):
        """The oracle against itself."""


def _scan(path, **changes) -> scan_checks.Scan:
    np.savez(path, **{name: value for name, value in (make_scan(seed=3) | changes).items() if value is not None})
    return scan_checks.Scan.open(path)


def _moved(by: float) -> dict[str, np.ndarray]:
    return {name: array + by for name, array in make_scan(seed=3).items() if name in POSITIONS}


def nothing(*_):
    """Pictures are of no interest here."""


@pytest.mark.parametrize("by", [-500.0, 500.0])
@pytest.mark.parametrize("name", OF_THE_OBJECT)
def test_positions_off_the_object_make_the_file_doubtful(name, by, tmp_path):
    scan = _scan(tmp_path / "off.npz", **_moved(by))
    with pytest.raises(SuspectInput, match=r"positions: x from .* on an object of \d+ x \d+ px") as doubt:
        scan_checks.judge(name, scan, Asked(), nothing)
    assert "nan" not in doubt.value.message


@pytest.mark.parametrize("name", ["off.npz", "off (1) [ab].npz"])
def test_such_a_file_could_not_be_judged(name, tmp_path):
    _scan(tmp_path / name, **_moved(-500.0))
    scan = ("--scan", str(tmp_path / name), "--only", "scan/*")
    done = check(tmp_path / "runs", "--backend", "numpy", *scan)
    assert done.exit == 2 and "could not be judged" in done.stdout and "nan" not in done.stdout
    message = next(e["message"] for e in done.checks if e["case"] in OF_THE_OBJECT)
    why = f"{name}: {message.partition('; the oracle finds the same')[0]}"
    assert why in done.events[-1]["verdicts"][0]["why"] and why in done.stdout, "whole, brackets or not"
    assert {e["outcome"] for e in done.checks if e["case"] in OF_THE_OBJECT} == {"not-run"}


@pytest.mark.parametrize("name", OF_THE_OBJECT)
def test_an_object_of_nothing_makes_the_file_doubtful(name, tmp_path):
    scan = _scan(tmp_path / "dark.npz", objectGuess=np.zeros_like(make_scan(seed=3)["objectGuess"]))
    with pytest.raises(SuspectInput, match="nothing can be compared"):
        scan_checks.judge(name, scan, Asked(), nothing)


@pytest.mark.parametrize("name", ["forward-error", "orientation"])
def test_a_field_beyond_single_precision_makes_the_file_doubtful(name, tmp_path):
    arrays = make_scan(seed=3)
    large = {name: (arrays[name] * 1e25).astype(np.complex64) for name in ("probeGuess", "objectGuess")}
    with np.errstate(all="ignore"):
        scan = _scan(tmp_path / "large.npz", **large)
        with pytest.raises(SuspectInput, match="probeGuess times objectGuess"):
            scan_checks.judge(name, scan, Asked(), nothing)


def test_a_backend_that_answers_nothing_is_blamed_for_it_and_not_the_file(tmp_path):
    def dark(operation, outputs):
        return {name: np.zeros_like(value) for name, value in outputs.items()} if operation == "diffract" else outputs

    scan = _scan(tmp_path / "good.npz")
    with pytest.raises(CheckFailed, match="finds nothing wrong") as failure:
        scan_checks.judge("orientation", scan, Asked(dark), nothing)
    assert not isinstance(failure.value, SuspectInput)


def test_nothing_to_compare_with_is_no_small_error():
    dark, lit = np.zeros((2, 4, 4)), np.ones((2, 4, 4))
    assert scan_checks.relative_error(lit, dark)[0] == np.inf
    assert scan_checks.relative_error(np.full_like(lit, np.nan), lit)[0] == np.inf
