"""CXI files with one ptychographic scan (HOUSE.CXI.*), read and written one place after another.

The layout is that of the CXI file format, versions 1.3 to 1.6: SI units, entry_1, the scan axis first.
"""

from typing import Any

import h5py
import numpy as np
import numpy.typing as npt
from scipy import constants

from ptychoparity.reference import inputs
from ptychoparity.reference.product import open_file, wave

DATA = ["entry_1/data_1/data", "entry_1/instrument_1/detector_1/data"]
TRANSLATION = ["entry_1/sample_1/geometry_1/translation", "entry_1/data_1/translation",
               "entry_1/instrument_1/detector_1/translation"]  # fmt: skip
MASK = ["entry_1/instrument_1/detector_1/mask", "entry_1/data_1/mask"]
ENERGY = ["entry_1/instrument_1/source_1/energy", "entry_1/instrument_1/monochromator_1/energy"]
DISTANCE = ["entry_1/instrument_1/detector_1/distance"]
PIXEL_WIDTH = ["entry_1/instrument_1/detector_1/x_pixel_size"]
PIXEL_HEIGHT = ["entry_1/instrument_1/detector_1/y_pixel_size"]
PROBE = ["entry_1/image_1/data", "entry_1/instrument_1/source_1/illumination"]
OBJECT = ["entry_1/image_2/data"]

BITS_AGAINST_A_PIXEL = [0x1, 0x2, 0x4, 0x8, 0x10, 0x80, 0x200, 0x400]
"""CXI_PIXEL_IS_INVALID, SATURATED, HOT, DEAD, SHADOWED, BAD, MISSING and NOISY."""
JOULE = {"J": 1.0, "eV": constants.e, "keV": 1000 * constants.e}


def find(file: h5py.File, places: list[str]) -> h5py.Dataset | None:
    return next((file[place] for place in places if place in file), None)


def required(file: h5py.File, places: list[str]) -> np.ndarray:
    found = find(file, places)
    if found is None:
        raise KeyError(f"{file.filename}: required dataset {places[0]} is missing")
    return found[()]


def one_number(name: str, values: npt.ArrayLike) -> np.float64:
    """A positive number that may be said once per frame."""
    values = np.asarray(values)
    inputs.finite(**{name: values})
    if values.size == 0 or (values != values.flat[0]).any():
        raise ValueError(f"{name} holds {values.tolist()}: one number for all frames is asked for")
    inputs.positive(**{name: values.flat[0]})
    return np.float64(values.flat[0])


def energy_eV(dataset: h5py.Dataset | None) -> np.float64 | None:
    if dataset is None:
        return None
    units = dataset.attrs.get("units", "J")
    units = units.decode() if isinstance(units, bytes) else units
    if units not in JOULE:
        raise ValueError(f"energy has units {units!r}: one of {list(JOULE)}")
    joule = one_number("energy", dataset[()]) * JOULE[units]
    if joule > 1e-9:
        raise ValueError(f"energy is {dataset[()]} {units}: no photon has {joule:g} J")
    return joule / constants.e


def object_pixels(scan: dict[str, Any]) -> dict[str, Any]:
    """Positions in object pixels of wavelength * distance / (patterns' side), where all of that is known."""
    geometry = [scan[name] for name in ("probe_energy_eV", "detector_object_distance_m", "detector_pixel_width_m",
                                        "detector_pixel_height_m")]  # fmt: skip
    if None in geometry:
        return {"xcoords": None, "ycoords": None}
    energy, distance, pixel_width, pixel_height = geometry
    wavelength = constants.h * constants.c / (energy * constants.e)
    _, height, width = scan["diff3d"].shape
    return {
        "xcoords": scan["probe_position_x_m"] / (wavelength * distance / (width * pixel_width)),
        "ycoords": scan["probe_position_y_m"] / (wavelength * distance / (height * pixel_height)),
    }


