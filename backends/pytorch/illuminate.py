"""Operation `illuminate`: exit waves, object patches under the probe."""

import math

import numpy as np
import torch

from ptychoparity.backends.host import simulation
from ptychoparity.backends.pytorch.bridge import HOST, chunks, empty, tensor
from ptychoparity.backends.pytorch.probe import hard_disk


def illuminate(
    object: np.ndarray, probe: np.ndarray, masked: bool, sigma: float, *, device: torch.device
) -> dict[str, np.ndarray]:
    """smooth(probe * object), under the disk of radius N/4 where `masked` (PHYS.EXIT_WAVE, PHYS.PROBE.*).

    object: (B, N, N, C) complex64; probe: (N, N) complex64, one for all channels; sigma: px, 0 is no smoothing.
    Returns field (B, N, N, C) complex64. Raises ValueError for shapes that disagree, an unsupported N, a negative
    sigma and values that are not finite.
    """
    simulation.illumination(object, probe, sigma)
    source = tensor(object, HOST)
    lit = tensor(probe, device, torch.complex64)[:, :, None]
    disk = hard_disk(object.shape[1], device).float()[:, :, None] if masked else None
    field = empty(object.shape, np.complex64)
    for part in chunks(len(object), object[0].size, device):
        waves = _smooth(source[part].to(device, torch.complex64) * lit, sigma)
        field[part] = waves if disk is None else waves * disk
    return {"field": field.numpy()}


def _smooth(waves: torch.Tensor, sigma: float) -> torch.Tensor:
    """A separable 3 x 3 Gaussian along rows and columns, mirrored about the edge pixel (PHYS.PROBE.SMOOTH_*)."""
    if sigma == 0:
        return waves
    side = math.exp(-1 / (2 * sigma**2))
    middle, side = 1 / (1 + 2 * side), side / (1 + 2 * side)
    for axis in (1, 2):
        length = waves.shape[axis]
        before = torch.arange(-1, length - 1, device=waves.device).abs()
        after = length - 1 - (torch.arange(length - 2, -2, -1, device=waves.device)).abs()
        beside = waves.index_select(axis, before) + waves.index_select(axis, after)
        waves = middle * waves + side * beside
    return waves
