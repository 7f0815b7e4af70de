"""Operations `normalize_diffraction`, `intensity_scale`, `normalize_probe`: the scalars of the model's inputs."""

import math

import numpy as np

from ptychoparity.backends.host import checks, scales
from ptychoparity.backends.tensorflow.chunks import chunks
from ptychoparity.backends.tensorflow.framework import tf
from ptychoparity.backends.tensorflow.probe import gauge

Answer = dict[str, np.ndarray]


def _energy(stack: np.ndarray) -> float:
    """Mean over the first axis of the summed squared magnitudes; squares in float64 (XFULL_UINT)."""
    total = tf.zeros((), tf.float64)
    for part in chunks(len(stack), stack[0].size):
        values = tf.convert_to_tensor(stack[part])
        magnitude = tf.abs(values) if values.dtype.is_complex else values
        total += tf.reduce_sum(tf.square(tf.cast(magnitude, tf.float64)))
    return float(total) / len(stack)


def normalize_diffraction(diffraction: np.ndarray) -> Answer:
    """normalized = scale * diffraction, of mean energy (N/2)^2 per pattern (DATA.GROUP.XFULL_FORMULA).

    diffraction: (B, N, N, C), not negative, sqrt(photons). Returns `normalized` (B, N, N, C) float32 and `scale`, a
    float64 scalar. Raises ValueError for other shapes, values not finite or negative, and darkness.
    """
    scales.patterns(diffraction)
    energy = _energy(diffraction) / diffraction.shape[3]
    scales.lit("diffraction", energy)
    scale = diffraction.shape[1] / 2 / math.sqrt(energy)
    normalized = np.empty(diffraction.shape, np.float32)
    for part in chunks(len(diffraction), diffraction[0].size):
        normalized[part] = np.asarray(tf.cast(diffraction[part], tf.float32) * tf.constant(scale, tf.float32))
    return {"normalized": normalized, "scale": np.asarray(scale)}


def intensity_scale(nphotons: float, N: int, field: np.ndarray | None) -> Answer:
    """scale = sqrt(nphotons) / (N/2), or sqrt(nphotons / mean energy of the exit waves) where they are given.

    field: (B, N, N) complex64 or None. Returns `scale`, a float64 scalar. NORM.MODE.CLOSED, PHYS.SCALE.DATASET.
    Raises ValueError for an unsupported N, nphotons not above 0, another shape, or darkness.
    """
    scales.photons(nphotons, N, field)
    if field is None:
        return {"scale": np.asarray(math.sqrt(nphotons) / (N / 2))}
    energy = _energy(field)
    scales.lit("field", energy)
    return {"scale": np.asarray(math.sqrt(nphotons / energy))}


def normalize_probe(probe: np.ndarray, probe_scale: float) -> Answer:
    """probe / norm, norm = probe_scale * mean over N*N of |disk * probe| (PHYS.PROBE.SCALE, HOUSE.PROBE.GAUGE).

    probe: (N, N) complex64. Returns `probe` (N, N) complex64 and `norm`, a float64 scalar. Raises ValueError for
    other shapes, values not finite, a scale not above 0, and a probe dark inside the disk.
    """
    checks.probe(probe)
    checks.positive("probe_scale", probe_scale)
    values = tf.cast(probe, tf.complex64)
    norm = gauge(values, probe_scale)
    scales.lit("probe inside the disk of radius N/4", norm)
    return {"probe": np.array(values / tf.cast(norm, tf.complex64)), "norm": np.asarray(norm)}
