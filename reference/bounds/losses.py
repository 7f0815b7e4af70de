"""Bounds of losses and their slopes: the same means over absolute values."""

from typing import Any

import numpy as np

from ptychoparity.reference.bounds import Parts
from ptychoparity.reference.losses import SMALLEST_RATE

Values = dict[str, Any]


def _terms(rate: np.ndarray, counts: np.ndarray) -> np.ndarray:
    rate = np.maximum(rate, SMALLEST_RATE)
    return rate + counts * np.abs(np.log(rate))


def _float(inputs: Values, *names: str) -> list[np.ndarray]:
    return [np.asarray(inputs[name], dtype=float) for name in names]


def poisson(inputs: Values, answer: Values) -> dict[str, Parts]:
    """The mean of r - c ln r, and its slope (1 - c/r) / n, which a clamped rate has none of."""
    rate, counts = _float(inputs, "rate", "counts")
    slope = np.where(rate > SMALLEST_RATE, (1 + counts / np.maximum(rate, SMALLEST_RATE)) / rate.size, 0.0)
    return {"loss": {"terms": np.mean(_terms(rate, counts))}, "gradient": {"terms": slope}}


def objective(inputs: Values, answer: Values) -> dict[str, Parts]:
    """Rate and counts are squares, themselves rounded: each changes its term by its share."""
    predicted, observed = (inputs["intensity_scale"] * one for one in _float(inputs, "predicted", "observed"))
    if inputs["torch_loss_mode"] == "mae":
        return {"loss": {"terms": np.mean(np.abs(predicted) + np.abs(observed))}}
    return {"loss": {"terms": np.mean(_terms(predicted**2, observed**2) + observed**2)}}


def complex_mae(inputs: Values, answer: Values) -> dict[str, Parts]:
    """The means themselves, and what pixels err by: of a modulus, or of an angle, a few roundings of a radian.

    Errors of pixels cancel in a mean as those of independent draws do: of n, six standard deviations, as if only one
    in 64 were independent.
    """
    predicted, observed = (np.asarray(inputs[name], dtype=complex) for name in ("predicted", "observed"))
    N = predicted.shape[1]
    edge = 0 if inputs["probe_big"] else N // 4
    counted = (slice(None), slice(edge, N - edge), slice(edge, N - edge))
    sizes = (np.abs(predicted) + np.abs(observed))[counted]
    left = min(1.0, 6 * np.sqrt(64 / sizes.size))
    pixels = {"amplitude": left * np.mean(sizes), "phase": left}
    pixels["loss"] = pixels["amplitude"] + pixels["phase"]
    return {name: {"terms": np.abs(answer[name]), "pixels": np.asarray(part)} for name, part in pixels.items()}


def variation(inputs: Values, answer: Values) -> dict[str, Parts]:
    """The slope: twice the sum of the differences to a pixel's neighbours."""
    size = np.abs(np.asarray(inputs["object"], dtype=complex))
    total = np.zeros(size.shape)
    for axis in (1, 2):
        wide = np.moveaxis(total, axis, 0)
        pairs = np.moveaxis(size, axis, 0)[1:] + np.moveaxis(size, axis, 0)[:-1]
        wide[1:] += pairs
        wide[:-1] += pairs
    return {"gradient": {"terms": 2 * total}}
