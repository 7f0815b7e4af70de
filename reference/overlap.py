"""How much the probe's positions overlap (METRIC.OVERLAP.*): discs on scan positions."""

from typing import Any

import numpy as np

from ptychoparity.reference import inputs
from ptychoparity.reference.grouping import draw_groups
from ptychoparity.reference.subsampling import subsample_scan

VERSION = "1.0"
C = 4
"""Images in a group at gridsize 2."""


def overlap_fraction(distance: float, diameter: float) -> float:
    """Shared area of two discs of one diameter over the area of one (METRIC.OVERLAP.AREA, FRACTION)."""
    R = diameter / 2
    if distance >= diameter:
        return 0.0
    area = 2 * R**2 * np.arccos(distance / (2 * R)) - distance / 2 * np.sqrt(4 * R**2 - distance**2)
    return float(area / (np.pi * R**2))


def group_based(positions: np.ndarray, groups: np.ndarray, diameter: float) -> float:
    """Metric 1: each group's first member to its others, all averaged (METRIC.OVERLAP.1)."""
    found = []
    for centre, *others in groups:
        distances = np.hypot(*(positions[others] - positions[centre]).T)
        found.append(np.mean([overlap_fraction(d, diameter) for d in distances]))
    return float(np.mean(found))


def image_based(positions: np.ndarray, count: int, diameter: float) -> float:
    """Metric 2: each unique position to its `count` nearest others, averaged (METRIC.OVERLAP.2)."""
    unique = np.unique(positions, axis=0)
    if len(unique) == 1:
        return 0.0
    found = []
    for i, one in enumerate(unique):
        distances = np.sort(np.hypot(*(np.delete(unique, i, axis=0) - one).T))[:count]
        found.append(np.mean([overlap_fraction(d, diameter) for d in distances]))
    return float(np.mean(found))


def group_to_group(centres: np.ndarray, diameter: float) -> float:
    """Metric 3: each group to the others nearer than the diameter, 0 where there are none, averaged."""
    found = []
    for i, one in enumerate(centres):
        distances = np.hypot(*(np.delete(centres, i, axis=0) - one).T)
        near = [overlap_fraction(d, diameter) for d in distances if d < diameter]
        found.append(float(np.mean(near)) if near else 0.0)
    return float(np.mean(found))


def compute_overlap_metrics(
    coords: np.ndarray,
    gridsize: int,
    s_img: float,
    n_groups: int,
    neighbor_count: int = 6,
    probe_diameter_px: float | None = None,
    rng_seed_subsample: int | None = None,
) -> dict[str, Any]:
    """The overlap of one split's positions (M, 2), [x, y] px; see the contract `compute_overlap_metrics`."""
    inputs.rank("coords", coords, "M, 2")
    if coords.shape[1] != 2:
        raise ValueError(f"coords has shape {coords.shape}, expected (M, 2)")
    inputs.real_and_finite(coords=coords)
    if gridsize not in (1, 2):
        raise ValueError(f"gridsize={gridsize} is not one of 1, 2")
    if not 0 < s_img <= 1:
        raise ValueError(f"s_img={s_img:g} is not a share in (0, 1]")
    for name, value in (("n_groups", n_groups), ("neighbor_count", neighbor_count)):
        if value < 1:
            raise ValueError(f"{name}={value}: at least 1 is asked for")
    if probe_diameter_px is None:
        raise ValueError("probe_diameter_px is None: a diameter in px is asked for")
    inputs.positive(probe_diameter_px=probe_diameter_px)
    kept = round(s_img * len(coords))
    if kept == 0:
        raise ValueError(f"s_img={s_img:g} keeps none of {len(coords)} images")
    seed = rng_seed_subsample or 0
    chosen = subsample_scan(len(coords), kept, None, seed)["sample_indices"]
    positions = np.asarray(coords, dtype=float)[chosen]
    answer: dict[str, Any] = {
        "metrics_version": VERSION, "gridsize": gridsize, "s_img": s_img, "n_groups": n_groups,
        "neighbor_count": neighbor_count, "probe_diameter_px": probe_diameter_px,
        "rng_seed_subsample": rng_seed_subsample,
    }  # fmt: skip
    centres = positions
    if gridsize == 2:
        groups = draw_groups(
            positions, K=max(neighbor_count, C), nsamples=n_groups, seed=seed, gridsize=2, sequential_sampling=False,
            enable_oversampling=True, neighbor_pool_size=None,
        ).members  # fmt: skip
        answer["metric_1_group_based_avg"] = group_based(positions, groups, probe_diameter_px)
        centres = positions[groups].mean(axis=1)
    answer["metric_2_image_based_avg"] = image_based(positions, neighbor_count, probe_diameter_px)
    answer["metric_3_group_to_group_avg"] = group_to_group(centres, probe_diameter_px)
    return answer
