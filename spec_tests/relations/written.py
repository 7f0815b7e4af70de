"""Product and CXI files: what is written is read back, as a whole or not at all."""

from pathlib import Path
from typing import Any

import numpy as np

from ptychoparity.spec_tests.relations.call import Call, Inputs, Options

COPY: dict[str, Any] = {"atol": 0.0, "why": "written and read, never computed with"}
ENERGY = {"rtol": 4.5e-16, "why": "electronvolt to joule and back: two roundings of float64"}


def _held(call: Call, what: str, expected: Any, actual: Any, tolerance: dict[str, Any] = COPY) -> None:
    if isinstance(expected, (int, float)):
        expected = np.asarray(expected)
    call.hold(f"{what} read back", expected, actual, tolerance)


def _alone(call: Call, path: Path, when: str) -> None:
    """Nothing lies in the target's folder but the target."""
    beside = sorted(one.name for one in path.parent.iterdir() if one != path)
    if beside:
        call.fail(f"{', '.join(beside)} lies beside {path.name} {when}")


def a_product_is_read_back(call: Call, inputs: Inputs, options: Options) -> None:
    """read_product gives what write_product was given, with and without each optional part."""
    embedded = {
        "raw_diffraction": np.sqrt(call.random.poisson(9.0, (3, 5, 5))).astype(np.float32),
        "raw_xcoords": call.random.uniform(0, 90, 3), "raw_ycoords": call.random.uniform(0, 90, 3),
        "raw_scan_index": np.array([4, 2, 7]), "raw_axis_order": "HNW", "raw_metadata": '{"nphotons": 1e9}',
    }  # fmt: skip
    without = {"opr_weights": None, "probe_photon_count": None, "mass_attenuation_m2_kg": None, "loss_epochs": None}
    for given in (inputs, {**inputs, **embedded}, {**inputs, **without, "tomography_angle_deg": None}):
        read = call("read_product", {"path": call("write_product", given)["path"]})
        defaults = {"tomography_angle_deg": 0.0, "loss_epochs": np.arange(len(given["loss_values"]))}
        for name, value in given.items():
            if name == "path":
                continue
            if name in ("probe", "object"):
                value = value.reshape(read[name].shape)
            _held(call, name, defaults.get(name) if value is None else value, read[name])


def a_single_probe_stays_single(call: Call, inputs: Inputs, options: Options) -> None:
    """A probe in complex64 is complex64 in the file, whatever precision the object has: nothing is widened."""
    for dtype in (np.complex64, np.complex128):
        given = {**inputs, "probe": inputs["probe"].astype(np.complex64), "object": inputs["object"].astype(dtype)}
        written = call("write_product", given)["probe"].dtype
        if written != np.complex64:
            call.fail(f"a probe in complex64 is written in {written}, beside an object in {np.dtype(dtype)}")


def a_scan_in_cxi_is_read_back(call: Call, inputs: Inputs, options: Options) -> None:
    """read_cxi gives what write_cxi was given; an amplitude goes through counts and comes back to the last bit."""
    path = call("write_cxi", inputs)["path"]
    read = call("read_cxi", {"path": path, "units": inputs["units"], "translation": "probe"})
    for name, value in inputs.items():
        if name in ("path", "units"):
            continue
        if name in ("probe", "object") and value is not None:
            value = value.reshape(read[name].shape)
        if name == "bad_pixels" and value is None:
            value = np.zeros(inputs["diff3d"].shape[1:], bool)
        if name == "diff3d" and inputs["units"] == "amplitude" and inputs["bad_pixels"] is not None:
            value = np.where(inputs["bad_pixels"], 0, value)
        _held(call, name, value, read[name], ENERGY if name == "probe_energy_eV" else COPY)


def a_failed_write_leaves_the_file(call: Call, inputs: Inputs, options: Options) -> None:
    """A good write, then bad ones over it: the old content is there to the byte, and nothing beside it."""
    operation, short, dark = options["operation"], options["short"], options["nan"]
    path = Path(call(operation, inputs)["path"])
    before = path.read_bytes()
    spoilt = {short: np.append(inputs[short], 1.0), dark: np.full_like(inputs[dark], np.nan)}
    for name, bad in spoilt.items():
        call.refused(operation, {**inputs, name: bad})
        if not path.is_file() or path.read_bytes() != before:
            call.fail(f"a {operation} that failed for its {name} changed the file that was there")
        _alone(call, path, f"when {operation} failed for its {name}")


def writing_leaves_one_file(call: Call, inputs: Inputs, options: Options) -> None:
    """One file at the target, and one after writing there again."""
    path = Path(call(options["operation"], inputs)["path"])
    _alone(call, path, "after writing")
    call(options["operation"], inputs)
    _alone(call, path, "after writing twice")


RELATIONS = (
    a_product_is_read_back,
    a_single_probe_stays_single,
    a_scan_in_cxi_is_read_back,
    a_failed_write_leaves_the_file,
    writing_leaves_one_file,
)
