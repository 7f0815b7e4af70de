"""Operations `poisson_nll`, `amplitude_mae`, `complex_mae`, `total_variation`: losses, their gradients by the tape.

The sums run in float64, so a loss of many elements keeps float32's accuracy; what is differentiated is what
training will minimise.
"""

from collections.abc import Callable

import numpy as np

from ptychoparity.backends.host import checks
from ptychoparity.backends.tensorflow.framework import tf

Answer = dict[str, np.ndarray]
SMALLEST_RATE = 1e-12
"""Below it a rate has no slope: the logarithm stays finite at a zero field (HOUSE.LOSS.FINITE)."""
DARK = 1e-12
"""Below it an amplitude has no phase and no slope."""


def _differentiated(point: tf.Tensor, loss: Callable[[tf.Tensor], tf.Tensor]) -> Answer:
    """The loss at a point of real numbers, and its gradient there."""
    with tf.GradientTape() as tape:
        tape.watch(point)
        value = loss(point)
    return {"loss": np.array(value), "gradient": np.array(tape.gradient(value, point))}


def poisson_nll(rate: np.ndarray, counts: np.ndarray) -> Answer:
    """mean of r - counts * ln r, r = max(rate, 1e-12) (LOSS.POISSON.FORM, HOUSE.LOSS.FINITE).

    rate, counts: equal shapes, float32, photons. Returns `loss`, a scalar, and `gradient` in rate, float32. Raises
    ValueError for shapes that differ and values that are negative or not finite.
    """
    checks.real_pair("rate", rate, "counts", counts)
    checks.non_negative("rate", rate)
    checks.non_negative("counts", counts)
    seen = tf.cast(counts, tf.float64)

    def loss(point: tf.Tensor) -> tf.Tensor:
        r = tf.maximum(tf.cast(point, tf.float64), SMALLEST_RATE)
        return tf.reduce_mean(r - seen * tf.math.log(r))

    return _differentiated(tf.cast(rate, tf.float32), loss)


def amplitude_mae(predicted: np.ndarray, observed: np.ndarray) -> Answer:
    """mean |predicted - observed|; no slope where they are equal.

    predicted, observed: equal shapes, float32. Returns `loss`, a scalar, and `gradient` in predicted, float32.
    Raises ValueError for shapes that differ and values that are not finite.
    """
    checks.real_pair("predicted", predicted, "observed", observed)
    seen = tf.cast(observed, tf.float64)
    return _differentiated(
        tf.cast(predicted, tf.float32), lambda point: tf.reduce_mean(tf.abs(tf.cast(point, tf.float64) - seen))
    )


def complex_mae(predicted: np.ndarray, observed: np.ndarray, probe_big: bool) -> Answer:
    """Mean |difference| of the object's amplitude plus that of its phase (LOSS.COMPLEX_MAE, HOUSE.LOSS.COMPLEX_MAE).

    predicted, observed: (B, N, N, C) complex64; over the central N/2 square unless probe_big. Returns `loss` and its
    parts `amplitude` and `phase` (rad), scalars, and `gradient` d/dRe + i d/dIm of loss in predicted, complex64: 0
    where it is dark. Raises ValueError for shapes that differ, an unsupported N and values that are not finite.
    """
    checks.object_pair("predicted", predicted, "observed", observed)
    edge = 0 if probe_big else predicted.shape[1] // 4
    square = slice(edge, predicted.shape[1] - edge)
    re, im = _parts(observed[:, square, square])
    brightness = tf.sqrt(tf.square(re) + tf.square(im))

    def parts(point: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        x, y = tf.unstack(tf.cast(point, tf.float64)[:, :, square, square])
        lit = tf.square(x) + tf.square(y) >= DARK**2
        # neither root nor angle has a slope at 0: the dark pixels stay outside both
        x, y = tf.where(lit, x, 1.0), tf.where(lit, y, 0.0)
        amplitude = tf.where(lit, tf.sqrt(tf.square(x) + tf.square(y)), 0.0)
        both = lit & (brightness >= DARK)
        angle = tf.atan2(tf.where(both, y * re - x * im, 0.0), tf.where(both, x * re + y * im, 1.0))
        return tf.reduce_mean(tf.abs(amplitude - brightness)), tf.reduce_mean(tf.abs(angle))

    point = tf.stack([tf.cast(part, tf.float32) for part in _parts(predicted)])
    answer = _differentiated(point, lambda at: sum(parts(at)))
    amplitude, phase = (np.array(part) for part in parts(point))
    return {"loss": answer["loss"], "amplitude": amplitude, "phase": phase, "gradient": _complex(answer["gradient"])}


def _parts(values: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
    """Real and imaginary part in float64."""
    values = tf.cast(tf.cast(values, tf.complex64), tf.complex128)
    return tf.math.real(values), tf.math.imag(values)


def _complex(gradient: np.ndarray) -> np.ndarray:
    """d/dRe + i d/dIm, complex64, from a gradient in [real, imaginary]."""
    real, imaginary = gradient
    return (real + 1j * imaginary).astype(np.complex64)


def total_variation(object: np.ndarray) -> Answer:
    """Sum of squared forward differences along rows and columns, of real and imaginary parts (LOSS.TV).

    object: (B, H, W, C) complex64. Returns `loss`, a scalar, and `gradient` d/dRe + i d/dIm, complex64. Raises
    ValueError for another rank and values that are not finite.
    """
    checks.rank("object", object, "B", "H", "W", "C")
    checks.single_precision("object", object)
    values = tf.cast(object, tf.complex64)

    def loss(parts: tf.Tensor) -> tf.Tensor:
        wide = tf.cast(parts, tf.float64)
        down, right = wide[:, :, 1:] - wide[:, :, :-1], wide[:, :, :, 1:] - wide[:, :, :, :-1]
        return tf.reduce_sum(tf.square(down)) + tf.reduce_sum(tf.square(right))

    answer = _differentiated(tf.stack([tf.math.real(values), tf.math.imag(values)]), loss)
    return {"loss": answer["loss"], "gradient": _complex(answer["gradient"])}
