"""Operation `diffract`: the far-field amplitude of an exit wave."""

import numpy as np

from ptychoparity.backends.host import checks, simulation
from ptychoparity.backends.tensorflow.chunks import chunks
from ptychoparity.backends.tensorflow.framework import tf


def diffract(field: np.ndarray) -> dict[str, np.ndarray]:
    """sqrt(fftshift(|FFT2 field|^2) / N^2): zero frequency at [N/2, N/2] (PHYS.FFT.NORM, SHIFT).

    field: (B, N, N) complex64, sqrt(photons). Returns `amplitude` (B, N, N) float32, sqrt(photons).
    Raises ValueError for other shapes, an unsupported N, or values that are not finite.
    """
    checks.supported("field", field, "B", "N", "N")
    checks.single_precision("field", field)
    N = field.shape[1]
    amplitude = np.empty(field.shape, np.float32)
    for part in chunks(len(field), N * N):
        amplitude[part] = np.asarray(_amplitude(tf.cast(field[part], tf.complex64), 1.0 / N))
    return {"amplitude": amplitude}


@tf.function(
    input_signature=[tf.TensorSpec([None, None, None], tf.complex64), tf.TensorSpec([], tf.float32)],
    autograph=False,
)
def _amplitude(field: tf.Tensor, norm: tf.Tensor) -> tf.Tensor:
    """|FFT2(field)| * norm, centred. The modulus is taken whole: squares would lose the darkest pixels."""
    return tf.signal.fftshift(tf.abs(tf.signal.fft2d(field)) * norm, axes=(1, 2))


def diffract_modes(field: np.ndarray) -> dict[str, np.ndarray]:
    """sqrt(sum over modes of |FFT2 field|^2) / N: modes do not interfere (HOUSE.DIFFRACT.INCOHERENT).

    field: (B, P, N, N) complex64, sqrt(photons), P modes of every pattern. Returns `amplitude` (B, N, N) float32,
    sqrt(photons). Raises ValueError for other shapes, an unsupported N, no modes, or values that are not finite.
    """
    simulation.modes(field)
    B, P, N, _ = field.shape
    amplitude = np.empty((B, N, N), np.float32)
    for part in chunks(B, P * N * N):
        modes = tf.reshape(tf.cast(field[part], tf.complex64), [-1, N, N])
        each = tf.reshape(tf.cast(_amplitude(modes, 1.0 / N), tf.float64), [-1, P, N, N])
        amplitude[part] = np.asarray(tf.sqrt(tf.reduce_sum(tf.square(each), axis=1)))
    return {"amplitude": amplitude}
