"""Operation `evaluate_object`: a reconstructed object against the true one, every step named."""

import math
from typing import Any

import numpy as np

from ptychoparity.backends.host.evaluation import Evaluation
from ptychoparity.backends.host.metrics import both_lit
from ptychoparity.backends.tensorflow.align import levelled, shift_between, shifted
from ptychoparity.backends.tensorflow.framework import tf
from ptychoparity.backends.tensorflow.frc import central_square, correlation, crossing, rings, thresholds
from ptychoparity.backends.tensorflow.similarity import WEIGHTS, errors, ms_ssim, span, ssim

CROP = 2
"""Pixels cut from every side after registration, whose shift wraps around."""
UPSAMPLING = 50


def evaluate_object(truth: np.ndarray, prediction: np.ndarray, **options: Any) -> dict[str, Any]:
    """Every metric as a pair (amplitude, phase), after the steps asked for (HOUSE.METRIC.*, PHYS.PHASE.EVAL_ALIGN).

    truth, prediction: (H, W) complex; `options` are the fields of `Evaluation`. Returns `mae`, `mse`, `psnr`, `ssim`,
    `ms_ssim`, `frc50`, `frc1over7` (2), `frc` (2, K), `peak`, `data_range` (2), `absolute_error`, `shift` (2),
    `factor`, `removed` (2, 3) and the list `steps`. Raises ValueError as `Evaluation.check`, and for a zero prediction
    to be scaled.
    """
    asked = Evaluation(**options)
    edge = asked.offset // 2 + (CROP if asked.register else 0)
    asked.check(truth, prediction, edge)
    t, p = tf.cast(truth, tf.complex128), tf.cast(prediction, tf.complex128)
    shift = tf.zeros([2], tf.float64)
    if asked.register:
        shift = shift_between(t, p, UPSAMPLING)
        p = shifted(p[None], shift[None])[0]
    H, W = truth.shape
    both = tf.stack([t, p])[:, edge : H - edge, edge : W - edge]
    amplitudes, phases = tf.abs(both), tf.math.angle(both)
    factor = tf.ones([], tf.float64)
    if asked.scale_amplitude:
        both_lit(*amplitudes.numpy())
        factor = tf.reduce_mean(amplitudes[0]) / tf.reduce_mean(amplitudes[1])
        amplitudes = tf.stack([amplitudes[0], factor * amplitudes[1]])
    removed = tf.zeros([2, 3], tf.float64)
    if asked.phase_align != "none":
        phases, removed = levelled(phases, asked.phase_align)
    found = _pairs(amplitudes, phases, asked.peak)
    found |= {"absolute_error": _absolute(both), "shift": shift, "factor": factor, "removed": removed}
    return {name: np.array(value) for name, value in found.items()} | {"steps": asked.steps(edge)}


def _pairs(amplitudes: tf.Tensor, phases: tf.Tensor, peak: float | None) -> dict[str, tf.Tensor]:
    """The metrics in their order; amplitudes and phases (2, H, W), each truth before prediction."""
    t, p = (tf.stack([amplitudes[i], phases[i]]) for i in (0, 1))
    ranges = tf.concat([span(t[:1]), tf.constant([2 * math.pi], tf.float64)], axis=0)
    peaks = ranges if peak is None else tf.fill([2], tf.constant(peak, tf.float64))
    true, predicted = ((x[1:] + math.pi) / (2 * math.pi) for x in (t, p))
    similar = [ssim(t[:1], p[:1], ranges[:1]), ssim(true, predicted, tf.ones([1], tf.float64))]
    scales = [ms_ssim(t[:1], p[:1], 1.0, len(WEIGHTS)), ms_ssim(true, predicted, 0.0, len(WEIGHTS))]
    ring, count = rings(min(t.shape[1:]))
    curve = correlation(central_square(t), central_square(p), ring, len(count))
    levels = thresholds(count)
    found = errors(t, p, peaks) | {"ssim": tf.concat(similar, axis=0), "ms_ssim": tf.concat(scales, axis=0)}
    found |= {name: crossing(curve, levels[name], count) for name in ("frc50", "frc1over7")}
    return found | {"frc": curve, "peak": peaks, "data_range": ranges}


def _absolute(both: tf.Tensor) -> tf.Tensor:
    """|truth - e^(i angle) prediction| / |truth| at the best angle: the scale counts (HOUSE.METRIC.ABSOLUTE)."""
    t, p = both[0], both[1]
    angle = tf.math.angle(tf.reduce_sum(t * tf.math.conj(p)))
    apart = tf.abs(t - tf.complex(tf.cos(angle), tf.sin(angle)) * p)
    return tf.sqrt(tf.reduce_sum(apart**2) / tf.reduce_sum(tf.abs(t) ** 2))
