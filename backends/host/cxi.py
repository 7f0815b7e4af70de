"""CXI files, HDF5 to the published layout (versions 1.3 to 1.6), with one scan in entry_1 (HOUSE.CXI.*).

What CXI leaves open is declared by the caller, never guessed: whether a translation is the probe's or the sample's.
Lengths are metres, energies joule, as CXI has them; the answers give electronvolt.
"""

from typing import Any

import h5py
import numpy as np

from ptychoparity.backends.host import checks, hdf5

Scan = dict[str, Any]
"""A scan by the names of the contracts `read_cxi` and `write_cxi`."""

INSTRUMENT = "/entry_1/instrument_1"
DETECTOR = f"{INSTRUMENT}/detector_1"
SOURCE = f"{INSTRUMENT}/source_1"
GEOMETRY = "/entry_1/sample_1/geometry_1"
DATA = ("/entry_1/data_1/data", f"{DETECTOR}/data")
TRANSLATION = (f"{GEOMETRY}/translation", "/entry_1/data_1/translation", f"{DETECTOR}/translation")
MASK = (f"{DETECTOR}/mask", "/entry_1/data_1/mask")
ENERGY = (f"{SOURCE}/energy", f"{INSTRUMENT}/monochromator_1/energy")
LENGTHS = {
    "detector_object_distance_m": f"{DETECTOR}/distance",
    "detector_pixel_width_m": f"{DETECTOR}/x_pixel_size",
    "detector_pixel_height_m": f"{DETECTOR}/y_pixel_size",
}
PROBE = ("/entry_1/image_1/data", f"{SOURCE}/illumination")
OBJECT = ("/entry_1/image_2/data",)

VERSION = 160
ELECTRONVOLT_J = 1.602176634e-19
ENERGY_UNITS_J = {"J": 1.0, "eV": ELECTRONVOLT_J, "keV": 1e3 * ELECTRONVOLT_J}
IMPLAUSIBLE_J = 1e-9
"""A photon of 6 GeV: a number above it was not meant in joule."""
INVALID = 0x1
BAD_BITS = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x80 | 0x200 | 0x400
"""Invalid, saturated, hot, dead, shadowed, bad, missing, noisy; the other bits say nothing against a pixel."""
TRANSLATIONS = {"probe": 1.0, "sample": -1.0}
"""Whose translation the file holds: the sample moves against the probe."""
UNITS = ("amplitude", "counts")


def read(path: str, translation: str) -> Scan:
    """The scan at `path`, its diff3d (n, H, W) as recorded, in the dtype of the file (contract `read_cxi`).

    probe_position_x_m, probe_position_y_m (n,) float64; bad_pixels (H, W) bool; probe (C, I, H, W) and object
    (L, H, W) complex or None; probe_energy_eV and the lengths float or None.

    Raises FileNotFoundError, KeyError (no data, no translations), ValueError (no readable HDF5, wrong rank or
    length, sizes that are not positive, an energy that cannot be joule).
    """
    _one_of("translation", translation, TRANSLATIONS)
    with hdf5.reading(path) as file:
        diff3d = _first(file, DATA)
        checks.rank("data", diff3d, "n", "H", "W")
        checks.real("data", diff3d)
        checks.not_empty("data", diff3d)
        positions = TRANSLATIONS[translation] * _translations(file, len(diff3d))
        return {
            "diff3d": diff3d,
            "probe_position_x_m": positions[:, 0].copy(),
            "probe_position_y_m": positions[:, 1].copy(),
            "probe_energy_eV": _energy(file),
            **{name: _constant(file, place) for name, place in LENGTHS.items()},
            "bad_pixels": _bad_pixels(file, diff3d.shape[1:]),
            "probe": _image(file, "probe", PROBE, ("C", "I", "H", "W")),
            "object": _image(file, "object", OBJECT, ("L", "H", "W")),
        }


def answer(scan: Scan) -> Scan:
    """A scan as it was read, its numbers as arrays without axes."""
    numbers = ("probe_energy_eV", *LENGTHS)
    return {**scan, **{name: np.asarray(scan[name]) for name in numbers if scan[name] is not None}}


def amplitude_counts(scan: Scan) -> np.ndarray:
    """The recorded counts with 0 at bad pixels, whatever stood there; ValueError where others are no counts."""
    counts, bad = scan["diff3d"], scan["bad_pixels"]
    if bad.any():
        counts = np.where(bad, counts.dtype.type(0), counts)
    checks.finite("data", counts)
    checks.non_negative("data", counts)
    return counts


def write(path: str, scan: Scan) -> None:
    """Write the scan, diff3d (n, H, W) in counts, whole or not at all (contract `write_cxi`). Raises ValueError."""
    scan = _checked(scan)
    with hdf5.writing(path) as file:
        file["cxi_version"] = VERSION
        n = len(scan["diff3d"])
        detector = file.create_group(DETECTOR)
        detector["data"] = scan["diff3d"]
        detector["data"].attrs["axes"] = "translation:y:x"
        zeros = np.zeros(n)
        translations = np.column_stack([scan["probe_position_x_m"], scan["probe_position_y_m"], zeros])
        file[f"{GEOMETRY}/translation"] = translations
        file.create_group("/entry_1/data_1")["data"] = h5py.SoftLink(DATA[1])
        file["/entry_1/data_1"]["translation"] = h5py.SoftLink(TRANSLATION[0])
        detector["translation"] = h5py.SoftLink(TRANSLATION[0])
        if scan["probe_energy_eV"] is not None:
            file[ENERGY[0]] = scan["probe_energy_eV"] * ELECTRONVOLT_J
        for name, place in LENGTHS.items():
            if scan[name] is not None:
                file[place] = scan[name]
        if scan["bad_pixels"] is not None:
            detector["mask"] = np.where(scan["bad_pixels"], INVALID, 0).astype(np.uint32)
        for name, place, axes in (("probe", PROBE[0], "coherent:incoherent:y:x"), ("object", OBJECT[0], "layer:y:x")):
            if scan[name] is not None:
                file[place] = scan[name]
                file[place].attrs["axes"] = axes


