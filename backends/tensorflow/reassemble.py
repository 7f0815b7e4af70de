"""Operation `reassemble_position`: stitching patches into one canvas."""

import numpy as np

from backends.host import checks
from backends.tensorflow.bilinear import blend, split
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
    numerator = tf.zeros([2, size], tf.float64)
    # half the pixels at once, for their sums take float64, but no fewer than the canvas has: else adding up
    # whole canvases would become the larger work
    for part in chunks(len(patches), M * M, max(CHUNK_PIXELS // 2, size)):
        tiles = to_channels(_framed_centres(patches[part], M))
        numerator = _add_tiles(numerator, tiles, displacements[part], padding)
    return _answer(numerator, _coverage(displacements, M, padding), mean, side)


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
        tf.TensorSpec([2, None], tf.float64),
        tf.TensorSpec([None, None, None, 2], tf.float32),
        tf.TensorSpec([None, 2], tf.float64),
        tf.TensorSpec([], tf.int64),
    ],
    autograph=False,
)
def _add_tiles(numerator: tf.Tensor, tiles: tf.Tensor, displacements: tf.Tensor, padding: tf.Tensor) -> tf.Tensor:
    """Add framed tiles (P, M+2, M+2, 2) to a flat canvas of side M + 2*padding + 2.

    numerator: (2, side**2) float64, real and imaginary part.

    The reverse of sampling: a pixel is handed on to the next one, so that each receives `near` of its own value
    and `far` of the one before. Sums are taken in float64, for thousands of tiles may meet on one pixel.
    """
    M = tf.shape(tiles, tf.int64)[1] - 2
    width = M + 2 * padding + 2
    column, row = split(displacements[:, 0], width), split(displacements[:, 1], width)
    rows, columns = (axis.whole[:, None] + padding + 1 + tf.range(M + 1) for axis in (row, column))
    pixels = tf.reshape((rows * width)[:, :, None] + columns[:, None, :], [-1])
    values = blend(tiles, (row.far, row.near), (column.far, column.near))
    return numerator + tf.stack([_sum_at(pixels, values[..., part], width * width) for part in (0, 1)])


def _coverage(displacements: tf.Tensor, M: int, padding: int) -> tf.Tensor:
    """What tiles of ones would add up to: flat (side**2) float64, exactly 0 where no tile reaches.

    A tile of ones is one pixel's share summed over a box of M x M: four numbers a tile are placed, and the box
    is taken of the whole canvas, with M - 1 lines more above and to the left of it.
    """
    width = M + 2 * padding + 2
    wide = width + M - 1
    column, row = (split(displacements[:, axis], tf.constant(width, tf.int64)) for axis in (0, 1))
    first = (row.whole + padding + M) * wide + column.whole + padding + M
    pairs = [(y, x) for y in (row.near, row.far) for x in (column.near, column.far)]
    shares = tf.stack([tf.cast(y, tf.float64) * tf.cast(x, tf.float64) for y, x in pairs])
    pixels = tf.stack([first, first + 1, first + wide, first + wide + 1])
    placed = _sum_at(tf.reshape(pixels, [-1]), shares, tf.constant(wide * wide, tf.int64))
    boxes = _running_sum(tf.transpose(_running_sum(tf.reshape(placed, [wide, wide]), M)), M)
    return tf.reshape(tf.transpose(boxes), [-1])


def _running_sum(values: tf.Tensor, length: int) -> tf.Tensor:
    """Sums of `length` consecutive rows, put together from sums of 1, 2, 4 ... as the bits of `length` say.

    It only adds: a difference of cumulative sums would leave rounding where nothing is.
    """
    rows = values.shape[0] - length + 1
    total, start, size = tf.zeros_like(values[:rows]), 0, 1
    while size <= length:
        if length & size:
            total += values[start : start + rows]
            start += size
        values = values[:-size] + values[size:]
        size *= 2
    return total


def _sum_at(pixels: tf.Tensor, values: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """(size) float64: at each pixel the sum of the `values` that fall there.

    A weighted histogram, which on a CPU is ten times faster than a segment sum of single numbers.
    """
    weights = tf.cast(tf.reshape(values, [-1]), tf.float64)
    return tf.raw_ops.DenseBincount(input=pixels, size=size, weights=weights, binary_output=False)


def _answer(numerator: tf.Tensor, weight: tf.Tensor, mean: tf.Tensor, side: int) -> dict[str, np.ndarray]:
    """The flat sums as the contract's arrays, the border of one pixel cut off."""
    numerator = tf.complex(numerator[0], numerator[1])
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
    checks.single_precision("patches", patches)
