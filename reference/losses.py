"""Losses and their gradients, written out (LOSS.*, HOUSE.LOSS.FINITE)."""

import numpy as np

SMALLEST_RATE = 1e-12
"""A rate below this is taken as this: the logarithm stays finite at a zero field."""

DARK = 1e-12
"""An amplitude below this has no phase, and no direction in which it grows."""


def poisson_nll(rate: np.ndarray, counts: np.ndarray) -> tuple[float, np.ndarray]:
    """mean of r - counts ln r with r = max(rate, 1e-12), and its slope in `rate`.

    LOSS.POISSON.FORM without the factorial term; LOSS.POISSON.POSITIVE. Where the rate is clamped it has no
    slope. rate, counts: any equal shape, photons.
    """
    clamped = np.maximum(rate, SMALLEST_RATE)
    loss = np.mean(clamped - counts * np.log(clamped))
    gradient = np.where(rate > SMALLEST_RATE, 1 - counts / clamped, 0.0) / rate.size
    return float(loss), gradient


def amplitude_mae(predicted: np.ndarray, observed: np.ndarray) -> tuple[float, np.ndarray]:
    """mean |predicted - observed|, and its slope in `predicted`, 0 where they are equal."""
    difference = predicted - observed
    return float(np.mean(np.abs(difference))), np.sign(difference) / difference.size


def total_variation(obj: np.ndarray) -> tuple[float, np.ndarray]:
    """Sum of squared forward differences along rows and columns of a complex (B, H, W, C), and its slope.

    LOSS.TV. The slope is d/dRe + i d/dIm: each difference pulls its two pixels apart by twice itself.
    """
    loss, gradient = 0.0, np.zeros_like(obj)
    for axis in (1, 2):
        difference = np.diff(obj, axis=axis)
        loss += np.sum(np.abs(difference) ** 2)
        after = [slice(None)] * obj.ndim
        before = [slice(None)] * obj.ndim
        after[axis], before[axis] = slice(1, None), slice(None, -1)
        gradient[tuple(after)] += 2 * difference
        gradient[tuple(before)] -= 2 * difference
    return float(loss), gradient


def complex_mae(predicted: np.ndarray, observed: np.ndarray, probe_big: bool) -> tuple[float, float, np.ndarray]:
    """Mean |difference| of amplitudes, of phases, and the slope of their sum in `predicted` (LOSS.COMPLEX_MAE).

    predicted, observed: (B, N, N, C). Over the central N/2 square, or all with `probe_big`. A phase difference is the
    angle of predicted * conj(observed), the short way round; where either is dark there is none. The slope is
    d/dRe + i d/dIm, 0 where the prediction is dark.
    """
    N = predicted.shape[1]
    window = np.zeros(predicted.shape)
    edge = 0 if probe_big else N // 4
    window[:, edge : N - edge, edge : N - edge] = 1 / (len(predicted) * (N - 2 * edge) ** 2 * predicted.shape[3])
    a, b = np.abs(predicted), np.abs(observed)
    turned = np.where((a < DARK) | (b < DARK), 0.0, np.angle(predicted * np.conj(observed)))
    safe = np.where(a < DARK, 1.0, a)
    outward, around = predicted / safe, 1j * predicted / safe**2
    slope = np.where(a < DARK, 0, window * (np.sign(a - b) * outward + np.sign(turned) * around))
    return float(np.sum(window * np.abs(a - b))), float(np.sum(window * np.abs(turned))), slope
