"""Which of several equally near neighbours a group takes is free; anything else is not (HOUSE decision 15)."""

from typing import Any

import numpy as np
import pytest

from ptychoparity.fixtures.simulate import make_scan
from ptychoparity.reference import grouping
from ptychoparity.spec_tests import ties
from ptychoparity.spec_tests.contract import contracts
from ptychoparity.spec_tests.neighbours import equally_near, rounding
from tests.miniatures.ties import _last_first, _one_too_far
from tests.running import check

LAST, FAR = "tests.miniatures.ties:TakesTheLastOfEqualNeighbours", "tests.miniatures.ties:ReachesTooFar"
SINGLE, DOUBLE = (float(np.finfo(dtype).eps) for dtype in (np.float32, np.float64))
DRAW: dict[str, Any] = {"K": 7, "seed": 7, "gridsize": 2, "sequential_sampling": False, "neighbor_pool_size": None}


def _raster(step: float, start: float, dtype=np.float64) -> np.ndarray:
    x, y = np.meshgrid(np.arange(8), np.arange(7))
    return np.column_stack([(start + step * x).ravel(), (start + step * y).ravel()]).astype(dtype).astype(float)


def _groups(positions: np.ndarray, nsamples: int) -> grouping.Groups:
    return grouping.draw_groups(positions, nsamples=nsamples, enable_oversampling=nsamples > len(positions), **DRAW)


@pytest.mark.parametrize(("dtype", "eps"), [(np.float64, DOUBLE), (np.float32, SINGLE)])
@pytest.mark.parametrize(("step", "start"), [(5.0, 40.0), (4.7, 35.3), (0.1, 1040.3), (1 / 3, -500.7)])
@pytest.mark.parametrize("nsamples", [40, 120])
def test_any_of_equal_neighbours_is_right_whatever_rounding_does(dtype, eps, step, start, nsamples, monkeypatch):
    positions = _raster(step, start, dtype)
    drawn = _groups(positions, nsamples)
    monkeypatch.setattr(grouping, "nearest", _last_first)
    other = _groups(positions, nsamples).members
    assert not np.array_equal(other, drawn.members)
    assert equally_near(positions, drawn, other, eps)


@pytest.mark.parametrize("nsamples", [40, 120])
def test_a_neighbour_that_is_farther_is_wrong_on_a_raster_too(nsamples, monkeypatch):
    positions = _raster(5.0, 40.0)
    drawn = _groups(positions, nsamples)
    monkeypatch.setattr(grouping, "nearest", _one_too_far)
    assert not equally_near(positions, drawn, _groups(positions, nsamples).members, SINGLE)


def test_where_distances_differ_there_is_one_answer():
    random = np.random.default_rng(3)
    positions = random.uniform(0, 60, (40, 2))
    drawn = _groups(positions, 40)
    assert equally_near(positions, drawn, drawn.members, SINGLE)
    for column in range(4):
        members = drawn.members.copy()
        members[5, column] = next(i for i in range(40) if i not in members[5])
        assert not equally_near(positions, drawn, members, SINGLE)
    assert not equally_near(positions, drawn, drawn.members[:, ::-1], SINGLE)  # the order of the draw counts


def test_a_member_twice_or_out_of_range_is_wrong():
    positions = _raster(5.0, 40.0)
    drawn = _groups(positions, 40)
    for value in (drawn.members[0, 1], -1, len(positions)):
        members = drawn.members.copy()
        members[0, 0] = value
        assert not equally_near(positions, drawn, members, SINGLE)


def test_the_allowance_is_that_of_rounding_and_no_more():
    positions = np.array([[1000.0, 0.0]])
    assert rounding(positions, 5.0, DOUBLE) < 1e-12 and rounding(positions, 5.0, SINGLE) < 5e-4


def test_what_follows_from_the_members_is_still_compared():
    contract, positions = contracts()["group_scan"], _raster(5.0, 40.0)
    inputs = {
        "xcoords": positions[:, 0], "ycoords": positions[:, 1], "xcoords_start": None, "ycoords_start": None,
        "diff3d": np.ones((len(positions), 64, 64), np.float32), "objectGuess": None, "Y": None, "N": 64,
        "nsamples": 40, "enable_oversampling": False, **DRAW,
    }  # fmt: skip
    drawn = _groups(positions, 40)
    expected = ties._said_of_a_scan(inputs, drawn.members)
    other = ties.settled(contract, inputs, expected, {**expected, "nn_indices": drawn.members + 0})
    assert other is expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "nearest", _last_first)
        members = _groups(positions, 40).members
    settled = ties.settled(contract, inputs, expected, {"nn_indices": members})
    assert np.array_equal(settled["nn_indices"], members)
    assert np.array_equal(settled["coords_nn"][:, 0], positions[members].transpose(0, 2, 1))


def test_two_backends_that_chose_different_equal_neighbours_agree():
    contract = contracts()["group_bridged"]
    positions = _raster(5.0, 40.0)
    fields = {"model": {"N": 64, "gridsize": 2}, "n_groups": 40, "neighbor_count": 7, "subsample_seed": 7}
    inputs = {"changes": {}, "fields": fields, "xcoords": positions[:, 0], "ycoords": positions[:, 1]}
    mine = {"nn_indices": _groups(positions, 40).members}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "nearest", _last_first)
        last = {"nn_indices": _groups(positions, 40).members}
        patch.setattr(grouping, "nearest", _one_too_far)
        far = {"nn_indices": _groups(positions, 40).members}
    for theirs, ours, agree in ((last, mine, True), (mine, last, True), (far, mine, False), (mine, far, False)):
        held = ties.settled(contract, inputs, theirs, ours)
        assert np.array_equal(held["nn_indices"], ours["nn_indices"]) == agree


@pytest.mark.parametrize(("backend", "code"), [(LAST, 0), (FAR, 1)])
def test_the_suite_judges_membership(backend, code, tmp_path):
    """In examples, draws and relations, in parity, and on a scan of one's own."""
    arrays: dict[str, Any] = make_scan(seed=3)
    x, y = (axis.ravel() * 5.0 + 40 for axis in np.meshgrid(np.arange(9), np.arange(9)))
    arrays |= {"xcoords": x, "ycoords": y, "xcoords_start": x, "ycoords_start": y}
    np.savez(tmp_path / "raster.npz", **arrays)
    chosen = [
        word for name in ("group_scan/*", "group_bridged/*", "scan/example/grouping/*") for word in ("--only", name)
    ]
    backends = ("--backend", "numpy", "--backend", backend, "--scan", str(tmp_path / "raster.npz"))
    done = check(tmp_path / "runs", *backends, *chosen)
    mine = [e for e in done.checks if e["backend"] == backend]
    failed = {e["id"] for e in mine if e["outcome"] != "pass"}
    assert done.exit == code, failed
    for operation, kind in (("group_scan", "parity"), ("group_scan", "property"), ("scan", "example")):
        assert any(e["operation"] == operation and e["kind"] == kind for e in mine)
    if code:
        for wanted in (
            "group_scan/example/exact-raster/",
            "group_bridged/example/exact-raster/",
            "scan/example/grouping/",
        ):
            assert any(id.startswith(wanted) for id in failed), wanted
    else:
        assert not failed
