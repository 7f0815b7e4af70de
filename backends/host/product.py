"""Product files (PRODUCT.*): reading and writing HDF5 products in the contracts' names.

Spec names are written; both clients' spellings are read. Everything is checked before it is returned or written.
"""

from typing import Any

import h5py
import numpy as np

from ptychoparity.backends.host import checks, hdf5, metadata

Product = dict[str, Any]
"""A product by the names of the contracts `read_product` and `write_product`."""

EXTENSIONS = (".h5", ".hdf5")
FORMAT = {"format_id": "ptychodus.product.hdf5", "format_version": "1.0"}

NUMBERS = {
    "detector_object_distance_m": ("/@detector_object_distance_m",),
    "probe_energy_eV": ("/@probe_energy_eV", "/@photon_energy_eV"),
    "exposure_time_s": ("/@exposure_time_s",),
    "object_center_x_m": ("/object@center_x_m",),
    "object_center_y_m": ("/object@center_y_m",),
    "object_pixel_width_m": ("/object@pixel_width_m",),
    "object_pixel_height_m": ("/object@pixel_height_m",),
    "probe_pixel_width_m": ("/probe@pixel_width_m",),
    "probe_pixel_height_m": ("/probe@pixel_height_m",),
}
"""Required numbers and where they stand: the spec's place first, then what else is read."""
OPTIONAL_NUMBERS = {
    "probe_photon_count": ("/@probe_photon_count",),
    "mass_attenuation_m2_kg": ("/@mass_attenuation_m2_kg", "/@mass_attenuation_m2_per_kg"),
    "tomography_angle_deg": ("/@tomography_angle_deg",),
}
TEXTS = {"name": "/@name", "comments": "/@comments"}
POSITIONS = ("probe_position_x_m", "probe_position_y_m")
PIXELS = ("object_pixel_width_m", "object_pixel_height_m", "probe_pixel_width_m", "probe_pixel_height_m")
AXIS_ORDERS = ("NHW", "HNW", "HWN")
"""What original_axis_order may say (PRODUCT.RAW.DIFFRACTION)."""
RAW = {"raw_diffraction": "diffraction", "raw_xcoords": "xcoords", "raw_ycoords": "ycoords",
       "raw_scan_index": "scan_index"}  # fmt: skip
RAW_TEXTS = {"raw_axis_order": "/raw_data/diffraction@original_axis_order", "raw_metadata": "/raw_data/_metadata"}


def read(path: str) -> Product:
    """The product at `path`, checked (contract `read_product`, without its pixel coordinates).

    probe (C, I, H, W) and object (L, H, W) keep the precision of the file; indexes and epochs are int64, other
    real arrays float64, numbers float or None. What is not in the contract is not opened (PRODUCT.UNKNOWN).

    Raises FileNotFoundError, KeyError (what is required is missing; it is named), TypeError (a probe or an
    object of real numbers), ValueError (no readable HDF5, wrong rank or length, indexes out of range, pixel
    sizes that are not positive, values that are not finite, two spellings that contradict each other).
    """
    with hdf5.reading(path) as file:
        product: Product = {name: hdf5.text(file, place) for name, place in TEXTS.items()}
        product |= {name: _number(file, places) for name, places in NUMBERS.items()}
        for name, places in OPTIONAL_NUMBERS.items():
            product[name] = _number(file, places) if any(hdf5.has(file, place) for place in places) else None
        if product["tomography_angle_deg"] is None:  # PRODUCT.ROOT.TOMO_DEFAULT
            product["tomography_angle_deg"] = 0.0
        for name in ("probe_position_indexes", *POSITIONS, "probe", "object", "object_layer_spacing_m"):
            product[name] = hdf5.array(file, f"/{name}")
        product["opr_weights"] = _weights(file)
        product |= _losses(file)
        product |= _raw(file)
    return checked(product)


def answer(product: Product) -> Product:
    """A product as it was read, its numbers as arrays without axes, and the count of probe entries."""
    entries = 1 if product["opr_weights"] is None else len(product["opr_weights"])  # PRODUCT.PROBE.OPR_ABSENT
    numbers = {name: np.asarray(product[name]) for name in (*NUMBERS, *OPTIONAL_NUMBERS) if product[name] is not None}
    return {**product, **numbers, "probe_entries": np.asarray(entries, np.int64)}


