"""Simulated observations, and diffraction of partially coherent light (PHYS.POISSON.*, PHYS.SCALE.*)."""

from typing import Any

import numpy as np

from ptychoparity.reference import inputs, optics, scaling
from ptychoparity.reference.simulation import exposure


def observe(object: np.ndarray, probe: np.ndarray, nphotons: float, seed: int) -> dict[str, Any]:
    """Counts of a detector behind object patches (B, N, N, C) under one probe (N, N); see the contract `observe`.

    PHYS.POISSON.SAMPLE: counts are drawn at the rate ideal_amplitude^2 (for the comparison alone: no noise in it).
    PHYS.SCALE.SIM_SYMMETRY: X and Y_I are both divided by the scale again, the phase is the object's own.
    """
    inputs.under_probe(object, probe)
    inputs.positive(nphotons=nphotons)
    if seed < 0:
        raise ValueError(f"seed={seed}: 0 or more is asked for")
    inputs.finite(object=object, probe=probe)
    exit_waves = np.asarray(object, dtype=complex) * np.asarray(probe, dtype=complex)[:, :, None]
    patterns = exit_waves.transpose(0, 3, 1, 2)
    if not patterns.any():
        raise ValueError("object and probe: every exit wave is zero, no scale gives it photons")
    scale = scaling.dataset_scale(nphotons, patterns.reshape(-1, *probe.shape))
    amplitude = optics.diffract(scale * patterns).transpose(0, 2, 3, 1)
    counts = exposure.counts(np.random.default_rng(seed), amplitude)
    return {
        "counts": counts, "X": np.sqrt(counts) / scale, "Y_I": np.abs(exit_waves), "Y_phi": np.angle(object),
        "intensity_scale": np.asarray(scale), "ideal_amplitude": amplitude,
    }  # fmt: skip


def diffract_modes(field: np.ndarray) -> dict[str, Any]:
    """HOUSE.DIFFRACT.INCOHERENT: amplitude (B, N, N) = sqrt(sum over modes of intensity) of field (B, P, N, N)."""
    inputs.rank("field", field, "B, P, N, N")
    inputs.square("field", field, 2)
    inputs.size(field.shape[2])
    if not field.shape[1]:
        raise ValueError(f"field has shape {field.shape}: at least one mode is asked for")
    inputs.finite(field=field)
    intensity = np.zeros((len(field), *field.shape[2:]))
    for mode in range(field.shape[1]):
        intensity += optics.diffract(np.asarray(field[:, mode], dtype=complex)) ** 2
    return {"amplitude": np.sqrt(intensity)}
