"""Illuminate, diffract, expose (PHYS.EXIT_WAVE, PHYS.FFT.*, PHYS.SCALE.DATASET, PHYS.POISSON.SAMPLE)."""

import numpy as np

from ptychoparity.reference import optics, patches, scaling

CHUNK = 256
"""Patterns transformed at a time, which bounds the memory and changes no number."""


def ideal_amplitude(obj: np.ndarray, probe: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Far-field amplitude (n, N, N) float64 without noise: object (H, W) seen from positions (n, 2) = [x, y] px."""
    N = len(probe)
    found = np.empty((len(positions), N, N))
    for first in range(0, len(positions), CHUNK):
        seen = [patches.extract_patch(obj, position, N) for position in positions[first : first + CHUNK]]
        found[first : first + CHUNK] = optics.diffract(probe * np.stack(seen))
    return found


def dose_scale(ideal: np.ndarray, nphotons: float) -> float:
    """s that gives a pattern nphotons expected counts, averaged over the scan.

    PHYS.SCALE.DATASET: the transform keeps the energy, so that of the patterns is that of the exit waves.
    """
    return scaling.dataset_scale(nphotons, ideal)


def counts(random: np.random.Generator, amplitude: np.ndarray) -> np.ndarray:
    """Poisson counts (int64) of rate amplitude^2; the observation is their square root (PHYS.POISSON.SAMPLE)."""
    return random.poisson(amplitude**2)
