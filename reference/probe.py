"""The probe's gauge and mask (PHYS.PROBE.*, HOUSE.PROBE.GAUGE)."""

import numpy as np


def disk(N: int) -> np.ndarray:
    """(N, N) of 1 where the distance from the centre is below N//4 px, else 0 (PHYS.PROBE.MASK.RADIUS)."""
    k = np.arange(N) - N / 2 + 0.5
    return (np.hypot(k[:, None], k[None, :]) < N // 4).astype(float)


def normalize_probe(probe: np.ndarray, probe_scale: float) -> tuple[np.ndarray, float]:
    """probe / norm and norm = probe_scale * mean over all N*N pixels of |disk * probe|.

    PHYS.PROBE.SCALE, HOUSE.PROBE.GAUGE: the disk enters the mean, never the probe. Raises ValueError for a
    probe that is dark inside the disk.
    """
    norm = probe_scale * float(np.mean(np.abs(disk(len(probe)) * probe)))
    if norm == 0:
        raise ValueError("probe is zero everywhere inside the disk of radius N/4: it has no gauge")
    return probe / norm, norm
