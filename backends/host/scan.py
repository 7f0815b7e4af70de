"""Reading a raw scan from an NPZ file: by name, without pickle, everything checked before it is returned."""

import os
import struct
import tokenize
import warnings
import zipfile
import zlib
from typing import Any

import numpy as np

from ptychoparity.backends.host import checks, metadata
from ptychoparity.backends.protocol import IntegerAmplitudeWarning

UNITS = ("amplitude", "counts")
"""What diff3d may be declared to hold (HOUSE.SCAN.UNITS)."""

_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError),
    *(ValueError, SyntaxError, tokenize.TokenError),
)
"""What zipfile raises for a file that is no archive, is cut short, is encrypted or compressed exotically, and
what NumPy raises for a member that is no array or has a mangled header."""


def check_units(units: str) -> None:
    """ValueError unless `units` is "amplitude" or "counts" (HOUSE.SCAN.UNITS)."""
    if units not in UNITS:
        raise ValueError(f"units must be one of {', '.join(map(repr, UNITS))}, got units = {units!r}")


def warn_if_counts(diff3d: np.ndarray, units: str) -> None:
    """IntegerAmplitudeWarning when integers, so likely counts, are read as amplitude (HOUSE.SCAN.UNITS)."""
    if units == "amplitude" and diff3d.dtype.kind in "iu":
        message = f"diff3d holds {diff3d.dtype} and is read as amplitude; for counts say units='counts'"
        warnings.warn(IntegerAmplitudeWarning(message), stacklevel=2)


def read_scan(path: str, N: int | None) -> dict[str, Any]:
    """The scan in the NPZ at `path`, checked and in the contract's layout (contract `load_scan`).

    Keys: xcoords, ycoords, xcoords_start, ycoords_start (n,) float64 px; diff3d (n, N, N) in the dtype of the
    file (native byte order); probeGuess (N, N) complex64; objectGuess (H, W) complex64 or None; scan_index
    (n,) int64. Members with other names are never opened (DATA.NPZ.UNKNOWN).

    Raises FileNotFoundError (no file), KeyError (a required key is missing; it is named), ValueError (no
    readable NPZ, a member that needs pickle, shapes that disagree, values that are not finite or negative, an
    unsupported size, N that is not the pattern size).
    """
    with _open(path) as archive:
        xcoords, ycoords = _coordinates(archive, path)
        n = len(xcoords)
        diff3d = _patterns(archive, path, n, N)
        starts = [_start(archive, path, name, xcoords) for name in ("xcoords_start", "ycoords_start")]
        return {
            "xcoords": xcoords,
            "ycoords": ycoords,
            "xcoords_start": xcoords.copy() if starts[0] is None else starts[0],
            "ycoords_start": ycoords.copy() if starts[1] is None else starts[1],
            "diff3d": diff3d,
            "probeGuess": _probe(archive, path, diff3d.shape[1]),
            "objectGuess": _object(archive, path),
            "scan_index": _scan_index(archive, path, n),
        }


def _open(path: str) -> zipfile.ZipFile:
    """The archive at `path`; FileNotFoundError or ValueError, either naming the path."""
    if not os.path.exists(path):
        raise FileNotFoundError(f"no such NPZ file: {os.fspath(path)}")
    try:
        return zipfile.ZipFile(path)
    except _BROKEN as reason:
        raise ValueError(f"{os.fspath(path)} is not a readable NPZ file: {reason}") from reason


def _has(archive: zipfile.ZipFile, name: str) -> bool:
    return f"{name}.npy" in archive.NameToInfo


def _member(archive: zipfile.ZipFile, path: str, name: str) -> np.ndarray:
    """The array `name`; KeyError when it is not there, ValueError when it is broken or needs pickle."""
    if not _has(archive, name):
        raise KeyError(f"required key {name} is missing in {os.fspath(path)}")
    try:
        with archive.open(f"{name}.npy") as stream:
            return np.lib.format.read_array(stream, allow_pickle=False)
    except _BROKEN as reason:
        where = f"{name} in {os.fspath(path)}"
        raise ValueError(f"{where} is no readable array: {_why_unread(reason)}") from reason


def _why_unread(reason: Exception) -> str:
    """Why a member cannot be read. NumPy's own words may advise to trust it: they are not passed on."""
    text = str(reason)
    if text.startswith("Object arrays"):
        return "it holds Python objects, which only pickle reads, and pickle is refused"
    return "its header is longer than any array needs" if "pickle" in text else text


def _coordinates(archive: zipfile.ZipFile, path: str) -> tuple[np.ndarray, np.ndarray]:
    """(xcoords, ycoords), each (n,) float64 and of one length (DATA.NPZ.COORD_LEN)."""
    xcoords = _float64(archive, path, "xcoords")
    checks.not_empty("xcoords", xcoords)
    ycoords = _float64(archive, path, "ycoords")
    checks.same_count("ycoords", ycoords, "xcoords", len(xcoords))
    return xcoords, ycoords


