"""Operations `training_scale`, `model_scale`, `training_objective`: the photon scale on both sides of a network."""

from typing import Any

import numpy as np
import torch

from ptychoparity.backends.host import training
from ptychoparity.backends.pytorch.bridge import tensor
from ptychoparity.backends.pytorch.losses import amplitude_mae, poisson_nll

Answer = dict[str, np.ndarray | dict[str, float] | None]


def _scaled(array: np.ndarray, scale: float, device: torch.device) -> torch.Tensor:
    """scale * array in float64, so that its square is rounded once."""
    return tensor(array, device, torch.float64) * scale


def _single(values: torch.Tensor) -> np.ndarray:
    return values.float().cpu().numpy()


def training_scale(X: np.ndarray, intensity_scale: float, *, device: torch.device) -> Answer:
    """model_input = amplitude_label = s * X, intensity_label = (s * X)^2 (NORM.SYMMETRY.INPUT, LOSS.POISSON.LABELS).

    X: (B, N, N, C) float32, normalised amplitude; s = intensity_scale. Returns float32 arrays of X's shape,
    sqrt(photons) and photons. Raises ValueError for other shapes, values negative or not finite, s not above 0.
    """
    training.amplitudes(intensity_scale, "X", X=X)
    amplitude = _scaled(X, intensity_scale, device)
    return {
        "model_input": _single(amplitude),
        "amplitude_label": _single(amplitude),
        "intensity_label": _single(amplitude.square()),
    }


def model_scale(
    model_input: np.ndarray, amplitude: np.ndarray, intensity_scale: float, *, device: torch.device
) -> Answer:
    """network_input = model_input / s, predicted_amplitude = s * amplitude, predicted_intensity its square.

    NORM.SYMMETRY.INVERSE, LOSS.POISSON.LABELS. model_input, amplitude: (B, N, N, C) float32, what the model is given
    and what its network predicts. Returns float32 arrays of that shape. Raises ValueError as `training_scale`.
    """
    training.amplitudes(intensity_scale, "amplitude", model_input=model_input, amplitude=amplitude)
    predicted = _scaled(amplitude, intensity_scale, device)
    return {
        "network_input": _single(tensor(model_input, device, torch.float64) / intensity_scale),
        "predicted_amplitude": _single(predicted),
        "predicted_intensity": _single(predicted.square()),
    }


def training_objective(
    predicted: np.ndarray, observed: np.ndarray, intensity_scale: float, *, device: torch.device, **settings: Any
) -> Answer:
    """loss of the amplitudes s * predicted against s * observed, by torch_loss_mode (LOSS.TORCH_MODE).

    predicted, observed: equal shapes, float32. "poisson": of their squares, as `poisson_nll`; "mae": as
    `amplitude_mae`. Returns loss, a float64 scalar, or None. `settings` (torch_loss_mode, model_type, label_amp and
    label_phase), where it is None, and errors: `ptychoparity.backends.host.training.objective`.
    """
    objective = training.objective(predicted, observed, intensity_scale, **settings)
    if objective.loss is None:
        return {"loss": None, "weights": objective.weights}
    here, there = (_scaled(array, intensity_scale, device) for array in (predicted, observed))
    if objective.loss == "mae":
        answer = amplitude_mae(_single(here), _single(there), device=device)
    else:
        answer = poisson_nll(_single(here.square()), _single(there.square()), device=device)
    return {"loss": answer["loss"], "weights": objective.weights}
