"""Input checks of the metrics and of the steps before them: pairs of images, choices, windows (HOUSE.INPUT.REFUSED)."""

from collections.abc import Sequence

import numpy as np

from ptychoparity.backends.host import checks

WINDOW = 7
"""Side of SSIM's window, px."""

FLAT = 1e-6
"""A contrast below this share of the level is the rounding of single precision, and no contrast."""

SMALLEST_RING = 4
"""The shortest side, px, that has a ring to correlate."""


def similarity(
    truth: np.ndarray, prediction: np.ndarray, sigma: float, levels: int, most: int, **above_zero: float | None
) -> None:
    """ValueError for what `image_metrics` cannot compare (HOUSE.INPUT.REFUSED).

    Images have one shape (B, H, W), sides of at least 7 px, finite reals; sigma, px, is 0 or more; levels 1 to `most`;
    `above_zero` are the peak and the data range, above 0 or None.
    """
    image_pair(truth, prediction, "B", "H", "W", real=True)
    fits_window("truth", *truth.shape[1:])
    for name, value in above_zero.items():
        positive_or_none(name, value)
    checks.not_below_zero("sigma", sigma)
    if not 1 <= levels <= most:
        raise ValueError(f"levels = {levels}: 1 to {most} scales are asked for")


def rings(truth: np.ndarray, prediction: np.ndarray) -> None:
    """ValueError for images (B, H, W) that `frc` cannot correlate: they differ in shape, or have no ring."""
    image_pair(truth, prediction, "B", "H", "W", real=False)
    if min(truth.shape[1:]) < SMALLEST_RING:
        raise ValueError(f"truth has shape {truth.shape}: a side below {SMALLEST_RING} px has no ring to correlate")


def phases(phase: np.ndarray, mode: str) -> None:
    """ValueError for what `remove_phase` cannot level: no (B, H, W) of finite reals, a side of 1 px, another mode."""
    checks.rank("phase", phase, "B", "H", "W")
    checks.real("phase", phase)
    checks.finite("phase", phase)
    one_of("mode", mode, ("plane", "mean"))
    if min(phase.shape[1:]) < 2:
        raise ValueError(f"phase has shape {phase.shape}: a plane needs at least 2 x 2 px")


def amplitudes(truth: np.ndarray, prediction: np.ndarray) -> None:
    """ValueError for what `scale_amplitude` cannot scale: shapes that differ, negative values, images all zero."""
    image_pair(truth, prediction, "B", "H", "W", real=True)
    checks.non_negative("truth", truth)
    checks.non_negative("prediction", prediction)
    for pair in zip(truth, prediction, strict=True):
        both_lit(*pair)


def registration(truth: np.ndarray, prediction: np.ndarray, upsampling: int, crop: int) -> None:
    """ValueError for what `register` cannot: shapes that differ, flat magnitudes, no steps, a crop of all there is."""
    image_pair(truth, prediction, "B", "H", "W", real=False)
    checks.at_least("upsampling", upsampling, 1)
    checks.at_least("crop", crop, 0)
    H, W = truth.shape[1:]
    if min(H, W) <= 2 * crop:
        raise ValueError(f"crop = {crop} on each side leaves nothing of {H} x {W} px")
    for pair in zip(truth, prediction, strict=True):
        both_have_contrast(*pair)


def image_pair(truth: np.ndarray, prediction: np.ndarray, *axes: str, real: bool) -> None:
    """ValueError unless both have one shape with these axes and hold finite numbers, real ones where asked."""
    checks.rank("truth", truth, *axes)
    checks.same_shape("prediction", prediction, "truth", truth.shape)
    for name, array in (("truth", truth), ("prediction", prediction)):
        checks.not_empty(name, array)
        (checks.real if real else checks.number)(name, array)
        checks.finite(name, array)


def fits_window(name: str, rows: int, columns: int) -> None:
    """ValueError where SSIM's window is larger than the image."""
    if min(rows, columns) < WINDOW:
        raise ValueError(f"{name} is {rows} x {columns} px, and SSIM needs room for its {WINDOW} x {WINDOW} window")


def one_of(name: str, value: str, choices: Sequence[str]) -> None:
    """ValueError unless `value` is among `choices`."""
    if value not in choices:
        raise ValueError(f"{name} = {value!r} is not one of {', '.join(choices)}")


def positive_or_none(name: str, value: float | None) -> None:
    """ValueError for a number that is not above 0."""
    if value is not None:
        checks.positive(name, value)


def both_have_contrast(truth: np.ndarray, prediction: np.ndarray) -> None:
    """ValueError where a magnitude (H, W) is the same everywhere, to single precision: nothing can be registered."""
    for name, image in (("truth", truth), ("prediction", prediction)):
        lowest, highest = checks.extent(np.abs(image))
        if highest - lowest <= FLAT * highest:
            raise ValueError(f"{name} has the same magnitude everywhere: there is no contrast to register")


def both_lit(truth: np.ndarray, prediction: np.ndarray) -> None:
    """ValueError where one of two images is zero everywhere."""
    not_dark("truth", truth)
    not_dark("prediction", prediction)


def not_dark(name: str, image: np.ndarray) -> None:
    """ValueError for an image (H, W) that is zero everywhere."""
    if not image.any():
        raise ValueError(f"{name} is zero everywhere: there is nothing to scale or to compare with")
