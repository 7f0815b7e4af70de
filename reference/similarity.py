"""How alike two real images are: MAE, MSE, PSNR, SSIM, MS-SSIM (HOUSE.METRIC.FORMULA, HOUSE.METRIC.PEAK)."""

from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter

from ptychoparity.reference import inputs

WINDOW = 7
"""Side of the uniform window of SSIM, px."""
WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of MS-SSIM, finest scale first (Wang, Simoncelli, Bovik 2003)."""
SMALLEST = 2.0**-52
"""Added to the root mean square error: the PSNR of identical images is finite."""
FLAT = 1e-6
"""A contrast below this share of the level is the rounding of single precision, and no contrast."""


def span(*images: np.ndarray) -> float:
    """The largest contrast, max - min, among images; of flat ones the largest level, and 1 where all are zero."""
    level = max(float(np.abs(image).max()) for image in images)
    contrast = max(float(image.max() - image.min()) for image in images)
    if contrast > FLAT * level:
        return contrast
    return level or 1.0


def psnr(mse: float, peak: float) -> float:
    """20 log10(peak / (root mean square error + 2^-52)), dB: 361.2 for identical images at peak 255."""
    return float(20 * np.log10(peak / (np.sqrt(mse) + SMALLEST)))


def ssim(truth: np.ndarray, prediction: np.ndarray, data_range: float) -> float:
    """Mean over every whole 7 x 7 window of the structural similarity, with sample (n - 1) covariances."""
    C1, C2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    x, y = (np.lib.stride_tricks.sliding_window_view(image, (WINDOW, WINDOW)) for image in (truth, prediction))
    inside, samples = (2, 3), WINDOW**2 - 1
    ux, uy = x.mean(inside), y.mean(inside)
    dx, dy = x - ux[..., None, None], y - uy[..., None, None]
    vx, vy, vxy = (np.sum(product, axis=inside) / samples for product in (dx * dx, dy * dy, dx * dy))
    return float(np.mean((2 * ux * uy + C1) * (2 * vxy + C2) / ((ux**2 + uy**2 + C1) * (vx + vy + C2))))


def ms_ssim(truth: np.ndarray, prediction: np.ndarray, sigma: float, levels: int) -> float:
    """Product over scales of SSIM to the powers WEIGHTS; every second pixel is kept from scale to scale.

    Both images are smoothed once by a Gaussian of `sigma` px (edges mirrored, cut at 4 sigma). One data range for
    all scales, the larger contrast of the two smoothed images. A negative SSIM counts as 1e-4. Scales end with
    `levels`, or where a side is below 7 px.
    """
    x, y = (gaussian_filter(image, sigma) if sigma else image for image in (truth, prediction))
    data_range, product = span(x, y), 1.0
    for weight in WEIGHTS[:levels]:
        if min(x.shape) < WINDOW:
            break
        one = ssim(x, y, data_range)
        product *= (1e-4 if one < 0 else one) ** weight
        x, y = x[::2, ::2], y[::2, ::2]
    return product


def compare(
    truth: np.ndarray, prediction: np.ndarray, peak: float | None, data_range: float | None, sigma: float, levels: int
) -> dict[str, float]:
    """Every metric of one pair of images (H, W)."""
    difference = truth - prediction
    data_range = span(truth) if data_range is None else data_range
    peak = data_range if peak is None else peak
    mse = float(np.mean(difference**2))
    return {
        "mae": float(np.mean(np.abs(difference))), "mse": mse, "psnr": psnr(mse, peak),
        "ssim": ssim(truth, prediction, data_range), "ms_ssim": ms_ssim(truth, prediction, sigma, levels),
        "peak": peak, "data_range": data_range,
    }  # fmt: skip


def image_metrics(
    truth: np.ndarray,
    prediction: np.ndarray,
    peak: float | None,
    data_range: float | None,
    sigma: float,
    levels: int,
) -> dict[str, Any]:
    """Pairs of real images (B, H, W); see the contract `image_metrics`."""
    inputs.rank("truth", truth, "B, H, W")
    inputs.same_shape(truth=truth, prediction=prediction)
    inputs.real_and_finite(truth=truth, prediction=prediction)
    window(truth.shape[1:], "truth")
    inputs.positive(
        **{name: value for name, value in (("peak", peak), ("data_range", data_range)) if value is not None}
    )
    if sigma < 0:
        raise ValueError(f"sigma={sigma:g}: 0 or more is asked for")
    if not 1 <= levels <= len(WEIGHTS):
        raise ValueError(f"levels={levels}: 1 to {len(WEIGHTS)} are asked for")
    pairs = zip(truth.astype(float), prediction.astype(float), strict=True)
    found = [compare(t, p, peak, data_range, sigma, levels) for t, p in pairs]
    return {name: np.array([one[name] for one in found]) for name in found[0]}


def window(shape: tuple[int, ...], name: str) -> None:
    """ValueError where the window of SSIM does not fit."""
    if min(shape) < WINDOW:
        raise ValueError(f"{name}: {shape[0]} x {shape[1]} px, the {WINDOW} x {WINDOW} window of SSIM does not fit")
