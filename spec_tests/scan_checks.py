"""Checks of a scan, real or simulated, through each backend: what a beamline's own file says.

They are examples of the pseudo-operation `scan`. A failure says whether the oracle sees the same in the
file, so that a bad file is not taken for a bad backend.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ptychoparity.core.errors import UsageError
from ptychoparity.reference import dispatch
from ptychoparity.reference.patches import sample_bilinear
from ptychoparity.spec_tests import ties
from ptychoparity.spec_tests.bounds import Bounds
from ptychoparity.spec_tests.compare import Comparison, compare_outputs
from ptychoparity.spec_tests.contract import contracts
from ptychoparity.spec_tests.outcomes import CheckFailed, NotApplicable, SuspectInput

MOST_PATTERNS = 600
"""Patterns looked at, evenly spread: more would take long and say nothing else."""
MOST_STITCHED = 150
FORWARD_LIMIT = 0.05
"""sum (model - measured)^2 / sum measured^2 over the amplitudes. A reconstruction that converged is near 0.01,
counting noise alone gives lit pixels / (4 counts); one flipped axis gives 0.1 and more."""
MARGIN = 1.2
"""The second best orientation must be worse by this, or the patterns do not tell."""
STITCH_LIMIT = 0.1
"""Relative error of the stitched canvas against the object: two bilinear interpolations of structure a few
pixels wide. A canvas that is mirrored or shifted by a few pixels is far above."""

ORIENTATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "identity": lambda a: a,
    "rows flipped": lambda a: a[:, ::-1],
    "columns flipped": lambda a: a[:, :, ::-1],
    "turned by 180 degrees": lambda a: a[:, ::-1, ::-1],
    "transposed": lambda a: a.transpose(0, 2, 1),
    "transposed, rows flipped": lambda a: a.transpose(0, 2, 1)[:, ::-1],
    "transposed, columns flipped": lambda a: a.transpose(0, 2, 1)[:, :, ::-1],
    "transposed, turned by 180 degrees": lambda a: a.transpose(0, 2, 1)[:, ::-1, ::-1],
}


class ScanError(UsageError):
    """The scan file cannot be read; the message names the file and the field."""


@dataclass
class Scan:
    """A scan file and what the oracle makes of it."""

    path: Path
    arrays: dict[str, Any]
    kept: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path) -> "Scan":
        try:
            return cls(path, dispatch.call("load_scan", {"path": str(path), "N": None, "units": "amplitude"}))
        except (OSError, KeyError, ValueError) as error:
            text = str(error.args[0]) if isinstance(error, KeyError) else str(error)
            raise ScanError(text if str(path) in text else f"{path}: {text}") from error

    def event(self) -> dict[str, Any]:
        count, N, _ = self.arrays["diff3d"].shape
        return {"name": self.path.name, "patterns": count, "N": N, "object": self.arrays["objectGuess"] is not None}

    def pictures(self) -> list[tuple[str, np.ndarray, str]]:
        """(name, array, caption) of what is in the file."""
        shown = [("probe", self.arrays["probeGuess"], "probeGuess of the scan"),
                 ("diffraction", self.arrays["diff3d"][0], "measured amplitude of pattern 0")]  # fmt: skip
        if self.arrays["objectGuess"] is not None:
            shown.append(("object", self.arrays["objectGuess"], "objectGuess of the scan"))
        return shown

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self.kept:
            self.kept[name] = make()
        return self.kept[name]


def judge(name: str, scan: Scan, call: Any, keep: Callable[[str, np.ndarray, str], None]) -> str:
    """Run one scan check; a sentence with its figures when it passes. Raises CheckFailed or NotApplicable."""
    return CHECKS[name][2](scan, call, keep)


def _spread(count: int, most: int) -> np.ndarray:
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(int))


def _needs_object(scan: Scan) -> np.ndarray:
    if scan.arrays["objectGuess"] is None:
        raise NotApplicable(f"{scan.path.name} has no objectGuess", "not-run")
    return scan.arrays["objectGuess"]


def loads(scan: Scan, call: Any, keep: Any) -> str:
    """The backend reads the file as the oracle does."""
    inputs = {"path": str(scan.path), "N": None, "units": "amplitude"}
    found = compare_outputs(contracts()["load_scan"]["tolerance"], scan.arrays, call("load_scan", inputs))
    _hold(call, found)
    patterns = scan.arrays["diff3d"].shape
    return f"{patterns[0]} patterns of {patterns[1]} x {patterns[2]} pixels"


def counts_suspected(amplitude: np.ndarray) -> str:
    """Why these look like counts rather than amplitude; empty when they do not. Whole numbers give them away."""
    lit = amplitude[amplitude > 0]
    if lit.size == 0:
        return "diff3d: every pixel of every pattern is zero"
    whole = float(np.mean(np.abs(lit - np.rint(lit)) < 1e-4))
    if whole > 0.999 and lit.max() > 3:
        return (
            f"diff3d: expected amplitude, got what looks like counts: {100 * whole:.1f} % of the lit pixels are whole "
            f"numbers, up to {lit.max():g}; take the square root"
        )
    return ""


def units(scan: Scan, call: Any, keep: Any) -> str:
    """diff3d looks like amplitude."""
    inputs = {"path": str(scan.path), "N": None, "units": "amplitude"}
    amplitude = np.asarray(call("load_scan", inputs)["diff3d"], dtype=float)
    if problem := counts_suspected(amplitude):
        _blame(problem, bool(counts_suspected(np.asarray(scan.arrays["diff3d"], dtype=float))))
    total = float(np.mean(np.sum(amplitude**2, axis=(1, 2))))
    return f"amplitude; {total:.4g} counts per pattern, {amplitude.max() ** 2:.4g} at most in a pixel"


def _blame(problem: str, oracle_too: bool) -> None:
    """A problem the oracle has too is the file's; one it has not is the backend's."""
    raise SuspectInput(problem) if oracle_too else CheckFailed(f"{problem} (the oracle finds nothing wrong)")


def _chosen(scan: Scan, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the patterns looked at, and their positions (n, 2) = [x, y]."""
    index = _spread(len(scan.arrays["xcoords"]), most)
    return index, np.column_stack([scan.arrays["xcoords"][index], scan.arrays["ycoords"][index]])


