"""Operations `read_product` and `write_product`, between the file and the package's `RawData`."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from ptycho.io import ptychodus_product_io as product

Answer = dict[str, Any]
META = {
    "name": "name",
    "comments": "comments",
    "detector_object_distance_m": "detector_distance_m",
    "probe_energy_eV": "probe_energy_eV",
    "exposure_time_s": "exposure_time_s",
    "probe_photon_count": "probe_photon_count",
    "mass_attenuation_m2_kg": "mass_attenuation_m2_kg",
    "tomography_angle_deg": "tomography_angle_deg",
    "object_pixel_width_m": "object_pixel_width_m",
    "object_pixel_height_m": "object_pixel_height_m",
    "probe_pixel_width_m": "probe_pixel_width_m",
    "probe_pixel_height_m": "probe_pixel_height_m",
    "object_center_x_m": "object_center_x_m",
    "object_center_y_m": "object_center_y_m",
}
"""The contract's names, and the package's."""


def read_product(path: str) -> Answer:
    """`ptycho.io.ptychodus_product_io.import_product_to_rawdata`: what a `RawData` keeps of a product."""
    raw = product.import_product_to_rawdata(Path(path))
    return {
        "xcoords": np.asarray(raw.xcoords),
        "ycoords": np.asarray(raw.ycoords),
        "probe_position_indexes": np.asarray(raw.scan_index),
        "probe": np.asarray(raw.probeGuess),
        "object": np.asarray(raw.objectGuess),
    }


def write_product(
    path: str, probe: np.ndarray, object: np.ndarray, probe_position_indexes: np.ndarray,
    probe_position_x_m: np.ndarray, probe_position_y_m: np.ndarray, raw_diffraction: np.ndarray | None, **given: Any,
) -> Answer:  # fmt: skip
    """`ptycho.io.ptychodus_product_io.export_product_from_rawdata`, which takes positions in pixels of the object.

    Losses, weights of probe modes, layer spacings, and raw positions of their own it does not take.
    """
    raw = SimpleNamespace(
        xcoords=probe_position_x_m / given["object_pixel_width_m"],
        ycoords=probe_position_y_m / given["object_pixel_height_m"],
        scan_index=probe_position_indexes, probeGuess=probe, objectGuess=object, diff3d=raw_diffraction,
    )  # fmt: skip
    meta = {theirs: given[ours] for ours, theirs in META.items() if given[ours] is not None}
    product.export_product_from_rawdata(
        raw, Path(path), product.ExportMeta(**meta), include_raw=raw_diffraction is not None
    )
    return {"path": path}
