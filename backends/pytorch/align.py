"""Operations `remove_phase`, `scale_amplitude`, `register`: the steps between a reconstruction and its metrics."""

import math

import numpy as np
import torch

from ptychoparity.backends.host import metrics
from ptychoparity.backends.pytorch.bridge import tensor

Answer = dict[str, np.ndarray]
NOTHING_LEFT = 1e-12
"""A phase nowhere larger than this, of its size before, is the rounding of its fit."""


def remove_phase(phase: np.ndarray, mode: str, *, device: torch.device) -> Answer:
    """phase less its least-squares plane a x + b y + c, or less its mean c (PHYS.PHASE.EVAL_ALIGN, HOUSE.METRIC.STEPS).

    phase: (B, H, W) real, rad, sides of at least 2; mode: "plane" or "mean". Returns phase (B, H, W) float32 and
    removed (B, 3) = [a, b, c], x the column and y the row from 0. Raises ValueError for other modes and shapes.
    """
    metrics.phases(phase, mode)
    left, removed = levelled(tensor(phase, device, torch.float64), mode)
    return {"phase": left.float().cpu().numpy(), "removed": removed.cpu().numpy()}


def levelled(phase: torch.Tensor, mode: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Phases (B, H, W) float64 without plane or mean, and [a, b, c] (B, 3)."""
    H, W = phase.shape[1:]
    x, y = (torch.arange(n, dtype=phase.dtype, device=phase.device) - (n - 1) / 2 for n in (W, H))
    mean = phase.mean(dim=(1, 2))
    left = phase - mean[:, None, None]
    a, b = torch.zeros_like(mean), torch.zeros_like(mean)
    if mode == "plane":  # centred coordinates are orthogonal on the grid: each slope is a projection of its own
        a = (left.mean(dim=1) @ x) / x.square().sum()
        b = (left.mean(dim=2) @ y) / y.square().sum()
        left = left - a[:, None, None] * x - b[:, None, None] * y[:, None]
    size = phase.abs().amax(dim=(1, 2)).clamp(min=1.0)
    rounding = left.abs().amax(dim=(1, 2)) <= NOTHING_LEFT * size
    left = torch.where(rounding[:, None, None], torch.zeros_like(left), left)
    return left, torch.stack([a, b, mean - a * (W - 1) / 2 - b * (H - 1) / 2], dim=1)


def scale_amplitude(truth: np.ndarray, prediction: np.ndarray, *, device: torch.device) -> Answer:
    """scaled = factor * prediction, factor = mean(truth) / mean(prediction) (HOUSE.METRIC.STEPS).

    truth, prediction: (B, H, W) real, not negative. Returns scaled (B, H, W) float32 and factor (B) float64. Raises
    ValueError for shapes that differ, negative values, and images that are zero everywhere.
    """
    metrics.amplitudes(truth, prediction)
    t, p = (tensor(images, device, torch.float64) for images in (truth, prediction))
    factor = t.mean(dim=(1, 2)) / p.mean(dim=(1, 2))
    return {"scaled": (factor[:, None, None] * p).float().cpu().numpy(), "factor": factor.cpu().numpy()}


def register(truth: np.ndarray, prediction: np.ndarray, upsampling: int, crop: int, *, device: torch.device) -> Answer:
    """shift (B, 2) = [dy, dx] px that brings predictions onto truths, and the shifted predictions (HOUSE.METRIC.STEPS).

    truth, prediction: (B, H, W), real or complex; magnitudes are correlated. upsampling: steps per pixel. crop: px cut
    from each side of `registered`, float32 or complex64. Raises ValueError for shapes that differ, flat magnitudes, an
    upsampling below 1, and a crop that leaves nothing.
    """
    metrics.registration(truth, prediction, upsampling, crop)
    H, W = truth.shape[1:]
    t, p = (wide(tensor(images, device)) for images in (truth, prediction))
    shift = torch.stack([shift_between(one, other, upsampling) for one, other in zip(t, p, strict=True)])
    moved = shifted(p, shift)[:, crop : H - crop, crop : W - crop]
    narrow = moved.to(torch.complex64 if moved.is_complex() else torch.float32)
    return {"shift": shift.cpu().numpy(), "registered": narrow.cpu().numpy()}


def wide(images: torch.Tensor) -> torch.Tensor:
    return images.to(torch.complex128 if images.is_complex() else torch.float64)


def shift_between(truth: torch.Tensor, prediction: torch.Tensor, upsampling: int) -> torch.Tensor:
    """[dy, dx] float64: where the phase correlation of two magnitudes (H, W) peaks, to 1/upsampling px.

    First on whole pixels; then, as a product of two small Fourier matrices, on a fine grid of 1.5 px around that
    (Guizar-Sicairos, Thurman, Fienup 2008).
    """
    cross = torch.fft.fft2(truth.abs()) * torch.fft.fft2(prediction.abs()).conj()
    size = cross.abs()
    cross = cross / torch.clamp(size, min=100 * torch.finfo(size.dtype).eps * size.max().item())
    H, W = cross.shape
    row, column = divmod(int(torch.fft.ifft2(cross).abs().argmax()), W)
    row, column = (at - n if at > n // 2 else at for at, n in ((row, H), (column, W)))
    if upsampling == 1:
        return torch.tensor([row, column], dtype=size.dtype, device=size.device)
    steps = math.ceil(1.5 * upsampling)
    around = (torch.arange(steps, dtype=size.dtype, device=size.device) - steps // 2) / upsampling
    fine = (_waves(row + around, H) @ cross @ _waves(column + around, W).T).abs()
    best = divmod(int(fine.argmax()), steps)
    return torch.stack([row + around[best[0]], column + around[best[1]]])


def _waves(places: torch.Tensor, n: int) -> torch.Tensor:
    """(len(places), n) complex128: exp(2 pi i k s) for each place s and frequency k."""
    k = torch.fft.fftfreq(n, dtype=places.dtype, device=places.device)
    angle = 2 * math.pi * places[:, None] * k
    return torch.complex(torch.cos(angle), torch.sin(angle))


def shifted(images: torch.Tensor, shift: torch.Tensor) -> torch.Tensor:
    """Images (B, H, W) moved by [dy, dx] (B, 2) px, periodically; real ones stay real."""
    rows, columns = (_waves(-shift[:, axis], images.shape[axis + 1]) for axis in (0, 1))
    moved = torch.fft.ifft2(torch.fft.fft2(images) * rows[:, :, None] * columns[:, None, :])
    return moved if images.is_complex() else moved.real
