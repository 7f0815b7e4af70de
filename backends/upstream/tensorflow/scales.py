"""Operations `normalize_diffraction`, `intensity_scale`, `training_scale`, `model_scale`, `padded_size`."""

from typing import Any

import numpy as np
import tensorflow as tf
from ptycho import diffsim, loader, model, params, raw_data, train_pinn
from ptycho.custom_layers import SquareLayer

from ptychoparity.backends.upstream.tensorflow.store import store

Answer = dict[str, Any]


def normalize_diffraction(diffraction: np.ndarray) -> Answer:
    """`ptycho.raw_data.normalize_data`; the scale it does not return."""
    return {"normalized": np.asarray(raw_data.normalize_data({"diffraction": diffraction}, diffraction.shape[1]))}


def intensity_scale(nphotons: float, N: int, field: np.ndarray | None) -> Answer:
    """`ptycho.train_pinn.calculate_intensity_scale`; of a field `ptycho.diffsim.scale_nphotons`."""
    with store(N=N, nphotons=nphotons):
        if field is not None:
            return {"scale": np.asarray(diffsim.scale_nphotons(np.abs(field)[..., None]))}
        return {
            "scale": np.asarray(train_pinn.calculate_intensity_scale(_container(np.ones((1, N, N, 1), np.float32))))
        }


def training_scale(X: np.ndarray, intensity_scale: float) -> Answer:
    """`ptycho.model.prepare_inputs` and `prepare_outputs` of a container that holds X."""
    container, gridsize = _container(X), round(X.shape[-1] ** 0.5)
    with store(N=X.shape[1], gridsize=gridsize, intensity_scale=intensity_scale):
        model_input, _ = model.prepare_inputs(container)
        _, amplitude, intensity = model.prepare_outputs(container)
    answer = {"model_input": model_input, "amplitude_label": amplitude, "intensity_label": intensity}
    return {name: np.asarray(value) for name, value in answer.items()}


def model_scale(model_input: np.ndarray, amplitude: np.ndarray, intensity_scale: float) -> Answer:
    """`ptycho.model.IntensityScaler`, `IntensityScaler_inv` and `ptycho.custom_layers.SquareLayer`."""
    with store(intensity_scale=intensity_scale):
        network_input = model.IntensityScaler()([tf.constant(model_input)])
        predicted = model.IntensityScaler_inv()([tf.constant(amplitude)])
        answer = {
            "network_input": network_input,
            "predicted_amplitude": predicted,
            "predicted_intensity": SquareLayer()(predicted),
        }
    return {name: np.asarray(value) for name, value in answer.items()}


def padded_size(N: int, gridsize: int, offset: int, max_position_jitter: int) -> Answer:
    """`ptycho.params.get_bigN` and `get_padded_size`."""
    with store(N=N, gridsize=gridsize, offset=offset, max_position_jitter=max_position_jitter):
        return {"bigN": np.asarray(params.get_bigN()), "padded": np.asarray(params.get_padded_size())}


def _container(X: np.ndarray) -> loader.PtychoDataContainer:
    """The package's container of X alone: an object of 1, every position at its group's centre."""
    B, C = X.shape[0], X.shape[-1]
    at = np.zeros((B, 1, 2, C), np.float32)
    ones, zeros = np.ones_like(X), np.zeros_like(X)
    return loader.PtychoDataContainer(X, ones, zeros, 1.0, None, at, at, None, None, None, np.ones(X.shape[1:3]))
