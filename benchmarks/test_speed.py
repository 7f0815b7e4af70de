"""One item a case, a backend and a device. It fails when a timed answer is wrong, never for being slow."""

from statistics import mean
from typing import Any

import pytest

from ptychoparity.benchmarks import runner
from ptychoparity.benchmarks.cases import Case
from ptychoparity.benchmarks.plugin import ROWS, SKIPPED
from ptychoparity.benchmarks.record import PLAIN, Row


def test_speed(case: Case, name: str, device: str, bench: runner.Bench, benchmark: Any, request: Any) -> None:
    try:
        bench.require_room(case)
        target = bench.target(name, device)
    except runner.Unavailable as why:
        request.config.stash[SKIPPED].append(f"{case.id}, {name}@{device}: {why}")
        pytest.skip(str(why))
    if case.series.operation not in target.description["operations"]:
        pytest.skip(f"{name} does not claim {case.series.operation}")
    times = 1 if name.startswith(PLAIN) and case.series.operation == "extract_patches" else runner.rounds(case)
    kept = benchmark.pedantic(bench.call, (name, device, case), rounds=times, warmup_rounds=int(times > 2))
    size = runner.result_bytes(kept["arrays"])
    # the last calls are the timed ones: what went before is the warm-up, where a framework builds its graphs
    seconds = tuple(benchmark.stats.stats.data)
    row = Row(case.id, case.series.name, case.size, case.series.unit, name, device, seconds,
              runner.array_bytes(bench.inputs(case)), size, kept["held"], kept["peak"],
              mean(bench.user[name, device, case.id][-times:]))  # fmt: skip
    request.config.stash[ROWS].append(row)
    benchmark.extra_info.update(peak_bytes=row.peak_bytes, result_bytes=size)
    if case.large and device == "cpu" and row.peak_bytes:
        assert row.peak_bytes < runner.LIMIT_OF_PEAK * size, f"{name} held {row.peak_bytes / size:.2f} x its answer"
