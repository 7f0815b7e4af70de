"""Operations `poisson_nll`, `complex_mae`, `total_variation`; gradients by TensorFlow's tape.

Keras takes the mean of what `negloglik` returns, here as in the package's training.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from ptycho import model, tf_helper

from ptychoparity.backends.upstream.tensorflow.store import store

Answer = dict[str, np.ndarray]


def poisson_nll(rate: np.ndarray, counts: np.ndarray) -> Answer:
    """`ptycho.model.negloglik`."""
    return _differentiated(rate, lambda point: tf.reduce_mean(model.negloglik(counts, point)))


def complex_mae(predicted: np.ndarray, observed: np.ndarray, probe_big: bool) -> Answer:
    """`ptycho.tf_helper.realspace_loss` with the weight 1 for its absolute error and none for smoothness."""
    weights = {"realspace_mae_weight": 1.0, "realspace_weight": 1.0, "tv_weight": 0.0}
    with store(N=predicted.shape[1], probe__big=probe_big, **weights):
        truth = tf.constant(observed)
        return _differentiated(predicted, lambda point: tf.reduce_mean(tf_helper.realspace_loss(truth, point)))


def total_variation(object: np.ndarray) -> Answer:
    """`ptycho.tf_helper.total_variation`."""
    return _differentiated(object, tf_helper.total_variation)


def _differentiated(at: np.ndarray, loss: Callable[[tf.Tensor], tf.Tensor]) -> Answer:
    point = tf.constant(at)
    with tf.GradientTape() as tape:
        tape.watch(point)
        value = loss(point)
    return {"loss": np.asarray(value), "gradient": np.asarray(tape.gradient(value, point))}
