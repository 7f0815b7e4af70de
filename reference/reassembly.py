"""Stitching patches at their scan positions (REASM.*, HOUSE.REASM.*)."""

from math import ceil

import numpy as np

from ptychoparity.reference.patches import sample_bilinear


def canvas_side(centred: np.ndarray, M: int) -> int:
    """L = M + 2 * even(ceil(max |D|)): nothing is clipped and the centre does not move.

    REASM.CANVAS, REASM.ODD_PAD. Rounding to 6 decimals first keeps a mean that is off by one ulp from
    adding two pixels.
    """
    pad = ceil(round(float(np.max(np.abs(centred), initial=0.0)), 6))
    return M + 2 * (pad + pad % 2)


def place(patch: np.ndarray, centre: np.ndarray, L: int) -> np.ndarray:
    """`patch` (M, M) on a dark L x L canvas, its index M/2 at column centre[0], row centre[1].

    REASM.PLACE. Written as a gather: canvas pixel i shows patch index i - centre + M/2.
    """
    half = patch.shape[0] // 2
    rows = np.arange(L)[:, None] - centre[1] + half
    columns = np.arange(L)[None, :] - centre[0] + half
    return sample_bilinear(patch, rows, columns)


def reassemble_position(patches: np.ndarray, global_offsets: np.ndarray, M: int) -> dict[str, np.ndarray]:
    """Stitch patches (B, N, N, 1) at global_offsets (B, 1, 2, 1) = [x, y] px into one canvas.

    Returns canvas, numerator (L, L) complex, weight (L, L), canvas_origin (2,) = [x, y] px of canvas pixel
    (0, 0). REASM.CENTER, REASM.OVERLAP_NORM, HOUSE.REASM.ORIGIN; HOUSE.REASM.M: odd M or M > N is an error.
    """
    N = patches.shape[1]
    if M < 2 or M % 2 or M > N:
        raise ValueError(f"M={M}: an even number from 2 to N={N} is asked for")
    positions = np.asarray(global_offsets, dtype=float).reshape(-1, 2)
    mean = positions.mean(axis=0)
    L = canvas_side(positions - mean, M)
    first = N // 2 - M // 2
    numerator = np.zeros((L, L), dtype=complex)
    weight = np.zeros((L, L))
    for patch, position in zip(patches[..., 0], positions, strict=True):
        centre = L / 2 + position - mean
        numerator += place(patch[first : first + M, first : first + M], centre, L)
        weight += place(np.ones((M, M)), centre, L)
    canvas = np.divide(numerator, weight, out=np.zeros_like(numerator), where=weight > 0)
    return {"canvas": canvas, "canvas_origin": mean - L / 2, "numerator": numerator, "weight": weight}
