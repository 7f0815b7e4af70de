"""Complex images as float32 with a last axis of 2, so that a real weight costs a real product.

Real images get a last axis of 1: one piece of code serves both, and neither is copied on the way out.
"""

import numpy as np

from ptychoparity.backends.tensorflow.framework import tf


def to_channels(images: np.ndarray) -> tf.Tensor:
    """float32 or complex64 (...) -> float32 (..., 1) or (..., 2)."""
    tensor = tf.convert_to_tensor(images)
    return tf.bitcast(tensor, tf.float32) if tensor.dtype.is_complex else tensor[..., None]


def from_channels(tensor: tf.Tensor) -> np.ndarray:
    """float32 (..., 1) or (..., 2) -> float32 or complex64 (...), a view for the caller to copy from."""
    array = np.asarray(tensor)
    return array.view(np.complex64)[..., 0] if array.shape[-1] == 2 else array[..., 0]
