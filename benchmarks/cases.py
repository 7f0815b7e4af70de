"""What is timed, as data. Nothing here is drawn or imported from a framework."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

N = 64
"""Side of a pattern, px."""
M = 20
"""Side of what is stitched of a patch, px."""
FIELD = 1024
"""Side of a reconstruction whose resolution is asked for, px."""
K = 6
"""Neighbours a group is drawn from."""


@dataclass(frozen=True)
class Series:
    """One operation at growing sizes: the sizes share all but the size, so an exponent can be fitted."""

    name: str
    operation: str
    unit: str
    """What is counted."""
    sizes: tuple[int, ...]
    large: tuple[int, ...] = ()
    """Sizes only --large asks for."""
    given: dict[str, Any] = field(default_factory=dict)
    naive: tuple[str, ...] = ()
    """Plain ways to the same answer, timed in the same run (benchmarks/naive_*.py)."""


@dataclass(frozen=True)
class Case:
    """One series at one size."""

    series: Series
    size: int
    large: bool = False

    @property
    def id(self) -> str:
        return f"{self.series.name}-{self.size}"

    @property
    def result_bytes(self) -> int:
        """About what the answer of the case takes."""
        given = self.series.given
        if self.series.operation == "group_scan":
            pixels = self.size * given["gridsize"] ** 2 * N * N
            return pixels * (16 if given["truth"] else 8)
        if self.series.operation == "frc":
            return self.size * 8 * FIELD
        if self.series.operation == "normalize_diffraction":
            return self.size * N * N * 4
        return self.size * N * N * 8

    @property
    def input_bytes(self) -> int:
        """About what its inputs take; they exist twice, here and mapped in the worker's."""
        if self.series.operation == "frc":
            return self.size * 2 * FIELD * FIELD * 8
        images = self.series.given.get("positions", self.size)
        return images * N * N * (4 if self.series.operation in ("group_scan", "normalize_diffraction") else 8)

    @property
    def rows(self) -> list[int]:
        """Rows of each answer that come back and are compared with the oracle."""
        if self.series.operation == "reassemble_position":
            return [60, 100, 131]  # of the canvas
        if self.series.operation == "frc":
            return [0]
        return sorted({0, self.size // 3, self.size // 2, self.size - 1})


GROUPING = {"gridsize": 1, "truth": False}
LOOPS = ("ptychoparity.benchmarks.naive_patches:ShiftWhole", "ptychoparity.benchmarks.naive_patches:LoopOverPatches")
SERIES = (
    Series("group_scan-gs1", "group_scan", "positions", (1_000, 10_000, 100_000), given=GROUPING),
    Series("group_scan-gs2", "group_scan", "positions", (1_000, 3_000, 10_000), (100_000,),
           given={**GROUPING, "gridsize": 2}),
    Series("group_scan-gs1-truth", "group_scan", "positions", (1_000, 10_000, 100_000),
           given={**GROUPING, "truth": True}),
    Series("group_scan-gs2-truth", "group_scan", "positions", (1_000, 3_000, 10_000),
           given={"gridsize": 2, "truth": True}),
    # a group at each of 100,000 positions would be an answer of 26 GB: 40,000 groups are 10.5
    Series("group_scan-gs2-truth-many", "group_scan", "groups", (), (40_000,),
           given={"gridsize": 2, "truth": True, "positions": 100_000}),
    # 1,000 positions, 500 groups: timed in public with the TensorFlow backend of PtychoPINN, 12.3 s
    Series("group_scan-gs2-truth-half", "group_scan", "groups", (500,),
           given={"gridsize": 2, "truth": True, "positions": 1_000}),
    Series("reassemble_position", "reassemble_position", "patches", (1_000, 5_000, 20_000),
           naive=("ptychoparity.benchmarks.naive_splatting:Splatting",)),
    Series("extract_patches-gs2", "extract_patches", "groups", (500,), given={"gridsize": 2}, naive=LOOPS),
    Series("extract_patches-gs1", "extract_patches", "patches", (200, 1_000, 5_000), given={"gridsize": 1}),
    Series("diffract", "diffract", "waves", (200, 2_000, 10_000)),
    Series("normalize_diffraction", "normalize_diffraction", "patterns", (1_000, 10_000, 100_000)),
    Series("translate", "translate", "images", (200, 2_000, 10_000)),
    Series("frc-1024px", "frc", "pairs", (1,)),
)  # fmt: skip


def cases(large: bool = False) -> Iterator[Case]:
    """Every case, small before large within a series."""
    for series in SERIES:
        yield from (Case(series, size) for size in series.sizes)
        if large:
            yield from (Case(series, size, large=True) for size in series.large)
