"""Scan files, groups and containers."""

from typing import Any

import numpy as np
from ptycho_torch import dataloader
from ptycho_torch.data_container_bridge import PtychoDataContainerTorch
from ptycho_torch.raw_data_bridge import RawDataTorch

from ptychoparity.backends.upstream.boundary import unsupported
from ptychoparity.backends.upstream.pytorch.layouts import array

Answer = dict[str, Any]
SCAN = (
    "xcoords", "ycoords", "xcoords_start", "ycoords_start", "diff3d", "probeGuess", "objectGuess", "scan_index",
)  # fmt: skip
GROUPED = (
    "diffraction", "X_full", "Y", "coords_offsets", "coords_relative", "coords_start_offsets",
    "coords_start_relative", "coords_nn", "coords_start_nn", "nn_indices", "objectGuess",
)  # fmt: skip
CONTAINER = (
    "X", "Y_I", "Y_phi", "Y", "coords_nominal", "coords_true", "global_offsets", "local_offsets", "nn_indices", "probe",
)  # fmt: skip


def load_scan(path: str, N: int | None, units: str) -> Answer:
    """`ptycho_torch.dataloader.npz_headers` and `_get_diffraction_stack`, as the package's data set reads a file.

    They return positions and patterns; counts they do not know.
    """
    if units != "amplitude":
        unsupported("load_scan of counts: the data set's reader has no such setting")
    _, xcoords, ycoords = dataloader.npz_headers(path)
    return {"xcoords": xcoords, "ycoords": ycoords, "diff3d": dataloader._get_diffraction_stack(path)}


def scan_from_coords(
    xcoords: np.ndarray, ycoords: np.ndarray, diff3d: np.ndarray, probeGuess: np.ndarray, scan_index: np.ndarray,
    objectGuess: np.ndarray | None,
) -> Answer:  # fmt: skip
    """`ptycho_torch.raw_data_bridge.RawDataTorch`: what the `RawData` inside it holds."""
    raw = RawDataTorch(xcoords, ycoords, diff3d, probeGuess, scan_index, objectGuess)
    return {name: getattr(raw._tf_raw_data, name) for name in SCAN}


def group_scan(
    xcoords: np.ndarray, ycoords: np.ndarray, diff3d: np.ndarray, objectGuess: np.ndarray | None,
    Y: np.ndarray | None, N: int, K: int, nsamples: int, seed: int, gridsize: int | None, sequential_sampling: bool,
    enable_oversampling: bool, neighbor_pool_size: int | None, params_gridsize: int | None = None,
    params_nphotons: float | None = None, **start: np.ndarray | None,
) -> Answer:  # fmt: skip
    """`ptycho_torch.raw_data_bridge.RawDataTorch.generate_grouped_data`, over the TensorFlow package's `RawData`.

    It takes neither start coordinates nor patches of truth, and has no setting for oversampling or its pool.
    """
    from ptycho import params  # with it comes TensorFlow, which the package loads here and nowhere before

    before = dict(params.cfg)
    kept = {"gridsize": params_gridsize, "nphotons": params_nphotons}
    params.cfg.update({name: value for name, value in kept.items() if value is not None})
    try:
        raw = RawDataTorch(xcoords, ycoords, diff3d, None, None, objectGuess)
        grouped = raw.generate_grouped_data(
            N=N, K=K, nsamples=nsamples, seed=seed, sequential_sampling=sequential_sampling, gridsize=gridsize
        )
    finally:
        params.cfg.clear()
        params.cfg.update(before)
    return {name: None if grouped[name] is None else np.asarray(grouped[name]) for name in GROUPED}


def load_container(
    probe: np.ndarray, which: str | None, train_fraction: float | None = None, **grouped: np.ndarray | None
) -> Answer:
    """`ptycho_torch.data_container_bridge.PtychoDataContainerTorch`, which splits nothing."""
    if train_fraction is not None:
        unsupported("load_container with a split: PtychoDataContainerTorch has none")
    given = {name: value for name, value in grouped.items() if value is not None or name == "Y"}
    container = PtychoDataContainerTorch(given, probe)
    return {name: array(getattr(container, name)) for name in CONTAINER}
