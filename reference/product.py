"""HDF5 product files (PRODUCT.*), read and written one field after another."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ptychoparity.reference import inputs, metadata

SPELLINGS = {"probe_energy_eV": "photon_energy_eV", "mass_attenuation_m2_kg": "mass_attenuation_m2_per_kg"}
"""The spec's name of a root attribute, and what client 1.7.0 calls it."""
OF_THE_ROOT = ("detector_object_distance_m", "probe_energy_eV", "exposure_time_s")
MAY_BE_MISSING = ("probe_photon_count", "mass_attenuation_m2_kg", "tomography_angle_deg")
OF_ARRAYS = {
    "object": ("center_x_m", "center_y_m", "pixel_width_m", "pixel_height_m"),
    "probe": ("pixel_width_m", "pixel_height_m"),
}
ARRAYS = ("probe_position_indexes", "probe_position_x_m", "probe_position_y_m", "probe", "object",
          "object_layer_spacing_m")  # fmt: skip
EMBEDDED = ("diffraction", "xcoords", "ycoords", "scan_index")


def open_file(path: str) -> h5py.File:
    if not Path(path).exists():
        raise FileNotFoundError(f"{path}: no such file")
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise ValueError(f"{path} is not a readable HDF5 file: {error}") from error


def attribute(node: h5py.Group | h5py.Dataset, name: str) -> Any:
    """An attribute under its own name or the client's; None when it is not there. Texts come as str."""
    found = [node.attrs[n] for n in (name, SPELLINGS.get(name)) if n and n in node.attrs]
    found = [value.decode("utf-8") if isinstance(value, bytes) else value for value in found]
    if len(found) == 2 and found[0] != found[1]:
        raise ValueError(f"{name} is {found[0]}, {SPELLINGS[name]} is {found[1]}: they differ")
    return found[0] if found else None


def required(node: h5py.Group | h5py.Dataset, name: str) -> Any:
    value = attribute(node, name)
    if value is None:
        raise KeyError(f"{node.file.filename}: required attribute {name} of {node.name} is missing")
    return value


def dataset(node: h5py.Group, name: str) -> np.ndarray:
    if name not in node:
        raise KeyError(f"{node.file.filename}: required dataset {name} is missing")
    if not isinstance(node[name], h5py.Dataset):
        raise ValueError(f"{node.file.filename}: {name} is a group, a dataset is asked for")
    return node[name][()]


def read_fields(file: h5py.File) -> dict[str, Any]:
    """What the file says, spelled as the spec has it, before anything is checked."""
    fields = {name: required(file, name) for name in ("name", "comments", *OF_THE_ROOT)}
    fields |= {name: attribute(file, name) for name in MAY_BE_MISSING}
    fields |= {name: dataset(file, name) for name in ARRAYS}
    for array, names in OF_ARRAYS.items():
        fields |= {f"{array}_{name}": required(file[array], name) for name in names}
    weights = [w for w in (file["probe"].attrs.get("opr_weights"), file.get("opr_weights")) if w is not None]
    fields["opr_weights"] = np.asarray(weights[0]) if weights else None
    if len(weights) == 2 and not np.array_equal(weights[0], weights[1]):
        raise ValueError("opr_weights is an attribute and a dataset, and they differ")
    losses = next((name for name in ("loss_values", "costs") if name in file), None)
    fields["loss_values"] = np.zeros(0) if losses is None else dataset(file, losses)
    fields["loss_epochs"] = dataset(file, "loss_epochs") if "loss_epochs" in file else None
    fields |= {f"raw_{name}": None for name in (*EMBEDDED, "axis_order", "metadata")}
    if "raw_data" in file:
        raw = file["raw_data"]
        fields |= {f"raw_{name}": dataset(raw, name) for name in EMBEDDED}
        if required(raw["diffraction"], "axis_canonical") != "NHW":
            raise ValueError(f"axis_canonical is {raw['diffraction'].attrs['axis_canonical']}: NHW is asked for")
        fields["raw_axis_order"] = attribute(raw["diffraction"], "original_axis_order")
        if "_metadata" in raw:
            fields["raw_metadata"] = raw["_metadata"][()].decode("utf-8")
    return fields


