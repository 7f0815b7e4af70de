"""The real client, in an interpreter of its own: what tests ask it through a process, never through an import.

$PTYCHOPARITY_PTYCHODUS names a Python that has ptychodus 1.7.0.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

VARIABLE = "PTYCHOPARITY_PTYCHODUS"

_FIELDS = """
def fields(product):
    m = product.metadata
    try:
        weights = product.probes.get_opr_weights()
    except ValueError:
        weights = None
    arrays = dict(
        probe=product.probes.get_array(), object=product.object_.get_array(),
        object_layer_spacing_m=numpy.asarray(product.object_.layer_spacing_m, float),
        probe_position_indexes=product.probe_positions.get_indexes(),
        probe_position_x_m=product.probe_positions.get_coordinates_x_m(),
        probe_position_y_m=product.probe_positions.get_coordinates_y_m(),
        loss_values=numpy.array([l.value for l in product.losses], float),
        loss_epochs=numpy.array([l.epoch for l in product.losses], int),
    )
    if weights is not None:
        arrays["opr_weights"] = weights
    scalars = dict(
        name=m.name, comments=m.comments, detector_object_distance_m=m.detector_distance_m,
        probe_energy_eV=m.photon_energy_eV, exposure_time_s=m.exposure_time_s,
        probe_photon_count=m.probe_photon_count, mass_attenuation_m2_kg=m.mass_attenuation_m2_per_kg,
        tomography_angle_deg=m.tomography_angle_deg, probe_entries=len(product.probes),
    )
    try:
        o, p = product.object_.get_geometry(), product.probes.get_pixel_geometry()
    except ValueError:  # a CXI file without pixel sizes
        return scalars, arrays
    scalars.update(
        probe_pixel_width_m=p.width_m, probe_pixel_height_m=p.height_m,
        object_center_x_m=o.center_x_m, object_center_y_m=o.center_y_m,
        object_pixel_width_m=o.pixel_width_m, object_pixel_height_m=o.pixel_height_m,
    )
    pixels = [o.map_coordinates_probe_to_object(q) for q in product.probe_positions]
    arrays["xcoords"] = numpy.array([p.x_px for p in pixels])
    arrays["ycoords"] = numpy.array([p.y_px for p in pixels])
    return scalars, arrays
"""

_READ = (
    """
import json, sys, numpy
from pathlib import Path
from ptychodus.plugins.{plugin} import {reader}
"""
    + _FIELDS.replace("{", "{{").replace("}", "}}")
    + """
scalars, arrays = fields({reader}().read(Path(sys.argv[1])))
numpy.savez(sys.argv[2], **arrays)
print(json.dumps(scalars))
"""
)

_WRITE = """
import json, sys, numpy
from pathlib import Path
from ptychodus.plugins.{plugin} import {reader}
from ptychodus.api.geometry import PixelGeometry
from ptychodus.api.object import Object, ObjectCenter
from ptychodus.api.probe import ProbeSequence
from ptychodus.api.probe_positions import ProbePosition, ProbePositionSequence
from ptychodus.api.product import LossValue, Product, ProductMetadata

s, a = json.loads(Path(sys.argv[2]).read_text()), dict(numpy.load(sys.argv[3]))
rows = zip(a["probe_position_indexes"], a["probe_position_x_m"], a["probe_position_y_m"])
product = Product(
    metadata=ProductMetadata(
        name=s["name"], comments=s["comments"], detector_distance_m=s["detector_object_distance_m"],
        photon_energy_eV=s["probe_energy_eV"], probe_photon_count=s["probe_photon_count"],
        exposure_time_s=s["exposure_time_s"], mass_attenuation_m2_per_kg=s["mass_attenuation_m2_kg"],
        tomography_angle_deg=s["tomography_angle_deg"]),
    probe_positions=ProbePositionSequence([ProbePosition(int(i), float(x), float(y)) for i, x, y in rows]),
    probes=ProbeSequence(array=a["probe"], opr_weights=a.get("opr_weights"), pixel_geometry=PixelGeometry(
        width_m=s["probe_pixel_width_m"], height_m=s["probe_pixel_height_m"])),
    object_=Object(
        array=a["object"], layer_spacing_m=list(a["object_layer_spacing_m"]),
        pixel_geometry=PixelGeometry(width_m=s["object_pixel_width_m"], height_m=s["object_pixel_height_m"]),
        center=ObjectCenter(x_m=s["object_center_x_m"], y_m=s["object_center_y_m"])),
    losses=[LossValue(int(e), float(v)) for e, v in zip(a["loss_epochs"], a["loss_values"])])
{reader}().write(Path(sys.argv[1]), product)
"""

KINDS = {
    "h5": {"plugin": "h5_product_file", "reader": "H5ProductFileIO"},
    "cxi": {"plugin": "cxi_file", "reader": "CXIProductFileIO"},
}


def python() -> str:
    """The interpreter that has the client; the test is skipped, and says why, where none is named."""
    named = os.environ.get(VARIABLE)
    if not named:
        pytest.skip(f"${VARIABLE} names no python that has ptychodus 1.7.0")
    return named


def _run(program: str, *arguments: Path) -> str:
    # -P: the folder of this project stays off the client's path
    command = [python(), "-P", "-c", program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def reads(path: Path, kind: str = "h5") -> dict:
    """What the client's own reader makes of a file, in the contracts' names."""
    beside = path.with_suffix(".npz")
    scalars = json.loads(_run(_READ.format(**KINDS[kind]), path, beside).splitlines()[-1])
    with np.load(beside) as arrays:
        return {**scalars, "opr_weights": None, **arrays}


def writes(path: Path, product: dict, kind: str = "h5") -> None:
    """A file written by the client from a product in the contracts' names."""
    arrays: dict[str, Any] = {name: value for name, value in product.items() if isinstance(value, np.ndarray)}
    scalars = {name: value for name, value in product.items() if isinstance(value, (str, int, float))}
    np.savez(path.with_suffix(".npz"), **arrays)
    path.with_suffix(".json").write_text(json.dumps(scalars))
    _run(_WRITE.format(**KINDS[kind]), path, path.with_suffix(".json"), path.with_suffix(".npz"))
