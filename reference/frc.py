"""Fourier ring correlation of two images (HOUSE.METRIC.FRC)."""

from typing import Any

import numpy as np

from ptychoparity.reference import inputs

DARK = 1e-20
"""A ring with less than this share of its image's power holds rounding, and counts as empty."""
SNR = {"half_bit": (2**0.5 - 1) / 2, "one_bit": 0.5}
"""Signal-to-noise ratio of each half data set at the information thresholds (van Heel and Schatz 2005)."""


def rings(side: int) -> np.ndarray:
    """(side, side): the ring of each frequency, its distance from index side//2, rounded."""
    k = np.arange(side) - side // 2
    return np.rint(np.hypot(k[:, None], k[None, :])).astype(int)


def square(image: np.ndarray) -> np.ndarray:
    """The central square of (H, W), its side the shorter of the two."""
    side = min(image.shape)
    top, left = ((length - side) // 2 for length in image.shape)
    return image[top : top + side, left : left + side]


def correlation(truth: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """rho (K,) of two square images: |sum A B*| / sqrt(sum |A|^2 sum |B|^2) over each ring.

    Ring 0 is 1 whatever the images: it holds one sample. A ring that is empty in both is 1, in one of them 0.
    """
    A, B = (np.fft.fftshift(np.fft.fft2(image)) for image in (truth, prediction))
    ring = rings(len(truth))
    curve = np.ones(ring.max() + 1)
    total = [np.sum(np.abs(spectrum) ** 2) for spectrum in (A, B)]
    for k in range(1, len(curve)):
        here = ring == k
        a, b = (np.sum(np.abs(spectrum[here]) ** 2) for spectrum in (A, B))
        empty = [power <= DARK * whole for power, whole in zip((a, b), total, strict=True)]
        if any(empty):
            curve[k] = float(all(empty))
        else:
            curve[k] = np.abs(np.sum(A[here] * np.conj(B[here]))) / np.sqrt(a * b)
    return curve


def information_threshold(snr: float, count: np.ndarray) -> np.ndarray:
    """The correlation that two images of this signal-to-noise ratio reach on rings of `count` samples."""
    noise = 1 / np.sqrt(count)
    return (snr + (2 * np.sqrt(snr) + 1) * noise) / (snr + 1 + 2 * np.sqrt(snr) * noise)


def crossing(curve: np.ndarray, threshold: np.ndarray, count: np.ndarray) -> float:
    """Where the curve first falls below the threshold, between rings by a straight line; K where it never does.

    A ring of one sample correlates by 1 whatever the images, and is asked for no more than 1: it is never below.
    """
    above = np.where(count == 1, np.maximum(curve - threshold, 0.0), curve - threshold)
    for k in range(1, len(curve)):
        if above[k] < 0:
            return float(k - 1 + above[k - 1] / (above[k - 1] - above[k]))
    return float(len(curve))


def thresholds(count: np.ndarray) -> dict[str, np.ndarray]:
    """The four threshold curves (K,) by name."""
    level = {"frc50": np.full(len(count), 0.5), "frc1over7": np.full(len(count), 1 / 7)}
    return level | {name: information_threshold(snr, count) for name, snr in SNR.items()}


def frc(truth: np.ndarray, prediction: np.ndarray) -> dict[str, Any]:
    """Pairs of images (B, H, W), real or complex; see the contract `frc`."""
    inputs.rank("truth", truth, "B, H, W")
    inputs.same_shape(truth=truth, prediction=prediction)
    inputs.finite(truth=truth, prediction=prediction)
    side = min(truth.shape[1:])
    if side < 4:
        raise ValueError(f"truth has shape {truth.shape}: a side of at least 4 px is asked for, to have a ring")
    pairs = zip(truth.astype(complex), prediction.astype(complex), strict=True)
    curves = np.array([correlation(square(t), square(p)) for t, p in pairs])
    count = np.bincount(rings(side).ravel())
    ring = np.arange(len(count))
    levels = thresholds(count)
    answer = {"curve": curves, "ring": ring, "frequency": ring / side, "count": count}
    answer |= {f"{name}_threshold": levels[name] for name in SNR}
    for name, level in levels.items():
        answer[name] = np.array([crossing(curve, level, count) for curve in curves])
        answer[f"{name}_frequency"] = answer[name] / side
    return answer
