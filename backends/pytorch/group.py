"""Operation `group_scan`: group scan positions with their neighbours and normalise their patterns."""

from typing import Any

import numpy as np
import torch

from ptychoparity.backends.host import checks
from ptychoparity.backends.host.grouping import chosen_gridsize, draw_groups
from ptychoparity.backends.pytorch.bridge import HOST, chunks, empty, tensor
from ptychoparity.backends.pytorch.patches import check_object, cut


def group_scan(
    xcoords: np.ndarray,
    ycoords: np.ndarray,
    xcoords_start: np.ndarray | None,
    ycoords_start: np.ndarray | None,
    diff3d: np.ndarray,
    objectGuess: np.ndarray | None,
    Y: np.ndarray | None,
    N: int,
    gridsize: int | None,
    params_gridsize: int | None = None,
    params_nphotons: float | None = None,
    *,
    device: torch.device,
    **drawing: Any,
) -> dict[str, np.ndarray | None]:
    """Groups of C = gridsize**2 neighbours with their patterns, coordinates and ground truth.

    Coordinates (n,) float, px; start coordinates None: the ordinary ones. diff3d (n, N, N) amplitude; Y
    (n, N, N) complex64 and objectGuess (H, W) complex64 or None. params_*: the parameter store's values; its
    gridsize counts where the argument is None, its nphotons never (NORM.NPHOTONS.NO_DATA). `drawing`: K, nsamples,
    seed, sequential_sampling, enable_oversampling, neighbor_pool_size, as in `draw_groups`.

    Returns diffraction, X_full (B, N, N, C) float32; Y (B, N, N, C) complex64 or None; nn_indices (B, C)
    int64; coords_nn, coords_relative (B, 1, 2, C) and coords_offsets (B, 1, 2, 1) float64 px, and the same of
    the start coordinates; objectGuess. Raises ValueError as the contract `group_scan` says.
    """
    gridsize = chosen_gridsize(gridsize, params_gridsize)
    starts = _starts(xcoords, ycoords, xcoords_start, ycoords_start)
    _check(xcoords, ycoords, starts, diff3d, objectGuess, Y, N)
    nn_indices = draw_groups(xcoords, ycoords, gridsize=gridsize, **drawing)
    members = tensor(nn_indices, device)
    coords_nn = _member_coordinates(xcoords, ycoords, members)
    diffraction, X_full = _patterns(diff3d, members.cpu(), N)
    return {
        "diffraction": diffraction,
        "X_full": X_full,
        "Y": _ground_truth(Y, objectGuess, members, coords_nn, N),
        **_coordinates("coords", coords_nn),
        **_coordinates("coords_start", _member_coordinates(*starts, members)),
        "nn_indices": nn_indices,
        "objectGuess": None if objectGuess is None else objectGuess.astype(np.complex64),
    }