def model_amplitude(scan: Scan, ask: Callable[[str, dict[str, Any]], dict[str, Any]], most: int) -> np.ndarray:
    """|FFT(probe * object patch)| / N at the scan's positions, by one answerer's operations."""
    _, positions = _chosen(scan, most)
    patches = _cut(scan, ask, positions)
    field = (patches * scan.arrays["probeGuess"]).astype(np.complex64)
    return np.asarray(ask("diffract", {"field": field})["amplitude"], dtype=float)


def _cut(scan: Scan, ask: Callable[[str, dict[str, Any]], dict[str, Any]], positions: np.ndarray) -> np.ndarray:
    centres = positions.reshape(-1, 1, 2, 1)
    obj, N = scan.arrays["objectGuess"].astype(np.complex64), scan.arrays["diff3d"].shape[1]
    inputs = {"object": obj, "coords_offsets": centres, "coords_relative": np.zeros_like(centres), "N": N}
    return ask("extract_patches", inputs)["patches"][..., 0]


def relative_error(model: np.ndarray, measured: np.ndarray) -> tuple[float, float]:
    """sum (scale model - measured)^2 / sum measured^2 with the one scale that fits best; and that scale.

    The scale is what ptychography cannot know: probe and object share it.
    """
    scale = float(np.vdot(model, measured).real / max(np.vdot(model, model).real, 1e-300))
    return _ratio(float(np.sum((scale * model - measured) ** 2)), float(np.sum(measured**2))), scale


def _ratio(part: float, whole: float) -> float:
    """part / whole; infinite where there is nothing to compare with, so that no NaN becomes a verdict."""
    return part / whole if whole > 0 and np.isfinite(part) else float("inf")


def _by_oracle(scan: Scan, most: int, measured: np.ndarray) -> np.ndarray:
    """The oracle's model of the `measured` patterns. Raises SuspectInput where the two cannot be compared at all."""
    if not measured.any():
        raise SuspectInput("diff3d: every pattern that is looked at is zero, so nothing can be compared")
    try:
        model = scan.once(f"model of {most}", lambda: model_amplitude(scan, dispatch.call, most))
    except ValueError as error:
        raise SuspectInput(f"probeGuess times objectGuess cannot be diffracted: {error}") from error
    if not model.any():
        raise SuspectInput(f"{_reach(scan)}: the probe meets nothing of it anywhere, so nothing can be compared")
    return model


def _reach(scan: Scan) -> str:
    """Where the positions are and where the object is, for a message."""
    x, y = scan.arrays["xcoords"], scan.arrays["ycoords"]
    height, width = scan.arrays["objectGuess"].shape
    return (
        f"positions: x from {x.min():.4g} to {x.max():.4g} and y from {y.min():.4g} to {y.max():.4g} px, "
        f"on an object of {width} x {height} px"
    )


