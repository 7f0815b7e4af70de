"""Operation `image_metrics`: MAE, MSE, PSNR, SSIM and MS-SSIM of pairs of real images, in float64."""

import numpy as np

from ptychoparity.backends.host import metrics
from ptychoparity.backends.host.metrics import FLAT, WINDOW
from ptychoparity.backends.tensorflow.framework import tf

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of MS-SSIM, finest scale first (Wang, Simoncelli, Bovik 2003)."""
SMALLEST = 2.0**-52
"""Added to the root mean square error: the PSNR of identical images is finite."""


def image_metrics(
    truth: np.ndarray, prediction: np.ndarray, peak: float | None, data_range: float | None, sigma: float, levels: int
) -> dict[str, np.ndarray]:
    """`mae`, `mse`, `psnr` (dB), `ssim`, `ms_ssim`, and the `peak` and `data_range` used (HOUSE.METRIC.FORMULA, PEAK).

    truth, prediction: (B, H, W) real. peak None: the data range (PSNR). data_range None: the contrast of the truth
    (SSIM). sigma: px of smoothing before MS-SSIM, of so many levels. Each is (B) float64. Raises ValueError as
    `metrics.similarity`.
    """
    metrics.similarity(truth, prediction, sigma, levels, len(WEIGHTS), peak=peak, data_range=data_range)
    t, p = tf.cast(truth, tf.float64), tf.cast(prediction, tf.float64)
    ranges = span(t) if data_range is None else tf.fill([len(truth)], tf.constant(data_range, tf.float64))
    peaks = ranges if peak is None else tf.fill([len(truth)], tf.constant(peak, tf.float64))
    found = errors(t, p, peaks)
    found |= {"ssim": ssim(t, p, ranges), "ms_ssim": ms_ssim(t, p, sigma, levels), "peak": peaks, "data_range": ranges}
    return {name: np.array(value) for name, value in found.items()}


def span(*stacks: tf.Tensor) -> tf.Tensor:
    """(B): the largest contrast of images (B, H, W); of flat ones the largest level, and 1 where all are zero."""
    highest = [tf.reduce_max(one, axis=(1, 2)) for one in stacks]
    lowest = [tf.reduce_min(one, axis=(1, 2)) for one in stacks]
    level = tf.reduce_max([tf.maximum(tf.abs(h), tf.abs(l)) for h, l in zip(highest, lowest, strict=True)], axis=0)
    contrast = tf.reduce_max([h - l for h, l in zip(highest, lowest, strict=True)], axis=0)
    return tf.where(contrast > FLAT * level, contrast, tf.where(level > 0, level, tf.ones_like(level)))


def errors(t: tf.Tensor, p: tf.Tensor, peaks: tf.Tensor) -> dict[str, tf.Tensor]:
    """mae, mse, and psnr = 20 log10(peak / (root of mse + 2^-52)) of images (B, H, W), each (B)."""
    mse = tf.reduce_mean(tf.math.squared_difference(t, p), axis=(1, 2))
    decades = tf.math.log(peaks / (tf.sqrt(mse) + SMALLEST)) / np.log(10.0)
    return {"mae": tf.reduce_mean(tf.abs(t - p), axis=(1, 2)), "mse": mse, "psnr": 20 * decades}


@tf.function(
    input_signature=[
        tf.TensorSpec([None, None, None], tf.float64),
        tf.TensorSpec([None, None, None], tf.float64),
        tf.TensorSpec([None], tf.float64),
    ],
    autograph=False,
)
def ssim(t: tf.Tensor, p: tf.Tensor, ranges: tf.Tensor) -> tf.Tensor:
    """(B): mean structural similarity over all whole 7 x 7 windows, sample covariances."""
    # a window's variance is the mean square less the squared mean: near zero mean, little is lost in that difference
    centre = tf.reduce_mean(t, axis=(1, 2), keepdims=True)
    x, y = t - centre, p - centre
    mx, my, xx, yy, xy = (_window_means(image) for image in (x, y, x * x, y * y, x * y))
    sample = WINDOW**2 / (WINDOW**2 - 1)
    C1, C2 = ((share * ranges)[:, None, None] ** 2 for share in (0.01, 0.03))
    ux, uy = mx + centre, my + centre
    luminance = (2 * ux * uy + C1) / (ux**2 + uy**2 + C1)
    structure = (2 * sample * (xy - mx * my) + C2) / (sample * (xx - mx**2 + yy - my**2) + C2)
    return tf.reduce_mean(luminance * structure, axis=(1, 2))


def _window_means(images: tf.Tensor) -> tf.Tensor:
    """Means over all whole windows of (B, H, W): shifted copies added up, along rows and then columns.

    For doubles on a CPU this is ten times faster than TensorFlow's average pooling.
    """
    H, W = tf.shape(images)[1] - WINDOW + 1, tf.shape(images)[2] - WINDOW + 1
    rows = tf.add_n([images[:, k : k + H] for k in range(WINDOW)])
    return tf.add_n([rows[:, :, k : k + W] for k in range(WINDOW)]) / WINDOW**2


def ms_ssim(t: tf.Tensor, p: tf.Tensor, sigma: float, levels: int) -> tf.Tensor:
    """(B): product of SSIM to the powers WEIGHTS over scales that each keep every second pixel."""
    t, p = blurred(t, sigma), blurred(p, sigma)
    ranges = span(t, p)
    product = tf.ones_like(ranges)
    for weight in WEIGHTS[:levels]:
        if min(t.shape[1:]) < WINDOW:
            break
        one = ssim(t, p, ranges)
        product *= tf.where(one < 0, tf.constant(1e-4, tf.float64), one) ** weight
        t, p = t[:, ::2, ::2], p[:, ::2, ::2]
    return product


def blurred(images: tf.Tensor, sigma: float) -> tf.Tensor:
    """Images (B, H, W) under a Gaussian cut at 4 sigma, the edge pixel repeated in the mirror; sigma 0: as they are."""
    if sigma == 0:
        return images
    rows, columns = (_band(tf.constant(size), tf.constant(sigma, tf.float64)) for size in images.shape[1:])
    return tf.einsum("ij,bjk,lk->bil", rows, images, columns)


@tf.function(input_signature=[tf.TensorSpec([], tf.int32), tf.TensorSpec([], tf.float64)], autograph=False)
def _band(size: tf.Tensor, sigma: tf.Tensor) -> tf.Tensor:
    """(size, size) float64: the blur of one axis as a matrix; what falls outside is folded back at the edges."""
    radius = tf.cast(4 * sigma + 0.5, tf.int32)
    reach = tf.range(-radius, radius + 1)
    weights = tf.exp(-0.5 * (tf.cast(reach, tf.float64) / sigma) ** 2)
    weights /= tf.reduce_sum(weights)
    place = tf.math.floormod(tf.range(size)[:, None] + reach, 2 * size)
    place = tf.minimum(place, 2 * size - 1 - place)
    one_hot = tf.one_hot(place, size, dtype=tf.float64)
    return tf.einsum("r,irj->ij", weights, one_hot)
