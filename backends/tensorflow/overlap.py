"""Operation `compute_overlap_metrics`: how much the discs around scan positions overlap, in float64."""

import math
from typing import Any

import numpy as np

from ptychoparity.backends.host.neighbours import nearest_others, pairs_within
from ptychoparity.backends.host.overlap import Overlap
from ptychoparity.backends.tensorflow.framework import tf


def compute_overlap_metrics(coords: np.ndarray, **parameters: Any) -> dict[str, Any]:
    """Metrics 1 (gridsize 2 only) to 3 of one split, with the parameters they were taken with (METRIC.OVERLAP.*).

    coords: (M, 2), [x, y] px; `parameters` are the fields of `Overlap`. Raises ValueError as `Overlap.drawn`.
    """
    asked = Overlap(**parameters)
    positions, members = asked.drawn(coords)
    diameter = asked.diameter
    within, centres = None, tf.constant(positions)
    if members is not None:
        groups = tf.gather(positions, members)
        within = float(tf.reduce_mean(_fraction(groups[:, 1:] - groups[:, :1], diameter)))
        centres = tf.reduce_mean(groups, axis=1)
    between_images = _images(np.unique(positions, axis=0), asked.neighbor_count, diameter)
    return asked.answer(within, between_images, _groups(centres, diameter))


def _fraction(apart: tf.Tensor, diameter: float) -> tf.Tensor:
    """Shared area of two discs over one disc's, for differences (..., 2) of their centres (METRIC.OVERLAP.AREA).

    With the half angle h, d = D cos h, it is (2 h - sin 2 h) / pi.
    """
    half = tf.acos(tf.minimum(tf.norm(apart, axis=-1) / diameter, 1.0))
    return (2 * half - tf.sin(2 * half)) / math.pi


def _images(unique: np.ndarray, count: int, diameter: float) -> float:
    """Metric 2: each position to its nearest others; 0 where there is but one (METRIC.OVERLAP.2.FEW)."""
    if len(unique) == 1:
        return 0.0
    near = tf.gather(unique, nearest_others(unique, count))
    return float(tf.reduce_mean(_fraction(near - unique[:, None], diameter)))


def _groups(centres: tf.Tensor, diameter: float) -> float:
    """Metric 3: each group to the groups nearer than the diameter, 0 where none is (METRIC.OVERLAP.3.ZERO)."""
    pairs = pairs_within(centres.numpy(), diameter)
    apart = tf.gather(centres, pairs[:, 0]) - tf.gather(centres, pairs[:, 1])
    near = tf.norm(apart, axis=-1) < diameter
    ends = tf.reshape(tf.boolean_mask(pairs, near), [-1])
    fraction = tf.repeat(_fraction(tf.boolean_mask(apart, near), diameter), 2)
    total = tf.math.unsorted_segment_sum(fraction, ends, len(centres))
    count = tf.math.unsorted_segment_sum(tf.ones_like(fraction), ends, len(centres))
    return float(tf.reduce_mean(total / tf.maximum(count, 1.0)))