def check_patterns(diff3d: np.ndarray) -> None:
    """ValueError unless diff3d (n, H, W) may be amplitudes or counts; asked before a square hides what is negative."""
    checks.rank("diff3d", diff3d, "n", "H", "W")
    checks.real("diff3d", diff3d)
    checks.not_empty("diff3d", diff3d)
    checks.finite("diff3d", diff3d)
    checks.non_negative("diff3d", diff3d)


def _checked(scan: Scan) -> Scan:
    scan = dict(scan)
    diff3d = scan["diff3d"]
    check_patterns(diff3d)
    for name in ("probe_position_x_m", "probe_position_y_m"):
        checks.rank(name, scan[name], "n")
        checks.same_count(name, scan[name], "diff3d", len(diff3d))
        checks.real(name, scan[name])
        checks.finite(name, scan[name])
    for name in ("probe_energy_eV", *LENGTHS):
        if scan[name] is not None:
            checks.positive(name, scan[name])
            if not np.isfinite(scan[name]):
                raise ValueError(f"{name} must be finite, got {scan[name]}")
    if scan["bad_pixels"] is not None:
        if scan["bad_pixels"].dtype != bool:
            raise ValueError(f"bad_pixels must hold booleans, got dtype {scan['bad_pixels'].dtype}")
        checks.same_shape("bad_pixels", scan["bad_pixels"], "a pattern of diff3d", diff3d.shape[1:])
    for name, axes in (("probe", ("C", "I", "H", "W")), ("object", ("L", "H", "W"))):
        if scan[name] is not None:
            scan[name] = checks.wave(name, scan[name], axes)
    return scan


def check_units(units: str) -> None:
    """ValueError unless `units` is "amplitude" or "counts" (HOUSE.SCAN.UNITS)."""
    _one_of("units", units, UNITS)


def _one_of(name: str, value: str, known: Any) -> None:
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}, got {name} = {value!r}")


def _first(file: h5py.File, places: tuple[str, ...]) -> np.ndarray:
    """The first of `places` there is; KeyError names the first when there is none."""
    return hdf5.array(file, next((place for place in places if hdf5.has(file, place)), places[0]))


def _translations(file: h5py.File, n: int) -> np.ndarray:
    """(n, 2 or 3) float64 metres."""
    translations = _first(file, TRANSLATION)
    checks.rank("translation", translations, "n", "3")
    checks.real("translation", translations)
    checks.finite("translation", translations)
    checks.same_count("translation", translations, "data", n)
    if translations.shape[1] not in (2, 3):
        raise ValueError(f"translation must have the coordinates x, y, z, got shape {translations.shape}")
    return translations.astype(np.float64)


def _constant(file: h5py.File, place: str) -> float | None:
    """A positive number, or one per frame and all the same; None where there is none."""
    if not hdf5.has(file, place):
        return None
    values = hdf5.array(file, place)
    name = place.rpartition("/")[2]
    checks.not_empty(name, values)
    checks.real(name, values)
    checks.finite(name, values)
    lowest, highest = float(values.min()), float(values.max())
    if lowest != highest:
        raise ValueError(f"{name} in {file.filename} must be one for all frames, got {lowest:g} to {highest:g}")
    checks.positive(name, lowest)
    return lowest


def _energy(file: h5py.File) -> float | None:
    """Photon energy in eV: joule in the file, unless its attribute `units` says otherwise."""
    place = next((place for place in ENERGY if hdf5.has(file, place)), None)
    if place is None or (value := _constant(file, place)) is None:
        return None
    said = f"{place}@units"
    units = hdf5.text(file, said) if hdf5.has(file, said) else "J"
    _one_of("units of energy", units, ENERGY_UNITS_J)
    joule = value * ENERGY_UNITS_J[units]
    if joule > IMPLAUSIBLE_J:
        hint = "give it an attribute units = 'eV' if that is meant"
        raise ValueError(f"energy = {value:g} {units} in {file.filename} is no photon's: {hint}")
    return value if units == "eV" else joule / ELECTRONVOLT_J


def _bad_pixels(file: h5py.File, shape: tuple[int, ...]) -> np.ndarray:
    """(H, W) bool, True where a bit of the mask speaks against the pixel; all False without a mask."""
    if not any(hdf5.has(file, place) for place in MASK):
        return np.zeros(shape, bool)
    mask = _first(file, MASK)
    if mask.dtype.kind not in "biu":
        raise ValueError(f"mask must hold integers, got dtype {mask.dtype}")
    checks.same_shape("mask", mask, "a frame of data", shape)
    return (mask.astype(np.int64) & BAD_BITS) != 0


def _image(file: h5py.File, name: str, places: tuple[str, ...], axes: tuple[str, ...]) -> np.ndarray | None:
    place = next((place for place in places if hdf5.has(file, place)), None)
    return None if place is None else checks.wave(name, hdf5.array(file, place), axes)
