"""Operations `load_scan` and `save_scan`: a scan from a raw NPZ file, and into one."""

from typing import Any

import numpy as np
import torch

from ptychoparity.backends.host import rawdata
from ptychoparity.backends.host.scan import check_units, read_scan, warn_if_counts
from ptychoparity.backends.host.scan import read_metadata as metadata_of
from ptychoparity.backends.pytorch.bridge import HOST, chunks, empty, tensor


def load_scan(path: str, N: int | None, units: str) -> dict[str, np.ndarray | None]:
    """The scan at `path` in the contract's dtypes, diff3d as amplitude float32, sqrt(photons).

    units: what diff3d holds, "amplitude" or "counts"; counts become amplitude by a square root, integers
    read as amplitude raise IntegerAmplitudeWarning (HOUSE.SCAN.UNITS). The rest, and the errors, are
    `read_scan`'s.
    `device` is not used: a scan is read into host memory.
    """
    check_units(units)
    scan = read_scan(path, N)
    warn_if_counts(scan["diff3d"], units)
    return {**scan, "diff3d": amplitude(scan["diff3d"], units)}


def amplitude(diff3d: np.ndarray, units: str) -> np.ndarray:
    """(n, N, N) float32, contiguous; the array itself where it already is that."""
    stack = tensor(diff3d, HOST)
    if units == "amplitude":
        return stack.to(torch.float32).contiguous().numpy()
    roots = empty(stack.shape, np.float32)
    # float64 counts may be squares of float32 amplitudes, which a rounding before the root would not give back
    wide = torch.float64 if stack.dtype == torch.float64 else torch.float32
    for part in chunks(len(stack), stack.shape[1] * stack.shape[2], HOST):
        roots[part] = torch.sqrt(stack[part].to(wide))
    return roots.numpy()


def save_scan(**scan: Any) -> dict[str, str]:
    """A scan into the NPZ file at `path`: arguments, answer and errors are `rawdata.save_scan`'s.

    `device` is not used: nothing is computed.
    """
    return rawdata.save_scan(**scan)


def read_metadata(path: str) -> dict[str, Any]:
    """What the `_metadata` of the scan at `path` says: answer and errors are `backends.host.scan.read_metadata`'s."""
    return metadata_of(path)