def forward_error(scan: Scan, call: Any, keep: Any) -> str:
    """Probe and object reproduce the measured amplitudes."""
    _needs_object(scan)
    index, _ = _chosen(scan, MOST_PATTERNS)
    measured = np.asarray(scan.arrays["diff3d"], dtype=float)[index]
    by_oracle = _by_oracle(scan, MOST_PATTERNS, measured)
    model = model_amplitude(scan, call, MOST_PATTERNS)
    error, scale = relative_error(model, measured)
    truth, _ = relative_error(by_oracle, measured)
    call.hold("modelled amplitude against the oracle's", by_oracle, model,
              {"peak_rtol": 4e-6, "why": "an interpolation, a product and a transform in float32"})  # fmt: skip
    keep("diffraction", model[0], f"modelled amplitude of pattern {index[0]}")
    if not error <= FORWARD_LIMIT:  # a NaN is above every limit
        problem = f"forward error {error:.3g} over {len(index)} patterns is above {FORWARD_LIMIT}"
        _blame(f"{problem}: probe, object and patterns do not belong together", not truth <= FORWARD_LIMIT)
    return f"forward error {error:.3g} of the amplitudes over {len(index)} patterns, scale {scale:.4f}"


def orientation(scan: Scan, call: Any, keep: Any) -> str:
    """Of eight orientations of the patterns the one as stored fits best."""
    _needs_object(scan)
    index, _ = _chosen(scan, MOST_STITCHED)
    measured = np.asarray(scan.arrays["diff3d"], dtype=float)[index]
    by_oracle = _by_oracle(scan, MOST_STITCHED, measured)
    ranked = rank_orientations(model_amplitude(scan, call, MOST_STITCHED), measured)
    table = "; ".join(f"{name} {error:.2e}" for name, error in ranked)
    best = ranked[0][0]
    if best != "identity":
        problem = f"orientation: the patterns fit best when {best} ({table})"
        _blame(problem, rank_orientations(by_oracle, measured)[0][0] == best)
    if _alike(ranked):
        problem = f"orientation: two orientations fit alike, so none is known ({table})"
        _blame(problem, _alike(rank_orientations(by_oracle, measured)))
    return f"identity, as stored: {table}"


def rank_orientations(model: np.ndarray, measured: np.ndarray) -> list[tuple[str, float]]:
    """The eight orientations of the patterns with their forward errors, the best first."""
    errors = {name: relative_error(model, turn(measured))[0] for name, turn in ORIENTATIONS.items()}
    return sorted(errors.items(), key=lambda item: item[1])


def _alike(ranked: list[tuple[str, float]]) -> bool:
    """Whether the second best fits about as well as the best."""
    return not ranked[1][1] > MARGIN * ranked[0][1]


def grouping(scan: Scan, call: Any, keep: Any) -> str:
    """The scan's positions are grouped as the oracle groups them."""
    arrays, count = scan.arrays, len(scan.arrays["xcoords"])
    if count < 8:
        raise NotApplicable(f"{scan.path.name} has {count} positions, 8 are needed", "not-run")
    inputs = {
        "xcoords": arrays["xcoords"], "ycoords": arrays["ycoords"], "xcoords_start": arrays["xcoords_start"],
        "ycoords_start": arrays["ycoords_start"], "diff3d": np.asarray(arrays["diff3d"], np.float32),
        "objectGuess": None, "Y": None, "N": arrays["diff3d"].shape[1], "K": 7, "nsamples": min(32, count), "seed": 7,
        "gridsize": 2, "sequential_sampling": False, "enable_oversampling": False, "neighbor_pool_size": None,
    }  # fmt: skip
    try:
        expected = scan.once("grouping", lambda: dispatch.call("group_scan", inputs))
    except ValueError as error:
        raise SuspectInput(f"the scan cannot be grouped: {error}") from error
    answer = call("group_scan", inputs)
    contract = contracts()["group_scan"]
    settled = ties.settled(contract, inputs, expected, answer)
    _hold(call, compare_outputs(contract["tolerance"], settled, answer, Bounds("group_scan", inputs, settled)))
    reach = float(np.abs(answer["coords_relative"]).max())
    return f"{len(answer['nn_indices'])} groups of 4, members within {reach:.2f} px of their centre"


