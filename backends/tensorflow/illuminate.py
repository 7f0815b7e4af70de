"""Operation `illuminate`: exit waves, object patches under the probe."""

import math

import numpy as np

from ptychoparity.backends.host import simulation
from ptychoparity.backends.tensorflow.chunks import chunks
from ptychoparity.backends.tensorflow.framework import tf
from ptychoparity.backends.tensorflow.probe import hard_disk


def illuminate(object: np.ndarray, probe: np.ndarray, masked: bool, sigma: float) -> dict[str, np.ndarray]:
    """smooth(probe * object), under the disk of radius N/4 where `masked` (PHYS.EXIT_WAVE, PHYS.PROBE.*).

    object: (B, N, N, C) complex64; probe: (N, N) complex64, one for all channels; sigma: px, 0 is no smoothing.
    Returns `field` (B, N, N, C) complex64. Raises ValueError for shapes that disagree, an unsupported N, a negative
    sigma and values that are not finite.
    """
    simulation.illumination(object, probe, sigma)
    N = object.shape[1]
    lit = tf.cast(probe, tf.complex64)[:, :, None]
    disk = tf.cast(hard_disk(N), tf.complex64)[:, :, None] if masked else None
    field = np.empty(object.shape, np.complex64)
    for part in chunks(len(object), object[0].size):
        waves = _smooth(tf.cast(object[part], tf.complex64) * lit, sigma)
        field[part] = np.asarray(waves if disk is None else waves * disk)
    return {"field": field}


def _smooth(waves: tf.Tensor, sigma: float) -> tf.Tensor:
    """A separable 3 x 3 Gaussian along rows and columns, mirrored about the edge pixel (PHYS.PROBE.SMOOTH_*)."""
    if sigma == 0:
        return waves
    side = math.exp(-1 / (2 * sigma**2))
    middle, side = (tf.constant(w / (1 + 2 * side), tf.complex64) for w in (1.0, side))
    padded = tf.pad(waves, [[0, 0], [1, 1], [0, 0], [0, 0]], "REFLECT")
    waves = middle * waves + side * (padded[:, :-2] + padded[:, 2:])
    padded = tf.pad(waves, [[0, 0], [0, 0], [1, 1], [0, 0]], "REFLECT")
    return middle * waves + side * (padded[:, :, :-2] + padded[:, :, 2:])
