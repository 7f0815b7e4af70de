"""What `compute_overlap_metrics` is asked, checked and drawn: all but the discs' areas (METRIC.OVERLAP.*)."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ptychoparity.backends.host import checks
from ptychoparity.backends.host.grouping import draw_groups
from ptychoparity.backends.host.rawdata import subsample

VERSION = "1.0"
C = 4
"""Images in a group at gridsize 2."""


@dataclass(frozen=True)
class Overlap:
    """The parameters of `compute_overlap_metrics`, which its answer repeats."""

    gridsize: int
    """1, or 2: groups of 4, and metric 1."""
    s_img: float
    """Share of the images kept."""
    n_groups: int
    neighbor_count: int = 6
    probe_diameter_px: float | None = None
    """px; has to be given, nothing here knows the probe."""
    rng_seed_subsample: int | None = None
    """None is seed 0."""

    @property
    def diameter(self) -> float:
        """px. Raises ValueError where none is given."""
        if self.probe_diameter_px is None:
            raise ValueError("probe_diameter_px is None: nothing here knows the probe, a diameter in px is asked for")
        return self.probe_diameter_px

    def drawn(self, coords: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Positions kept (n, 2) float64 of coords (M, 2), [x, y] px, and at gridsize 2 members (B, 4) of groups.

        Raises ValueError for parameters nothing can be computed from, and for gridsize 2 with fewer than 4 images.
        """
        seed = self.rng_seed_subsample or 0
        kept = subsample(len(coords), self._kept(coords), None, seed)
        positions = coords[kept].astype(np.float64)
        if self.gridsize == 1:
            return positions, None
        members = draw_groups(
            positions[:, 0], positions[:, 1], K=max(self.neighbor_count, C), nsamples=self.n_groups, seed=seed,
            gridsize=2, sequential_sampling=False, enable_oversampling=True, neighbor_pool_size=None,
        )  # fmt: skip
        return positions, members

    def _kept(self, coords: np.ndarray) -> int:
        """The number of images kept; ValueError for what has no overlap (METRIC.OVERLAP.DEGENERATE)."""
        checks.rank("coords", coords, "M", "2")
        checks.length("coords", coords, 1, 2, "[x, y]")
        checks.real("coords", coords)
        checks.finite("coords", coords)
        if self.gridsize not in (1, 2):
            raise ValueError(f"gridsize = {self.gridsize}: 1 or 2 is asked for")
        if not 0 < self.s_img <= 1:
            raise ValueError(f"s_img = {self.s_img:g}: a share above 0 and up to 1 is asked for")
        checks.at_least("n_groups", self.n_groups, 1)
        checks.at_least("neighbor_count", self.neighbor_count, 1)
        checks.positive("probe_diameter_px", self.diameter)
        kept = round(self.s_img * len(coords))
        if kept == 0:
            raise ValueError(f"s_img = {self.s_img:g} of {len(coords)} images is none at all")
        return kept

    def answer(self, group_based: float | None, image_based: float, group_to_group: float) -> dict[str, Any]:
        """The metrics found, metric 1 where there are groups, after the parameters they were taken with."""
        first = {} if group_based is None else {"metric_1_group_based_avg": group_based}
        return {
            "metrics_version": VERSION, **asdict(self), **first,
            "metric_2_image_based_avg": image_based, "metric_3_group_to_group_avg": group_to_group,
        }  # fmt: skip
