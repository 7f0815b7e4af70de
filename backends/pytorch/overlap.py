"""Operation `compute_overlap_metrics`: how much the discs around scan positions overlap, in float64."""

import math
from typing import Any

import numpy as np
import torch

from ptychoparity.backends.host.neighbours import nearest_others, pairs_within
from ptychoparity.backends.host.overlap import Overlap
from ptychoparity.backends.pytorch.bridge import tensor


def compute_overlap_metrics(coords: np.ndarray, *, device: torch.device, **parameters: Any) -> dict[str, Any]:
    """Metrics 1 (gridsize 2 only) to 3 of one split, with the parameters they were taken with (METRIC.OVERLAP.*).

    coords: (M, 2), [x, y] px; `parameters` are the fields of `Overlap`. Raises ValueError as `Overlap.drawn`.
    """
    asked = Overlap(**parameters)
    host, members = asked.drawn(coords)
    diameter = asked.diameter
    centres = positions = tensor(host, device)
    first = None
    if members is not None:
        groups = positions[tensor(members, device)]
        first = _fraction(groups[:, 1:] - groups[:, :1], diameter).mean().item()
        centres = groups.mean(dim=1)
    second = _images(torch.unique(positions, dim=0), asked.neighbor_count, diameter)
    return asked.answer(first, second, _groups(centres, diameter))


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
