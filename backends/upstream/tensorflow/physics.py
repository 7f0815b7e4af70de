"""Operations `diffract`, `illuminate`, `observe`."""

import numpy as np
import tensorflow as tf
from ptycho import diffsim, tf_helper
from ptycho.model import ProbeIllumination

from ptychoparity.backends.upstream.tensorflow.store import store

Answer = dict[str, np.ndarray]


def diffract(field: np.ndarray) -> Answer:
    """`ptycho.tf_helper.pad_and_diffract` without its padding, which takes a channel axis."""
    _, amplitude = tf_helper.pad_and_diffract(tf.constant(field[..., None]), *field.shape[1:3], pad=False)
    return {"amplitude": np.asarray(amplitude)[..., 0]}


def illuminate(object: np.ndarray, probe: np.ndarray, masked: bool, sigma: float) -> Answer:
    """`ptycho.model.ProbeIllumination`, the layer of the package's own model."""
    with store(N=probe.shape[0], probe__mask=masked, gaussian_smoothing_sigma=sigma):
        layer = ProbeIllumination(initial_probe=probe[..., None], N=probe.shape[0])
        return {"field": np.asarray(layer([tf.constant(object)])[0])}


def observe(object: np.ndarray, probe: np.ndarray, nphotons: float, seed: int) -> Answer:
    """`ptycho.diffsim.illuminate_and_diffract`, after TensorFlow's `set_seed`; counts it does not return."""
    N, gridsize = probe.shape[0], round(object.shape[-1] ** 0.5)
    with store(N=N, gridsize=gridsize, nphotons=nphotons):
        tf.random.set_seed(seed)
        flat = tf_helper._channel_to_flat(tf.constant(object))
        X, Y_I, Y_phi, scale = diffsim.illuminate_and_diffract(*tf_helper.separate_amp_phase(flat), probe)
        answer = {"X": X, "Y_I": Y_I, "Y_phi": Y_phi, "intensity_scale": scale}
        return {name: np.asarray(value) for name, value in answer.items()}
