"""The benchmark measures what it says: inside the worker, of right answers, with the memory it took."""

import json
import sys
import zlib
from typing import Any

import numpy as np
import pytest

from ptychoparity.benchmarks import answers, cases, growth, inputs, record, runner
from tests.running import run

SMALL = {
    series.name: cases.Case(series, min(size for size in (*series.sizes, 150) if size > 131 or len(series.sizes) == 1))
    for series in cases.SERIES
}


@pytest.fixture(scope="module")
def bench():
    found = runner.Bench(runner.Clock())
    yield found
    found.stop()


def test_an_answer_that_stays_is_told_by_its_digest(bench):
    case = SMALL["diffract"]
    given = inputs.build(case)
    target = bench.target("numpy", "cpu")
    whole = target.call("diffract", given, 30).outputs["amplitude"]
    kept = target.call("diffract", given, 30, keep=[0, 3, 10**6]).outputs
    told = kept["arrays"]["amplitude"]
    assert (np.dtype(told["dtype"]), tuple(told["shape"])) == (whole.dtype, whole.shape)
    assert told["crc32"] == zlib.crc32(whole)
    assert told["squares"] == pytest.approx(float((whole.astype(float) ** 2).sum()), rel=1e-6)
    assert np.array_equal(told["rows"], whole[[0, 3]])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
def test_the_peak_is_that_of_one_call(bench):
    target = bench.target("numpy", "cpu")
    peaks = []
    for size in (600, 40):  # the larger call does not colour the next
        case = cases.Case(SMALL["diffract"].series, size)
        kept = target.call("diffract", inputs.build(case), 30, keep=[0]).outputs
        assert kept["peak"] >= kept["held"] > 1 << 20
        peaks.append(kept["peak"] - kept["held"])
    assert peaks[0] > case.result_bytes
    assert peaks[1] < peaks[0] / 2


@pytest.mark.parametrize("name", SMALL)
def test_the_oracle_itself_is_found_right(bench, name):
    before = bench.clock.seconds
    bench.call("numpy", "cpu", SMALL[name])
    assert bench.clock.seconds > before


@pytest.mark.parametrize("fault", ["SlightlyWrong", "WrongDtype", "ForgetsAnOutput"])
@pytest.mark.parametrize("name", ["group_scan-gs2", "reassemble_position", "translate"])
def test_a_wrong_answer_is_no_time(bench, fault, name):
    before = bench.clock.seconds
    with pytest.raises(runner.WrongAnswer, match=name):
        bench.call(f"tests.miniatures.wrong:{fault}", "cpu", SMALL[name])
    assert bench.clock.seconds == before


def test_groups_of_strangers_are_seen():
    case = SMALL["group_scan-gs2"]
    given = inputs.build(case)
    strangers = np.array([[0, 1, 2, 3], [5, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15]])
    kept: dict[str, dict[str, Any]] = {
        "X_full": {"squares": 2.0},
        "nn_indices": {"shape": (case.size, 4), "rows": strangers},
    }
    found = "; ".join(answers.groups_are_whole(case, given, kept))
    assert "mean energy" in found and "no neighbours" in found and "twice" in found


def test_the_plain_ways_agree_with_the_oracle(bench):
    series = cases.Series("few", "extract_patches", "groups", (12,), given={"gridsize": 2})
    for name in cases.LOOPS:
        bench.call(name, "cpu", cases.Case(series, 12))


@pytest.mark.parametrize("power", [1.0, 1.05, 2.0])
def test_exponents_of_made_up_times(power):
    sizes = [1_000, 10_000, 100_000]
    assert growth.exponent(sizes, [3e-6 * n**power for n in sizes]) == pytest.approx(power)
    assert growth.exponent(sizes[:2], [1.0, 2.0]) is None


def test_ratios_are_to_the_plain_ways_of_the_same_case():
    def row(backend, seconds, case="a-10"):
        return record.Row(case, "a", 10, "things", backend, "cpu", (seconds, 2 * seconds), 1, 1, 0, 0, seconds)

    rows = [
        row("pytorch", 0.1),
        row("ptychoparity.benchmarks.naive_patches:ShiftWhole", 2.0),
        row("pytorch", 0.1, "b-10"),
    ]
    assert record.ratios(rows[0], rows) == {"ShiftWhole": pytest.approx(20)}
    assert record.ratios(rows[1], rows) == record.ratios(rows[2], rows) == {}


def test_both_exponents_of_a_series_are_told():
    def row(size, seconds, user):
        return record.Row(f"a-{size}", "a", size, "things", "pytorch", "cpu", (seconds, 1.0), 1, 1, 0, 0, user)

    rows = [row(10, 0.01, 0.02), row(100, 0.2, 0.2), row(1_000, 0.9, 2.0)]
    (seconds,), (processor,) = (record.exponents(rows, of).values() for of in ("best", "user"))
    assert (round(seconds, 2), round(processor, 2)) == (0.98, 1.0)  # log10(0.9 / 0.01) / 2: the middle has no weight
    assert record.exponents([row(10, 0.01, 0.0), *rows[1:]], "user") == {}


def _make_bench(runs, *arguments):
    words = [
        sys.executable,
        "-P",
        "-m",
        "pytest",
        "benchmarks",
        "-p",
        "ptychoparity.benchmarks.plugin",
        "-q",
        "--benchmark-quiet",
        "--runs",
        str(runs),
        *arguments,
    ]
    return run(*words)


def test_a_run_leaves_its_numbers(tmp_path):
    done = _make_bench(tmp_path, "--backend", "numpy", "--device", "cpu", "-k", "diffract-200-numpy")
    assert done.exit == 0, done.stdout + done.stderr
    (path,) = tmp_path.glob("*-bench/bench.json")
    found = json.loads(path.read_text())
    (case,) = found["cases"]
    assert (case["case"], case["backend"], len(case["seconds"])) == ("diffract-200", "numpy", 9)
    assert 0 < case["best"] <= case["median"] and case["user"] >= 0
    assert found["versions"]["numpy@cpu"]["info"]["framework"] == "numpy"
    assert "diffract-200" in done.stdout and "written:" in done.stdout


def test_a_run_with_a_wrong_answer_fails(tmp_path):
    done = _make_bench(
        tmp_path, "--backend", "tests.miniatures.wrong:AlwaysWrong", "-k", "diffract-200-AlwaysWrong and cpu"
    )
    assert done.exit == 1
    assert "amplitude is off by" in done.stdout