def whole_numbers(name: str, values: np.ndarray) -> np.ndarray:
    inputs.rank(name, values, "n")
    if values.dtype.kind not in "iu":
        raise ValueError(f"{name} has dtype {values.dtype}: integers are asked for")
    return values.astype(np.int64)


def wave(name: str, values: np.ndarray, rank: int) -> np.ndarray:
    """PRODUCT.PROBE.DATA, PRODUCT.OBJECT.DATA: leading axes that are missing are of length 1."""
    if values.dtype.kind != "c":
        raise TypeError(f"{name} has dtype {values.dtype}: it must be complex")
    if not 2 <= values.ndim <= rank:
        raise ValueError(f"{name} has shape {values.shape}: 2 to {rank} axes are asked for")
    inputs.finite(**{name: values})
    while values.ndim < rank:
        values = values[np.newaxis]
    return values


def check_raw(fields: dict[str, Any]) -> None:
    """PRODUCT.RAW.*: all of it or nothing, the scan axis first."""
    given = [name for name in EMBEDDED if fields[f"raw_{name}"] is not None]
    if not given and fields["raw_axis_order"] is None and fields["raw_metadata"] is None:
        return
    for name in EMBEDDED:
        if name not in given:
            raise ValueError(f"raw_{name} is missing, other raw data are given")
    diffraction = fields["raw_diffraction"]
    inputs.rank("raw_diffraction", diffraction, "N, H, W")
    if diffraction.dtype.kind != "f":
        raise ValueError(f"raw_diffraction has dtype {diffraction.dtype}: float amplitudes are asked for")
    fields["raw_scan_index"] = whole_numbers("raw_scan_index", fields["raw_scan_index"])
    for name in EMBEDDED[1:]:
        inputs.rank(f"raw_{name}", fields[f"raw_{name}"], "N")
        if len(fields[f"raw_{name}"]) != len(diffraction):
            raise ValueError(f"raw_{name} has {len(fields[f'raw_{name}'])} entries, raw_diffraction {len(diffraction)}")
    inputs.finite(**{f"raw_{name}": fields[f"raw_{name}"] for name in EMBEDDED})
    inputs.not_negative(raw_diffraction=diffraction)
    inputs.real(raw_xcoords=fields["raw_xcoords"], raw_ycoords=fields["raw_ycoords"])
    for name in ("raw_xcoords", "raw_ycoords"):
        fields[name] = fields[name].astype(float)
    if fields["raw_axis_order"] not in (None, "NHW", "HNW", "HWN"):
        raise ValueError(f"raw_axis_order={fields['raw_axis_order']!r}: NHW, HNW or HWN")
    if fields["raw_metadata"] is not None:
        metadata.parse("raw_metadata", fields["raw_metadata"])


