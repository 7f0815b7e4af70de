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

from ptychoparity.benchmarks import growth
from ptychoparity.harness import storage

PLAIN = "ptychoparity.benchmarks."
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
    """The worker's memory when the clock started: framework, inputs."""
    peak_bytes: int
    """The most it held during it."""
    user: float
    """Mean processor time of a call, all cores together, without what the system took for it (pages, mostly).

    The mean, not the least: the kernel tells user's from system's time by samples, milliseconds apart.
    """

    @property
    def best(self) -> float:
        return min(self.seconds)

    @property
    def growth_of_memory(self) -> float:
        """What a call took of memory beyond its inputs, in sizes of its inputs and answer together."""
        return (self.peak_bytes - self.held_bytes) / max(1, self.input_bytes + self.result_bytes)


def exponents(rows: Iterable[Row], of: str) -> dict[tuple[str, str, str], float]:
    """By series, backend and device, of the times `best` or `user`; only where three sizes were timed."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.series, row.backend, row.device), []).append(row)
    found = {key: growth.exponent([r.size for r in g], [getattr(r, of) for r in g]) for key, g in groups.items()}
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
    found.add_column("exponent: seconds, processor", justify="right")
    slopes = exponents(rows, "best"), exponents(rows, "user")
    last = {(r.series, r.backend, r.device): r for r in rows}
    for row in rows:
        key = (row.series, row.backend, row.device)
        fitted = last[key] is row and key in slopes[0]
        found.add_row(
            row.case, f"{row.backend.rpartition(':')[2]}@{row.device}", str(len(row.seconds)), f"{row.best:.4f}",
            f"{statistics.median(row.seconds):.4f}", f"{1e6 * row.best / row.size:.2f}",
            f"{row.result_bytes / 1e6:.1f}", f"{row.peak_bytes / 1e6:.0f}", f"{row.growth_of_memory:.2f}",
            ", ".join(f"{name} {ratio:.3g} x" for name, ratio in ratios(row, rows).items()),
            ", ".join(marked(slope[key]) for slope in slopes if key in slope) if fitted else "",
        )  # fmt: skip
    return found


def marked(slope: float) -> str:
    """An exponent, with a mark where it is above the target."""
    return f"{slope:.2f}{'' if slope <= growth.TARGET else ' !'}"


def document(rows: list[Row], skipped: list[str], versions: dict[str, Any], load: float) -> dict[str, Any]:
    """What `bench.json` holds."""
    return {
        "made": storage.now(),
        "machine": {"system": platform.platform(), "processor": platform.processor() or platform.machine(),
                    "cores": os.cpu_count(), "load_before": round(load, 2)},
        "versions": versions,
        "cases": [{**asdict(row), "best": row.best, "median": statistics.median(row.seconds),
                   "faster": ratios(row, rows)} for row in rows],
        "exponents": [{"series": s, "backend": b, "device": d, "exponent": value,
                       "of_processor_time": exponents(rows, "user").get((s, b, d)), "target": growth.TARGET}
                      for (s, b, d), value in exponents(rows, "best").items()],
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
    for of, what in (("best", "seconds"), ("user", "processor time")):
        late = [f"{s} {b}@{d} {v:.2f}" for (s, b, d), v in exponents(rows, of).items() if v > growth.TARGET]
        console.print(f"exponents of {what} above {growth.TARGET}: {', '.join(late) or 'none'}", highlight=False)
