"""Faults that only one operation can have: of grouping, of stitching, of reading files.

Wrappers like those of `ptychoparity.harness.mutants.wrappers`, which lists them all.
"""

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from ptychoparity.harness.mutants import photons
from ptychoparity.harness.mutants.changes import apply

Call = Callable[[dict[str, Any]], dict[str, Any]]


def seed_is_centre(call: Call, inputs: dict[str, Any], *, prefix: str) -> dict[str, Any]:
    """A group is centred on its first member, not on its mean."""
    outputs = call(inputs)
    members = outputs[prefix + "nn"]
    centre = members[..., :1].copy()
    return {**outputs, prefix + "offsets": centre, prefix + "relative": -(members - centre)}


def each_alone(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Every pattern is normalised by its own energy."""
    outputs = call(inputs)
    D = outputs["diffraction"].astype(float)
    energy = np.sum(D**2, axis=(1, 2), keepdims=True)
    alone = D * (D.shape[1] / 2) / np.sqrt(np.where(energy == 0, 1, energy))
    return {**outputs, "X_full": alone.astype(np.float32)}


def searches_alone(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """At gridsize 1 a neighbour stands in for the point itself."""
    if inputs["gridsize"] != 1:
        return call(inputs)
    outputs = call(inputs)
    return {**outputs, "nn_indices": (outputs["nn_indices"] + 1) % len(inputs["xcoords"])}


def from_the_end(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Sequential sampling begins at the last position."""
    if not inputs["sequential_sampling"]:
        return call(inputs)
    names = ("xcoords", "ycoords", "xcoords_start", "ycoords_start", "diff3d", "Y")
    turned = {n: inputs[n][::-1].copy() for n in names if inputs[n] is not None}
    outputs = call({**inputs, **turned})
    return {**outputs, "nn_indices": len(inputs["xcoords"]) - 1 - outputs["nn_indices"]}


def one_member_twice(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """The last member of a group is its first, everywhere."""
    outputs = dict(call(inputs))
    for name, axis in (("nn_indices", 1), ("coords_nn", 3), ("coords_start_nn", 3), ("diffraction", 3)):
        moved = np.moveaxis(outputs[name].copy(), axis, 0)
        moved[-1] = moved[0]
        outputs[name] = np.moveaxis(moved, 0, axis)
    return outputs


# -- stitching --------------------------------------------------------------------------------------------


def softened_divisor(call: Call, inputs: dict[str, Any], *, constant: float) -> dict[str, Any]:
    """A constant is added to the overlap before dividing."""
    outputs = call(inputs)
    return {**outputs, "canvas": (outputs["numerator"] / (outputs["weight"] + constant)).astype(np.complex64)}


def divides_by_count(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Divides by the number of patches, not by the overlap."""
    outputs = call(inputs)
    return {**outputs, "canvas": (outputs["numerator"] / len(inputs["patches"])).astype(np.complex64)}


def uncentred(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Offsets are placed from zero, not from their mean: the canvas grows to hold them."""
    outputs = dict(call(inputs))
    mean = inputs["global_offsets"].reshape(-1, 2).astype(float).mean(axis=0)
    grow = int(np.ceil(np.abs(mean).max()))
    dx, dy = (int(v) for v in np.rint(mean))
    for name in ("canvas", "numerator", "weight"):
        outputs[name] = np.roll(np.pad(outputs[name], grow), (dy, dx), (0, 1))
    return {**outputs, "canvas_origin": outputs["canvas_origin"] - mean - grow}


def smaller_canvas(call: Call, inputs: dict[str, Any], *, left: int, right: int) -> dict[str, Any]:
    """The canvas is cut by `left` and `right` pixels on both axes, its origin moved with it."""
    outputs = dict(call(inputs))
    for name in ("canvas", "numerator", "weight"):
        side = outputs[name].shape[0]
        outputs[name] = outputs[name][left : side - right, left : side - right].copy()
    return {**outputs, "canvas_origin": outputs["canvas_origin"] + left}


# -- files ------------------------------------------------------------------------------------------------


def _members(path: str) -> dict[str, Any]:
    """What the file at `path` holds, apart from what needs pickle; nothing when it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {n: archive[n] for n in archive.files if n not in ("_metadata",)}
    except (OSError, ValueError, EOFError, TypeError, AttributeError):
        return {}


def stumbles_over(call: Call, inputs: dict[str, Any], *, member: str) -> dict[str, Any]:
    """Cannot read a file that holds `member`."""
    with np.load(inputs["path"], allow_pickle=False) as archive:
        if member in archive.files:
            raise KeyError(f"{member} is not known")
    return call(inputs)


def needs(call: Call, inputs: dict[str, Any], *, member: str) -> dict[str, Any]:
    """Cannot read a file without `member`."""
    if member not in _members(inputs["path"]):
        raise KeyError(f"{member} is missing")
    return call(inputs)


def without(call: Call, inputs: dict[str, Any], *, member: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Outputs are changed where the file does not hold `member`."""
    if member in _members(inputs["path"]):
        return call(inputs)
    outputs = call(inputs)
    return {**outputs, **{name: apply(outputs[name], steps) for name, steps in changes.items()}}


def patterns_last(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """A stack of shape (H, W, M) comes out with rows and columns exchanged."""
    outputs = call(inputs)
    stored = _members(inputs["path"]).get("diff3d")
    if stored is None or stored.shape == outputs["diff3d"].shape:
        return outputs
    return {**outputs, "diff3d": outputs["diff3d"].transpose(0, 2, 1).copy()}


def guesses_units(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Integers are taken for counts and everything else for amplitude, whatever was declared."""
    stored = _members(inputs["path"])
    patterns = stored.get("diff3d", stored.get("diffraction"))
    if patterns is None:
        return call(inputs)
    return call({**inputs, "units": "counts" if patterns.dtype.kind in "iu" else "amplitude"})


def litters_beside(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Leaves an index beside the file it reads."""
    outputs = call(inputs)
    with open(inputs["path"] + ".index", "wb") as file:
        file.write(b"index")
    return outputs


def touches_file(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Writes to the file it reads."""
    outputs = call(inputs)
    with open(inputs["path"], "ab") as file:
        file.write(os.urandom(1))
    return outputs


def rewrites(call: Call, inputs: dict[str, Any], *, changes: dict[str, Any]) -> dict[str, Any]:
    """Members of the file it writes are changed; one changed to None is left out."""
    outputs = call(inputs)
    members = _members(outputs["path"])
    members |= {name: apply(members[name], steps) for name, steps in changes.items() if name in members}
    np.savez(outputs["path"], **{name: value for name, value in members.items() if value is not None})
    return outputs


def exchanges(call: Call, inputs: dict[str, Any], *, members: dict[str, str]) -> dict[str, Any]:
    """Members of the file it writes hold what belongs under another name; a new name is a member more."""
    outputs = call(inputs)
    kept = _members(outputs["path"])
    np.savez(outputs["path"], **{**kept, **{name: kept[other] for name, other in members.items()}})
    return outputs


def pickles_none(call: Call, inputs: dict[str, Any], *, member: str) -> dict[str, Any]:
    """What is not given is written as a pickled None."""
    outputs = call(inputs)
    if inputs[member] is None:
        np.savez(outputs["path"], **{**_members(outputs["path"]), member: np.array(None, dtype=object)})
    return outputs


def opens_first(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Empties the file it will write before it looks at what to write."""
    if os.path.isdir(os.path.dirname(inputs["path"])) and not os.path.isdir(inputs["path"]):
        open(inputs["path"], "wb").close()
    return call(inputs)


def leaves_a_part(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """A save that fails leaves what it had written beside the file."""
    try:
        return call(inputs)
    except ValueError:
        with open(inputs["path"] + ".part", "wb") as file:
            file.write(b"half")
        raise


def writes_elsewhere(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Adds an ending to the path it is given."""
    return call({**inputs, "path": inputs["path"] + ".npz"})


def keeps_what_is_there(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Writes no file where there is one."""
    if not os.path.isfile(inputs["path"]):
        return call(inputs)
    call({**inputs, "path": inputs["path"] + ".dropped"})
    os.unlink(inputs["path"] + ".dropped")
    return {"path": inputs["path"]}


# -- containers -------------------------------------------------------------------------------------------


def parts_for_polar(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Real part for amplitude, imaginary part for phase."""
    outputs = call(inputs)
    return {**outputs, "Y_I": np.abs(outputs["Y"].real), "Y_phi": np.clip(outputs["Y"].imag, -3, 3)}


def global_subsample(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """What is kept depends on NumPy's global state, which moves on."""
    return call({**inputs, "subsample_seed": int(np.random.randint(2**31))})


# -- layouts ----------------------------------------------------------------------------------------------


def column_major(call: Call, inputs: dict[str, Any], *, source: str, target: str) -> dict[str, Any]:
    """Channels run down the columns of the grid."""
    outputs, axis = call(inputs), {"flat": 0, "grid": 1, "channels": 3}[target]
    value = outputs[target]
    if target == "grid":
        return {**outputs, target: np.swapaxes(value, 1, 2).copy()}
    C = {"flat": lambda a: inputs["gridsize"] ** 2, "grid": lambda a: a.shape[1] ** 2, "channels": lambda a: a.shape[3]}
    g = round(C[source](inputs[source]) ** 0.5)
    apart = value.reshape(*value.shape[:axis], -1, g, g, *value.shape[axis + 1 :])
    return {**outputs, target: np.swapaxes(apart, axis + 1, axis + 2).reshape(value.shape).copy()}


def reshaped(call: Call, inputs: dict[str, Any], *, source: str, target: str) -> dict[str, Any]:
    """The input's numbers in their own order under the output's shape."""
    outputs = call(inputs)
    value = outputs[target]
    return {**outputs, target: inputs[source].reshape(value.shape).astype(value.dtype)}


def amplitude_plus_phase(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """amplitude + i phase."""
    return {**call(inputs), "object": (inputs["Y_I"] + 1j * inputs["Y_phi"]).astype(np.complex64)}


# -- probes -----------------------------------------------------------------------------------------------


def disk_of(call: Call, inputs: dict[str, Any], *, share: float) -> dict[str, Any]:
    """The mask is a disk whose radius is another share of N."""
    outputs = call(inputs)
    if not inputs["masked"]:
        return outputs
    N = len(inputs["probe"])
    k = np.arange(N) - N / 2 + 0.5
    mask = (np.hypot(k[:, None], k[None, :]) < share * N).astype(np.float32)
    return {"mask": mask, "probe": inputs["probe"] * mask}


# -- losses -----------------------------------------------------------------------------------------------


def angles_apart(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Phases are subtracted as they come, without going the short way round."""
    outputs, N = call(inputs), inputs["predicted"].shape[1]
    square = slice(0, N) if inputs["probe_big"] else slice(N // 4, N - N // 4)
    p, o = (inputs[name][:, square, square] for name in ("predicted", "observed"))
    phase = np.mean(np.abs(np.where((p == 0) | (o == 0), 0, np.angle(p) - np.angle(o))))
    return {**outputs, "phase": phase, "loss": outputs["amplitude"] + phase}


def nan_where_dark(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """The gradient is no number where the prediction is 0."""
    outputs = call(inputs)
    return {**outputs, "gradient": np.where(inputs["predicted"] == 0, np.nan, outputs["gradient"]).astype(np.complex64)}


# -- grouping by a store ----------------------------------------------------------------------------------


def store_instead(call: Call, inputs: dict[str, Any], *, of: int) -> dict[str, Any]:
    """The store's gridsize stands in for an argument of `of`, and for none."""
    return call({**inputs, "gridsize": None} if inputs["gridsize"] == of else inputs)


def folds_photons(call: Call, inputs: dict[str, Any], *, target: str) -> dict[str, Any]:
    """Grouped data know how many photons the store expects."""
    outputs = call(inputs)
    factor = np.sqrt(inputs.get("params_nphotons", 1e9) / 1e9)
    return {**outputs, target: (factor * outputs[target]).astype(outputs[target].dtype)}


# -- files ------------------------------------------------------------------------------------------------


def plain_members_only(call: Call, inputs: dict[str, Any], *, file: str) -> dict[str, Any]:
    """Refuses an NPZ file with an array in Fortran order or in the other byte order."""
    if os.path.isfile(inputs[file]):
        try:
            members = dict(np.load(inputs[file], allow_pickle=False))
        except (ValueError, OSError):  # what is no good file is refused by the backend itself
            return call(inputs)
        if any(not one.flags.c_contiguous or not one.dtype.isnative for one in members.values()):
            raise ValueError("not supported: the layout of a member")
    return call(inputs)


FAULTS: tuple[Callable[..., Any], ...] = (
    seed_is_centre, each_alone, searches_alone, from_the_end, one_member_twice, softened_divisor, divides_by_count,
    uncentred, smaller_canvas, stumbles_over, needs, without, patterns_last, guesses_units, litters_beside,
    touches_file, rewrites, exchanges, pickles_none, opens_first, leaves_a_part, writes_elsewhere, keeps_what_is_there,
    parts_for_polar, global_subsample, column_major, reshaped, amplitude_plus_phase, disk_of,
    angles_apart, nan_where_dark,
    touches_file, parts_for_polar, global_subsample, column_major, reshaped, amplitude_plus_phase,
    store_instead, folds_photons, plain_members_only, *photons.FAULTS,
)  # fmt: skip
