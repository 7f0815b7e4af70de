"""Operation `reassemble_position`: stitching patches into one canvas."""

import numpy as np

from ptychoparity.backends.host import checks
from ptychoparity.backends.tensorflow.bilinear import blend, split
from ptychoparity.backends.tensorflow.channels import to_channels
from ptychoparity.backends.tensorflow.chunks import CHUNK_PIXELS, chunks
from ptychoparity.backends.tensorflow.framework import tf

_POSITIONS = tf.TensorSpec([None, 2], tf.float64)
_SUMS = tf.TensorSpec([2, None], tf.float64)
_TILES = tf.TensorSpec([None, None, None, 2], tf.float32)
_COUNT = tf.TensorSpec([], tf.int64)


def reassemble_position(patches: np.ndarray, global_offsets: np.ndarray, M: int) -> dict[str, np.ndarray]:
    """Lay the central M x M of each patch at its position, divide by coverage (REASM.PLACE, OVERLAP_NORM).

    patches: (B, N, N, 1) complex64. global_offsets: (B, 1, 2, 1) float, [x, y] in px. M: even, 2 ... N.
    Returns `canvas` and `numerator` (L, L) complex64, `weight` (L, L) float32, `canvas_origin` (2) float64,
    [x, y] in px: the object pixel of canvas pixel [0, 0] (HOUSE.REASM.ORIGIN).
    Raises ValueError for other shapes or M, counts that differ, or values that are not finite.
    """
    _check(patches, global_offsets, M)
    mean, displacements, padding = _centred(global_offsets[:, 0, :, 0].astype(np.float64, copy=False))
    # a border of one pixel takes up what rounding lets fall off the canvas
    size = (M + 2 * int(padding) + 2) ** 2
    numerator = tf.zeros([2, size], tf.float64)
    # half the pixels at once, for their sums take float64, but no fewer than the canvas has: else adding up
    # whole canvases would become the larger work
    for part in chunks(len(patches), M * M, max(CHUNK_PIXELS // 2, size)):
        tiles = to_channels(_centres(patches[part], M))
        numerator = _add_tiles(numerator, tiles, displacements[part], padding)
    answer = _answer(numerator, displacements, tf.constant(M, tf.int64), padding, mean)
    return {name: tensor.numpy() for name, tensor in answer.items()}


@tf.function(input_signature=[_POSITIONS], autograph=False)
def _centred(positions: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Mean position (2), displacements from it (P, 2), and the padding of the canvas, px.

    The padding is the largest displacement, rounded up and made even (REASM.CANVAS, REASM.ODD_PAD).
    """
    mean = tf.reduce_mean(positions, axis=0)
    displacements = positions - mean
    reach = tf.reduce_max(tf.abs(displacements))
    # rounding first: a displacement of 6 + 1e-13, which is noise of the mean, must not ask for a pixel more
    padding = tf.cast(tf.math.ceil(tf.round(reach * 1e6) / 1e6), tf.int64)
    return mean, displacements, padding + padding % 2


def _centres(patches: np.ndarray, M: int) -> np.ndarray:
    """The central M x M of patches (P, N, N, 1): (P, M, M) complex64."""
    first = patches.shape[1] // 2 - M // 2
    return patches[:, first : first + M, first : first + M, 0].astype(np.complex64, order="C", copy=False)


@tf.function(input_signature=[_SUMS, _TILES, _POSITIONS, _COUNT], autograph=False)
def _add_tiles(numerator: tf.Tensor, tiles: tf.Tensor, displacements: tf.Tensor, padding: tf.Tensor) -> tf.Tensor:
    """Add tiles (P, M, M, 2) to a flat canvas of side M + 2*padding + 2.

    numerator: (2, side**2) float64, real and imaginary part.

    The reverse of sampling: a pixel is handed on to the next one, so that each receives `near` of its own value
    and `far` of the one before. Sums are taken in float64, for thousands of tiles may meet on one pixel.
    """
    M = tf.shape(tiles, tf.int64)[1]
    width = M + 2 * padding + 2
    column, row = split(displacements[:, 0], width), split(displacements[:, 1], width)
    rows, columns = (tf.range(M + 1)[:, None] + axis.whole + padding + 1 for axis in (row, column))
    pixels = tf.reshape((rows * width)[:, None] + columns, [-1])
    values = blend(tiles, (row.far, row.near), (column.far, column.near), border=1)
    return numerator + tf.stack([_sum_at(pixels, part, width * width) for part in tf.unstack(values, 2)])


def _coverage(displacements: tf.Tensor, M: tf.Tensor, padding: tf.Tensor) -> tf.Tensor:
    """What tiles of ones would add up to: (side, side) float64, exactly 0 where no tile reaches.

    A tile of ones is one pixel's share summed over a box of M x M: four numbers a tile are placed, and the box
    is taken of the whole canvas, with M - 1 lines more above and to the left of it.
    """
    wide = M + 2 * padding + 2 + M - 1
    column, row = split(displacements[:, 0], wide), split(displacements[:, 1], wide)
    first = (row.whole + padding + M) * wide + column.whole + padding + M
    pairs = [(y, x) for y in (row.near, row.far) for x in (column.near, column.far)]
    shares = tf.stack([tf.cast(y, tf.float64) * tf.cast(x, tf.float64) for y, x in pairs])
    pixels = tf.stack([first, first + 1, first + wide, first + wide + 1])
    placed = tf.reshape(_sum_at(tf.reshape(pixels, [-1]), shares, wide * wide), [wide, wide])
    return tf.transpose(_running_sum(tf.transpose(_running_sum(placed, M)), M))


def _running_sum(values: tf.Tensor, length: tf.Tensor) -> tf.Tensor:
    """Sums of `length` consecutive rows of (rows, columns): (rows - length + 1, columns).

    A convolution with ones only adds: a difference of cumulative sums would leave rounding where nothing is.
    """
    ones = tf.ones(tf.stack([length, 1, tf.shape(values, tf.int64)[1], 1]), values.dtype)
    return tf.nn.depthwise_conv2d(values[None, :, None], ones, [1, 1, 1, 1], "VALID")[0, :, 0]


def _sum_at(pixels: tf.Tensor, values: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """(size) float64: at each pixel the sum of the `values` that fall there.

    A weighted histogram, which on a CPU is ten times faster than a segment sum of single numbers.
    """
    weights = tf.cast(tf.reshape(values, [-1]), tf.float64)
    return tf.raw_ops.DenseBincount(input=pixels, size=size, weights=weights, binary_output=False)


@tf.function(input_signature=[_SUMS, _POSITIONS, _COUNT, _COUNT, tf.TensorSpec([2], tf.float64)], autograph=False)
def _answer(
    numerator: tf.Tensor, displacements: tf.Tensor, M: tf.Tensor, padding: tf.Tensor, mean: tf.Tensor
) -> dict[str, tf.Tensor]:
    """The contract's arrays of the flat sums, the border of one pixel cut off (REASM.OVERLAP_NORM)."""
    side = M + 2 * padding
    numerator = tf.reshape(numerator, [2, side + 2, side + 2])[:, 1:-1, 1:-1]
    weight = _coverage(displacements, M, padding)[1:-1, 1:-1]
    canvas = tf.math.divide_no_nan(numerator, weight)
    return {
        "canvas": tf.complex(*tf.unstack(tf.cast(canvas, tf.float32))),
        "canvas_origin": mean - tf.cast(side, tf.float64) / 2,
        "numerator": tf.complex(*tf.unstack(tf.cast(numerator, tf.float32))),
        "weight": tf.cast(weight, tf.float32),
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
    checks.single_precision("patches", patches)
