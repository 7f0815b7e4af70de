"""Operation `reassemble_position`: stitching patches into one canvas."""

import numpy as np

from backends.host import checks
from backends.tensorflow import refuse
from backends.tensorflow.bilinear import Split, blend, split
from backends.tensorflow.channels import to_channels
from backends.tensorflow.chunks import CHUNK_PIXELS, chunks
from backends.tensorflow.framework import tf


def reassemble_position(patches: np.ndarray, global_offsets: np.ndarray, M: int) -> dict[str, np.ndarray]:
    """Lay the central M x M of each patch at its position, divide by coverage (REASM.PLACE, OVERLAP_NORM).

    patches: (B, N, N, 1) complex64. global_offsets: (B, 1, 2, 1) float, [x, y] in px. M: even, 2 ... N.
    Returns `canvas` and `numerator` (L, L) complex64, `weight` (L, L) float32, `canvas_origin` (2) float64,
    [x, y] in px: the object pixel of canvas pixel [0, 0] (HOUSE.REASM.ORIGIN).
    Raises ValueError for other shapes or M, counts that differ, or values that are not finite.
    """
    _check(patches, global_offsets, M)
    positions = tf.cast(global_offsets[:, 0, :, 0], tf.float64)
    mean = tf.reduce_mean(positions, axis=0)
    displacements = positions - mean
    padding = _padding(displacements)
    side = M + 2 * padding
    # a border of one pixel takes up what rounding lets fall off the canvas
    size = (side + 2) ** 2
    numerator, weight = tf.zeros([size], tf.complex128), tf.zeros([size], tf.float64)
    # half the pixels at once, for their sums take float64, but no fewer than the canvas has: else adding up
    # whole canvases would become the larger work
    for part in chunks(len(patches), M * M, max(CHUNK_PIXELS // 2, size)):
        tiles = to_channels(_framed_centres(patches[part], M))
        numerator, weight = _add_tiles(numerator, weight, tiles, displacements[part], padding)
    return _answer(numerator, weight, mean, side)


def _padding(displacements: tf.Tensor) -> int:
    """Pixels p added on every side: the largest displacement, rounded up and made even (REASM.ODD_PAD)."""
    reach = tf.reduce_max(tf.abs(displacements))
    # rounding first: a displacement of 6 + 1e-13, which is noise of the mean, must not ask for a pixel more
    padding = int(tf.math.ceil(tf.round(reach * 1e6) / 1e6))
    return padding + padding % 2


def _framed_centres(patches: np.ndarray, M: int) -> np.ndarray:
    """The central M x M of patches (P, N, N, 1) in a frame of one zero pixel: (P, M+2, M+2) complex64."""
    N = patches.shape[1]
    centre = slice(N // 2 - M // 2, N // 2 + M // 2)
    framed = np.zeros((len(patches), M + 2, M + 2), np.complex64)
    framed[:, 1:-1, 1:-1] = patches[:, centre, centre, 0]
    return framed


@tf.function(
    input_signature=[
        tf.TensorSpec([None], tf.complex128),
        tf.TensorSpec([None], tf.float64),
        tf.TensorSpec([None, None, None, 2], tf.float32),
        tf.TensorSpec([None, 2], tf.float64),
        tf.TensorSpec([], tf.int64),
    ],
    autograph=False,
)
def _add_tiles(
    numerator: tf.Tensor, weight: tf.Tensor, tiles: tf.Tensor, displacements: tf.Tensor, padding: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Add framed tiles (P, M+2, M+2, 2), and ones in their place, to flat canvases of side M + 2*padding + 2.

    The reverse of sampling: a pixel is handed on to the next one, so that each receives `near` of its own value
    and `far` of the one before. Sums are taken in float64, for thousands of tiles may meet on one pixel.
    """
    M = tf.shape(tiles, tf.int64)[1] - 2
    width = M + 2 * padding + 2
    column, row = split(displacements[:, 0], width), split(displacements[:, 1], width)
    rows, columns = (axis.whole[:, None] + padding + 1 + tf.range(M + 1) for axis in (row, column))
    pixels = tf.reshape((rows * width)[:, :, None] + columns[:, None, :], [-1])
    values = tf.cast(blend(tiles, (row.far, row.near), (column.far, column.near)), tf.float64)
    values = tf.reshape(tf.bitcast(values, tf.complex128), [-1])
    ones = _spread_ones(row, M)[:, :, None] * _spread_ones(column, M)[:, None, :]
    size = width * width
    return (
        numerator + tf.math.unsorted_segment_sum(values, pixels, size),
        weight + tf.math.unsorted_segment_sum(tf.reshape(ones, [-1]), pixels, size),
    )


def _spread_ones(axis: Split, M: tf.Tensor) -> tf.Tensor:
    """What M ones become along one axis: (P, M+1) float64, `near` first, `far` last, 1 between."""
    framed = tf.pad(tf.ones([1, M]), [[0, 0], [1, 1]])
    return tf.cast(axis.far[:, None] * framed[:, :-1] + axis.near[:, None] * framed[:, 1:], tf.float64)


def _answer(numerator: tf.Tensor, weight: tf.Tensor, mean: tf.Tensor, side: int) -> dict[str, np.ndarray]:
    """The flat sums as the contract's arrays, the border of one pixel cut off."""
    numerator, weight = (tf.reshape(flat, [side + 2, side + 2])[1:-1, 1:-1] for flat in (numerator, weight))
    canvas = tf.math.divide_no_nan(numerator, tf.cast(weight, tf.complex128))
    return {
        "canvas": tf.cast(canvas, tf.complex64).numpy(),
        "canvas_origin": (mean - side / 2).numpy(),
        "numerator": tf.cast(numerator, tf.complex64).numpy(),
        "weight": tf.cast(weight, tf.float32).numpy(),
    }


def _check(patches: np.ndarray, global_offsets: np.ndarray, M: int) -> None:
    checks.rank("patches", patches, "B", "N", "N", "1")
    checks.square("patches", patches, 1, 2)
    checks.length("patches", patches, 3, 1, "one channel")
    checks.not_empty("patches", patches)
    checks.rank("global_offsets", global_offsets, "B", "1", "2", "1")
    checks.same_count("global_offsets", global_offsets, "patches", len(patches))
    checks.length("global_offsets", global_offsets, 1, 1, "one group axis")
    checks.length("global_offsets", global_offsets, 2, 2, "[x, y]")
    checks.length("global_offsets", global_offsets, 3, 1, "one position per patch")
    checks.real("global_offsets", global_offsets)
    checks.finite("global_offsets", global_offsets)
    checks.at_least("M", M, 2)
    N = patches.shape[1]
    if M % 2 or M > N:
        raise ValueError(f"M must be even and at most N = {N}, got M = {M}")
    refuse.not_finite("patches", patches)
