"""Scan files and `RawData`; how many patterns of one are kept."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from ptycho.metadata import MetadataManager
from ptycho.raw_data import RawData
from ptycho.workflows.components import load_data

from ptychoparity.backends.upstream.boundary import unsupported
from ptychoparity.backends.upstream.tensorflow.store import store

Answer = dict[str, Any]
FIELDS = (
    "xcoords", "ycoords", "xcoords_start", "ycoords_start", "diff3d", "probeGuess", "objectGuess", "scan_index",
)  # fmt: skip


def scan(raw: RawData) -> Answer:
    """What a `RawData` holds, in the contract's names."""
    return {name: getattr(raw, name) for name in FIELDS}


def load_scan(path: str, N: int | None, units: str) -> Answer:
    """`ptycho.raw_data.RawData.from_file`, which takes no pattern size and knows no counts."""
    if units != "amplitude":
        unsupported("load_scan of counts: RawData.from_file has no such setting")
    with store(**({} if N is None else {"N": N})):
        return scan(RawData.from_file(path))


def save_scan(path: str, **given: Any) -> Answer:
    """`ptycho.raw_data.RawData.to_file`; what the constructor needs and is not given is what `from_file` supplies."""
    supplied = {
        "xcoords_start": given["xcoords"],
        "ycoords_start": given["ycoords"],
        "scan_index": np.zeros(len(given["xcoords"]), dtype=int),
    }
    needed = {name: value for name, value in supplied.items() if given[name] is None}
    RawData(**{**given, **needed}).to_file(path)
    return {"path": path}


def scan_from_coords(
    xcoords: np.ndarray, ycoords: np.ndarray, diff3d: np.ndarray, probeGuess: np.ndarray, scan_index: np.ndarray,
    objectGuess: np.ndarray | None,
) -> Answer:  # fmt: skip
    """`ptycho.raw_data.RawData.from_coords_without_pc`."""
    return scan(RawData.from_coords_without_pc(xcoords, ycoords, diff3d, probeGuess, scan_index, objectGuess))


def read_metadata(path: str) -> Answer:
    """`ptycho.metadata.MetadataManager`: its photons; it returns a dictionary, and not the text."""
    _, metadata = MetadataManager.load_with_metadata(path)
    return {"nphotons": MetadataManager.get_nphotons(metadata)}


def subsample_scan(n: int, n_subsample: int | None, n_images: int | None, subsample_seed: int) -> Answer:
    """`ptycho.workflows.components.load_data` of a file with n positions."""
    at, blank = np.arange(n, dtype=float), np.zeros((n, 2, 2), np.float32)
    with tempfile.TemporaryDirectory() as folder, store():
        file = Path(folder) / "scan.npz"
        probe = np.ones((2, 2), np.complex64)
        np.savez(file, xcoords=at, ycoords=at, xcoords_start=at, ycoords_start=at, diff3d=blank, probeGuess=probe)
        raw = load_data(str(file), n_images=n_images, n_subsample=n_subsample, subsample_seed=subsample_seed)
    return {"sample_indices": raw.sample_indices}
