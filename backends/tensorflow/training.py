"""Operations `training_scale`, `model_scale`, `training_objective`: the photon scale on both sides of a network."""

from typing import Any

import numpy as np

from ptychoparity.backends.host import training
from ptychoparity.backends.tensorflow.framework import tf
from ptychoparity.backends.tensorflow.losses import amplitude_mae, poisson_nll

Answer = dict[str, np.ndarray | dict[str, float] | None]


def _scaled(array: np.ndarray, scale: float) -> tf.Tensor:
    return tf.cast(array, tf.float64) * tf.constant(scale, tf.float64)


def _single(values: tf.Tensor) -> np.ndarray:
    return np.array(tf.cast(values, tf.float32))


def training_scale(X: np.ndarray, intensity_scale: float) -> Answer:
    """`model_input` = `amplitude_label` = s * X, `intensity_label` = (s * X)^2 (NORM.SYMMETRY.INPUT).

    X: (B, N, N, C) float32, normalised amplitude; s = intensity_scale. Returns float32 arrays of X's shape,
    sqrt(photons) and photons (LOSS.POISSON.LABELS). Raises ValueError for other shapes, values negative or not
    finite, and s not above 0.
    """
    training.amplitudes(intensity_scale, "X", X=X)
    amplitude = _scaled(X, intensity_scale)
    return {
        "model_input": _single(amplitude),
        "amplitude_label": _single(amplitude),
        "intensity_label": _single(tf.square(amplitude)),
    }


def model_scale(model_input: np.ndarray, amplitude: np.ndarray, intensity_scale: float) -> Answer:
    """`network_input` = model_input / s, `predicted_amplitude` = s * amplitude, `predicted_intensity` its square.

    NORM.SYMMETRY.INVERSE, LOSS.POISSON.LABELS. model_input, amplitude: (B, N, N, C) float32, what the model is given
    and what its network predicts. Returns float32 arrays of that shape. Raises ValueError as `training_scale`.
    """
    training.amplitudes(intensity_scale, "amplitude", model_input=model_input, amplitude=amplitude)
    predicted = _scaled(amplitude, intensity_scale)
    return {
        "network_input": _single(tf.cast(model_input, tf.float64) / tf.constant(intensity_scale, tf.float64)),
        "predicted_amplitude": _single(predicted),
        "predicted_intensity": _single(tf.square(predicted)),
    }


def training_objective(predicted: np.ndarray, observed: np.ndarray, intensity_scale: float, **settings: Any) -> Answer:
    """`loss` of the amplitudes s * predicted against s * observed, by torch_loss_mode (LOSS.TORCH_MODE).

    predicted, observed: equal shapes, float32. "poisson": of their squares, as `poisson_nll`; "mae": as
    `amplitude_mae`. Returns `loss`, a float64 scalar, or None. `settings` (torch_loss_mode, model_type, label_amp and
    label_phase), where it is None, and errors: `ptychoparity.backends.host.training.objective`.
    """
    objective = training.objective(predicted, observed, intensity_scale, **settings)
    if objective.loss is None:
        return {"loss": None, "weights": objective.weights}
    here, there = (_scaled(array, intensity_scale) for array in (predicted, observed))
    if objective.loss == "mae":
        answer = amplitude_mae(_single(here), _single(there))
    else:
        answer = poisson_nll(_single(tf.square(here)), _single(tf.square(there)))
    return {"loss": answer["loss"], "weights": objective.weights}
