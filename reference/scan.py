"""A raw NPZ scan, read and written (DATA.NPZ.*, HOUSE.SCAN.*)."""

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from ptychoparity.reference import inputs, npz
from ptychoparity.reference.cautions import IntegerAmplitudeWarning

Scan = dict[str, Any]
"""Arrays by the contract's names; None for what may be missing and is."""
RANKS = {"xcoords": 1, "ycoords": 1, "xcoords_start": 1, "ycoords_start": 1, "diff3d": 3, "probeGuess": 2,
         "objectGuess": 2, "scan_index": 1}  # fmt: skip


def read_members(path: str) -> dict[str, np.ndarray]:
    """The members a scan needs, read without pickle (HOUSE.SCAN.NO_PICKLE). Unknown ones stay closed."""
    return npz.members(path, (*RANKS, "diffraction"))


def choose_patterns(members: dict[str, np.ndarray], path: str) -> np.ndarray:
    """diff3d under either of its names (DATA.NPZ.ALIAS); two contents are a contradiction."""
    first, second = members.get("diff3d"), members.get("diffraction")
    if first is not None and second is not None and not np.array_equal(first, second):
        raise ValueError(f"{path}: diff3d and diffraction are both there and differ")
    patterns = second if first is None else first
    if patterns is None:
        raise KeyError(f"{path}: required key diff3d is missing")
    return patterns


def patterns_first(patterns: np.ndarray, positions: int) -> np.ndarray:
    """A legacy (H, W, M) stack becomes (M, H, W) (DATA.NPZ.LEGACY_HWN)."""
    if patterns.ndim == 3 and patterns.shape[0] != positions and patterns.shape[2] == positions:
        return patterns.transpose(2, 0, 1)
    return patterns


def check(scan: Scan, N: int | None) -> None:
    """Ranks, counts, sizes, finiteness and sign (DATA.NPZ.RANKS, COORD_LEN, SQUARE, N_MATCH, NONNEG)."""
    for name, rank in RANKS.items():
        if scan[name] is not None and scan[name].ndim != rank:
            raise ValueError(f"{name} has shape {scan[name].shape}: {rank} axes are asked for")
    n = len(scan["xcoords"])
    for name in ("ycoords", "xcoords_start", "ycoords_start", "scan_index", "diff3d"):
        if len(scan[name]) != n:
            raise ValueError(f"{name} has {len(scan[name])} entries, xcoords has {n}")
    size = scan["diff3d"].shape[1]
    if scan["diff3d"].shape[2] != size:
        raise ValueError(f"diff3d has shape {scan['diff3d'].shape}: patterns must be square")
    inputs.size(size)
    if N is not None and size != N:
        raise ValueError(f"N={N}, but the patterns are {size} x {size}")
    if scan["probeGuess"].shape != (size, size):
        raise ValueError(f"probeGuess has shape {scan['probeGuess'].shape}, the patterns are {size} x {size}")
    starts = {name: scan[name] for name in ("xcoords_start", "ycoords_start") if scan[name] is not None}
    inputs.real(xcoords=scan["xcoords"], ycoords=scan["ycoords"], **starts, diff3d=scan["diff3d"])
    inputs.whole(scan_index=scan["scan_index"])
    inputs.finite(**{name: values for name, values in scan.items() if values is not None})
    inputs.not_negative(diff3d=scan["diff3d"])