def read_cxi(path: str, units: str, translation: str) -> dict[str, Any]:
    """The scan at `path`; see the contract `read_cxi`."""
    inputs.one_of(("amplitude", "counts"), units=units)
    inputs.one_of(("probe", "sample"), translation=translation)
    scan: dict[str, Any] = {}
    with open_file(path) as file:
        counts = required(file, DATA)
        positions = required(file, TRANSLATION)
        scan["probe_energy_eV"] = energy_eV(find(file, ENERGY))
        for name, places in (("detector_object_distance_m", DISTANCE), ("detector_pixel_width_m", PIXEL_WIDTH),
                             ("detector_pixel_height_m", PIXEL_HEIGHT)):  # fmt: skip
            found = find(file, places)
            scan[name] = None if found is None else one_number(places[0].split("/")[-1], found[()])
        found = find(file, MASK)
        mask = None if found is None else found[()]
        images = {name: find(file, places) for name, places in (("probe", PROBE), ("object", OBJECT))}
        images = {name: None if image is None else image[()] for name, image in images.items()}
    inputs.rank("data", counts, "n, H, W")
    inputs.rank("translation", positions, "n, 3")
    inputs.finite(translation=positions)
    if len(positions) != len(counts):
        raise ValueError(f"translation has {len(positions)} entries, data has {len(counts)}")
    if positions.shape[1] not in (2, 3):
        raise ValueError(f"translation has shape {positions.shape}: x, y, z are asked for")
    moves = positions.astype(float) * (1 if translation == "probe" else -1)
    bad = np.zeros(counts.shape[1:], bool)
    if mask is not None:
        if mask.shape != bad.shape:
            raise ValueError(f"mask has shape {mask.shape}, a frame of data has {bad.shape}")
        for bit in BITS_AGAINST_A_PIXEL:
            bad = bad | (mask.astype(np.int64) // bit % 2 == 1)
    if units == "amplitude":
        good = np.where(bad, 0.0, counts.astype(float))
        inputs.finite(data=good)
        inputs.not_negative(data=good)
        counts = np.sqrt(good).astype(np.float32)
    scan |= {"diff3d": counts, "bad_pixels": bad, "probe_position_x_m": moves[:, 0], "probe_position_y_m": moves[:, 1]}
    for name, rank in (("probe", 4), ("object", 3)):
        image = images[name]
        scan[name] = None if image is None else wave(name, image, rank)
    return scan | object_pixels(scan)


def write_cxi(path: str, diff3d: np.ndarray, units: str, **scan: Any) -> dict[str, Any]:
    """Write a scan as a CXI file; see the contract `write_cxi`."""
    inputs.one_of(("amplitude", "counts"), units=units)
    inputs.rank("diff3d", diff3d, "n, H, W")
    inputs.real_and_finite(diff3d=diff3d)
    inputs.not_negative(diff3d=diff3d)
    counts = diff3d.astype(float) ** 2 if units == "amplitude" else diff3d
    for name in ("probe_position_x_m", "probe_position_y_m"):
        inputs.rank(name, scan[name], "n")
        inputs.real_and_finite(**{name: scan[name]})
        if len(scan[name]) != len(counts):
            raise ValueError(f"{name} has {len(scan[name])} entries, diff3d has {len(counts)}")
    numbers = ("probe_energy_eV", "detector_object_distance_m", "detector_pixel_width_m", "detector_pixel_height_m")
    for name in numbers:
        if scan[name] is not None:
            one_number(name, scan[name])
    if scan["bad_pixels"] is not None and scan["bad_pixels"].dtype != bool:
        raise ValueError(f"bad_pixels has dtype {scan['bad_pixels'].dtype}: booleans are expected")
    if scan["bad_pixels"] is not None and scan["bad_pixels"].shape != counts.shape[1:]:
        raise ValueError(f"bad_pixels has shape {scan['bad_pixels'].shape}, a pattern has {counts.shape[1:]}")
    places = {
        "cxi_version": 160,
        DATA[1]: counts,
        TRANSLATION[0]: np.column_stack(
            [scan["probe_position_x_m"], scan["probe_position_y_m"], np.zeros(len(counts))]
        ),
        ENERGY[0]: None if scan["probe_energy_eV"] is None else scan["probe_energy_eV"] * constants.e,
        DISTANCE[0]: scan["detector_object_distance_m"],
        PIXEL_WIDTH[0]: scan["detector_pixel_width_m"],
        PIXEL_HEIGHT[0]: scan["detector_pixel_height_m"],
        MASK[0]: None if scan["bad_pixels"] is None else scan["bad_pixels"].astype(np.uint32),
        PROBE[0]: None if scan["probe"] is None else wave("probe", scan["probe"], 4),
        OBJECT[0]: None if scan["object"] is None else wave("object", scan["object"], 3),
        DATA[0]: h5py.SoftLink("/" + DATA[1]),
        TRANSLATION[1]: h5py.SoftLink("/" + TRANSLATION[0]),
        TRANSLATION[2]: h5py.SoftLink("/" + TRANSLATION[0]),
    }
    axes = {DATA[1]: "translation:y:x", PROBE[0]: "coherent:incoherent:y:x", OBJECT[0]: "layer:y:x"}
    with h5py.File(path, "w", libver=("v108", "v108")) as file:
        for place, value in places.items():
            if value is not None:
                file[place] = value
        for place, names in axes.items():
            if place in file:
                file[place].attrs["axes"] = names
    return {"path": path}
