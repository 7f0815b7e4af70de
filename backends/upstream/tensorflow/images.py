"""Operations `translate`, `extract_patches`, `merge_patches`, `reassemble_position`."""

import numpy as np
import tensorflow as tf
from ptycho import raw_data, tf_helper
from ptycho.custom_layers import ReassemblePatchesLayer

from ptychoparity.backends.upstream.tensorflow.store import store

Answer = dict[str, np.ndarray]


def translate(images: np.ndarray, offsets: np.ndarray) -> Answer:
    """`ptycho.tf_helper.translate`, which takes a channel axis."""
    with store():
        moved = tf_helper.translate(tf.constant(images[..., None]), tf.constant(offsets))
        return {"translated": np.asarray(moved)[..., 0]}


def extract_patches(object: np.ndarray, coords_offsets: np.ndarray, coords_relative: np.ndarray, N: int) -> Answer:
    """`ptycho.raw_data.get_image_patches`."""
    gridsize = round(coords_relative.shape[-1] ** 0.5)
    with store(N=N, gridsize=gridsize):
        patches = raw_data.get_image_patches(object, coords_offsets, coords_relative, N=N, gridsize=gridsize)
        return {"patches": np.asarray(patches)}


def merge_patches(patches: np.ndarray, coords_relative: np.ndarray, L: int, probe_big: bool) -> Answer:
    """`ptycho.custom_layers.ReassemblePatchesLayer` on a canvas of L; in a graph, as Keras calls it to predict."""
    N, gridsize = patches.shape[1], round(patches.shape[-1] ** 0.5)
    with store(N=N, gridsize=gridsize, probe__big=probe_big):
        layer = ReassemblePatchesLayer(padded_size=L, N=N, gridsize=gridsize, dtype=tf.complex64)
        merged = tf.function(layer)([tf.constant(patches), tf.constant(coords_relative)])
        return {"merged": np.asarray(merged)[..., 0]}


def reassemble_position(patches: np.ndarray, global_offsets: np.ndarray, M: int) -> Answer:
    """`ptycho.tf_helper.reassemble_position`; origin, numerator and weight it does not return."""
    with store(N=patches.shape[1], gridsize=1):
        return {"canvas": np.asarray(tf_helper.reassemble_position(patches, global_offsets, M=M))[..., 0]}
