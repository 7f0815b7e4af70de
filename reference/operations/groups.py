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
    check_scan(xcoords, ycoords, {"xcoords_start": xcoords_start, "ycoords_start": ycoords_start}, diff3d)
    if diff3d.shape[1:] != (N, N):
        raise ValueError(f"N={N}, but diff3d has shape {diff3d.shape}")
    check_truth(objectGuess, Y, diff3d.shape)
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


def check_scan(
    xcoords: np.ndarray, ycoords: np.ndarray, starts: dict[str, np.ndarray | None], diff3d: np.ndarray
) -> None:
    """ValueError where coordinates (n,) and patterns (n, N, N) are no scan (ERR.SHAPES, HOUSE.INPUT.REFUSED)."""
    given = {name: values for name, values in starts.items() if values is not None}
    coordinates = {"xcoords": xcoords, "ycoords": ycoords, **given}
    for name, values in coordinates.items():
        inputs.rank(name, values, "n")
    inputs.rank("diff3d", diff3d, "n, N, N")
    for name, values in {**coordinates, "diff3d": diff3d}.items():
        if len(values) != len(xcoords):
            raise ValueError(f"{name} has {len(values)} entries, xcoords has {len(xcoords)}")
    inputs.real(**coordinates, diff3d=diff3d)
    inputs.finite(**coordinates, diff3d=diff3d)
    inputs.not_negative(diff3d=diff3d)


def check_truth(objectGuess: np.ndarray | None, Y: np.ndarray | None, patterns: tuple[int, ...]) -> None:
    """ValueError where the object (H, W) or the patches, one for each of `patterns`, cannot be cut or gathered."""
    if objectGuess is not None:
        inputs.rank("objectGuess", objectGuess, "H, W")
        inputs.finite(objectGuess=objectGuess)
    if Y is not None:
        if Y.shape != patterns:
            raise ValueError(f"Y has shape {Y.shape}, diff3d has {patterns}")
        inputs.finite(Y=Y)


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