def write(path: str, product: Product) -> None:
    """Write `product` to `path`, whole or not at all (contract `write_product`). Raises as `read`."""
    if not path.endswith(EXTENSIONS):
        raise ValueError(f"path must end in {' or '.join(EXTENSIONS)}, got path = {path!r}")
    product = checked(product)
    with hdf5.writing(path) as file:
        file.attrs.update({**FORMAT, "name": product["name"], "comments": product["comments"]})
        for name in ("probe_position_indexes", *POSITIONS, "probe", "object", "object_layer_spacing_m"):
            file.create_dataset(name, data=product[name])
        for name, (place, *_) in {**NUMBERS, **OPTIONAL_NUMBERS}.items():
            where, _, attribute = place.partition("@")
            if product[name] is not None:
                file[where].attrs[attribute] = float(product[name])
        if product["opr_weights"] is not None:
            file["probe"].attrs["opr_weights"] = product["opr_weights"]
        for name in ("loss_values", "loss_epochs"):
            file.create_dataset(name, data=product[name])
        _write_raw(file, product)


def checked(product: Product) -> Product:
    """The product in the contracts' layout and dtypes; what is wrong with it is raised (see `read`)."""
    product = dict(product)
    for name in TEXTS:
        if not isinstance(product[name], str):
            raise ValueError(f"{name} must be a text, got {product[name]!r}")
    for name in (*NUMBERS, *OPTIONAL_NUMBERS):
        if product[name] is not None or name in NUMBERS:
            product[name] = _real_number(name, product[name])
    for name in PIXELS:
        checks.positive(name, product[name])
    product["probe"] = checks.wave("probe", product["probe"], ("C", "I", "H", "W"))
    product["object"] = checks.wave("object", product["object"], ("L", "H", "W"))
    layers = len(product["object"])
    spacing = product["object_layer_spacing_m"] = _reals("object_layer_spacing_m", product, "L-1")
    checks.length("object_layer_spacing_m", spacing, 0, layers - 1, f"one less than the {layers} layers of object")
    for name in POSITIONS:
        product[name] = _reals(name, product, "n")
    product["opr_weights"] = _checked_weights(product["opr_weights"], len(product["probe"]))
    entries = None if product["opr_weights"] is None else len(product["opr_weights"])
    product["probe_position_indexes"] = _indexes(product["probe_position_indexes"], entries)
    for name in POSITIONS:
        checks.same_count(name, product[name], "probe_position_indexes", len(product["probe_position_indexes"]))
    return _checked_raw(_checked_losses(product))


def _number(file: h5py.File, places: tuple[str, ...]) -> float:
    """The number at the first of `places` there is; two that differ are a contradiction."""
    found = {place: hdf5.number(file, place) for place in places if hdf5.has(file, place)}
    if len(set(found.values())) > 1:
        said = " and ".join(f"{place} = {value:g}" for place, value in found.items())
        raise ValueError(f"{said} in {file.filename} are one quantity and differ")
    return next(iter(found.values())) if found else hdf5.number(file, places[0])


def _weights(file: h5py.File) -> np.ndarray | None:
    """opr_weights as the spec has them, an attribute, or as the clients write them, a dataset (PRODUCT.PROBE.OPR)."""
    places = ("/probe@opr_weights", "/opr_weights")
    found = [hdf5.array(file, place) for place in places if hdf5.has(file, place)]
    if len(found) == 2 and not np.array_equal(found[0], found[1]):
        raise ValueError(f"{' and '.join(places)} in {file.filename} are one table and differ: opr_weights")
    return found[0] if found else None


def _losses(file: h5py.File) -> Product:
    """loss_values, or costs where those are missing (PRODUCT.LOSS.COSTS), and the epochs if they are said."""
    place = "/loss_values" if hdf5.has(file, "/loss_values") or not hdf5.has(file, "/costs") else "/costs"
    values = hdf5.array(file, place) if hdf5.has(file, place) else np.zeros(0)
    epochs = hdf5.array(file, "/loss_epochs") if hdf5.has(file, "/loss_epochs") else None
    return {"loss_values": values, "loss_epochs": epochs}


def _raw(file: h5py.File) -> Product:
    """The embedded raw data, None each where there are none (PRODUCT.RAW.GROUP)."""
    present = isinstance(file.get("raw_data"), h5py.Group)
    raw: Product = {name: hdf5.array(file, f"/raw_data/{member}") if present else None for name, member in RAW.items()}
    if present:
        canonical = hdf5.text(file, "/raw_data/diffraction@axis_canonical")
        if canonical != "NHW":
            raise ValueError(f"axis_canonical of /raw_data/diffraction must be 'NHW', got {canonical!r}")
    for name, place in RAW_TEXTS.items():
        raw[name] = hdf5.text(file, place) if present and hdf5.has(file, place) else None
    return raw