def load_scan(path: str, N: int | None, units: str) -> Scan:
    """A scan in the contract's names and float64 values; see the contract `load_scan`.

    Raises FileNotFoundError, KeyError (missing key) or ValueError; warns IntegerAmplitudeWarning.
    """
    if units not in ("amplitude", "counts"):
        raise ValueError(f"units={units!r}: amplitude or counts are asked for")
    members = read_members(path)
    for name in ("xcoords", "ycoords", "probeGuess"):
        if name not in members:
            raise KeyError(f"{path}: required key {name} is missing")
    scan: Scan = {name: members.get(name) for name in RANKS}
    n = scan["xcoords"].shape[0] if scan["xcoords"].ndim else 0
    scan["diff3d"] = patterns_first(choose_patterns(members, path), n)
    for name in ("xcoords", "ycoords"):  # DATA.NPZ.START_DEFAULT
        if scan[name + "_start"] is None:
            scan[name + "_start"] = scan[name]
    if scan["scan_index"] is None:
        scan["scan_index"] = np.zeros(n, dtype=np.int64)
    check(scan, N)
    if units == "counts":
        scan["diff3d"] = np.sqrt(scan["diff3d"].astype(float))
    elif scan["diff3d"].dtype.kind in "iu":  # HOUSE.SCAN.UNITS: said aloud, never converted silently
        warnings.warn("diff3d is integer and was read as amplitude", IntegerAmplitudeWarning, stacklevel=2)
    return scan


def scan_from_coords(
    xcoords: np.ndarray,
    ycoords: np.ndarray,
    diff3d: np.ndarray,
    probeGuess: np.ndarray,
    scan_index: np.ndarray,
    objectGuess: np.ndarray | None,
) -> Scan:
    """A scan from arrays at hand, its start coordinates those of the scan itself (DATA.RAW.FROM_COORDS)."""
    scan = {"xcoords": xcoords, "ycoords": ycoords, "xcoords_start": xcoords, "ycoords_start": ycoords,
            "diff3d": diff3d, "probeGuess": probeGuess, "objectGuess": objectGuess,
            "scan_index": scan_index}  # fmt: skip
    check(scan, None)
    return scan


def written(path: str, members: Scan) -> None:
    """The members as an NPZ file, put in its place when all of it is there (HOUSE.SCAN.SAVED)."""
    target = Path(path)
    if not target.parent.is_dir():
        raise FileNotFoundError(f"{path}: there is no folder {target.parent}")
    if target.is_dir():
        raise ValueError(f"{path} is a folder, a file to write is asked for")
    buffer = io.BytesIO()
    np.savez(buffer, **members)
    beside = target.with_name(f".{target.name}.new")
    beside.write_bytes(buffer.getvalue())
    beside.replace(target)


def save_scan(
    path: str,
    xcoords: np.ndarray,
    ycoords: np.ndarray,
    xcoords_start: np.ndarray | None,
    ycoords_start: np.ndarray | None,
    diff3d: np.ndarray,
    probeGuess: np.ndarray,
    objectGuess: np.ndarray | None,
    scan_index: np.ndarray | None,
    Y: np.ndarray | None,
) -> dict[str, str]:
    """A scan into a file that `load_scan` reads; see the contract `save_scan`. Answers {"path": path}."""
    scan = {"xcoords": xcoords, "ycoords": ycoords,
            "xcoords_start": xcoords if xcoords_start is None else xcoords_start,
            "ycoords_start": ycoords if ycoords_start is None else ycoords_start,
            "diff3d": diff3d, "probeGuess": probeGuess, "objectGuess": objectGuess,
            "scan_index": np.zeros(xcoords.shape[:1], np.int64) if scan_index is None else scan_index}  # fmt: skip
    check(scan, None)
    if Y is not None and Y.shape != diff3d.shape:
        raise ValueError(f"Y has shape {Y.shape}, diff3d has {diff3d.shape}")
    if Y is not None:
        inputs.finite(Y=Y)
    dtypes = {"diff3d": diff3d.dtype if diff3d.dtype.kind in "iu" else np.float32, "scan_index": np.int64,
              "probeGuess": np.complex64, "objectGuess": np.complex64, "Y": np.complex64}  # fmt: skip
    given = {name: array for name, array in {**scan, "Y": Y}.items() if array is not None}
    written(path, {name: array.astype(dtypes.get(name, np.float64)) for name, array in given.items()})
    return {"path": path}
