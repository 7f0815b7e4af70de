"""Operations `load_container`, `scan_from_coords`, `subsample_scan`: what lies between a scan and the model."""

import numpy as np
import torch

from ptychoparity.backends.host import rawdata
from ptychoparity.backends.pytorch.bridge import HOST, tensor

Answer = dict[str, np.ndarray | bool | None]


def load_container(
    X_full: np.ndarray,
    Y: np.ndarray | None,
    coords_offsets: np.ndarray | None,
    coords_relative: np.ndarray | None,
    coords_start_offsets: np.ndarray | None,
    coords_start_relative: np.ndarray | None,
    nn_indices: np.ndarray,
    probe: np.ndarray,
    which: str | None,
    train_fraction: float | None = None,
) -> Answer:
    """The container a model is trained on, from a grouped dictionary (DATA.CONTAINER.*, DATA.LOADER.CALL).

    X_full, Y: (B, N, N, C); coords_*: (B, 1, 2, 1) and (B, 1, 2, C), px; nn_indices (B, C); probe (N, N). Returns X,
    Y_I, Y_phi float32, Y complex64 (M, N, N, C), truth_given, coords_nominal and coords_true float32, global_offsets
    and local_offsets float64, nn_indices int64, probe complex64. Where Y is None, Y is 1 + 0i and truth_given False.
    M = B, or with train_fraction the groups of the part `which` (`rawdata.part`, DATA.LOADER.SPLIT). Raises ValueError
    for arrays that do not belong together, a split that leaves nothing, and where no pair of coordinates is complete.
    """
    pairs = {
        "coords_offsets": coords_offsets, "coords_relative": coords_relative,
        "coords_start_offsets": coords_start_offsets, "coords_start_relative": coords_start_relative,
    }  # fmt: skip
    rawdata.check_groups(X_full, Y, pairs, nn_indices, probe, which)
    part = rawdata.part(which, train_fraction, len(X_full))
    true, nominal = ([array[part] for array in pair] for pair in rawdata.position_pairs(pairs))
    X_full = X_full[part]
    truth = torch.ones(X_full.shape, dtype=torch.complex64) if Y is None else tensor(Y[part], HOST, torch.complex64)
    return {
        "X": np.array(X_full, np.float32), "Y_I": truth.abs().numpy(), "Y_phi": truth.angle().numpy(),
        "Y": truth.clone().numpy(), "truth_given": Y is not None,
        "coords_nominal": np.array(nominal[1], np.float32), "coords_true": np.array(true[1], np.float32),
        "global_offsets": np.array(true[0], np.float64), "local_offsets": np.array(true[1], np.float64),
        "nn_indices": np.array(nn_indices[part], np.int64), "probe": np.array(probe, np.complex64),
    }  # fmt: skip


def scan_from_coords(
    xcoords: np.ndarray,
    ycoords: np.ndarray,
    diff3d: np.ndarray,
    probeGuess: np.ndarray,
    scan_index: np.ndarray,
    objectGuess: np.ndarray | None,
) -> Answer:
    """A scan from arrays at hand; start coordinates are the coordinates (DATA.RAW.FROM_COORDS).

    Shapes and errors as `rawdata.checked_scan`; diff3d is returned as float32 amplitude.
    """
    scan = rawdata.checked_scan(xcoords, ycoords, diff3d, probeGuess, scan_index, objectGuess)
    return {**scan, "diff3d": tensor(diff3d, HOST).to(torch.float32, copy=True).contiguous().numpy()}


def subsample_scan(n: int, n_subsample: int | None, n_images: int | None, subsample_seed: int) -> Answer:
    """sample_indices (m,) int64, sorted: the patterns kept before grouping. See `rawdata.subsample`."""
    return {"sample_indices": rawdata.subsample(n, n_subsample, n_images, subsample_seed)}
