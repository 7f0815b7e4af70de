"""DATA.NPZ.ROUNDTRIP, HOUSE.SCAN.SAVED, HOUSE.NO_STRAY_FILES: what a saved scan is, and what saving leaves behind."""

from pathlib import Path

import numpy as np

from ptychoparity.spec_tests.facets import Facet
from ptychoparity.spec_tests.relations.call import Call, Inputs, Options

COPY = {"atol": 0.0, "why": "written and read, never computed with"}
SINGLE = {"rtol": 1.2e-7, "atol": 1e-37, "why": "one rounding to complex64, whose numbers end at 1e-38"}
DTYPES = ("float32", "uint8", "uint16", "uint32", "int32", "int64")


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _alone(call: Call, path: Path, when: str) -> None:
    """Nothing lies in the target's folder but the target."""
    beside = sorted(one.name for one in path.parent.iterdir() if one != path)
    if beside:
        call.fail(f"save_scan left {', '.join(beside)} beside {path.name} {when}", Facet.EFFECT)


def a_saved_scan_is_read_back(call: Call, inputs: Inputs, options: Options) -> None:
    """load_scan gives what save_scan was given, in every dtype of diff3d; what was None has its default."""
    starts = {name: inputs[name] for name in ("xcoords", "ycoords")}
    defaults = {
        **{f"{name}_start": value for name, value in starts.items()}, "scan_index": np.zeros(len(inputs["xcoords"])),
        "objectGuess": None,
    }  # fmt: skip
    for dtype in DTYPES:
        given = {**inputs, "diff3d": inputs["diff3d"].astype(dtype)}
        written = call("save_scan", given)["path"]
        # read as amplitude: no number is changed
        read = call("load_scan", {"path": written, "N": None, "units": "amplitude"})
        for name, value in read.items():
            expected = defaults.get(name) if given[name] is None else given[name]
            tolerance = SINGLE if name in ("probeGuess", "objectGuess") else COPY
            call.hold(f"{name} read back, diff3d {dtype}", expected, value, tolerance)


def patches_given_are_kept(call: Call, inputs: Inputs, options: Options) -> None:
    """Y is in the file where it is given, whoever reads it."""
    call.hold("Y in the file", inputs["Y"], call("save_scan", inputs)["Y"], COPY)


def a_failed_save_leaves_the_file(call: Call, inputs: Inputs, options: Options) -> None:
    """A good save, then bad ones over it: the old content is there to the byte, and nothing beside it."""
    path = Path(call("save_scan", inputs)["path"])
    before = _bytes(path)
    dark = np.full_like(inputs["probeGuess"], np.nan)
    short = inputs["ycoords"][:-1]
    longer = np.zeros(len(inputs["xcoords"]) + 1, np.int64)
    for name, bad in (("ycoords", short), ("probeGuess", dark), ("scan_index", longer)):
        call.refused("save_scan", {**inputs, name: bad})
        if _bytes(path) != before:
            call.fail(f"a save that failed for its {name} changed the file that was there")
        _alone(call, path, f"when it failed for its {name}")


def saving_leaves_one_file(call: Call, inputs: Inputs, options: Options) -> None:
    """One file at the target; saving there again leaves one file, too, with the new content."""
    path = Path(call("save_scan", inputs)["path"])
    _alone(call, path, "after saving")
    moved = (inputs["xcoords"] + 1).astype(inputs["xcoords"].dtype)
    again = call("save_scan", {**inputs, "xcoords": moved})
    call.hold("xcoords saved over others", moved, again["xcoords"], COPY)
    _alone(call, path, "after saving twice")


RELATIONS = (a_saved_scan_is_read_back, patches_given_are_kept, a_failed_save_leaves_the_file, saving_leaves_one_file)
