"""Operation `image_metrics`: MAE, MSE, PSNR, SSIM and MS-SSIM of pairs of real images, in float64."""

import numpy as np
import torch

from ptychoparity.backends.host import metrics
from ptychoparity.backends.host.metrics import FLAT, WINDOW
from ptychoparity.backends.pytorch.bridge import tensor

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of MS-SSIM, finest scale first (Wang, Simoncelli, Bovik 2003)."""
SMALLEST = 2.0**-52
"""Added to the root mean square error: the PSNR of identical images is finite."""


def image_metrics(
    truth: np.ndarray,
    prediction: np.ndarray,
    peak: float | None,
    data_range: float | None,
    sigma: float,
    levels: int,
    *,
    device: torch.device,
) -> dict[str, np.ndarray]:
    """mae, mse, psnr, ssim, ms_ssim, and the peak and data_range they were taken with (HOUSE.METRIC.FORMULA, PEAK).

    truth, prediction: (B, H, W) real. peak of the PSNR, None: the data range; data_range of the SSIM, None: the truth's
    contrast. sigma: px, smooths both before MS-SSIM. levels: its scales. Returns (B) float64 each, psnr in dB. Raises
    ValueError as `metrics.similarity`.
    """
    metrics.similarity(truth, prediction, sigma, levels, len(WEIGHTS), peak=peak, data_range=data_range)
    t, p = (tensor(images, device, torch.float64) for images in (truth, prediction))
    ranges = span(t) if data_range is None else torch.full((len(t),), float(data_range), dtype=t.dtype, device=device)
    peaks = ranges if peak is None else torch.full_like(ranges, float(peak))
    found = errors(t, p, peaks)
    found |= {"ssim": ssim(t, p, ranges), "ms_ssim": ms_ssim(t, p, sigma, levels), "peak": peaks, "data_range": ranges}
    return {name: value.cpu().numpy() for name, value in found.items()}


def span(*stacks: torch.Tensor) -> torch.Tensor:
    """(B): the largest contrast of images (B, H, W); of flat ones the largest level, and 1 where all are zero."""
    level = torch.stack([one.abs().amax(dim=(1, 2)) for one in stacks]).amax(dim=0)
    contrast = torch.stack([one.amax(dim=(1, 2)) - one.amin(dim=(1, 2)) for one in stacks]).amax(dim=0)
    flat = torch.where(level > 0, level, torch.ones_like(level))
    return torch.where(contrast > FLAT * level, contrast, flat)


def errors(t: torch.Tensor, p: torch.Tensor, peaks: torch.Tensor) -> dict[str, torch.Tensor]:
    """mae, mse, and psnr = 20 log10(peak / (root of mse + 2^-52)) of images (B, H, W), each (B)."""
    difference = t - p
    mse = difference.square().mean(dim=(1, 2))
    psnr = 20 * torch.log10(peaks / (mse.sqrt() + SMALLEST))
    return {"mae": difference.abs().mean(dim=(1, 2)), "mse": mse, "psnr": psnr}


def ssim(t: torch.Tensor, p: torch.Tensor, ranges: torch.Tensor) -> torch.Tensor:
    """(B): mean structural similarity over all whole 7 x 7 windows, sample covariances."""
    # a window's variance is the mean square less the squared mean: near zero mean, little is lost in that difference
    centre = t.mean(dim=(1, 2), keepdim=True)
    x, y = t - centre, p - centre
    maps = torch.stack([x, y, x * x, y * y, x * y], dim=1)
    mx, my, xx, yy, xy = torch.nn.functional.avg_pool2d(maps, WINDOW, stride=1).unbind(dim=1)
    sample = WINDOW**2 / (WINDOW**2 - 1)
    vx, vy, vxy = sample * (xx - mx * mx), sample * (yy - my * my), sample * (xy - mx * my)
    ux, uy = mx + centre, my + centre
    C1, C2 = ((share * ranges)[:, None, None].square() for share in (0.01, 0.03))
    similar = (2 * ux * uy + C1) * (2 * vxy + C2) / ((ux * ux + uy * uy + C1) * (vx + vy + C2))
    return similar.mean(dim=(1, 2))


def ms_ssim(t: torch.Tensor, p: torch.Tensor, sigma: float, levels: int) -> torch.Tensor:
    """(B): product of SSIM to the powers WEIGHTS over scales that each keep every second pixel."""
    t, p = blurred(t, sigma), blurred(p, sigma)
    ranges = span(t, p)
    product = torch.ones_like(ranges)
    for weight in WEIGHTS[:levels]:
        if min(t.shape[1:]) < WINDOW:
            break
        one = ssim(t, p, ranges)
        product = product * torch.where(one < 0, torch.full_like(one, 1e-4), one) ** weight
        t, p = t[:, ::2, ::2], p[:, ::2, ::2]
    return product


def blurred(images: torch.Tensor, sigma: float) -> torch.Tensor:
    """Images (B, H, W) under a Gaussian cut at 4 sigma, the edge pixel repeated in the mirror; sigma 0: as they are."""
    if sigma == 0:
        return images
    return _band(images.shape[1], sigma, images) @ images @ _band(images.shape[2], sigma, images).T


def _band(size: int, sigma: float, like: torch.Tensor) -> torch.Tensor:
    """(size, size): the blur of one axis as a matrix; what falls outside is folded back at the edges."""
    radius = int(4 * sigma + 0.5)
    reach = torch.arange(-radius, radius + 1, device=like.device)
    weights = torch.exp(-0.5 * (reach.to(like.dtype) / sigma).square())
    weights = weights / weights.sum()
    source = (torch.arange(size, device=like.device)[:, None] + reach) % (2 * size)
    source = torch.where(source < size, source, 2 * size - 1 - source)
    return like.new_zeros(size, size).scatter_add_(1, source, weights.expand(size, -1))
