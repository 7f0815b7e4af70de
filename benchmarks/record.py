"""What a benchmark leaves: rows of measurements, the table people read, `bench.json`."""

import os
import platform
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import growth
from harness import storage

PLAIN = "benchmarks."
"""Where the plain ways live: their names begin with it, a backend's does not."""


@dataclass(frozen=True)
class Row:
    """One case with one backend (or one plain way) on one device."""

    case: str
    series: str
    size: int
    unit: str
    backend: str
    device: str
    seconds: tuple[float, ...]
    input_bytes: int
    result_bytes: int
    held_bytes: int
    """The worker's memory before the last call: framework, inputs."""
    peak_bytes: int
    """The most it held during it."""

    @property
    def best(self) -> float:
        return min(self.seconds)

    @property
    def growth_of_memory(self) -> float:
        """What a call took of memory, in sizes of its inputs (mapped when they are read) and answer together."""
        return (self.peak_bytes - self.held_bytes) / max(1, self.input_bytes + self.result_bytes)


def exponents(rows: Iterable[Row]) -> dict[tuple[str, str, str], float]:
    """By series, backend and device; only where three sizes were timed."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.series, row.backend, row.device), []).append(row)
    found = {key: growth.exponent([r.size for r in g], [r.best for r in g]) for key, g in groups.items()}
    return {key: value for key, value in found.items() if value is not None}


def naive_of(row: Row, rows: Iterable[Row]) -> list[Row]:
    """The plain ways timed at the same case on the same device."""
    if row.backend.startswith(PLAIN):
        return []
    return [r for r in rows if (r.case, r.device) == (row.case, row.device) and r.backend.startswith(PLAIN)]


def ratios(row: Row, rows: Iterable[Row]) -> dict[str, float]:
    """How many times faster than each plain way."""
    return {plain.backend.rpartition(":")[2]: plain.best / row.best for plain in naive_of(row, rows)}


def table(rows: list[Row]) -> Table:
    """Case, backend, best, median, per item, memory, how many times faster than the plain way, exponent."""
    found = Table(title="Seconds inside the worker; every timed answer was checked")
    found.add_column("case")
    found.add_column("backend")
    for name in ("k", "best s", "median s", "µs per item", "result MB", "peak MB", "/ in+out"):
        found.add_column(name, justify="right")
    found.add_column("times faster than")
    found.add_column("exponent", justify="right")
    slopes, last = exponents(rows), {(r.series, r.backend, r.device): r for r in rows}
    for row in rows:
        key = (row.series, row.backend, row.device)
        slope = slopes.get(key) if last[key] is row else None
        found.add_row(
            row.case, f"{row.backend.rpartition(':')[2]}@{row.device}", str(len(row.seconds)), f"{row.best:.4f}",
            f"{statistics.median(row.seconds):.4f}", f"{1e6 * row.best / row.size:.2f}",
            f"{row.result_bytes / 1e6:.1f}", f"{row.peak_bytes / 1e6:.0f}", f"{row.growth_of_memory:.2f}",
            ", ".join(f"{name} {ratio:.3g} x" for name, ratio in ratios(row, rows).items()),
            "" if slope is None else f"{slope:.2f}{'' if slope <= growth.TARGET else ' !'}",
        )  # fmt: skip
    return found


def document(rows: list[Row], skipped: list[str], versions: dict[str, Any], load: float) -> dict[str, Any]:
    """What `bench.json` holds."""
    return {
        "made": storage.now(),
        "machine": {"system": platform.platform(), "processor": platform.processor() or platform.machine(),
                    "cores": os.cpu_count(), "load_before": round(load, 2)},
        "versions": versions,
        "cases": [{**asdict(row), "best": row.best, "median": statistics.median(row.seconds),
                   "faster": ratios(row, rows)} for row in rows],
        "exponents": [{"series": s, "backend": b, "device": d, "exponent": value, "target": growth.TARGET}
                      for (s, b, d), value in exponents(rows).items()],
        "skipped": skipped,
    }  # fmt: skip


def write(runs: Path, found: dict[str, Any]) -> Path:
    """`runs/<time>-bench/bench.json`, never half written."""
    stamp = found["made"].replace("+00:00", "Z").replace(":", "")
    path = runs / f"{stamp}-bench" / "bench.json"
    storage.write_json(path, found)
    return path


def show(rows: list[Row], skipped: list[str], console: Console | None = None) -> None:
    """The table, what was not timed, and which series grow faster than they should."""
    console = console or Console(width=190)
    console.print(table(rows))
    for line in skipped:
        console.print(f"not timed: {line}", style="yellow", highlight=False)
    late = [f"{s} {b}@{d} {v:.2f}" for (s, b, d), v in exponents(rows).items() if v > growth.TARGET]
    console.print(f"exponents above {growth.TARGET}: {', '.join(late) or 'none'}", highlight=False)
