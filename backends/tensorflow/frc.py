"""Operation `frc`: Fourier ring correlation of pairs of images, in float64."""

import math

import numpy as np

from ptychoparity.backends.host import metrics
from ptychoparity.backends.tensorflow.framework import tf

DARK = 1e-20
"""A ring with less than this share of its image's power holds rounding, and counts as empty."""
SNR = {"half_bit": (2**0.5 - 1) / 2, "one_bit": 0.5}
"""Signal-to-noise ratio of each half data set at the information thresholds (van Heel and Schatz 2005)."""


def frc(truth: np.ndarray, prediction: np.ndarray) -> dict[str, np.ndarray]:
    """Correlation per ring, and where it falls below 0.5, 1/7, half a bit and one bit (HOUSE.METRIC.FRC).

    truth, prediction: (B, H, W) real or complex; their central squares of side n = min(H, W) are correlated. Returns
    `curve` (B, K), `ring` (K), `frequency` (K) in cycles per pixel, `count` (K) of samples, the two information
    thresholds (K), and the four crossings (B) as ring index and, named *_frequency, in cycles per pixel; K and K/n
    where there is none. Raises ValueError for shapes that differ, a side below 4 px, and values that are not finite.
    """
    metrics.rings(truth, prediction)
    n = min(truth.shape[1:])
    ring, count = rings(n)
    curve = correlation(central_square(tf.constant(truth)), central_square(tf.constant(prediction)), ring, len(count))
    index = tf.range(len(count), dtype=tf.int64)
    levels = thresholds(count)
    answer = {"curve": curve, "ring": index, "frequency": tf.cast(index, tf.float64) / n, "count": count}
    answer |= {f"{name}_threshold": levels[name] for name in SNR}
    for name, level in levels.items():
        answer[name] = crossing(curve, level, count)
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
    size = tf.reduce_max(ring) + 1
    return ring, tf.cast(_sums(ring, tf.ones_like(ring, tf.float64), size), tf.int64)


def _sums(ring: tf.Tensor, values: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """(K) float64: the sum of the values on each of `size` rings; a weighted histogram is the fastest on a CPU."""
    return tf.raw_ops.DenseBincount(input=ring, size=size, weights=values, binary_output=False)


def correlation(t: tf.Tensor, p: tf.Tensor, ring: tf.Tensor, K: int) -> tf.Tensor:
    """(B, K): |sum A B*| / sqrt(sum |A|^2 sum |B|^2) per ring; 1 on ring 0 and where both are empty, 0 where one is."""
    size = tf.constant(K, tf.int64)
    pairs = zip(t, p, strict=True)
    return tf.stack([_curve(*(tf.cast(x, tf.complex128) for x in pair), ring, size) for pair in pairs])


@tf.function(
    input_signature=[
        tf.TensorSpec([None, None], tf.complex128),
        tf.TensorSpec([None, None], tf.complex128),
        tf.TensorSpec([None], tf.int64),
        tf.TensorSpec([], tf.int64),
    ],
    autograph=False,
)
def _curve(t: tf.Tensor, p: tf.Tensor, ring: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """(K) of one pair of squares."""
    A, B = (tf.reshape(tf.signal.fft2d(image), [-1]) for image in (t, p))
    ar, ai, br, bi = tf.math.real(A), tf.math.imag(A), tf.math.real(B), tf.math.imag(B)
    a, b, real, imaginary = (
        _sums(ring, part, size) for part in (ar * ar + ai * ai, br * br + bi * bi, ar * br + ai * bi, ai * br - ar * bi)
    )
    empty = [power <= DARK * tf.reduce_sum(power) for power in (a, b)]
    lit = tf.abs(tf.complex(real, imaginary)) / (tf.sqrt(a) * tf.sqrt(b))
    curve = tf.where(empty[0] | empty[1], tf.cast(empty[0] & empty[1], tf.float64), lit)
    return tf.concat([tf.ones([1], tf.float64), curve[1:]], axis=0)


def thresholds(count: tf.Tensor) -> dict[str, tf.Tensor]:
    """0.5, 1/7 and the information curves, (K) each, for rings of `count` samples."""
    root = tf.sqrt(tf.cast(count, tf.float64))
    found = {"frc50": tf.fill(root.shape, tf.constant(0.5, tf.float64))}
    found["frc1over7"] = tf.fill(root.shape, tf.constant(1 / 7, tf.float64))
    for name, s in SNR.items():
        found[name] = (s * root + (2 * math.sqrt(s) + 1)) / ((s + 1) * root + 2 * math.sqrt(s))
    return found


def crossing(curve: tf.Tensor, threshold: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """(B): first ring, interpolated, where a curve (B, K) is below the threshold (K); K where it never is.

    A ring of one sample is never below: its correlation is 1, and so are the thresholds at most, but for rounding.
    """
    above = curve - threshold
    above = tf.where(count == 1, tf.maximum(above, 0.0), above)
    below = above[:, 1:] < 0
    last = tf.argmax(below, axis=1)
    a, b = (tf.gather(above, k, axis=1, batch_dims=1) for k in (last, last + 1))
    never = tf.fill(a.shape, tf.constant(curve.shape[1], tf.float64))
    return tf.where(tf.reduce_any(below, axis=1), tf.cast(last, tf.float64) + a / (a - b), never)
