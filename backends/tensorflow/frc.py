"""Operation `frc`: Fourier ring correlation of pairs of images, in float64."""

import math

import numpy as np

from backends.host.metrics import image_pair
from backends.tensorflow.framework import tf

DARK = 1e-20
"""A ring with less than this share of its image's power holds rounding, and counts as empty."""
SNR = {"half_bit": (math.sqrt(2) - 1) / 2, "one_bit": 0.5}
"""Signal-to-noise ratio of each half data set at the information thresholds (van Heel and Schatz 2005)."""


def frc(truth: np.ndarray, prediction: np.ndarray) -> dict[str, np.ndarray]:
    """Correlation per ring, and where it falls below 0.5, 1/7, half a bit and one bit (HOUSE.METRIC.FRC).

    truth, prediction: (B, H, W) real or complex; their central squares of side n = min(H, W) are correlated. Returns
    `curve` (B, K), `ring` (K), `frequency` (K) in cycles per pixel, `count` (K) of samples, the two information
    thresholds (K), and the four crossings (B) as ring index and, named *_frequency, in cycles per pixel; K and K/n
    where there is none. Raises ValueError for shapes that differ, a side below 4 px, and values that are not finite.
    """
    image_pair(truth, prediction, "B", "H", "W", real=False)
    n = min(truth.shape[1:])
    if n < 4:
        raise ValueError(f"truth has shape {truth.shape}: no ring fits into a side below 4 px")
    ring, count = rings(n)
    curve = correlation(central_square(tf.constant(truth)), central_square(tf.constant(prediction)), ring, len(count))
    index = tf.range(len(count), dtype=tf.int64)
    levels = thresholds(count)
    answer = {"curve": curve, "ring": index, "frequency": tf.cast(index, tf.float64) / n, "count": count}
    answer |= {f"{name}_threshold": levels[name] for name in SNR}
    for name, level in levels.items():
        answer[name] = crossing(curve, level)
        answer[f"{name}_frequency"] = answer[name] / n
    return {name: np.array(value) for name, value in answer.items()}


def central_square(images: tf.Tensor) -> tf.Tensor:
    """The middle (B, n, n) of (B, H, W), n the shorter side."""
    H, W = images.shape[1:]
    n = min(H, W)
    return images[:, (H - n) // 2 : (H - n) // 2 + n, (W - n) // 2 : (W - n) // 2 + n]


def rings(n: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Ring of every sample of an unshifted transform, flat (n*n) int64, and how many samples each ring has (K)."""
    k = tf.range(n, dtype=tf.float64)
    k = tf.where(k < (n + 1) // 2, k, k - n) ** 2
    ring = tf.reshape(tf.cast(tf.round(tf.sqrt(k[:, None] + k[None, :])), tf.int64), [-1])
    K = int(tf.reduce_max(ring)) + 1
    return ring, tf.cast(_sums(ring, tf.ones_like(ring, tf.float64), K), tf.int64)


def _sums(ring: tf.Tensor, values: tf.Tensor, K: int) -> tf.Tensor:
    """(K) float64: the sum of the values on each ring; a weighted histogram is the fastest on a CPU."""
    size = tf.constant(K, tf.int64)
    return tf.raw_ops.DenseBincount(input=ring, size=size, weights=values, binary_output=False)


def correlation(t: tf.Tensor, p: tf.Tensor, ring: tf.Tensor, K: int) -> tf.Tensor:
    """(B, K): |sum A B*| / sqrt(sum |A|^2 sum |B|^2) per ring; 1 on ring 0 and where both are empty, 0 where one is."""
    curves = []
    for one, other in zip(t, p, strict=True):
        A, B = (tf.reshape(tf.signal.fft2d(tf.cast(image, tf.complex128)), [-1]) for image in (one, other))
        ar, ai, br, bi = tf.math.real(A), tf.math.imag(A), tf.math.real(B), tf.math.imag(B)
        a, b = _sums(ring, ar * ar + ai * ai, K), _sums(ring, br * br + bi * bi, K)
        cross = tf.abs(tf.complex(_sums(ring, ar * br + ai * bi, K), _sums(ring, ai * br - ar * bi, K)))
        dark = [power <= DARK * tf.reduce_sum(power) for power in (a, b)]
        lit = cross / (tf.sqrt(a) * tf.sqrt(b))
        curve = tf.where(dark[0] | dark[1], tf.cast(dark[0] & dark[1], tf.float64), lit)
        curves.append(tf.concat([tf.ones([1], tf.float64), curve[1:]], axis=0))
    return tf.stack(curves)


def thresholds(count: tf.Tensor) -> dict[str, tf.Tensor]:
    """0.5, 1/7 and the information curves, (K) each, for rings of `count` samples."""
    root = tf.sqrt(tf.cast(count, tf.float64))
    found = {"frc50": tf.fill(root.shape, tf.constant(0.5, tf.float64))}
    found["frc1over7"] = tf.fill(root.shape, tf.constant(1 / 7, tf.float64))
    for name, s in SNR.items():
        found[name] = (s * root + (2 * math.sqrt(s) + 1)) / ((s + 1) * root + 2 * math.sqrt(s))
    return found


def crossing(curve: tf.Tensor, threshold: tf.Tensor) -> tf.Tensor:
    """(B): first ring, interpolated, where a curve (B, K) is below the threshold (K); K where it never is."""
    above = curve - threshold
    below = above[:, 1:] < 0
    last = tf.argmax(below, axis=1)
    a, b = (tf.gather(above, k, axis=1, batch_dims=1) for k in (last, last + 1))
    never = tf.fill(a.shape, tf.constant(curve.shape[1], tf.float64))
    return tf.where(tf.reduce_any(below, axis=1), tf.cast(last, tf.float64) + a / (a - b), never)
