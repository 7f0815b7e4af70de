"""Operations `read_cxi` and `write_cxi`: scans in CXI files (HOUSE.CXI.*)."""

from typing import Any

import numpy as np

from ptychoparity.backends.host import cxi
from ptychoparity.backends.tensorflow.framework import tf
from ptychoparity.backends.tensorflow.scan import amplitude

ELECTRONVOLT_METRE = 1.2398419843320026e-06
"""h c / e: the wavelength of a photon of 1 eV, m."""


def read_cxi(path: str, units: str, translation: str) -> dict[str, Any]:
    """The scan at `path`: fields and errors of `ptychoparity.backends.host.cxi.read`, diff3d in the `units` asked for.

    "counts" are as recorded; "amplitude" is their root in float32, 0 at bad pixels, ValueError where a good pixel
    is negative. xcoords, ycoords (n,) float64 are the positions in object pixels, None where the geometry that
    tells a pixel's size is not in the file. `translation` says whose the file holds, "probe" or "sample".
    """
    cxi.check_units(units)
    scan = cxi.read(path, translation)
    answer = cxi.answer(scan)
    sides = (("x", "width", 2), ("y", "height", 1))
    answer |= {f"{axis}coords": _in_object_pixels(scan, axis, extent, number) for axis, extent, number in sides}
    if units == "amplitude":
        answer["diff3d"] = amplitude(cxi.amplitude_counts(scan), "counts")
    return answer


def write_cxi(path: str, diff3d: np.ndarray, units: str, **scan: Any) -> dict[str, str]:
    """Write a scan as CXI, whole or not at all, diff3d in counts, and say where: {"path": path}.

    An "amplitude" is squared in float64, which holds the square of every float32. Errors as `backends.host.cxi`.
    """
    cxi.check_units(units)
    cxi.check_patterns(diff3d)
    if units == "amplitude":
        diff3d = tf.square(tf.cast(tf.convert_to_tensor(diff3d), tf.float64)).numpy()
    cxi.write(path, {**scan, "diff3d": diff3d})
    return {"path": path}


def _in_object_pixels(scan: cxi.Scan, axis: str, extent: str, number: int) -> np.ndarray | None:
    """(n,) float64: metres by the far-field pixel, wavelength * distance over the detector's side."""
    energy, distance = scan["probe_energy_eV"], scan["detector_object_distance_m"]
    pixel, sizes = scan[f"detector_pixel_{extent}_m"], [scan[name] for name in cxi.LENGTHS]
    if energy is None or any(size is None for size in sizes):
        return None
    side = scan["diff3d"].shape[number] * pixel
    positions = tf.constant(scan[f"probe_position_{axis}_m"], tf.float64)
    return (positions * side / (ELECTRONVOLT_METRE / energy * distance)).numpy()
