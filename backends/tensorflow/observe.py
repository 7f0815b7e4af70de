"""Operation `observe`: simulated diffraction patterns with Poisson noise."""

import math

import numpy as np

from ptychoparity.backends.host import scales, simulation
from ptychoparity.backends.tensorflow.chunks import chunks
from ptychoparity.backends.tensorflow.framework import tf


def observe(object: np.ndarray, probe: np.ndarray, nphotons: float, seed: int) -> dict[str, np.ndarray]:
    """Counts drawn at the intensity of s * probe * object, nphotons a pattern on average (PHYS.POISSON.SAMPLE).

    object: (B, N, N, C) complex64; probe: (N, N) complex64. Returns `counts` (B, N, N, C) int64, photons;
    `X` = sqrt(counts) / s and `Y_I` = |probe * object| (B, N, N, C) float32; `Y_phi` = arg object, rad, float32;
    `intensity_scale` s, a float64 scalar (PHYS.SCALE.DATASET, PHYS.SCALE.SIM_SYMMETRY). Raises ValueError for
    shapes that disagree, an unsupported N, nphotons not above 0, a negative seed, values not finite, and darkness.

    Fields and rates are double: a float32 rate of 1e9 photons would be off by as much as 32.
    """
    simulation.observation(object, probe, nphotons, seed)
    lit = tf.cast(probe, tf.complex128)[:, :, None]
    Y_I, Y_phi, counts = (np.empty(object.shape, dtype) for dtype in (np.float32, np.float32, np.int64))
    energy = tf.zeros((), tf.float64)
    for part in chunks(len(object), object[0].size):
        patches = tf.cast(object[part], tf.complex64)
        magnitude = tf.abs(tf.cast(patches, tf.complex128) * lit)
        energy += tf.reduce_sum(tf.square(magnitude))
        Y_I[part], Y_phi[part] = np.asarray(magnitude), np.asarray(tf.math.angle(patches))
    scales.lit("object times probe", float(energy))
    patterns = object.shape[0] * object.shape[3]
    scale = math.sqrt(nphotons / (float(energy) / patterns))
    for part in chunks(len(object), object[0].size):
        waves = tf.transpose(tf.cast(object[part], tf.complex128) * lit, [0, 3, 1, 2])
        amplitude = tf.abs(tf.signal.fft2d(waves)) * (scale / object.shape[1])
        rate = tf.transpose(tf.signal.fftshift(tf.square(amplitude), axes=(2, 3)), [0, 2, 3, 1])
        counts[part] = _drawn(rate, seed, part.start)
    X = tf.cast(tf.sqrt(tf.cast(counts, tf.float64)) / scale, tf.float32)
    return {"counts": counts, "X": np.array(X), "Y_I": Y_I, "Y_phi": Y_phi, "intensity_scale": np.asarray(scale)}


def _drawn(rate: tf.Tensor, seed: int, first: int) -> np.ndarray:
    """One Poisson draw at each rate, int64; `first`, the number of the first pattern, keeps the chunks apart."""
    with tf.device("/CPU:0"):  # the sampler has no GPU kernel; so one seed is one draw on every device
        drawn = tf.random.stateless_poisson(rate.shape, tf.constant([seed, first], tf.int64), rate, tf.float64)
        return np.asarray(tf.cast(drawn, tf.int64))
