"""Operation `merge_patches`: one object patch from a group's patches."""

import numpy as np

from ptychoparity.backends.host import checks
from ptychoparity.backends.tensorflow.bilinear import add_zero_lines, sample
from ptychoparity.backends.tensorflow.chunks import chunks
from ptychoparity.backends.tensorflow.framework import tf


def merge_patches(patches: np.ndarray, coords_relative: np.ndarray, L: int, probe_big: bool) -> dict[str, np.ndarray]:
    """merged = sum of placed (window * patch) / sum of placed windows, 0 where nothing reaches.

    patches: (B, N, N, C) complex64. coords_relative: (B, 1, 2, C) float, -(r_c - mean) px. L: even, at least N.
    Returns `merged` (B, L, L) complex64 and `weight` (B, L, L) float32. Raises ValueError for shapes that disagree,
    an L that does not fit and values that are not finite. HOUSE.MERGE.COMASKED, REASM.GS_GT1.
    """
    checks.group_patches(patches, coords_relative, L)
    groups, N, _, channels = patches.shape
    merged, weight = np.empty((groups, L, L), np.complex64), np.empty((groups, L, L), np.float32)
    # canvas pixel [0, 0] shows the patch at this row and column
    corners = tf.cast(coords_relative[:, 0], tf.float64) + (N - L) // 2
    inside = _window(N, probe_big)
    for part in chunks(groups, channels * L * L):
        images = tf.transpose(tf.convert_to_tensor(patches[part]), [0, 3, 1, 2])
        images = tf.reshape(images, [-1, N, N])
        planes = tf.stack([tf.math.real(images), tf.math.imag(images), tf.ones(tf.shape(images))], axis=-1)
        planes = add_zero_lines(planes * inside[:, :, None])
        left, top = (tf.reshape(corners[part][:, axis], [-1]) for axis in (0, 1))
        placed = sample(planes, tf.range(len(images), dtype=tf.int64), top, left, L, L)
        total = tf.reduce_sum(tf.reshape(placed, [-1, channels, L, L, 3]), axis=1)
        reached = total[..., 2]
        merged[part] = np.asarray(tf.complex(*(tf.math.divide_no_nan(total[..., k], reached) for k in (0, 1))))
        weight[part] = np.asarray(reached)
    return {"merged": merged, "weight": weight}


def _window(N: int, probe_big: bool) -> tf.Tensor:
    """(N, N) of 1 where a patch counts: its central half, all of it for a large probe."""
    return tf.ones((N, N)) if probe_big else tf.pad(tf.ones((N // 2, N // 2)), [[N // 4, N // 4]] * 2)
