"""A scan that is wrong is called wrong, in words that say how."""

from typing import Any

import numpy as np
import pytest

from ptychoparity.fixtures.simulate import make_scan, write_scan
from ptychoparity.reference import dispatch
from ptychoparity.spec_tests import scan_checks
from ptychoparity.spec_tests.outcomes import CheckFailed, NotApplicable, SuspectInput


def nothing(*_):
    """Pictures are of no interest here."""


def test_a_scan_whose_patterns_are_flipped_is_named(tmp_path):
    arrays: dict[str, Any] = make_scan(seed=3)
    arrays["diff3d"] = np.ascontiguousarray(arrays["diff3d"][:, :, ::-1])
    np.savez(tmp_path / "flipped.npz", **arrays)
    scan = scan_checks.Scan.open(tmp_path / "flipped.npz")
    with pytest.raises(CheckFailed, match="fit best when columns flipped"):
        scan_checks.judge("orientation", scan, dispatch.call, nothing)


def test_counts_declared_amplitude_are_named(tmp_path):
    arrays: dict[str, Any] = make_scan(seed=3)
    arrays["diff3d"] = np.rint(arrays["diff3d"] ** 2).astype(np.float32)
    np.savez(tmp_path / "counts.npz", **arrays)
    scan = scan_checks.Scan.open(tmp_path / "counts.npz")
    with pytest.raises(CheckFailed, match="looks like counts"):
        scan_checks.judge("units", scan, dispatch.call, nothing)


def test_a_scan_without_object_is_not_asked_for_it(tmp_path):
    arrays: dict[str, Any] = make_scan(seed=3)
    del arrays["objectGuess"]
    np.savez(tmp_path / "bare.npz", **arrays)
    scan = scan_checks.Scan.open(tmp_path / "bare.npz")
    with pytest.raises(NotApplicable, match="no objectGuess"):
        scan_checks.judge("forward-error", scan, dispatch.call, nothing)


def test_an_unrelated_object_has_a_large_forward_error(tmp_path):
    class Asked:
        record = None

        def __call__(self, operation, inputs):
            return dispatch.call(operation, inputs)

        def hold(self, *_):
            """The oracle against itself."""

    arrays: dict[str, Any] = make_scan(seed=3) | {"objectGuess": make_scan(seed=4)["objectGuess"]}
    np.savez(tmp_path / "mixed.npz", **arrays)
    scan = scan_checks.Scan.open(tmp_path / "mixed.npz")
    with pytest.raises(SuspectInput, match="do not belong together"):
        scan_checks.judge("forward-error", scan, Asked(), nothing)


def test_a_file_that_is_no_scan_is_named(tmp_path):
    path = tmp_path / "text.npz"
    path.write_text("not an archive")
    with pytest.raises(scan_checks.ScanError, match=r"text\.npz"):
        scan_checks.Scan.open(path)


def test_equal_seeds_give_equal_scans(tmp_path):
    first, second = write_scan(tmp_path / "a.npz", 5), write_scan(tmp_path / "b.npz", 5)
    with np.load(first) as one, np.load(second) as other:
        assert all(np.array_equal(one[name], other[name]) for name in one.files)
        assert not np.array_equal(one["diff3d"], make_scan(seed=6)["diff3d"])
