"""Input checks of the metrics: pairs of images, windows that fit, choices, positions (HOUSE.INPUT.REFUSED)."""

from collections.abc import Sequence

import numpy as np

from backends.host import checks

WINDOW = 7
"""Side of SSIM's window, px."""

FLAT = 1e-6
"""A contrast below this share of the level is the rounding of single precision, and no contrast."""


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


def has_contrast(name: str, magnitude: np.ndarray) -> None:
    """ValueError where a magnitude (H, W) is the same everywhere, to single precision: nothing can be registered."""
    lowest, highest = checks.extent(magnitude)
    if highest - lowest <= FLAT * highest:
        raise ValueError(f"{name} has the same magnitude everywhere: there is no contrast to register")


def not_dark(name: str, image: np.ndarray) -> None:
    """ValueError for an image (H, W) that is zero everywhere."""
    if not image.any():
        raise ValueError(f"{name} is zero everywhere: there is nothing to scale or to compare with")


def evaluation(
    truth: np.ndarray, prediction: np.ndarray, offset: int, edge: int, phase_align: str, peak: float | None
) -> None:
    """ValueError for what `evaluate_object` cannot compare; `edge`: the pixels cut from each side."""
    image_pair(truth, prediction, "H", "W", real=False)
    if offset < 0 or offset % 2:
        raise ValueError(f"offset = {offset}: an even number of at least 0 is asked for, half of it is cut from a side")
    one_of("phase_align", phase_align, ("plane", "mean", "none"))
    positive_or_none("peak", peak)
    rows, columns = (max(0, side - 2 * edge) for side in truth.shape)
    fits_window(f"truth without {edge} px on each side", rows, columns)
    not_dark("truth", truth)


def overlap(
    coords: np.ndarray, gridsize: int, s_img: float, n_groups: int, neighbor_count: int, diameter: float | None
) -> int:
    """The number of images kept; ValueError for what no overlap can be computed of (METRIC.OVERLAP.DEGENERATE)."""
    checks.rank("coords", coords, "M", "2")
    checks.length("coords", coords, 1, 2, "[x, y]")
    checks.real("coords", coords)
    checks.finite("coords", coords)
    if gridsize not in (1, 2):
        raise ValueError(f"gridsize = {gridsize}: 1 or 2 is asked for")
    if not 0 < s_img <= 1:
        raise ValueError(f"s_img = {s_img:g}: a share above 0 and up to 1 is asked for")
    checks.at_least("n_groups", n_groups, 1)
    checks.at_least("neighbor_count", neighbor_count, 1)
    if diameter is None:
        raise ValueError("probe_diameter_px is None: nothing here knows the probe, a diameter in px is asked for")
    checks.positive("probe_diameter_px", diameter)
    kept = round(s_img * len(coords))
    if kept == 0:
        raise ValueError(f"s_img = {s_img:g} of {len(coords)} images is none at all")
    return kept
