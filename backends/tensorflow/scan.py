"""Operations `load_scan` and `save_scan`: a scan from a raw NPZ file, and into one."""

from typing import Any

import numpy as np

from ptychoparity.backends.host import rawdata
from ptychoparity.backends.host.scan import check_units, read_scan, warn_if_counts
from ptychoparity.backends.host.scan import read_metadata as metadata_of
from ptychoparity.backends.tensorflow.chunks import chunks
from ptychoparity.backends.tensorflow.framework import tf


def load_scan(path: str, N: int | None, units: str) -> dict[str, np.ndarray | None]:
    """The scan in the NPZ at `path`, its diff3d as amplitude (n, N, N) float32 (HOUSE.SCAN.UNITS).

    units: "amplitude", or "counts" where diff3d holds photons. Returns and raises as `read_scan`, and
    ValueError for other units; integers read as amplitude warn IntegerAmplitudeWarning.
    """
    check_units(units)
    scan = read_scan(path, N)
    warn_if_counts(scan["diff3d"], units)
    return {**scan, "diff3d": amplitude(scan["diff3d"], units)}


def amplitude(diff3d: np.ndarray, units: str) -> np.ndarray:
    """float32 amplitudes; the root of counts is taken in float64, where every count is exact."""
    if units == "amplitude":
        return diff3d.astype(np.float32, copy=False)
    amplitudes = np.empty(diff3d.shape, np.float32)
    for part in chunks(len(diff3d), diff3d[0].size):
        root = tf.sqrt(tf.cast(diff3d[part], tf.float64))
        amplitudes[part] = np.asarray(tf.cast(root, tf.float32))
    return amplitudes


def save_scan(**scan: Any) -> dict[str, str]:
    """A scan into the NPZ file at `path`: arguments, answer and errors are `rawdata.save_scan`'s."""
    return rawdata.save_scan(**scan)


def read_metadata(path: str) -> dict[str, Any]:
    """The `_metadata` of the scan at `path` in parts, as `ptychoparity.backends.host.scan.read_metadata` has them."""
    return metadata_of(path)
