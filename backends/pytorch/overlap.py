"""Operation `compute_overlap_metrics`: how much the discs around scan positions overlap, in float64."""

import math
from typing import Any

import numpy as np
import torch

from backends.host.grouping import draw_groups
from backends.host.metrics import overlap
from backends.host.neighbours import nearest_others, pairs_within
from backends.host.rawdata import subsample
from backends.pytorch.bridge import tensor

C = 4
"""Images in a group at gridsize 2."""


def compute_overlap_metrics(
    coords: np.ndarray,
    gridsize: int,
    s_img: float,
    n_groups: int,
    neighbor_count: int = 6,
    probe_diameter_px: float | None = None,
    rng_seed_subsample: int | None = None,
    *,
    device: torch.device,
) -> dict[str, Any]:
    """Metrics 1 (gridsize 2 only) to 3 of one split, with the parameters they were taken with (METRIC.OVERLAP.*).

    coords: (M, 2), [x, y] px. s_img: share of the images kept. probe_diameter_px: px, has to be given. Seed None is
    seed 0. Raises ValueError for parameters nothing can be computed from, and for gridsize 2 with fewer than 4 images.
    """
    kept = overlap(coords, gridsize, s_img, n_groups, neighbor_count, probe_diameter_px)
    seed = rng_seed_subsample or 0
    host = coords[subsample(len(coords), kept, None, seed)].astype(np.float64)
    positions = tensor(host, device)
    found = {}
    centres = positions
    if gridsize == 2:
        members = draw_groups(
            host[:, 0], host[:, 1], K=max(neighbor_count, C), nsamples=n_groups, seed=seed, gridsize=2,
            sequential_sampling=False, enable_oversampling=True, neighbor_pool_size=None,
        )  # fmt: skip
        groups = positions[tensor(members, device)]
        found["metric_1_group_based_avg"] = _fraction(groups[:, 1:] - groups[:, :1], probe_diameter_px).mean().item()
        centres = groups.mean(dim=1)
    found["metric_2_image_based_avg"] = _images(torch.unique(positions, dim=0), neighbor_count, probe_diameter_px)
    found["metric_3_group_to_group_avg"] = _groups(centres, probe_diameter_px)
    return {
        "metrics_version": "1.0", "gridsize": gridsize, "s_img": s_img, "n_groups": n_groups,
        "neighbor_count": neighbor_count, "probe_diameter_px": probe_diameter_px,
        "rng_seed_subsample": rng_seed_subsample, **found,
    }  # fmt: skip


def _fraction(apart: torch.Tensor, diameter: float) -> torch.Tensor:
    """Shared area of two discs over one disc's, for differences (..., 2) of their centres (METRIC.OVERLAP.AREA)."""
    u = (torch.hypot(apart[..., 0], apart[..., 1]) / diameter).clamp(max=1.0)
    return (2 / math.pi) * (torch.acos(u) - u * torch.sqrt(1 - u * u))


def _images(unique: torch.Tensor, count: int, diameter: float) -> float:
    """Metric 2: each position to its nearest others; 0 where there is but one (METRIC.OVERLAP.2.FEW)."""
    if len(unique) == 1:
        return 0.0
    nearest = tensor(nearest_others(unique.cpu().numpy(), count), unique.device)
    return _fraction(unique[nearest] - unique[:, None], diameter).mean(dim=1).mean().item()


def _groups(centres: torch.Tensor, diameter: float) -> float:
    """Metric 3: each group to the groups nearer than the diameter, 0 where none is (METRIC.OVERLAP.3.ZERO)."""
    pairs = tensor(pairs_within(centres.cpu().numpy(), diameter), centres.device)
    apart = centres[pairs[:, 0]] - centres[pairs[:, 1]]
    near = torch.hypot(apart[:, 0], apart[:, 1]) < diameter
    pairs, fraction = pairs[near], _fraction(apart[near], diameter)
    ends, both = pairs.T.flatten(), fraction.repeat(2)
    total = torch.bincount(ends, both, len(centres))
    count = torch.bincount(ends, minlength=len(centres)).clamp(min=1)
    return (total / count).mean().item()
