"""Merging a group's patches (HOUSE.MERGE.COMASKED, REASM.GS_GT1)."""

import numpy as np

from ptychoparity.reference.reassembly import place


def window(N: int, probe_big: bool) -> np.ndarray:
    """(N, N) of 1 where a patch counts: its central half, all of it for a large probe."""
    if probe_big:
        return np.ones((N, N))
    inside = np.zeros((N, N))
    inside[N // 4 : 3 * N // 4, N // 4 : 3 * N // 4] = 1
    return inside


def merge_patches(
    patches: np.ndarray, coords_relative: np.ndarray, L: int, probe_big: bool
) -> tuple[np.ndarray, np.ndarray]:
    """merged and weight (B, L, L) of patches (B, N, N, C) at -coords_relative (B, 1, 2, C) from the centre.

    One window for numerator and weight, no constant in the divisor, 0 where nothing reaches.
    """
    groups, N, _, channels = patches.shape
    inside = window(N, probe_big)
    numerator, weight = np.zeros((groups, L, L), dtype=complex), np.zeros((groups, L, L))
    for b in range(groups):
        for c in range(channels):
            centre = L / 2 - coords_relative[b, 0, :, c]
            numerator[b] += place(inside * patches[b, :, :, c], centre, L)
            weight[b] += place(inside, centre, L)
    return np.divide(numerator, weight, out=np.zeros_like(numerator), where=weight > 0), weight
