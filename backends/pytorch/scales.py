"""Operations `normalize_diffraction`, `intensity_scale`, `normalize_probe`: the scalars of the model's inputs."""

import math

import numpy as np
import torch

from ptychoparity.backends.host import checks, scales
from ptychoparity.backends.pytorch.bridge import HOST, chunks, empty, tensor
from ptychoparity.backends.pytorch.probe import gauge

Answer = dict[str, np.ndarray]


def _energy(stack: torch.Tensor) -> float:
    """Mean over the first axis of the summed squares, in float64: integers do not overflow (XFULL_UINT)."""
    total = torch.zeros((), dtype=torch.float64)
    for part in chunks(len(stack), stack[0].numel(), HOST):
        total += stack[part].double().square().sum()
    return total.item() / len(stack)


def normalize_diffraction(diffraction: np.ndarray) -> Answer:
    """normalized = scale * diffraction, of mean energy (N/2)^2 per pattern (DATA.GROUP.XFULL_FORMULA).

    diffraction: (B, N, N, C), not negative, sqrt(photons). Returns normalized (B, N, N, C) float32 and scale, a
    float64 scalar. Raises ValueError for other shapes, values not finite or negative, and darkness.
    """
    scales.patterns(diffraction)
    stack = tensor(diffraction, HOST)
    energy = _energy(stack) / diffraction.shape[3]
    scales.lit("diffraction", energy)
    scale = diffraction.shape[1] / 2 / math.sqrt(energy)
    normalized = empty(stack.shape, np.float32)
    torch.mul(stack.to(torch.float32), scale, out=normalized)
    return {"normalized": normalized.numpy(), "scale": np.asarray(scale)}


def intensity_scale(nphotons: float, N: int, field: np.ndarray | None) -> Answer:
    """scale = sqrt(nphotons) / (N/2), or sqrt(nphotons / mean energy of the exit waves) where they are given.

    field: (B, N, N) complex64 or None. Returns scale, a float64 scalar. NORM.MODE.CLOSED, PHYS.SCALE.DATASET.
    Raises ValueError for an unsupported N, nphotons not above 0, another shape, or darkness.
    """
    scales.photons(nphotons, N, field)
    if field is None:
        return {"scale": np.asarray(math.sqrt(nphotons) / (N / 2))}
    energy = _energy(torch.view_as_real(tensor(field, HOST, torch.complex64)))
    scales.lit("field", energy)
    return {"scale": np.asarray(math.sqrt(nphotons / energy))}


def normalize_probe(probe: np.ndarray, probe_scale: float, *, device: torch.device) -> Answer:
    """probe / norm, norm = probe_scale * mean over N*N of |disk * probe| (PHYS.PROBE.SCALE, HOUSE.PROBE.GAUGE).

    probe: (N, N) complex64. Returns probe (N, N) complex64 and norm, a float64 scalar. Raises ValueError for other
    shapes, values not finite, a scale not above 0, and a probe dark inside the disk.
    """
    checks.probe(probe)
    checks.positive("probe_scale", probe_scale)
    values = tensor(probe, device, torch.complex64)
    norm = gauge(values, probe_scale)
    scales.lit("probe inside the disk of radius N/4", norm)
    return {"probe": (values / norm).cpu().numpy(), "norm": np.asarray(norm)}
