"""The measured scan as CXI: to the published layout and through the backends' reader, and back without loss.

Skipped where there is no $PTYCHOPARITY_DATA: the project ships no measured data.
"""

import bz2
import io
import os
from pathlib import Path

import h5py
import numpy as np
import pytest

from ptychoparity.backends.numpy.adapter import NumpyBackend

ELECTRONVOLT_J = 1.602176634e-19


def data(name: str) -> Path:
    folder = os.environ.get("PTYCHOPARITY_DATA")
    if not folder or not (Path(folder) / name).is_file():
        pytest.skip(f"no {name} in $PTYCHOPARITY_DATA")
    return Path(folder) / name


def backends() -> list:
    """The oracle, and the host's reader and writer through the backend that loads fastest, where it is installed."""
    found = [NumpyBackend()]
    try:
        from ptychoparity.backends.pytorch.adapter import PyTorchBackend
    except ImportError:
        return found
    return [*found, PyTorchBackend()]


def test_the_scan_goes_through_cxi_without_loss(tmp_path):
    """Amplitudes, positions, probe and object of the contract's scan, to the last bit."""
    with np.load(data("siemens_star_velociprobe_n64.npz")) as archive:
        scan = dict(archive)
    pixel = 2.0**-27  # metres, about 7.5 nm; a power of two, so that pixels to metres and back rounds nothing
    given = {
        "diff3d": scan["diff3d"], "units": "amplitude", "probe_position_x_m": scan["xcoords"] * pixel,
        "probe_position_y_m": scan["ycoords"] * pixel, "probe_energy_eV": None, "detector_object_distance_m": None,
        "detector_pixel_width_m": None, "detector_pixel_height_m": None, "bad_pixels": None,
        "probe": scan["probeGuess"], "object": scan["objectGuess"],
    }  # fmt: skip
    for backend in backends():
        path = str(tmp_path / f"{backend.info().name}.cxi")
        backend.call("write_cxi", {"path": path, **given})
        found = backend.call("read_cxi", {"path": path, "units": "amplitude", "translation": "probe"})
        assert found["diff3d"].dtype == np.float32 and np.array_equal(found["diff3d"], scan["diff3d"])
        assert np.array_equal(found["probe_position_x_m"] / pixel, scan["xcoords"])
        assert np.array_equal(found["probe_position_y_m"] / pixel, scan["ycoords"])
        assert np.array_equal(found["probe"][0, 0], scan["probeGuess"])
        assert np.array_equal(found["object"][0], scan["objectGuess"])


def test_a_file_as_a_beamline_writes_it(tmp_path):
    """All 128 x 128 counts of the detector, built with h5py alone to the CXI document's ptychography example."""
    with np.load(io.BytesIO(bz2.decompress(data("siemens-star-small.npz.bz2").read_bytes()))) as archive:
        counts, rows_columns = archive["data"][0], archive["scan"][0]
    path = tmp_path / "beamline.cxi"
    pixel = 1e-8
    translations = np.column_stack([rows_columns[:, 1] * pixel, rows_columns[:, 0] * pixel, np.zeros(len(counts))])
    bad = np.zeros((128, 128), np.uint32)
    bad[3, 5], bad[7, 9] = 1, 0x1000  # invalid; lit by signal, which is nothing bad
    with h5py.File(path, "w") as file:
        file["cxi_version"] = 130
        detector = file.create_group("entry_1/instrument_1/detector_1")
        detector.create_dataset("data", data=counts, chunks=(1, 128, 128), compression="gzip", compression_opts=1)
        detector["data"].attrs["axes"] = "translation:y:x"
        detector["mask"], detector["distance"] = bad, 1.92
        detector["x_pixel_size"] = detector["y_pixel_size"] = 75e-6
        file["entry_1/instrument_1/source_1/energy"] = 8801.5 * ELECTRONVOLT_J
        file["entry_1/sample_1/geometry_1/translation"] = translations
        file["entry_1/data_1/data"] = h5py.SoftLink("/entry_1/instrument_1/detector_1/data")
        file["entry_1/data_1/translation"] = h5py.SoftLink("/entry_1/sample_1/geometry_1/translation")
    for backend in backends():
        asked = {"path": str(path), "units": "counts", "translation": "probe"}
        found = backend.call("read_cxi", asked)
        assert np.array_equal(found["diff3d"], counts) and found["diff3d"].dtype == counts.dtype
        assert np.array_equal(found["probe_position_x_m"], translations[:, 0])
        assert np.array_equal(found["probe_position_y_m"], translations[:, 1])
        assert found["probe_energy_eV"] == pytest.approx(8801.5, rel=1e-15)
        assert found["bad_pixels"].sum() == 1 and found["bad_pixels"][3, 5]
        # far field by hand: 1.40867e-10 m * 1.92 m / (128 * 75e-6 m) = 28.173 nm
        step = (found["probe_position_x_m"] / found["xcoords"])[found["xcoords"] != 0]
        np.testing.assert_allclose(step, 28.1733e-9, rtol=1e-4)
        amplitude = backend.call("read_cxi", {**asked, "units": "amplitude"})["diff3d"]
        kept = np.where(found["bad_pixels"], 0, counts)
        assert amplitude.dtype == np.float32
        np.testing.assert_allclose(amplitude.astype(float) ** 2, kept, rtol=3e-7)
        assert (amplitude[:, 3, 5] == 0).all()