def canonical(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields in the contract's layout and dtypes, or why they are no product."""
    fields = dict(fields)
    for name in ("name", "comments"):
        if not isinstance(fields[name], str):
            raise ValueError(f"{name} is {fields[name]!r}: a text is asked for")
    numbers = [*OF_THE_ROOT, *MAY_BE_MISSING, *(f"{a}_{n}" for a, names in OF_ARRAYS.items() for n in names)]
    for name in numbers:
        if fields[name] is None and name in MAY_BE_MISSING:
            continue
        if np.size(fields[name]) != 1 or np.asarray(fields[name]).dtype.kind not in "iuf":
            raise ValueError(f"{name} is {fields[name]!r}: a number is asked for")
        fields[name] = np.float64(fields[name])
        inputs.finite(**{name: fields[name]})
        if "pixel" in name:
            inputs.positive(**{name: fields[name]})
    fields["probe"], fields["object"] = wave("probe", fields["probe"], 4), wave("object", fields["object"], 3)
    for name in ("probe_position_x_m", "probe_position_y_m", "object_layer_spacing_m"):
        inputs.rank(name, fields[name], "n")
        inputs.real(**{name: fields[name]})
        inputs.finite(**{name: fields[name]})
        fields[name] = fields[name].astype(float)
    gaps, layers = len(fields["object_layer_spacing_m"]), len(fields["object"])
    if gaps != layers - 1:
        raise ValueError(f"object_layer_spacing_m has {gaps} entries, {layers} layers need {layers - 1}")
    indexes = fields["probe_position_indexes"] = whole_numbers(
        "probe_position_indexes", fields["probe_position_indexes"]
    )
    for name in ("probe_position_x_m", "probe_position_y_m"):
        if len(fields[name]) != len(indexes):
            raise ValueError(f"{name} has {len(fields[name])} entries, probe_position_indexes has {len(indexes)}")
    inputs.not_negative(probe_position_indexes=indexes)
    weights = fields["opr_weights"]
    if weights is not None:
        inputs.rank("opr_weights", weights, "K, C")
        inputs.real(opr_weights=weights)
        inputs.finite(opr_weights=weights)
        if weights.shape[1] != len(fields["probe"]):
            raise ValueError(f"opr_weights has {weights.shape[1]} columns, probe has {len(fields['probe'])} modes")
        if (indexes >= len(weights)).any():  # PRODUCT.SCAN.RANGE, where there are entries to choose from
            raise ValueError(f"probe_position_indexes has {indexes.max()}, opr_weights has {len(weights)} rows")
        fields["opr_weights"] = weights.astype(float)
    inputs.rank("loss_values", fields["loss_values"], "E")
    inputs.real(loss_values=fields["loss_values"])
    fields["loss_values"] = fields["loss_values"].astype(float)
    if fields["loss_epochs"] is None:  # PRODUCT.LOSS.EPOCHS_DEFAULT
        fields["loss_epochs"] = np.arange(len(fields["loss_values"]))
    fields["loss_epochs"] = whole_numbers("loss_epochs", fields["loss_epochs"])
    if len(fields["loss_epochs"]) != len(fields["loss_values"]):
        raise ValueError(
            f"loss_epochs has {len(fields['loss_epochs'])} entries, loss_values {len(fields['loss_values'])}"
        )
    check_raw(fields)
    return fields


def read_product(path: str) -> dict[str, Any]:
    """A product in the contract's names; see the contract `read_product`."""
    with open_file(path) as file:
        fields = canonical(read_fields(file))
    if fields["tomography_angle_deg"] is None:  # PRODUCT.ROOT.TOMO_DEFAULT
        fields["tomography_angle_deg"] = np.float64(0)
    _, height, width = fields["object"].shape
    for axis, extent, across in (("x", width, "width"), ("y", height, "height")):  # PRODUCT.SCAN.FRAME
        metres = fields[f"probe_position_{axis}_m"] - fields[f"object_center_{axis}_m"]
        fields[f"{axis}coords"] = metres / fields[f"object_pixel_{across}_m"] + (extent - 1) / 2
    fields["probe_entries"] = np.int64(1 if fields["opr_weights"] is None else len(fields["opr_weights"]))
    return fields


def write_product(path: str, **fields: Any) -> dict[str, Any]:
    """Write a product under the spec's names; see the contract `write_product`."""
    if Path(path).suffix not in (".h5", ".hdf5"):
        raise ValueError(f"path={path!r}: .h5 or .hdf5 is asked for")
    fields = canonical(fields)
    with h5py.File(path, "w", libver=("v108", "v108")) as file:
        file.attrs["format_id"], file.attrs["format_version"] = "ptychodus.product.hdf5", "1.0"
        for name in ("name", "comments", *OF_THE_ROOT, *MAY_BE_MISSING):
            if fields[name] is not None:
                file.attrs[name] = fields[name]
        for name in (*ARRAYS, "loss_values", "loss_epochs"):
            file[name] = fields[name]
        for array, names in OF_ARRAYS.items():
            for name in names:
                file[array].attrs[name] = fields[f"{array}_{name}"]
        if fields["opr_weights"] is not None:
            file["probe"].attrs["opr_weights"] = fields["opr_weights"]
        if fields["raw_diffraction"] is not None:
            for name in EMBEDDED:
                file[f"raw_data/{name}"] = fields[f"raw_{name}"]
            file["raw_data/diffraction"].attrs["axis_canonical"] = "NHW"
            if fields["raw_axis_order"] is not None:
                file["raw_data/diffraction"].attrs["original_axis_order"] = fields["raw_axis_order"]
            if fields["raw_metadata"] is not None:
                file["raw_data/_metadata"] = fields["raw_metadata"]
            file["raw_data/probeGuess"], file["raw_data/objectGuess"] = file["probe"], file["object"]
    return {"path": path}
