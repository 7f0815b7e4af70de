"""Operation `frc`: Fourier ring correlation of pairs of images, in float64."""

import math

import numpy as np
import torch

from ptychoparity.backends.host import metrics
from ptychoparity.backends.pytorch.bridge import tensor

DARK = 1e-20
"""A ring with less than this share of its image's power holds rounding, and counts as empty."""
SNR = {"half_bit": (2**0.5 - 1) / 2, "one_bit": 0.5}
"""Signal-to-noise ratio of each half data set at the information thresholds (van Heel and Schatz 2005)."""


def frc(truth: np.ndarray, prediction: np.ndarray, *, device: torch.device) -> dict[str, np.ndarray]:
    """Correlation per ring, and where it falls below 0.5, 1/7, half a bit and one bit (HOUSE.METRIC.FRC).

    truth, prediction: (B, H, W) real or complex; their central squares of side n = min(H, W) are correlated. Returns
    curve (B, K), ring (K), frequency (K) in cycles per pixel, count (K) of samples, the two information thresholds (K),
    and the four crossings (B) as ring index and, named *_frequency, in cycles per pixel; K and K/n where there is none.
    Raises ValueError for shapes that differ, a side below 4 px, and values that are not finite.
    """
    metrics.rings(truth, prediction)
    n = min(truth.shape[1:])
    ring, count = rings(n, device)
    t, p = (_square(tensor(images, device), n) for images in (truth, prediction))
    curve = correlation(t, p, ring, len(count))
    index = torch.arange(len(count), device=device)
    levels = thresholds(count)
    answer = {"curve": curve, "ring": index, "frequency": index.double() / n, "count": count}
    answer |= {f"{name}_threshold": levels[name] for name in SNR}
    for name, level in levels.items():
        answer[name] = crossing(curve, level, count)
        answer[f"{name}_frequency"] = answer[name] / n
    return {name: value.cpu().numpy() for name, value in answer.items()}


def _square(images: torch.Tensor, n: int) -> torch.Tensor:
    """The central (B, n, n), in double precision."""
    top, left = ((side - n) // 2 for side in images.shape[1:])
    return images[:, top : top + n, left : left + n].to(torch.complex128 if images.is_complex() else torch.float64)


def rings(n: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Ring of every sample (n, n) of an unshifted transform, int64, and the number of samples of each ring (K)."""
    k = torch.fft.fftfreq(n, 1 / n, dtype=torch.float64, device=device)
    ring = torch.hypot(k[:, None], k[None, :]).round().long()
    return ring, torch.bincount(ring.flatten())


def correlation(t: torch.Tensor, p: torch.Tensor, ring: torch.Tensor, K: int) -> torch.Tensor:
    """(B, K): |sum A B*| / sqrt(sum |A|^2 sum |B|^2) per ring; 1 on ring 0 and where both are empty, 0 where one is."""
    if t.is_complex() or p.is_complex():
        weight, transform = None, torch.fft.fft2
    else:
        weight, transform = _weights(ring), torch.fft.rfft2
        ring = ring[:, : weight.shape[0]]
    flat = ring.flatten()
    found = []
    for one, other in zip(t, p, strict=True):
        A, B = transform(one), transform(other)
        parts = [A.real**2 + A.imag**2, B.real**2 + B.imag**2, A.real * B.real + A.imag * B.imag]
        if weight is None:
            parts.append(A.imag * B.real - A.real * B.imag)
        else:  # the imaginary parts of the two halves cancel
            parts = [part * weight for part in parts]
        sums = torch.stack([torch.bincount(flat, part.flatten(), K) for part in parts])
        power, cross = sums[:2], torch.linalg.vector_norm(sums[2:], dim=0)
        empty = power <= DARK * power.sum(dim=1, keepdim=True)
        lit = cross / power.sqrt().prod(dim=0)
        curve = torch.where(empty.any(dim=0), empty.all(dim=0).to(lit.dtype), lit)
        curve[0] = 1.0
        found.append(curve)
    return torch.stack(found)


def _weights(ring: torch.Tensor) -> torch.Tensor:
    """How often each column of a real image's half transform stands in the whole one: the inner ones twice."""
    n = len(ring)
    weight = torch.full((n // 2 + 1,), 2.0, dtype=torch.float64, device=ring.device)
    weight[0] = 1.0
    if n % 2 == 0:
        weight[-1] = 1.0
    return weight


def thresholds(count: torch.Tensor) -> dict[str, torch.Tensor]:
    """0.5, 1/7 and the information curves, (K) each, for rings of `count` samples."""
    found = {name: torch.full(count.shape, level, dtype=torch.float64, device=count.device)
             for name, level in (("frc50", 0.5), ("frc1over7", 1 / 7))}  # fmt: skip
    root = count.double().sqrt()
    for name, s in SNR.items():
        found[name] = (s * root + 2 * math.sqrt(s) + 1) / ((s + 1) * root + 2 * math.sqrt(s))
    return found


def crossing(curve: torch.Tensor, threshold: torch.Tensor, count: torch.Tensor) -> torch.Tensor:
    """(B): first ring, interpolated, where a curve (B, K) is below the threshold (K); K where it never is.

    A ring of one sample is never below: its correlation is 1, and so are the thresholds at most, but for rounding.
    """
    K = curve.shape[1]
    above = curve - threshold
    above = torch.where(count == 1, above.clamp(min=0.0), above)
    below = above[:, 1:] < 0
    last = below.to(torch.int64).argmax(dim=1)
    a, b = (above.gather(1, k[:, None])[:, 0] for k in (last, last + 1))
    return torch.where(below.any(dim=1), last + a / (a - b), torch.full_like(a, K))
