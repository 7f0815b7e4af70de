"""Operation `evaluate_object`: a reconstructed object against the true one, every step named."""

import math
from typing import Any

import numpy as np
import torch

from ptychoparity.backends.host.evaluation import Evaluation
from ptychoparity.backends.host.metrics import both_lit
from ptychoparity.backends.pytorch.align import levelled, shift_between, shifted
from ptychoparity.backends.pytorch.bridge import tensor
from ptychoparity.backends.pytorch.frc import correlation, crossing, rings, thresholds
from ptychoparity.backends.pytorch.similarity import WEIGHTS, errors, ms_ssim, span, ssim

CROP = 2
"""Pixels cut from every side after registration, whose shift wraps around."""
UPSAMPLING = 50


def evaluate_object(
    truth: np.ndarray, prediction: np.ndarray, *, device: torch.device, **options: Any
) -> dict[str, Any]:
    """Every metric as a pair (amplitude, phase), after the steps asked for (HOUSE.METRIC.*, PHYS.PHASE.EVAL_ALIGN).

    truth, prediction: (H, W) complex; `options` are the fields of `Evaluation`. Returns mae, mse, psnr, ssim, ms_ssim,
    frc50, frc1over7 (2), frc (2, K), peak, data_range (2), absolute_error, shift (2), factor, removed (2, 3) and the
    list `steps`. Raises ValueError as `Evaluation.check`, and for a zero prediction to be scaled.
    """
    asked = Evaluation(**options)
    edge = asked.offset // 2 + (CROP if asked.register else 0)
    asked.check(truth, prediction, edge)
    t, p = (tensor(image, device, torch.complex128) for image in (truth, prediction))
    shift = torch.zeros(2, dtype=torch.float64)
    if asked.register:
        shift = shift_between(t, p, UPSAMPLING)
        p = shifted(p[None], shift[None])[0]
    both = torch.stack([t, p])[:, edge : t.shape[0] - edge, edge : t.shape[1] - edge]
    amplitudes, phases = both.abs(), both.angle()
    factor = torch.ones((), dtype=torch.float64)
    if asked.scale_amplitude:
        both_lit(*amplitudes.cpu().numpy())
        factor = amplitudes[0].mean() / amplitudes[1].mean()
        amplitudes = torch.stack([amplitudes[0], factor * amplitudes[1]])
    removed = torch.zeros(2, 3, dtype=torch.float64)
    if asked.phase_align != "none":
        phases, removed = levelled(phases, asked.phase_align)
    found = _pairs(amplitudes, phases, asked.peak)
    found |= {"absolute_error": _absolute(both), "shift": shift, "factor": factor, "removed": removed}
    return {name: value.cpu().numpy() for name, value in found.items()} | {"steps": asked.steps(edge)}


def _pairs(amplitudes: torch.Tensor, phases: torch.Tensor, peak: float | None) -> dict[str, torch.Tensor]:
    """The metrics in their order; amplitudes and phases (2, H, W), each truth before prediction."""
    t, p = (torch.stack([amplitudes[i], phases[i]]) for i in (0, 1))
    ranges = torch.stack([span(t[:1])[0], t.new_tensor(2 * math.pi)])
    peaks = ranges if peak is None else torch.full_like(ranges, peak)
    true, predicted = ((phase[None] + math.pi) / (2 * math.pi) for phase in phases)
    similar = torch.cat([ssim(t[:1], p[:1], ranges[:1]), ssim(true, predicted, t.new_ones(1))])
    scales = torch.cat([ms_ssim(t[:1], p[:1], 1.0, len(WEIGHTS)), ms_ssim(true, predicted, 0.0, len(WEIGHTS))])
    n = min(t.shape[1:])
    top, left = ((side - n) // 2 for side in t.shape[1:])
    ring, count = rings(n, t.device)
    middle = (slice(None), slice(top, top + n), slice(left, left + n))
    curve = correlation(t[middle], p[middle], ring, len(count))
    levels = thresholds(count)
    found = errors(t, p, peaks) | {"ssim": similar, "ms_ssim": scales}
    found |= {name: crossing(curve, levels[name], count) for name in ("frc50", "frc1over7")}
    return found | {"frc": curve, "peak": peaks, "data_range": ranges}


def _absolute(both: torch.Tensor) -> torch.Tensor:
    """|truth - e^(i angle) prediction| / |truth| at the best angle: the scale counts (HOUSE.METRIC.ABSOLUTE)."""
    t, p = both
    angle = (t * p.conj()).sum().angle()
    turned = torch.polar(torch.ones_like(angle), angle) * p
    return torch.linalg.vector_norm(t - turned) / torch.linalg.vector_norm(t)
