"""Files: what reading one does and does not do."""

import shutil
import tempfile
from pathlib import Path

import numpy as np

from ptychoparity.spec_tests.facets import Facet
from ptychoparity.spec_tests.relations.call import Call, Inputs, Options


def reading_leaves_the_file_alone(call: Call, inputs: Inputs, options: Options) -> None:
    """The file's bytes are the same afterwards, nothing is left beside it, and a second reading agrees."""
    operation, output = options.get("operation", "load_scan"), options.get("output", "diff3d")
    given = Path(inputs["path"])
    # a folder of its own: what an earlier check's call left beside its file would hide what this one leaves
    with tempfile.TemporaryDirectory(dir=given.parent) as folder:
        path = Path(shutil.copy(given, folder))
        before, inputs = path.read_bytes(), {**inputs, "path": str(path)}
        first = call(operation, inputs)
        if path.read_bytes() != before:
            call.fail(f"{operation} changed the file it read", Facet.EFFECT)
        if list(path.parent.iterdir()) != [path]:
            call.fail(f"{operation} left a file beside the one it read", Facet.EFFECT)
        second = call(operation, inputs)
        call.hold(f"{output} read twice", first[output], second[output], {"atol": 0.0, "why": "the same file"})


def counts_declared_equal_amplitude_given(call: Call, inputs: Inputs, options: Options) -> None:
    """A file of counts read as counts and a file of their roots read as amplitude are one scan."""
    counted = call("load_scan", inputs)["diff3d"]
    path = Path(inputs["path"]).with_name("rooted.npz")
    with np.load(inputs["path"], allow_pickle=False) as archive:
        members = dict(archive)
    np.savez(path, **{**members, "diff3d": np.sqrt(members["diff3d"].astype(float)).astype(np.float32)})
    rooted = call("load_scan", {**inputs, "path": str(path), "units": "amplitude"})["diff3d"]
    path.unlink()
    call.hold(
        "diff3d from counts against amplitude", rooted, counted, {"rtol": 2.4e-7, "why": "one root, two roundings"}
    )


def three_layouts_are_one_probe(call: Call, inputs: Inputs, options: Options) -> None:
    """One mode as (N, N), (1, N, N) and (N, N, 1): the same modes, however the file has it (DATA.NPZ.CI_PROBE)."""
    with np.load(inputs["path"], allow_pickle=False) as archive:
        members = dict(archive)
    mode = members["probeGuess"][0]
    rounded = mode[None].astype(np.complex64)  # what is below its smallest number, 1e-45, is zero in both
    for layout in (mode, mode[None], mode[:, :, None]):
        with tempfile.TemporaryDirectory(dir=Path(inputs["path"]).parent) as folder:
            path = Path(folder) / "scan.npz"
            np.savez(path, **{**members, "probeGuess": layout})
            found = call("load_count_scan", {**inputs, "path": str(path)})["probe"]
        rounding = {"rtol": 1.2e-7, "why": "one rounding to complex64"}
        call.hold(f"probe of {layout.shape}", rounded, found, rounding)


RELATIONS = (reading_leaves_the_file_alone, counts_declared_equal_amplitude_given, three_layouts_are_one_probe)