def _write_raw(file: h5py.File, product: Product) -> None:
    """Group /raw_data; probe and object stand in it as hard links, not as copies (PRODUCT.RAW.LINKS)."""
    if product["raw_diffraction"] is None:
        return
    group = file.create_group("raw_data")
    for name, member in RAW.items():
        group.create_dataset(member, data=product[name])
    group["diffraction"].attrs["axis_canonical"] = "NHW"
    if product["raw_axis_order"] is not None:
        group["diffraction"].attrs["original_axis_order"] = product["raw_axis_order"]
    if product["raw_metadata"] is not None:
        group.create_dataset("_metadata", data=product["raw_metadata"])
    group["probeGuess"] = file["probe"]
    group["objectGuess"] = file["object"]


def _real_number(name: str, value: Any) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float, np.integer, np.floating))
        or not np.isfinite(value)
    ):
        raise ValueError(f"{name} must be a finite number, got {name} = {value!r}")
    return float(value)


def _reals(name: str, product: Product, axis: str) -> np.ndarray:
    array = product[name]
    checks.rank(name, array, axis)
    checks.real(name, array)
    checks.finite(name, array)
    return array.astype(np.float64, copy=False)


def _whole(name: str, array: np.ndarray, axis: str) -> np.ndarray:
    """A rank 1 array of integers as int64 (PRODUCT.TYPES.INDEX)."""
    checks.rank(name, array, axis)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name} must hold integers, got dtype {array.dtype}")
    return array.astype(np.int64, copy=False)


def _indexes(array: np.ndarray, entries: int | None) -> np.ndarray:
    """Indexes of probe entries; without weights any that are not negative (PRODUCT.SCAN.RANGE)."""
    indexes = _whole("probe_position_indexes", array, "n")
    checks.non_negative("probe_position_indexes", indexes)
    if entries is not None and len(indexes) and indexes.max() >= entries:
        highest = f"got {indexes.max()}, but opr_weights has {entries} rows"
        raise ValueError(f"probe_position_indexes is out of range: {highest}")
    return indexes


def _checked_weights(weights: np.ndarray | None, modes: int) -> np.ndarray | None:
    if weights is None:
        return None
    checks.rank("opr_weights", weights, "K", "C")
    checks.real("opr_weights", weights)
    checks.finite("opr_weights", weights)
    checks.length("opr_weights", weights, 1, modes, f"the {modes} coherent modes of probe")
    return weights.astype(np.float64, copy=False)


def _checked_losses(product: Product) -> Product:
    """Losses may be NaN: a history of a run that diverged is a history."""
    values, epochs = product["loss_values"], product["loss_epochs"]
    checks.rank("loss_values", values, "E")
    checks.real("loss_values", values)
    if epochs is None:  # PRODUCT.LOSS.EPOCHS_DEFAULT
        epochs = np.arange(len(values))
    epochs = _whole("loss_epochs", epochs, "E")
    checks.same_count("loss_epochs", epochs, "loss_values", len(values))
    return {**product, "loss_values": values.astype(np.float64, copy=False), "loss_epochs": epochs}


def _checked_raw(product: Product) -> Product:
    """All of the raw data, or none (PRODUCT.RAW.DIFFRACTION, PRODUCT.RAW.COORDS)."""
    missing = [name for name in RAW if product[name] is None]
    if missing:
        given = [name for name in (*RAW, *RAW_TEXTS) if product[name] is not None]
        if given:
            raise ValueError(f"{missing[0]} is missing, where {given[0]} is given")
        return product
    diffraction = product["raw_diffraction"]
    checks.rank("raw_diffraction", diffraction, "N", "H", "W")
    if diffraction.dtype.kind != "f":
        raise ValueError(f"raw_diffraction must hold float32 or float64 amplitudes, got dtype {diffraction.dtype}")
    checks.finite("raw_diffraction", diffraction)
    checks.non_negative("raw_diffraction", diffraction)
    raw = {name: _reals(name, product, "N") for name in ("raw_xcoords", "raw_ycoords")}
    raw["raw_scan_index"] = _whole("raw_scan_index", product["raw_scan_index"], "N")
    for name, array in raw.items():
        checks.same_count(name, array, "raw_diffraction", len(diffraction))
    order = product["raw_axis_order"]
    if order is not None and order not in AXIS_ORDERS:
        raise ValueError(f"raw_axis_order must be one of {', '.join(AXIS_ORDERS)}, got {order!r}")
    if product["raw_metadata"] is not None:
        metadata.parsed("raw_metadata", product["raw_metadata"])
    return {**product, **raw}