def _start(archive: zipfile.ZipFile, path: str, name: str, xcoords: np.ndarray) -> np.ndarray | None:
    """Start coordinates (n,) float64, or None where the file has none (DATA.NPZ.START_DEFAULT)."""
    if not _has(archive, name):
        return None
    start = _float64(archive, path, name)
    checks.same_count(name, start, "xcoords", len(xcoords))
    return start


def _float64(archive: zipfile.ZipFile, path: str, name: str) -> np.ndarray:
    array = _member(archive, path, name)
    checks.rank(name, array, "n")
    checks.real(name, array)
    checks.finite(name, array)
    return array.astype(np.float64, copy=False)


def _patterns(archive: zipfile.ZipFile, path: str, n: int, N: int | None) -> np.ndarray:
    """diff3d (n, N, N) in the dtype of the file, under either of its names (DATA.NPZ.ALIAS)."""
    if not _has(archive, "diff3d") and _has(archive, "diffraction"):
        diff3d = _patterns_first(_member(archive, path, "diffraction"), n)
    else:
        diff3d = _patterns_first(_member(archive, path, "diff3d"), n)
        if _has(archive, "diffraction"):
            other = _patterns_first(_member(archive, path, "diffraction"), n)
            if not np.array_equal(diff3d, other, equal_nan=other.dtype.kind == "f"):
                raise ValueError(f"diff3d and diffraction in {os.fspath(path)} are one input and differ")
    checks.rank("diff3d", diff3d, "n", "N", "N")
    checks.same_count("diff3d", diff3d, "xcoords", n)
    checks.pattern_size(diff3d.shape[1] if N is None else N, diff3d)
    checks.real("diff3d", diff3d)
    checks.finite("diff3d", diff3d, np.float32)
    checks.non_negative("diff3d", diff3d)
    return diff3d.astype(diff3d.dtype.newbyteorder("="), copy=False)


def _patterns_first(stack: np.ndarray, n: int) -> np.ndarray:
    """A legacy (H, W, n) stack as (n, H, W); any other as it is (DATA.NPZ.LEGACY_HWN)."""
    if stack.ndim == 3 and stack.shape[0] != n and stack.shape[2] == n:
        return np.ascontiguousarray(stack.transpose(2, 0, 1))
    return stack


def _probe(archive: zipfile.ZipFile, path: str, N: int) -> np.ndarray:
    """probeGuess (N, N) complex64, as large as the patterns (DATA.NPZ.N_MATCH)."""
    probe = _member(archive, path, "probeGuess")
    checks.rank("probeGuess", probe, "N", "N")
    if probe.shape != (N, N):
        raise ValueError(f"probeGuess has shape {probe.shape}, but the patterns in diff3d are {N} x {N}")
    return _complex64("probeGuess", probe)


def _object(archive: zipfile.ZipFile, path: str) -> np.ndarray | None:
    """objectGuess (H, W) complex64, or None where the file has none."""
    if not _has(archive, "objectGuess"):
        return None
    guess = _member(archive, path, "objectGuess")
    checks.rank("objectGuess", guess, "H", "W")
    checks.not_empty("objectGuess", guess)
    return _complex64("objectGuess", guess)


def _complex64(name: str, array: np.ndarray) -> np.ndarray:
    checks.number(name, array)
    checks.finite(name, array, np.float32)
    return array.astype(np.complex64, copy=False)


def _scan_index(archive: zipfile.ZipFile, path: str, n: int) -> np.ndarray:
    """scan_index (n,) int64, zeros where the file has none; a float index must hold whole numbers."""
    if not _has(archive, "scan_index"):
        return np.zeros(n, dtype=np.int64)
    index = _member(archive, path, "scan_index")
    checks.rank("scan_index", index, "n")
    checks.same_count("scan_index", index, "xcoords", n)
    checks.real("scan_index", index)
    checks.finite("scan_index", index)
    whole = index.astype(np.int64)
    if not np.array_equal(whole, index):
        raise ValueError(f"scan_index must hold whole numbers, got dtype {index.dtype} with fractions")
    return whole


def read_metadata(path: str) -> dict[str, np.ndarray | str | None]:
    """What the text `_metadata` of the NPZ at `path` says, without pickle (contract `read_metadata`).

    metadata: the JSON text itself; nphotons: () float64, photons; scale_contract_version, measurement_domain: texts;
    None for what is not there. Raises FileNotFoundError, ValueError (no readable NPZ, a member that needs pickle, no
    JSON object, a scale that contradicts itself, nphotons that is no positive number).
    """
    with _open(path) as archive:
        if not _has(archive, "_metadata"):
            return dict.fromkeys(("metadata", "nphotons", *metadata.SCALE))
        text = _member(archive, path, "_metadata")
    if text.dtype.kind != "U" or text.size != 1:
        raise ValueError(f"_metadata in {os.fspath(path)} must be one text, got {text.dtype} of shape {text.shape}")
    values = metadata.parsed("_metadata", text.item())
    nphotons = metadata.number("_metadata", values, "nphotons")
    return {
        "metadata": text.item(),
        "nphotons": None if nphotons is None else np.asarray(nphotons),
        **{field: values.get(field) for field in metadata.SCALE},
    }
