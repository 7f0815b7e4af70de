"""Operation `extract_patches`: the part of the object that belongs to each scan position."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ptychoparity.backends.host import checks
from ptychoparity.backends.tensorflow.bilinear import IMAGES, WEIGHTS, Weights, blend, split
from ptychoparity.backends.tensorflow.channels import from_channels, to_channels
from ptychoparity.backends.tensorflow.chunks import chunks
from ptychoparity.backends.tensorflow.framework import tf


def extract_patches(
    object: np.ndarray, coords_offsets: np.ndarray, coords_relative: np.ndarray, N: int
) -> dict[str, np.ndarray]:
    """Member c of group b stands at coords_offsets[b] - coords_relative[b, ..., c] (PHYS.EXTRACT.POSITION).

    object: (H, W) complex64. coords_offsets (B, 1, 2, 1), coords_relative (B, 1, 2, C): float, [x, y], px.
    Returns `patches` (B, N, N, C) complex64. Raises ValueError for other shapes, an unsupported N, a C that
    is no square, or values that are not finite.
    """
    checks.supported_size(N)
    check_object("object", object)
    _check_coordinates(coords_offsets, coords_relative)
    positions = tf.cast(coords_offsets, tf.float64) - tf.cast(coords_relative, tf.float64)
    return {"patches": cut_patches(object, positions, N)}


def cut_patches(object: np.ndarray, positions: tf.Tensor, N: int) -> np.ndarray:
    """Patches (B, N, N, C) complex64 of `object` (H, W) at `positions` (B, 1, 2, C) float64, [x, y] in px.

    Patch pixel [N/2, N/2] lies on the position; outside the object is 0 (PHYS.EXTRACT.CENTRE, METHOD).
    """
    B, C = positions.shape[0], positions.shape[3]
    side = N + 1
    # every window that touches the object and an empty one at each end, as a view: window k starts at pixel k - side;
    # the host selects, for it copies whole lines where a gather goes pixel by pixel
    windows = sliding_window_view(np.pad(object.astype(np.complex64, copy=False), side), (side, side))
    limit = tf.constant(max(windows.shape[:2]), tf.int64)
    column, row = (split(tf.reshape(positions[:, 0, axis] - N // 2, [-1]), limit) for axis in (0, 1))
    rows = np.clip(row.whole.numpy() + side, 0, windows.shape[0] - 1)
    columns = np.clip(column.whole.numpy() + side, 0, windows.shape[1] - 1)
    patches = np.empty((B, N, N, C), np.complex64)
    for part in chunks(B, C * N * N):
        flat = slice(part.start * C, part.stop * C)
        neighbours = to_channels(windows[rows[flat], columns[flat]])
        patches[part] = from_channels(_sample(neighbours, row.at(flat), column.at(flat), tf.constant(C)))
    return patches


@tf.function(input_signature=[IMAGES, WEIGHTS, WEIGHTS, tf.TensorSpec([], tf.int32)], autograph=False)
def _sample(neighbours: tf.Tensor, rows: Weights, columns: Weights, C: tf.Tensor) -> tf.Tensor:
    """Neighbours (P, N+1, N+1, 2) of the pixels of P = B * C patches -> patches (B, N, N, C, 2)."""
    blended = blend(neighbours, rows, columns)
    _, height, width, _ = tf.unstack(tf.shape(blended))
    return tf.transpose(tf.reshape(blended, [2, height, width, -1, C]), [3, 1, 2, 4, 0])


def check_object(name: str, object: np.ndarray) -> None:
    """ValueError unless the object is two-dimensional, not empty and finite."""
    checks.rank(name, object, "H", "W")
    checks.not_empty(name, object)
    checks.single_precision(name, object)


def _check_coordinates(coords_offsets: np.ndarray, coords_relative: np.ndarray) -> None:
    for name, array in (("coords_offsets", coords_offsets), ("coords_relative", coords_relative)):
        checks.rank(name, array, "B", "1", "2", "C")
        checks.length(name, array, 1, 1, "one group axis")
        checks.length(name, array, 2, 2, "[x, y]")
        checks.real(name, array)
        checks.finite(name, array)
    checks.length("coords_offsets", coords_offsets, 3, 1, "one centre per group")
    checks.square_channels("coords_relative", coords_relative)
    checks.same_count("coords_relative", coords_relative, "coords_offsets", len(coords_offsets))
