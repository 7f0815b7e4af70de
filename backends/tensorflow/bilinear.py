"""Bilinear interpolation by integer split: whole pixels select, fractions weigh.

A position is taken apart in float64 into its whole part and its fraction. The whole part selects pixels by
index, without arithmetic, so that integer positions copy exactly; the fraction becomes two float32 weights.

The functions compiled here have open shapes: one trace serves every call, whatever its sizes.
"""

from typing import NamedTuple

from ptychoparity.backends.tensorflow.framework import tf

IMAGES = tf.TensorSpec([None, None, None, None], tf.float32)
WEIGHTS = (tf.TensorSpec([None], tf.float32), tf.TensorSpec([None], tf.float32))
_COUNTS = tf.TensorSpec([None], tf.int64)
_POSITIONS = tf.TensorSpec([None], tf.float64)
_COUNT = tf.TensorSpec([], tf.int64)

Weights = tuple[tf.Tensor, tf.Tensor]


class Split(NamedTuple):
    """Positions taken apart: `whole` (P) int64 px, `near` = 1 - fraction and `far` = fraction (P) float32."""

    whole: tf.Tensor
    near: tf.Tensor
    far: tf.Tensor

    def at(self, part: slice) -> Weights:
        """The weights of some of the positions."""
        return self.near[part], self.far[part]


def split(positions: tf.Tensor, limit: tf.Tensor) -> Split:
    """Take positions (P) float64, px, apart; whole parts are clamped to [-limit, limit].

    `limit` lies beyond any pixel the caller has, so that the clamp changes no answer: it keeps a position
    that no integer can hold from wrapping around. Both weights come from float64, so that a small one is as
    exact as a large one: where a canvas is hardly covered, it is divided by.
    """
    whole = tf.floor(positions)
    fraction = positions - whole
    limit = tf.cast(limit, tf.float64)
    clamped = tf.cast(tf.clip_by_value(whole, -limit, limit), tf.int64)
    return Split(clamped, tf.cast(1.0 - fraction, tf.float32), tf.cast(fraction, tf.float32))


def blend(windows: tf.Tensor, rows: Weights, columns: Weights, border: int = 0) -> tf.Tensor:
    """(P, h+1, w+1, parts) -> (parts, h, w, P): weighted sums of four neighbours (PHYS.TRANSLATE.SUBPIXEL).

    `rows` and `columns` are the weights (P) of a pixel and of the next one along either axis; `border` is how many
    zeros are thought around a window. With windows as channels this is a depthwise convolution, which reads and
    writes once, where products and sums one by one pass over memory ten times.
    """
    kernels = tf.stack([tf.stack([row * column for column in columns]) for row in rows])
    padding = [[0, 0], [border, border], [border, border], [0, 0]]
    return tf.nn.depthwise_conv2d(tf.transpose(windows, [3, 1, 2, 0]), kernels[..., None], [1, 1, 1, 1], padding)


def _lines(first: tf.Tensor, count: tf.Tensor, extent: tf.Tensor) -> tf.Tensor:
    """Indices (P, count) of the lines from `first` (P) on, those outside [0, extent) replaced by `extent`."""
    lines = first[:, None] + tf.range(count)
    return tf.where((lines >= 0) & (lines < extent), lines, extent)


@tf.function(input_signature=[IMAGES, _COUNTS, _POSITIONS, _POSITIONS, _COUNT, _COUNT], autograph=False)
def sample(
    images: tf.Tensor, image: tf.Tensor, top: tf.Tensor, left: tf.Tensor, height: tf.Tensor, width: tf.Tensor
) -> tf.Tensor:
    """Windows (P, height, width, channels), pixel [0, 0] at row `top`, column `left` of their image.

    images: (Q, H+1, W+1, channels) float32, last row and column zero: they stand for all outside.
    image: (P) int64, the image each window is cut from. top, left: (P) float64, px, any finite number.
    """
    shape = tf.shape(images, tf.int64)
    H, W = shape[1] - 1, shape[2] - 1
    row, column = split(top, H + height + 1), split(left, W + width + 1)
    rows = image[:, None] * (H + 1) + _lines(row.whole, height + 1, H)
    columns = _lines(column.whole, width + 1, W)
    pixels = tf.reshape(images, [-1, shape[3]])
    windows = tf.gather(pixels, (rows * (W + 1))[:, :, None] + columns[:, None, :])
    return tf.transpose(blend(windows, (row.near, row.far), (column.near, column.far)), [3, 1, 2, 0])


def add_zero_lines(images: tf.Tensor) -> tf.Tensor:
    """(Q, H, W, channels) -> (Q, H+1, W+1, channels), as `sample` wants them."""
    return tf.pad(images, [[0, 0], [0, 1], [0, 1], [0, 0]])
