"""Operation `group_scan`: groups of neighbours, and what is gathered for them."""

from typing import Any

import numpy as np

from ptychoparity.reference import grouping, inputs, patches, scaling


def group_scan(
    xcoords: np.ndarray,
    ycoords: np.ndarray,
    xcoords_start: np.ndarray | None,
    ycoords_start: np.ndarray | None,
    diff3d: np.ndarray,
    objectGuess: np.ndarray | None,
    Y: np.ndarray | None,
    N: int,
    K: int,
    nsamples: int,
    seed: int | None,
    gridsize: int | None,
    sequential_sampling: bool,
    enable_oversampling: bool,
    neighbor_pool_size: int | None,
    params_gridsize: int | None = None,
    params_nphotons: float | None = None,
) -> dict[str, Any]:
    """DATA.GROUP.*: see the contract `group_scan`. params_* are what the parameter store holds."""
    inputs.size(N)
    gridsize = grouping.chosen_gridsize(gridsize, params_gridsize)
    if gridsize < 1:
        raise ValueError(f"gridsize={gridsize}: at least 1 is asked for")
    if diff3d.shape[1:] != (N, N):
        raise ValueError(f"N={N}, but diff3d has shape {diff3d.shape}")
    for name, values in {"ycoords": ycoords, "diff3d": diff3d}.items():
        if len(values) != len(xcoords):
            raise ValueError(f"{name} has {len(values)} entries, xcoords has {len(xcoords)}")
    inputs.finite(xcoords=xcoords, ycoords=ycoords, diff3d=diff3d)
    if (diff3d < 0).any():
        raise ValueError("diff3d has negative values")
    drawn = grouping.draw_groups(
        np.column_stack([xcoords, ycoords]).astype(float),
        K=K,
        nsamples=nsamples,
        seed=seed,
        gridsize=gridsize,
        sequential_sampling=sequential_sampling,
        enable_oversampling=enable_oversampling,
        neighbor_pool_size=neighbor_pool_size,
    )
    return describe_groups(drawn.members, xcoords, ycoords, xcoords_start, ycoords_start, diff3d, objectGuess, Y, N)


def describe_groups(
    nn_indices: np.ndarray,
    xcoords: np.ndarray,
    ycoords: np.ndarray,
    xcoords_start: np.ndarray | None,
    ycoords_start: np.ndarray | None,
    diff3d: np.ndarray,
    objectGuess: np.ndarray | None,
    Y: np.ndarray | None,
    N: int,
) -> dict[str, Any]:
    """What `group_scan` says of groups nn_indices (B, C), however they were drawn."""
    positions = np.column_stack([xcoords, ycoords]).astype(float)
    starts = np.column_stack(
        [xcoords if xcoords_start is None else xcoords_start, ycoords if ycoords_start is None else ycoords_start]
    ).astype(float)
    coords_nn, offsets, relative = grouping.coordinates(positions, nn_indices)
    start_nn, start_offsets, start_relative = grouping.coordinates(starts, nn_indices)
    diffraction = diff3d[nn_indices].transpose(0, 2, 3, 1)
    truth = None
    if Y is not None:  # DATA.GROUP.Y_PRECOMPUTED
        truth = Y[nn_indices].transpose(0, 2, 3, 1)
    elif objectGuess is not None:
        truth = patches.extract_patches(np.asarray(objectGuess, dtype=complex), offsets, relative, N)
    return {
        "diffraction": diffraction,
        "X_full": scaling.normalisation(diffraction) * diffraction.astype(float),
        "Y": truth,
        "coords_offsets": offsets,
        "coords_relative": relative,
        "coords_nn": coords_nn,
        "coords_start_offsets": start_offsets,
        "coords_start_relative": start_relative,
        "coords_start_nn": start_nn,
        "nn_indices": nn_indices,
        "objectGuess": objectGuess,
    }
