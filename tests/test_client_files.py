"""Files between this project and ptychodus 1.7.0, both ways, field by field; where they part, the clause is named.

Skipped unless $PTYCHOPARITY_PTYCHODUS names a Python that has it.
"""

import h5py
import numpy as np
import pytest

from ptychoparity.backends.host import cxi
from ptychoparity.backends.host import product as host
from tests import clients

DEVIATIONS = {
    "mass_attenuation_m2_kg": ("PRODUCT.ROOT.MASS_ATT", 0.0),
    "opr_weights": ("PRODUCT.PROBE.OPR", None),
    "probe_entries": ("PRODUCT.PROBE.OPR", 1),
}
"""What the client does not see of a file written to the spec: the clause, and what it takes instead."""


def sample() -> dict:
    """A product with every field the client knows, no two alike: three modes, two layers, asymmetric arrays."""
    random = np.random.Generator(np.random.PCG64(5))

    def wave(*shape):
        return (random.standard_normal(shape) + 1j * random.standard_normal(shape)).astype(np.complex64)

    return {
        "name": "Siemensstern Ü-1", "comments": "zwei Zeilen\nβ = 2", "detector_object_distance_m": 1.92,
        "probe_energy_eV": 8801.5, "exposure_time_s": 0.05, "probe_photon_count": 441000.0,
        "mass_attenuation_m2_kg": 7.0, "tomography_angle_deg": 12.5,
        "probe_position_indexes": np.array([0, 2, 1, 3]), "probe_position_x_m": np.array([0.5, -1.25, 3.0, 7.0]) * 1e-6,
        "probe_position_y_m": np.array([-2.0, 0.125, 1.0, 4.5]) * 1e-6,
        "probe": wave(3, 2, 16, 16), "probe_pixel_width_m": 11e-9, "probe_pixel_height_m": 12e-9,
        "opr_weights": np.array([[1.0, 0.0, 0.0], [0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.5, 0.5, 0.0]]),
        "object": wave(2, 40, 50), "object_center_x_m": 1e-6, "object_center_y_m": -2e-6,
        "object_pixel_width_m": 13e-9, "object_pixel_height_m": 14e-9, "object_layer_spacing_m": np.array([3e-6]),
        "loss_values": np.array([9.0, 4.0, 6.0]), "loss_epochs": np.array([0, 5, 10]),
        **dict.fromkeys(("raw_diffraction", "raw_xcoords", "raw_ycoords", "raw_scan_index", "raw_axis_order",
                         "raw_metadata")),
    }  # fmt: skip


def told_apart(expected: dict, found: dict, names) -> list[str]:
    """Fields that differ; numbers and arrays to the last bit."""
    return [n for n in names if not np.array_equal(np.asarray(expected[n], object), np.asarray(found[n], object))]


def in_pixels(product: dict) -> dict:
    """PRODUCT.SCAN.FRAME by hand, for a 40 x 50 object."""
    x = (product["probe_position_x_m"] - 1e-6) / 13e-9 + 24.5
    y = (product["probe_position_y_m"] + 2e-6) / 14e-9 + 19.5
    return {"xcoords": x, "ycoords": y}


def test_the_client_reads_what_is_written_here(tmp_path):
    path, product = tmp_path / "ours.h5", sample()
    host.write(str(path), product)
    found = clients.reads(path)
    fields = [name for name in product if not name.startswith("raw_")]
    assert set(told_apart({**product, "probe_entries": 4}, found, [*fields, "probe_entries"])) == set(DEVIATIONS)
    assert {name: found[name] for name in DEVIATIONS} == {name: value for name, (_, value) in DEVIATIONS.items()}
    for name, pixels in in_pixels(product).items():
        np.testing.assert_allclose(found[name], pixels, rtol=1e-14)


def test_what_the_client_writes_is_read_here(tmp_path):
    path, product = tmp_path / "theirs.h5", sample()
    clients.writes(path, product)
    found = host.read(str(path))
    assert told_apart(product, found, product) == []


def test_a_file_of_the_client_goes_through_unchanged(tmp_path):
    """Read here, written here, read by the client: what it had written, but for the deviations."""
    theirs, ours = tmp_path / "theirs.h5", tmp_path / "ours.hdf5"
    clients.writes(theirs, sample())
    before = clients.reads(theirs)
    host.write(str(ours), host.read(str(theirs)))
    assert set(told_apart(before, clients.reads(ours), before)) == set(DEVIATIONS)


@pytest.mark.parametrize(
    ("clause", "change"),
    [
        ("PRODUCT.LOSS.EPOCHS_DEFAULT", lambda file: file.pop("loss_epochs")),
        ("PRODUCT.LOSS.COSTS", lambda file: file.move("loss_values", "costs")),
    ],
)
def test_the_client_drops_a_history_the_spec_keeps(clause, change, tmp_path):
    path = tmp_path / "ours.h5"
    host.write(str(path), sample())
    with h5py.File(path, "r+") as file:
        change(file)
    assert clients.reads(path)["loss_values"].tolist() == [], clause
    assert host.read(str(path))["loss_values"].tolist() == [9.0, 4.0, 6.0], clause


def test_the_client_truncates_where_the_spec_refuses(tmp_path):
    """PRODUCT.SCAN.LENGTHS."""
    path = tmp_path / "ours.h5"
    host.write(str(path), sample())
    with h5py.File(path, "r+") as file:
        del file["probe_position_y_m"]
        file["probe_position_y_m"] = np.zeros(2)
    assert len(clients.reads(path)["probe_position_x_m"]) == 2
    with pytest.raises(ValueError, match="probe_position_y_m holds 2 entries"):
        host.read(str(path))


def cxi_scan() -> dict:
    product = sample()
    return {
        "diff3d": np.arange(4 * 16 * 16, dtype=np.uint16).reshape(4, 16, 16), "bad_pixels": np.eye(16, dtype=bool),
        "detector_pixel_width_m": 75e-6, "detector_pixel_height_m": 80e-6,
        **{name: product[name] for name in ("probe_position_x_m", "probe_position_y_m", "probe_energy_eV",
                                            "detector_object_distance_m", "probe", "object")},
    }  # fmt: skip


def test_the_client_reads_cxi_written_here(tmp_path):
    path, scan = tmp_path / "ours.cxi", cxi_scan()
    scan["object"] = scan["object"][:1]  # CXI has no place for the spacing of layers
    cxi.write(str(path), scan)
    found = clients.reads(path, "cxi")
    fields = ("probe_position_x_m", "probe_position_y_m", "detector_object_distance_m", "probe", "object")
    assert told_apart(scan, found, fields) == []
    assert found["probe_energy_eV"] == pytest.approx(8801.5, rel=1e-15)


def test_cxi_of_the_client_is_read_here(tmp_path):
    """A product in CXI has no patterns; with some put in, everything the client wrote is read."""
    path, product = tmp_path / "theirs.cxi", sample()
    clients.writes(path, product, "cxi")
    with h5py.File(path, "r+") as file:
        file["entry_1/instrument_1/detector_1/data"] = cxi_scan()["diff3d"]
    found = cxi.read(str(path), "probe")
    fields = ("probe_position_x_m", "probe_position_y_m", "detector_object_distance_m", "probe", "object")
    assert told_apart(product, found, fields) == []
    assert found["probe_energy_eV"] == pytest.approx(8801.5, rel=1e-15)
