"""`ptychoparity overlap`: the flags of METRIC.OVERLAP.CLI, the same numbers as the operation, nothing half done."""

import json

import numpy as np
import pytest

from ptychoparity.reference import dispatch
from tests.running import ptychoparity

REQUIRED = ("--gridsize", "2", "--simg", "0.5", "--ngroups", "8")


@pytest.fixture(scope="module")
def splits(tmp_path_factory):
    """Two splits of 30 positions, N = 64."""
    folder, random = tmp_path_factory.mktemp("splits"), np.random.default_rng(5)
    for name in ("train", "test"):
        x, y = random.uniform(0, 90, (2, 30))
        np.savez(folder / f"{name}.npz", xcoords=x, ycoords=y, probeGuess=np.ones((64, 64), np.complex64))
    return folder


def expected(path, **asked):
    with np.load(path) as scan:
        coords = np.column_stack([scan["xcoords"], scan["ycoords"]])
    parameters = {"gridsize": 2, "s_img": 0.5, "n_groups": 8, "neighbor_count": 6, "rng_seed_subsample": None}
    return dispatch.call("compute_overlap_metrics", {"coords": coords, **parameters, **asked})


def test_each_split_and_the_aggregate(splits, tmp_path):
    files = [str(splits / f"{name}.npz") for name in ("train", "test")]
    more = ("--neighbor-count", "3", "--probe-diameter-px", "20", "--rng-seed-subsample", "7")
    done = ptychoparity("overlap", *files, *REQUIRED, *more, "--output", str(tmp_path / "out"))
    assert done.exit == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["aggregate.json", "test.json", "train.json"]
    found = {name: json.loads((tmp_path / "out" / f"{name}.json").read_text()) for name in ("train", "test")}
    asked = {"neighbor_count": 3, "probe_diameter_px": 20.0, "rng_seed_subsample": 7}
    assert found == {name: expected(splits / f"{name}.npz", **asked) for name in found}
    assert found["train"] != found["test"]
    together = json.loads((tmp_path / "out" / "aggregate.json").read_text())
    assert together["splits"] == found
    for name, value in together["mean"].items():
        assert value == pytest.approx((found["train"][name] + found["test"][name]) / 2)
    assert len(together["mean"]) == 3


@pytest.mark.parametrize(
    ("flags", "asked"),
    [
        (("--gridsize", "1", "--simg", "0.25", "--ngroups", "3"), {"gridsize": 1, "s_img": 0.25, "n_groups": 3}),
        (("--gridsize", "2", "--simg", "1.0", "--ngroups", "2"), {"s_img": 1.0, "n_groups": 2}),
        ((*REQUIRED, "--neighbor-count", "2"), {"neighbor_count": 2}),
        ((*REQUIRED, "--probe-diameter-px", "12.5"), {"probe_diameter_px": 12.5}),
        ((*REQUIRED, "--rng-seed-subsample", "9"), {"rng_seed_subsample": 9}),
    ],
)
def test_every_flag_reaches_the_operation(splits, tmp_path, flags, asked):
    """Each by itself, and none without an effect: its answer differs from that of the other arguments."""
    done = ptychoparity("overlap", str(splits / "train.npz"), *flags, "--output", str(tmp_path))
    assert done.exit == 0, done.stderr
    found = json.loads((tmp_path / "train.json").read_text())
    plain = {"probe_diameter_px": 0.6 * 64}
    assert found == expected(splits / "train.npz", **plain | asked)
    averages = {name: value for name, value in found.items() if name.endswith("_avg")}
    without = expected(splits / "train.npz", **plain)
    assert averages != {name: without.get(name) for name in averages}
    assert ("metric_1_group_based_avg" in found) == (found["gridsize"] == 2)
    assert json.loads((tmp_path / "aggregate.json").read_text()) == {"splits": {"train": found}, "mean": averages}


def test_a_diameter_is_taken_from_the_probes_side(splits, tmp_path):
    done = ptychoparity("overlap", str(splits / "train.npz"), *REQUIRED, "--output", str(tmp_path))
    assert done.exit == 0, done.stderr
    found = json.loads((tmp_path / "train.json").read_text())
    assert found == expected(splits / "train.npz", probe_diameter_px=0.6 * 64)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("absent.npz", *REQUIRED), "absent.npz is not a file"),
        (("{train}", "--gridsize", "3", *REQUIRED[2:]), "gridsize=3"),
        (("{train}", "{train}", *REQUIRED), "train is not free"),
        (("{bare}", *REQUIRED), "lacks ycoords, probeGuess"),
        (("{text}", *REQUIRED), "cannot be read as NPZ"),
    ],
)
def test_mistakes_are_one_line_and_write_nothing(splits, tmp_path, arguments, words):
    np.savez(tmp_path / "bare.npz", xcoords=np.zeros(3))
    (tmp_path / "text.npz").write_text("not an archive")
    named = {"{train}": splits / "train.npz", "{bare}": tmp_path / "bare.npz", "{text}": tmp_path / "text.npz"}
    done = ptychoparity("overlap", *(str(named.get(a, a)) for a in arguments), "--output", str(tmp_path / "out"))
    assert done.exit == 2 and words in done.stderr and done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("flag", REQUIRED[::2])
def test_three_flags_are_required(splits, flag):
    at = REQUIRED.index(flag)
    done = ptychoparity("overlap", str(splits / "train.npz"), *REQUIRED[:at], *REQUIRED[at + 2 :])
    assert done.exit == 2 and flag in done.stderr
