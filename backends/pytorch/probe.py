"""Operations `probe_mask` and `default_probe`, and the disk and gauge that others need of a probe."""

import math

import numpy as np
import torch

from ptychoparity.backends.host import checks
from ptychoparity.backends.pytorch.bridge import tensor

BLUR = 4
"""Pixels at which the blur of the built-in probe is cut."""


def hard_disk(N: int, device: torch.device) -> torch.Tensor:
    """(N, N) bool: closer than N//4 px to the centre (PHYS.PROBE.MASK.RADIUS)."""
    return _within(N, N // 4, device)


def gauge(probe: torch.Tensor, probe_scale: float) -> float:
    """probe_scale * mean over all pixels of |disk * probe|, in float64 (HOUSE.PROBE.GAUGE)."""
    return probe_scale * (probe.abs().double() * hard_disk(len(probe), probe.device)).mean().item()


def _within(N: int, radius: float, device: torch.device) -> torch.Tensor:
    k = torch.arange(N, device=device, dtype=torch.float64) - N / 2 + 0.5
    return torch.hypot(k[:, None], k[None, :]) < radius


def probe_mask(probe: np.ndarray, masked: bool, *, device: torch.device) -> dict[str, np.ndarray]:
    """mask (N, N) float32, the disk of radius N/4 or 1 everywhere, and probe (N, N) complex64 under it.

    probe: (N, N) complex64; masked: whether there is a mask (PHYS.PROBE.MASK.*, HOUSE.PROBE.MASK). Raises ValueError
    for other shapes, an unsupported N and values that are not finite.
    """
    checks.probe(probe)
    values = tensor(probe, device, torch.complex64)
    mask = hard_disk(len(probe), device).float() if masked else torch.ones(probe.shape, device=device)
    return {"mask": mask.cpu().numpy(), "probe": (values * mask).cpu().numpy()}


def default_probe(N: int, probe_scale: float, *, device: torch.device) -> dict[str, np.ndarray]:
    """probe, the built-in one, and normalized, the same in the gauge; (N, N) complex64 (HOUSE.PROBE.DEFAULT).

    probe_scale: more than 0. Raises ValueError for an unsupported N and another scale.
    """
    checks.supported_size(N)
    checks.positive("probe_scale", probe_scale)
    # exp(-r^2 / 2 sigma^2) > 1/2 is a disk
    lit = _within(N, math.sqrt(2 * math.log(2)) * N / (0.7 * math.pi**2), device).double()
    distance = torch.arange(-BLUR, BLUR + 1, device=device, dtype=torch.float64)
    weights = torch.softmax(-distance.square() / 2, 0)
    for kernel in (weights[:, None], weights[None, :]):
        padding = (kernel.shape[0] // 2, kernel.shape[1] // 2)
        lit = torch.nn.functional.conv2d(lit[None, None], kernel[None, None], padding=padding)[0, 0]
    probe = (lit + 1e-9).to(torch.complex128)
    found = {"probe": probe, "normalized": probe / gauge(probe, probe_scale)}
    return {name: value.to(torch.complex64).cpu().numpy() for name, value in found.items()}