def _starts(
    xcoords: np.ndarray,
    ycoords: np.ndarray,
    xcoords_start: np.ndarray | None,
    ycoords_start: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Start coordinates, the ordinary ones where none are given (DATA.NPZ.START_DEFAULT)."""
    return (
        xcoords if xcoords_start is None else xcoords_start,
        ycoords if ycoords_start is None else ycoords_start,
    )


def _check(
    xcoords: np.ndarray,
    ycoords: np.ndarray,
    starts: tuple[np.ndarray, np.ndarray],
    diff3d: np.ndarray,
    objectGuess: np.ndarray | None,
    Y: np.ndarray | None,
    N: int,
) -> None:
    """ValueError for what cannot be grouped (DATA.NPZ.COORD_LEN, N_MATCH, NONNEG, HOUSE.INPUT.REFUSED)."""
    named = {"xcoords": xcoords, "ycoords": ycoords, "xcoords_start": starts[0], "ycoords_start": starts[1]}
    for name, coords in named.items():
        checks.rank(name, coords, "n")
        checks.not_empty(name, coords)
        checks.same_count(name, coords, "xcoords", len(xcoords))
        checks.real(name, coords)
        checks.finite(name, coords)
    checks.rank("diff3d", diff3d, "n", "N", "N")
    checks.same_count("diff3d", diff3d, "xcoords", len(xcoords))
    checks.pattern_size(N, diff3d)
    checks.real("diff3d", diff3d)
    checks.finite("diff3d", diff3d, np.float32)
    checks.non_negative("diff3d", diff3d)
    if objectGuess is not None:
        check_object("objectGuess", objectGuess)
    if Y is not None and Y.shape != diff3d.shape:
        raise ValueError(f"Y has shape {Y.shape}, expected that of diff3d, {diff3d.shape}")
    if Y is not None:
        checks.single_precision("Y", Y)


def _member_coordinates(xcoords: np.ndarray, ycoords: np.ndarray, members: torch.Tensor) -> torch.Tensor:
    """(B, 1, 2, C) float64, [x, y] px (DATA.GROUP.AXIS_XY)."""
    axes = [tensor(coords, members.device, torch.float64)[members] for coords in (xcoords, ycoords)]
    return torch.stack(axes, dim=1)[:, None]


def _coordinates(prefix: str, members: torch.Tensor) -> dict[str, np.ndarray]:
    """Positions, their mean, and -(position - mean) (DATA.GROUP.CENTRE, DATA.GROUP.SIGN)."""
    offsets = members.mean(dim=3, keepdim=True)
    return {
        f"{prefix}_offsets": offsets.cpu().numpy(),
        f"{prefix}_relative": (offsets - members).cpu().numpy(),
        f"{prefix}_nn": members.cpu().numpy(),
    }


def _patterns(diff3d: np.ndarray, members: torch.Tensor, N: int) -> tuple[np.ndarray, np.ndarray]:
    """The members' patterns and the same times sqrt((N/2)^2 / mean energy) (DATA.GROUP.XFULL_FORMULA).

    Computed on the host: the patterns pass once through one product, a transfer would cost more. Energies are
    summed in float64, so squares of uint16 counts do not overflow (DATA.GROUP.XFULL_UINT).
    """
    stack = tensor(diff3d, HOST)
    used, times = torch.unique(members, return_counts=True)
    energy = torch.zeros((), dtype=torch.float64)
    for part in chunks(len(used), N * N, HOST):
        per_image = stack[used[part]].double().square().sum(dim=(1, 2))
        energy += (per_image * times[part]).sum()
    if energy == 0:
        raise ValueError("diff3d is zero in every pattern of the groups: there is no energy to normalise by")
    scale = (N / 2) / torch.sqrt(energy / members.numel()).item()
    diffraction = _by_member(stack, members, np.float32)
    X_full = empty(diffraction.shape, np.float32)
    torch.mul(diffraction, scale, out=X_full)
    return diffraction.numpy(), X_full.numpy()


def _by_member(stack: torch.Tensor, members: torch.Tensor, dtype: type[np.generic]) -> torch.Tensor:
    """(B, N, N, C) from a stack (n, N, N): [b, :, :, c] is the image of member c (DATA.GROUP.DIFFRACTION)."""
    B, C = members.shape
    _, rows, columns = stack.shape
    images = empty((B, rows, columns, C), dtype)
    for part in chunks(B, C * rows * columns, HOST):
        images[part] = stack[members[part]].permute(0, 2, 3, 1)
    return images


def _ground_truth(
    Y: np.ndarray | None,
    objectGuess: np.ndarray | None,
    members: torch.Tensor,
    coords_nn: torch.Tensor,
    N: int,
) -> np.ndarray | None:
    """A given Y by member, else patches of the object at the members' positions, else None (DATA.GROUP.Y)."""
    if Y is not None:
        return _by_member(tensor(Y, HOST), members.cpu(), np.complex64).numpy()
    if objectGuess is not None:
        return cut(tensor(objectGuess, members.device, torch.complex64), coords_nn[:, 0], N).numpy()
    return None
