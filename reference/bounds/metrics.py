"""Bounds of objects put together, of fits, and of errors of a reconstruction."""

from typing import Any

import numpy as np

from ptychoparity.reference.bounds import ROUNDING, Parts

Values = dict[str, Any]


def composition(inputs: Values, answer: Values) -> dict[str, Parts]:
    """Amplitude times sine and cosine, each of which errs by a few roundings of 1."""
    return {"object": {"terms": np.asarray(inputs["Y_I"], dtype=float)}}


def levelling(inputs: Values, answer: Values) -> dict[str, Parts]:
    """A phase less a plane a x + b y + c, and [a, b, c].

    A projection onto the three functions errs by a few roundings of the root mean square of what is projected, times
    at most 3 at a corner; a slope by twice that over the side. The phase and the plane at the pixel round besides.
    """
    phase = np.asarray(inputs["phase"], dtype=float)
    size = np.sqrt(np.mean(phase**2, axis=(1, 2)))
    height, width = phase.shape[1:]
    sides = np.array([width - 1, height - 1, 1.0])
    fit = np.broadcast_to(3 * size[:, None, None], phase.shape)
    return {
        "phase": {"terms": np.abs(phase) + np.abs(phase - answer["phase"]), "fit": fit},
        "removed": {"terms": np.abs(answer["removed"]), "fit": 6 * size[:, None] / sides},
    }


def evaluation(inputs: Values, answer: Values) -> dict[str, Parts]:
    """Mean errors of (amplitude, phase): their own size, and the rounding e of the pixels that are subtracted.

    (d + e)^2 - d^2 = 2 d e + e^2.
    """
    truth, prediction = (
        float(np.abs(np.asarray(inputs[name], dtype=complex)).max()) for name in ("truth", "prediction")
    )
    size = np.array([truth + float(answer["factor"]) * prediction, 2 * np.pi])
    square = 2 * answer["mae"] * size + 32 * ROUNDING * size**2
    return {
        "mae": {"terms": np.abs(answer["mae"]), "pixels": size},
        "mse": {"terms": np.abs(answer["mse"]), "pixels": square},
    }
