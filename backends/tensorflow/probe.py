"""Operations `probe_mask` and `default_probe`, and the disk and gauge that others need of a probe."""

import math

import numpy as np

from ptychoparity.backends.host import checks
from ptychoparity.backends.tensorflow.framework import tf

BLUR = 4
"""Pixels at which the blur of the built-in probe is cut."""


def hard_disk(N: int) -> tf.Tensor:
    """(N, N) bool: closer than N//4 px to the centre (PHYS.PROBE.MASK.RADIUS)."""
    return _squares(N) < float((N // 4) ** 2)


def gauge(probe: tf.Tensor, probe_scale: float) -> float:
    """probe_scale * mean over all pixels of |disk * probe|, in float64 (HOUSE.PROBE.GAUGE)."""
    magnitude = tf.cast(tf.abs(probe), tf.float64)
    return probe_scale * float(tf.reduce_mean(tf.where(hard_disk(probe.shape[0]), magnitude, 0.0)))


def _squares(N: int) -> tf.Tensor:
    """(N, N) float64: squared distance from the centre, px^2."""
    k = tf.range(N, dtype=tf.float64) - (N / 2 - 0.5)
    return tf.square(k)[:, None] + tf.square(k)[None, :]


def probe_mask(probe: np.ndarray, masked: bool) -> dict[str, np.ndarray]:
    """`mask` (N, N) float32, the disk of radius N/4 or 1 everywhere, and `probe` (N, N) complex64 under it.

    probe: (N, N) complex64; masked: whether there is a mask (PHYS.PROBE.MASK.*, HOUSE.PROBE.MASK). Raises ValueError
    for other shapes, an unsupported N and values that are not finite.
    """
    checks.probe(probe)
    values = tf.cast(probe, tf.complex64)
    mask = tf.cast(hard_disk(len(probe)), tf.float32) if masked else tf.ones(probe.shape, tf.float32)
    return {"mask": np.array(mask), "probe": np.array(values * tf.cast(mask, tf.complex64))}


def default_probe(N: int, probe_scale: float) -> dict[str, np.ndarray]:
    """`probe`, the built-in one, and `normalized`, the same in the gauge; (N, N) complex64 (HOUSE.PROBE.DEFAULT).

    probe_scale: more than 0. Raises ValueError for an unsupported N and another scale.
    """
    checks.supported_size(N)
    checks.positive("probe_scale", probe_scale)
    # the product of two Gaussian windows is above 1/2 where r^2 < 2 ln 2 sigma^2
    lit = tf.cast(_squares(N) < 2 * math.log(2) * (N / (0.7 * math.pi**2)) ** 2, tf.float64)
    blur = _blur(N)
    probe = tf.matmul(blur, tf.matmul(lit, blur, transpose_b=True)) + 1e-9
    normalized = probe / gauge(probe, probe_scale)
    return {"probe": np.array(tf.cast(probe, tf.complex64)), "normalized": np.array(tf.cast(normalized, tf.complex64))}


def _blur(N: int) -> tf.Tensor:
    """(N, N) float64, a band matrix: row i weighs a line's pixels around i by a Gaussian of sigma 1 px."""
    k = tf.range(N, dtype=tf.float64)
    weights = tf.exp(-tf.square(k[:, None] - k[None, :]) / 2)
    whole = sum(math.exp(-(d**2) / 2) for d in range(-BLUR, BLUR + 1))
    return tf.linalg.band_part(weights, BLUR, BLUR) / whole
