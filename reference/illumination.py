"""Exit waves (PHYS.EXIT_WAVE, PHYS.PROBE.MASK.EFFECT, PHYS.PROBE.SMOOTH_*)."""

import numpy as np

from ptychoparity.reference.probe import disk, settled


def smooth(image: np.ndarray, sigma: float) -> np.ndarray:
    """A separable 3 x 3 Gaussian over (N, N), mirrored about the edge pixel; sigma = 0 is nothing."""
    if sigma == 0:
        return image
    weights = np.exp(-np.array([1.0, 0.0, 1.0]) / (2 * sigma**2))
    weights /= weights.sum()
    for axis in (0, 1):
        padded = np.pad(image, [(1, 1) if a == axis else (0, 0) for a in (0, 1)], mode="reflect")
        size = image.shape[axis]
        image = sum(w * np.take(padded, range(k, k + size), axis=axis) for k, w in enumerate(weights))
    return image


def illuminate(obj: np.ndarray, probe: np.ndarray, masked: bool, sigma: float) -> np.ndarray:
    """Exit waves (B, N, N, C) of object patches (B, N, N, C) under one probe (N, N) (PHYS.PROBE.SHARED)."""
    field = np.empty(obj.shape, dtype=complex)
    for b, c in np.ndindex(obj.shape[0], obj.shape[3]):
        wave = smooth(probe * obj[b, :, :, c], sigma)
        field[b, :, :, c] = wave * disk(len(probe)) if masked else wave
    return field


def known(obj: np.ndarray, masked: bool) -> np.ndarray:
    """1 where the text settles the exit wave, 0 about the edge of a mask."""
    here = settled(obj.shape[1]) if masked else np.ones(obj.shape[1:3])
    return np.broadcast_to(here[None, :, :, None], obj.shape)
