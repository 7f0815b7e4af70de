"""Operations `read_cxi` and `write_cxi`: scans in CXI files (HOUSE.CXI.*)."""

from typing import Any

import numpy as np
import torch

from ptychoparity.backends.host import cxi
from ptychoparity.backends.pytorch.bridge import HOST, tensor
from ptychoparity.backends.pytorch.scan import amplitude

_HC_EV_M = 6.62607015e-34 * 299792458.0 / 1.602176634e-19
"""Planck's constant times the speed of light: wavelength in metres times energy in electronvolt."""


def read_cxi(path: str, units: str, translation: str) -> dict[str, Any]:
    """The scan at `path` as `ptychoparity.backends.host.cxi.read` has it, positions in object pixels besides.

    units: what diff3d is wanted in, "counts" as recorded, or "amplitude": their roots as float32, 0 at bad pixels.
    translation: whose the file holds, "probe" or "sample". xcoords, ycoords (n,) float64, px, or None where
    energy, distance or a pixel size is not in the file. Raises as `read`, and ValueError for negative counts.
    """
    cxi.check_units(units)
    scan = cxi.read(path, translation)
    answer = {**cxi.answer(scan), **_object_pixels(scan)}
    if units == "amplitude":
        answer["diff3d"] = amplitude(cxi.amplitude_counts(scan), "counts")
    return answer


def write_cxi(path: str, diff3d: np.ndarray, units: str, **scan: Any) -> dict[str, str]:
    """Write a scan as CXI, whole or not at all; fields and errors are those of `ptychoparity.backends.host.cxi`.

    diff3d (n, H, W) is recorded in counts: as given, or squared from "amplitude" in float64, where no square of
    a float32 is rounded. Returns {"path": path}.
    """
    cxi.check_units(units)
    cxi.check_patterns(diff3d)
    counts = tensor(diff3d, HOST, torch.float64).square().numpy() if units == "amplitude" else diff3d
    cxi.write(path, {**scan, "diff3d": counts})
    return {"path": path}


def _object_pixels(scan: cxi.Scan) -> dict[str, np.ndarray | None]:
    """Metres over wavelength * distance / (side of the detector), on each axis (far field)."""
    names = ("probe_energy_eV", *cxi.LENGTHS)
    if any(scan[name] is None for name in names):
        return {"xcoords": None, "ycoords": None}
    energy, distance, width, height = (scan[name] for name in names)
    _, rows, columns = scan["diff3d"].shape
    reach = _HC_EV_M / energy * distance
    return {
        "xcoords": (tensor(scan["probe_position_x_m"], HOST) / (reach / (columns * width))).numpy(),
        "ycoords": (tensor(scan["probe_position_y_m"], HOST) / (reach / (rows * height))).numpy(),
    }
