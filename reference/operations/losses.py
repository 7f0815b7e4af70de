"""Operations that are losses, each with its gradient."""

from typing import Any

import numpy as np

from ptychoparity.reference import inputs, losses


def poisson_nll(rate: np.ndarray, counts: np.ndarray) -> dict[str, Any]:
    inputs.same_shape(rate=rate, counts=counts)
    inputs.real_and_finite(rate=rate, counts=counts)
    inputs.not_negative(rate=rate, counts=counts)
    loss, gradient = losses.poisson_nll(np.asarray(rate, dtype=float), np.asarray(counts, dtype=float))
    return {"loss": np.asarray(loss), "gradient": gradient}


def amplitude_mae(predicted: np.ndarray, observed: np.ndarray) -> dict[str, Any]:
    inputs.same_shape(predicted=predicted, observed=observed)
    inputs.real_and_finite(predicted=predicted, observed=observed)
    loss, gradient = losses.amplitude_mae(np.asarray(predicted, dtype=float), np.asarray(observed, dtype=float))
    return {"loss": np.asarray(loss), "gradient": gradient}


def complex_mae(predicted: np.ndarray, observed: np.ndarray, probe_big: bool) -> dict[str, Any]:
    inputs.rank("predicted", predicted, "B, N, N, C")
    inputs.same_shape(predicted=predicted, observed=observed)
    inputs.square("predicted", predicted, 1)
    inputs.size(predicted.shape[1])
    inputs.finite(predicted=predicted, observed=observed)
    arrays = np.asarray(predicted, dtype=complex), np.asarray(observed, dtype=complex)
    amplitude, phase, gradient = losses.complex_mae(*arrays, probe_big)
    found = {"loss": amplitude + phase, "amplitude": amplitude, "phase": phase}
    return {**{name: np.asarray(value) for name, value in found.items()}, "gradient": gradient}


def total_variation(object: np.ndarray) -> dict[str, Any]:
    inputs.rank("object", object, "B, H, W, C")
    inputs.finite(object=object)
    loss, gradient = losses.total_variation(np.asarray(object, dtype=complex))
    return {"loss": np.asarray(loss), "gradient": gradient}
