"""The probe: its mask, its gauge, the one that is built in (PHYS.PROBE.*, HOUSE.PROBE.*)."""

from typing import Any

import numpy as np

from ptychoparity.reference import inputs


def disk(N: int) -> np.ndarray:
    """(N, N) of 1 where the distance from the centre is below N//4 px, else 0 (PHYS.PROBE.MASK.RADIUS)."""
    k = np.arange(N) - N / 2 + 0.5
    return (np.hypot(k[:, None], k[None, :]) < N // 4).astype(float)


def settled(N: int) -> np.ndarray:
    """(N, N) of 0 within 5 px of the disk's edge, as far as a blur of 7 x 7 pixels reaches, else 1."""
    k = np.arange(N) - N / 2 + 0.5
    beyond = np.hypot(k[:, None], k[None, :]) - N // 4
    return (np.abs(beyond) > 5).astype(float)


def normalize_probe(probe: np.ndarray, probe_scale: float) -> tuple[np.ndarray, float]:
    """probe / norm and norm = probe_scale * mean over all N*N pixels of |disk * probe|.

    PHYS.PROBE.SCALE, HOUSE.PROBE.GAUGE: the disk enters the mean, never the probe. Raises ValueError for a
    probe that is dark inside the disk.
    """
    norm = probe_scale * float(np.mean(np.abs(disk(len(probe)) * probe)))
    if norm == 0:
        raise ValueError("probe is zero everywhere inside the disk of radius N/4: it has no gauge")
    return probe / norm, norm


def blur(image: np.ndarray) -> np.ndarray:
    """A Gaussian of sigma 1 px along rows and columns, cut at 4 px; nothing comes from outside."""
    weights = np.exp(-(np.arange(-4.0, 5.0) ** 2) / 2)
    weights /= weights.sum()
    size = len(image)
    for axis in (0, 1):
        padded = np.pad(image, [(4, 4) if a == axis else (0, 0) for a in (0, 1)])
        image = sum(w * np.take(padded, range(k, k + size), axis=axis) for k, w in enumerate(weights))
    return image


def built_in(N: int) -> np.ndarray:
    """(N, N) float: a disk where two Gaussian windows multiply to more than 1/2, blurred (HOUSE.PROBE.DEFAULT)."""
    k = np.arange(N) - N / 2 + 0.5
    window = np.exp(-(k**2) / (2 * (N / (0.7 * np.pi**2)) ** 2))
    return blur((window[:, None] * window[None, :] > 0.5).astype(float)) + 1e-9


def default_probe(N: int, probe_scale: float) -> dict[str, Any]:
    """The built-in probe, and in the gauge of `normalize_probe`; see the contract."""
    inputs.size(N)
    inputs.positive(probe_scale=probe_scale)
    probe = built_in(N).astype(complex)
    return {"probe": probe, "normalized": normalize_probe(probe, probe_scale)[0]}


def probe_mask(probe: np.ndarray, masked: bool) -> dict[str, Any]:
    """The mask in force, 1 everywhere when there is none, and the probe under it (PHYS.PROBE.MASK.EFFECT)."""
    inputs.rank("probe", probe, "N, N")
    inputs.square("probe", probe, 0)
    inputs.size(len(probe))
    inputs.finite(probe=probe)
    mask = disk(len(probe)) if masked else np.ones(probe.shape)
    return {"mask": mask, "probe": np.asarray(probe, dtype=complex) * mask}
