"""Operation `compute_overlap_metrics`: how much the discs around scan positions overlap, in float64."""

import math
from typing import Any

import numpy as np

from backends.host.grouping import draw_groups
from backends.host.metrics import overlap
from backends.host.neighbours import nearest_others, pairs_within
from backends.host.rawdata import subsample
from backends.tensorflow.framework import tf

C = 4
"""Images in a group at gridsize 2."""


def compute_overlap_metrics(
    coords: np.ndarray,
    gridsize: int,
    s_img: float,
    n_groups: int,
    neighbor_count: int = 6,
    probe_diameter_px: float | None = None,
    rng_seed_subsample: int | None = None,
) -> dict[str, Any]:
    """Metrics 1 (gridsize 2 only) to 3 of one split, with the parameters they were taken with (METRIC.OVERLAP.*).

    coords: (M, 2), [x, y] px. s_img: share of the images kept. probe_diameter_px: px, has to be given. Seed None is
    seed 0. Raises ValueError for parameters nothing can be computed from, and for gridsize 2 with fewer than 4 images.
    """
    kept = overlap(coords, gridsize, s_img, n_groups, neighbor_count, probe_diameter_px)
    seed = rng_seed_subsample or 0
    host = coords[subsample(len(coords), kept, None, seed)].astype(np.float64)
    averages: dict[str, float] = {}
    centres = tf.constant(host)
    if gridsize == 2:
        members = draw_groups(
            host[:, 0], host[:, 1], K=max(neighbor_count, C), nsamples=n_groups, seed=seed, gridsize=2,
            sequential_sampling=False, enable_oversampling=True, neighbor_pool_size=None,
        )  # fmt: skip
        groups = tf.gather(host, members)
        first = _fraction(groups[:, 1:] - groups[:, :1], probe_diameter_px)
        averages["metric_1_group_based_avg"] = float(tf.reduce_mean(first))
        centres = tf.reduce_mean(groups, axis=1)
    unique = np.unique(host, axis=0)
    averages["metric_2_image_based_avg"] = _images(unique, neighbor_count, probe_diameter_px)
    averages["metric_3_group_to_group_avg"] = _groups(centres, probe_diameter_px)
    parameters = {
        "metrics_version": "1.0", "gridsize": gridsize, "s_img": s_img, "n_groups": n_groups,
        "neighbor_count": neighbor_count, "probe_diameter_px": probe_diameter_px,
        "rng_seed_subsample": rng_seed_subsample,
    }  # fmt: skip
    return parameters | averages


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
