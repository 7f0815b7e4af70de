"""The second public function of an operation, where the package has two."""

import numpy as np
import torch
from ptycho_torch.reassembly import VectorizedBarycentricAccumulator
from ptycho_torch.scaling_contract import derive_ci_experiment_statistics

from ptychoparity.backends.upstream.pytorch.layouts import array, channels_first, channels_last, tensor

Answer = dict[str, np.ndarray]
MARGIN = 2
"""Pixels about the canvas: the accumulator leaves out a patch that reaches its last two rows or columns."""
EMPTY = 1e-12
"""What the package adds to the weights that it divides by."""


def reassemble_position(patches: np.ndarray, global_offsets: np.ndarray, M: int) -> Answer:
    """`ptycho_torch.reassembly.VectorizedBarycentricAccumulator`, which takes a canvas and positions on it.

    The canvas is that of the contract. The package's own is larger, and its caller crops the patches.
    """
    N, positions = patches.shape[1], global_offsets.reshape(len(patches), 2).astype(np.float64)
    moved = positions - positions.mean(axis=0)
    pad = int(np.ceil(np.abs(moved).max().round(6)))
    size = M + 2 * (pad + pad % 2) + 2 * MARGIN
    canvas, weight = torch.zeros((size, size), dtype=torch.complex64), torch.zeros((size, size))
    cropped = tensor(patches[:, N // 2 - M // 2 : N // 2 + M // 2, N // 2 - M // 2 : N // 2 + M // 2, 0])
    at = tensor((moved + size / 2).astype(np.float32))
    VectorizedBarycentricAccumulator((size, size), torch.device("cpu")).accumulate_batch(canvas, weight, cropped, at, M)
    inner = slice(MARGIN, size - MARGIN)
    return {
        "canvas": array(canvas / (weight + EMPTY))[inner, inner],
        "numerator": array(canvas)[inner, inner],
        "weight": array(weight)[inner, inner],
    }


def normalize_diffraction(diffraction: np.ndarray) -> Answer:
    """`ptycho_torch.scaling_contract.derive_ci_experiment_statistics`: its `rms_input_scale`, times the patterns."""
    X = channels_first(diffraction)
    scale = derive_ci_experiment_statistics(X, diffraction.shape[1]).rms_input_scale
    return {"normalized": channels_last(X * scale), "scale": array(scale)}
