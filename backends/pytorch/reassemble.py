"""Operation `reassemble_position`: stitch patches into one canvas at their scan positions."""

import math

import numpy as np
import torch

from ptychoparity.backends.host import checks
from ptychoparity.backends.pytorch.bilinear import split
from ptychoparity.backends.pytorch.bridge import HOST, tensor
from ptychoparity.backends.pytorch.stitch import coverage, stitch


def reassemble_position(
    patches: np.ndarray, global_offsets: np.ndarray, M: int, *, device: torch.device
) -> dict[str, np.ndarray]:
    """The weighted mean of the central M x M of each patch, placed bilinearly; 0 where no patch reaches.

    patches: (B, N, N, 1) complex64. global_offsets: (B, 1, 2, 1) float, [x, y] px. M: even, at most N.
    Returns canvas and numerator (L, L) complex64, weight (L, L) float32, canvas_origin (2,) float64 [x, y]:
    the object position of canvas pixel [0, 0]. Raises ValueError for shapes that disagree, an M that does not
    fit and values that are not finite. REASM.PLACE, REASM.CANVAS, REASM.OVERLAP_NORM, HOUSE.REASM.ORIGIN.
    """
    _check(patches, global_offsets, M)
    positions = tensor(global_offsets, device, torch.float64).reshape(-1, 2)
    centre = positions.mean(0)
    displacements = positions - centre
    pad = _padding(displacements)
    L = M + 2 * pad
    # one ring of spare pixels takes what falls outside: weight 0, or below 1e-6 as the padding is rounded
    columns, rows = (split(axis + pad + 1) for axis in displacements.unbind(1))
    numerator = stitch(tensor(_centres(patches, M), HOST), rows, columns, L + 2)
    if not torch.isfinite(torch.view_as_real(numerator)).all():  # the whole stack is read only when it is bad
        checks.finite("patches", patches, np.float32)
    weight = coverage(M, rows, columns, L + 2)
    canvas = torch.where(weight > 0, numerator / weight, 0)
    return {
        "canvas": _inner(canvas, torch.complex64),
        "canvas_origin": (centre - L / 2).cpu().numpy(),
        "numerator": _inner(numerator, torch.complex64),
        "weight": _inner(weight, torch.float32),
    }


def _check(patches: np.ndarray, global_offsets: np.ndarray, M: int) -> None:
    """ValueError for what cannot be stitched (ERR.SHAPES, REASM.COUNT_MATCH, HOUSE.REASM.M)."""
    checks.rank("patches", patches, "B", "N", "N", "1")
    checks.square("patches", patches, 1, 2)
    checks.length("patches", patches, 3, 1, "one channel")
    checks.not_empty("patches", patches)
    checks.number("patches", patches)
    checks.rank("global_offsets", global_offsets, "B", "1", "2", "1")
    checks.same_count("patches", patches, "global_offsets", len(global_offsets))
    checks.length("global_offsets", global_offsets, 1, 1, "the format's second axis")
    checks.length("global_offsets", global_offsets, 2, 2, "x, y")
    checks.length("global_offsets", global_offsets, 3, 1, "one position per patch")
    checks.real("global_offsets", global_offsets)
    checks.finite("global_offsets", global_offsets)
    checks.at_least("M", M, 2)
    N = patches.shape[1]
    if M % 2 or M > N:
        raise ValueError(f"M = {M} must be even and at most N = {N}, the side of the patches")


def _padding(displacements: torch.Tensor) -> int:
    """Pixels on each side that hold the farthest patch, made even (REASM.CANVAS, REASM.ODD_PAD)."""
    pad = math.ceil(round(displacements.abs().max().item(), 6))
    return pad + pad % 2


def _centres(patches: np.ndarray, M: int) -> np.ndarray:
    """View (B, M, M): rows and columns N/2 - M/2 ... N/2 + M/2 - 1."""
    first = patches.shape[1] // 2 - M // 2
    return patches[:, first : first + M, first : first + M, 0]


def _inner(ringed: torch.Tensor, dtype: torch.dtype) -> np.ndarray:
    """Without the ring of spare pixels, on the host."""
    return ringed[1:-1, 1:-1].to(dtype).contiguous().cpu().numpy()
