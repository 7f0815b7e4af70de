"""Operation `observe`: simulated diffraction patterns with Poisson noise."""

import math

import numpy as np
import torch

from ptychoparity.backends.host import scales, simulation
from ptychoparity.backends.pytorch.bridge import HOST, chunks, tensor


def observe(
    object: np.ndarray, probe: np.ndarray, nphotons: float, seed: int, *, device: torch.device
) -> dict[str, np.ndarray]:
    """Counts drawn at the intensity of s * probe * object, nphotons a pattern on average (PHYS.POISSON.SAMPLE).

    object: (B, N, N, C) complex64; probe: (N, N) complex64. Returns counts (B, N, N, C) int64, photons;
    X = sqrt(counts) / s and Y_I = |probe * object| (B, N, N, C) float32; Y_phi = arg object, rad, float32;
    intensity_scale s, a float64 scalar (PHYS.SCALE.DATASET, PHYS.SCALE.SIM_SYMMETRY). Raises ValueError for shapes
    that disagree, an unsupported N, nphotons not above 0, a negative seed, values not finite, and darkness.

    Fields and rates are float64: of 1e9 photons in a pixel float32 keeps no more than every 64th.
    """
    simulation.observation(object, probe, nphotons, seed)
    source, lit = tensor(object, HOST), tensor(probe, device, torch.complex128)[:, :, None]
    Y_I = torch.empty(object.shape, dtype=torch.float32)
    energy = 0.0
    for part in chunks(len(object), object[0].size, device):
        magnitude = (source[part].to(device, torch.complex128) * lit).abs()
        energy += magnitude.square().sum().item()
        Y_I[part] = magnitude
    scales.lit("object times probe", energy)
    scale = math.sqrt(nphotons * object.shape[0] * object.shape[3] / energy)
    # drawn on the host whatever the device: one seed is one draw
    generator = torch.Generator(device=HOST).manual_seed(seed)
    counts = torch.empty(object.shape, dtype=torch.int64)
    for part in chunks(len(object), object[0].size, device):
        waves = source[part].to(device, torch.complex128) * (lit * scale)
        spectrum = torch.fft.fft2(waves, dim=(1, 2), norm="ortho")
        rate = torch.fft.fftshift(spectrum.abs().square(), dim=(1, 2))
        counts[part] = torch.poisson(rate.cpu(), generator=generator).to(torch.int64)
    return {
        "counts": counts.numpy(),
        "X": (counts.double().sqrt_() / scale).float().numpy(),
        "Y_I": Y_I.numpy(),
        "Y_phi": tensor(object, device, torch.complex64).angle().cpu().numpy(),
        "intensity_scale": np.asarray(scale),
    }
