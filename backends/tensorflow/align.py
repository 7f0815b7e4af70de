"""Operations `remove_phase`, `scale_amplitude`, `register`: the steps between a reconstruction and its metrics."""

import math

import numpy as np

from ptychoparity.backends.host import metrics
from ptychoparity.backends.tensorflow.framework import tf

Answer = dict[str, np.ndarray]
NOTHING_LEFT = 1e-12
"""A phase nowhere larger than this, of its size before, is the rounding of its fit."""


def remove_phase(phase: np.ndarray, mode: str) -> Answer:
    """phase less its least-squares plane a x + b y + c, or less its mean c (PHYS.PHASE.EVAL_ALIGN, HOUSE.METRIC.STEPS).

    phase: (B, H, W) real, rad, sides of at least 2; mode: "plane" or "mean". Returns `phase` (B, H, W) float32 and
    `removed` (B, 3) = [a, b, c], x the column and y the row from 0. Raises ValueError for other modes and shapes.
    """
    metrics.phases(phase, mode)
    left, removed = levelled(tf.cast(phase, tf.float64), mode)
    return {"phase": np.array(tf.cast(left, tf.float32)), "removed": np.array(removed)}


def levelled(phase: tf.Tensor, mode: str) -> tuple[tf.Tensor, tf.Tensor]:
    """Phases (B, H, W) float64 without plane or mean, and [a, b, c] (B, 3)."""
    H, W = phase.shape[1:]
    x, y = (tf.range(n, dtype=tf.float64) - (n - 1) / 2 for n in (W, H))
    mean = tf.reduce_mean(phase, axis=(1, 2))
    left = phase - mean[:, None, None]
    slopes = tf.zeros_like(mean), tf.zeros_like(mean)
    if mode == "plane":  # on a grid, centred rows and columns do not mix: each slope is fitted alone
        slopes = (
            tf.einsum("bij,j->b", left, x) / (H * tf.reduce_sum(x**2)),
            tf.einsum("bij,i->b", left, y) / (W * tf.reduce_sum(y**2)),
        )
        left -= slopes[0][:, None, None] * x + slopes[1][:, None, None] * y[:, None]
    size = tf.maximum(tf.reduce_max(tf.abs(phase), axis=(1, 2), keepdims=True), 1.0)
    worst = tf.reduce_max(tf.abs(left), axis=(1, 2), keepdims=True)
    left = tf.where(worst <= NOTHING_LEFT * size, tf.zeros_like(left), left)
    corner = mean - slopes[0] * (W - 1) / 2 - slopes[1] * (H - 1) / 2
    return left, tf.stack([*slopes, corner], axis=1)


def scale_amplitude(truth: np.ndarray, prediction: np.ndarray) -> Answer:
    """scaled = factor * prediction, factor = mean(truth) / mean(prediction) (HOUSE.METRIC.STEPS).

    truth, prediction: (B, H, W) real, not negative. Returns `scaled` (B, H, W) float32 and `factor` (B) float64. Raises
    ValueError for shapes that differ, negative values, and images that are zero everywhere.
    """
    metrics.amplitudes(truth, prediction)
    t, p = tf.cast(truth, tf.float64), tf.cast(prediction, tf.float64)
    factor = tf.reduce_mean(t, axis=(1, 2)) / tf.reduce_mean(p, axis=(1, 2))
    return {"scaled": np.array(tf.cast(factor[:, None, None] * p, tf.float32)), "factor": np.array(factor)}


def register(truth: np.ndarray, prediction: np.ndarray, upsampling: int, crop: int) -> Answer:
    """shift (B, 2) = [dy, dx] px that brings predictions onto truths, and the shifted predictions (HOUSE.METRIC.STEPS).

    truth, prediction: (B, H, W), real or complex; magnitudes are correlated. upsampling: steps per pixel. crop: px cut
    from each side of `registered`, float32 or complex64. Raises ValueError for shapes that differ, flat magnitudes, an
    upsampling below 1, and a crop that leaves nothing.
    """
    metrics.registration(truth, prediction, upsampling, crop)
    H, W = truth.shape[1:]
    t, p = tf.cast(truth, tf.complex128), tf.cast(prediction, tf.complex128)
    shift = tf.stack([shift_between(one, other, upsampling) for one, other in zip(t, p, strict=True)])
    moved = shifted(p, shift)[:, crop : H - crop, crop : W - crop]
    real = prediction.dtype.kind != "c"
    registered = tf.cast(tf.math.real(moved), tf.float32) if real else tf.cast(moved, tf.complex64)
    return {"shift": np.array(shift), "registered": np.array(registered)}


def shift_between(truth: tf.Tensor, prediction: tf.Tensor, upsampling: int) -> tf.Tensor:
    """[dy, dx] float64: where the phase correlation of two magnitudes (H, W) complex128 peaks, to 1/upsampling px.

    First on whole pixels; then, as a product of two small Fourier matrices, on a fine grid of 1.5 px around that
    (Guizar-Sicairos, Thurman, Fienup 2008).
    """
    spectra = [tf.signal.fft2d(tf.cast(tf.abs(image), tf.complex128)) for image in (truth, prediction)]
    cross = spectra[0] * tf.math.conj(spectra[1])
    size = tf.abs(cross)
    cross /= tf.cast(tf.maximum(size, 100 * np.finfo(np.float64).eps * tf.reduce_max(size)), tf.complex128)
    H, W = cross.shape
    row, column = divmod(_largest(tf.signal.ifft2d(cross)), W)
    row, column = (at - n if at > n // 2 else at for at, n in ((row, H), (column, W)))
    if upsampling == 1:
        return tf.constant([row, column], tf.float64)
    steps = math.ceil(1.5 * upsampling)
    around = (tf.range(steps, dtype=tf.float64) - steps // 2) / upsampling
    fine = _waves(row + around, H) @ cross @ tf.transpose(_waves(column + around, W))
    best = divmod(_largest(fine), steps)
    return tf.stack([row + around[best[0]], column + around[best[1]]])


def _largest(values: tf.Tensor) -> int:
    """Flat index of the largest magnitude, the first where several are."""
    return int(tf.argmax(tf.reshape(tf.abs(values), [-1])))


def _waves(places: tf.Tensor, n: int) -> tf.Tensor:
    """(len(places), n) complex128: exp(2 pi i k s) for each place s and frequency k."""
    k = tf.range(n, dtype=tf.float64)
    k = tf.where(k < (n + 1) // 2, k, k - n) / n
    angle = 2 * math.pi * places[:, None] * k
    return tf.complex(tf.cos(angle), tf.sin(angle))


def shifted(images: tf.Tensor, shift: tf.Tensor) -> tf.Tensor:
    """Images (B, H, W) complex128 moved by [dy, dx] (B, 2) px, periodically."""
    rows, columns = (_waves(-shift[:, axis], images.shape[axis + 1]) for axis in (0, 1))
    return tf.signal.ifft2d(tf.signal.fft2d(images) * rows[:, :, None] * columns[:, None, :])