def stitching(scan: Scan, call: Any, keep: Any) -> str:
    """Patches of the object, stitched, give the object back, and as the oracle stitches them."""
    obj = _needs_object(scan)
    _, positions = _chosen(scan, MOST_STITCHED)
    M = scan.arrays["diff3d"].shape[1] * 3 // 4  # even for every N, and wide enough to leave few holes

    def pieces(ask: Callable[[str, dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        patches = np.ascontiguousarray(_cut(scan, ask, positions)[..., None], dtype=np.complex64)
        return {"patches": patches, "global_offsets": positions.reshape(-1, 1, 2, 1), "M": M}

    known_pieces = scan.once("pieces", lambda: pieces(dispatch.call))
    expected = scan.once("stitching", lambda: dispatch.call("reassemble_position", known_pieces))
    known = _against_object(expected, obj)
    if not known.size:
        raise SuspectInput(f"{_reach(scan)}: no patch covers any of it, so nothing can be compared")
    stitched = call("reassemble_position", pieces(call))
    found = _against_object(stitched, obj)
    keep(
        "patch",
        _cut(scan, call, positions[:1])[0],
        f"patch of the object at x={positions[0, 0]:.1f}, y={positions[0, 1]:.1f}",
    )
    keep("stitched", stitched["canvas"], "the object's own patches, stitched")
    keep("difference", found.difference, "stitched less object, where the weight is above 0.999")
    made = Bounds("reassemble_position", known_pieces, expected)
    _hold(call, compare_outputs(contracts()["reassemble_position"]["tolerance"], expected, stitched, made))
    if not found.error <= STITCH_LIMIT:
        problem = f"canvas: relative error {found.error:.4f} against the object is above {STITCH_LIMIT}"
        _blame(problem, not known.error <= STITCH_LIMIT)
    L = stitched["canvas"].shape[0]
    return f"{len(positions)} patches on a canvas of {L} x {L}, relative error {found.error:.4f} against the object"


@dataclass(frozen=True)
class AgainstObject:
    """A stitched canvas held against the object it was cut from, where patches cover it."""

    difference: np.ndarray
    """Canvas less object, (L, L); 0 where no patch reaches."""
    error: float
    """Relative to the object; infinite where there is nothing of it."""
    size: float
    """Norm of the object where it is covered; 0 where no position lies on it."""


def _against_object(stitched: dict[str, Any], obj: np.ndarray) -> AgainstObject:
    L = stitched["canvas"].shape[0]
    x0, y0 = stitched["canvas_origin"]
    truth = sample_bilinear(np.asarray(obj, complex), np.arange(L)[:, None] + y0, np.arange(L)[None, :] + x0)
    covered = stitched["weight"] > 0.999
    difference = np.where(covered, stitched["canvas"] - truth, 0)
    size = float(np.linalg.norm(np.where(covered, truth, 0)))
    return AgainstObject(difference, _ratio(float(np.linalg.norm(difference)), size), size)


def _hold(call: Any, found: list[Comparison]) -> None:
    call.record.comparisons += found
    bad = [c for c in found if not c.ok]
    if bad:
        raise CheckFailed("; ".join(c.sentence() for c in bad[:4]), found)


LOAD, CUT, STITCH = "load_scan", "extract_patches", "reassemble_position"
CHECKS: dict[str, tuple[tuple[str, ...], list[str], Callable[[Scan, Any, Any], str]]] = {
    "loads": (("DATA.NPZ.DIFF3D", "DATA.NPZ.XCOORDS", "DATA.NPZ.YCOORDS", "DATA.NPZ.PROBE"), [LOAD], loads),
    "units": (("DATA.NPZ.AMPLITUDE", "HOUSE.SCAN.UNITS"), [LOAD], units),
    "forward-error": (("PHYS.AMPLITUDE", "PHYS.FFT.NORM", "PHYS.EXTRACT.POSITION"), [CUT, "diffract"], forward_error),
    "orientation": (("PHYS.EXTRACT.POSITION", "PHYS.FFT.SHIFT"), [CUT, "diffract"], orientation),
    "grouping": (("DATA.GROUP.NEIGHBOURS", "DATA.GROUP.CONSISTENT", "HOUSE.GROUP.SEED"), ["group_scan"], grouping),
    "stitching": (("HOUSE.REASM.ORIGIN", "REASM.PLACE", "REASM.OVERLAP_NORM"), [CUT, STITCH], stitching),
}
"""Name of a check to the clauses it carries, the operations it needs, and what it does."""
