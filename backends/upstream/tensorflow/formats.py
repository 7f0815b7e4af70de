"""Changes of layout, and complex numbers in two parts."""

import numpy as np
import tensorflow as tf
from ptycho import tf_helper

from ptychoparity.backends.upstream.tensorflow.store import store

Answer = dict[str, np.ndarray]


def flat_to_grid(flat: np.ndarray, gridsize: int) -> Answer:
    """`ptycho.tf_helper._togrid`."""
    with store(N=flat.shape[1], gridsize=gridsize):
        return {"grid": np.asarray(tf_helper._togrid(flat, gridsize=gridsize, N=flat.shape[1]))}


def grid_to_flat(grid: np.ndarray) -> Answer:
    """`ptycho.tf_helper._fromgrid`."""
    with store(N=grid.shape[3], gridsize=grid.shape[1]):
        return {"flat": np.asarray(tf_helper._fromgrid(grid))}


def grid_to_channel(grid: np.ndarray) -> Answer:
    """`ptycho.tf_helper._grid_to_channel`."""
    with store(N=grid.shape[3], gridsize=grid.shape[1]):
        return {"channels": np.asarray(tf_helper._grid_to_channel(grid))}


def channel_to_flat(channels: np.ndarray) -> Answer:
    """`ptycho.tf_helper._channel_to_flat`."""
    with store(N=channels.shape[1], gridsize=round(channels.shape[-1] ** 0.5)):
        return {"flat": np.asarray(tf_helper._channel_to_flat(channels))}


def flat_to_channel(flat: np.ndarray, gridsize: int) -> Answer:
    """`ptycho.tf_helper._flat_to_channel`."""
    with store(N=flat.shape[1], gridsize=gridsize):
        return {"channels": np.asarray(tf_helper._flat_to_channel(flat, N=flat.shape[1], gridsize=gridsize))}


def flatten_coords(coords: np.ndarray) -> Answer:
    """`ptycho.tf_helper.flatten_offsets`."""
    return {"offsets": np.asarray(tf_helper.flatten_offsets(coords))}


def combine_object(Y_I: np.ndarray, Y_phi: np.ndarray) -> Answer:
    """`ptycho.tf_helper.combine_complex`."""
    return {"object": np.asarray(tf_helper.combine_complex(Y_I, Y_phi))}


def split_object(object: np.ndarray) -> Answer:
    """`ptycho.tf_helper.separate_amp_phase`."""
    amplitude, phase = tf_helper.separate_amp_phase(tf.constant(object))
    return {"Y_I": np.asarray(amplitude), "Y_phi": np.asarray(phase)}
