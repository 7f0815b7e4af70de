"""Operation `extract_patches`: the object patch that belongs to each scan position."""

import numpy as np
import torch

from ptychoparity.backends.host import checks
from ptychoparity.backends.pytorch.bilinear import blend, split
from ptychoparity.backends.pytorch.bridge import chunks, empty, tensor


def extract_patches(
    object: np.ndarray,
    coords_offsets: np.ndarray,
    coords_relative: np.ndarray,
    N: int,
    *,
    device: torch.device,
) -> dict[str, np.ndarray]:
    """Cut at r = coords_offsets - coords_relative, bilinearly; 0 outside the object.

    object: (H, W) complex64. coords_offsets: (B, 1, 2, 1), coords_relative: (B, 1, 2, C), float, [x, y] px.
    Returns patches (B, N, N, C) complex64. Raises ValueError for shapes that disagree, channels that are no
    square number, an unsupported N and values that are not finite. PHYS.EXTRACT.METHOD, .CENTRE, .POSITION.
    """
    check_object("object", object)
    _check_coordinates(coords_offsets, coords_relative)
    checks.supported_size(N)
    relative = tensor(coords_relative, device, torch.float64)
    positions = tensor(coords_offsets, device, torch.float64) - relative
    return {"patches": cut(tensor(object, device, torch.complex64), positions[:, 0], N).numpy()}


def cut(whole: torch.Tensor, positions: torch.Tensor, N: int) -> torch.Tensor:
    """Patches (B, N, N, C) complex64 on the CPU, index [N/2, N/2] at each position (PHYS.EXTRACT.CENTRE).

    whole: (H, W) complex64. positions: (B, 2, C) float64, [x, y] px, on the device of `whole`.
    """
    B, _, C = positions.shape
    columns, rows = (split(axis.reshape(-1) - N // 2) for axis in positions.unbind(1))
    windows = _windows(whole, N + 1)
    first_row = _window_number(rows.whole, N + 1, windows.shape[0])
    first_column = _window_number(columns.whole, N + 1, windows.shape[1])
    patches = empty((B, N, N, C), np.complex64)
    for groups in chunks(B, C * N * N, whole.device):
        flat = slice(groups.start * C, groups.stop * C)
        samples = blend(windows[first_row[flat], first_column[flat]], rows.at(flat), columns.at(flat))
        patches[groups] = samples.view(-1, C, N, N).permute(0, 2, 3, 1)
    return patches


def check_object(name: str, whole: np.ndarray) -> None:
    """ValueError unless `whole` is a finite image (H, W) (ERR.SHAPES, HOUSE.INPUT.REFUSED)."""
    checks.rank(name, whole, "H", "W")
    checks.not_empty(name, whole)
    checks.single_precision(name, whole)


def _check_coordinates(coords_offsets: np.ndarray, coords_relative: np.ndarray) -> None:
    """ValueError unless (B, 1, 2, 1) and (B, 1, 2, gridsize**2), finite (DATA.GROUP.CHANNELS, ERR.SHAPES)."""
    for name, coords in (("coords_offsets", coords_offsets), ("coords_relative", coords_relative)):
        checks.rank(name, coords, "B", "1", "2", "C")
        checks.length(name, coords, 1, 1, "the format's second axis")
        checks.length(name, coords, 2, 2, "x, y")
        checks.real(name, coords)
        checks.finite(name, coords)
    checks.length("coords_offsets", coords_offsets, 3, 1, "one centre per group")
    checks.square_channels("coords_relative", coords_relative)
    checks.same_count("coords_relative", coords_relative, "coords_offsets", len(coords_offsets))


def _windows(whole: torch.Tensor, side: int) -> torch.Tensor:
    """Every side x side window that touches the object and an empty one at each end, as a view
    (H+side+1, W+side+1, side, side): window k of an axis starts at pixel k - side.
    """
    padded = torch.nn.functional.pad(whole, (side, side, side, side))
    return padded.unfold(0, side, 1).unfold(1, side, 1)


def _window_number(first: torch.Tensor, side: int, count: int) -> torch.Tensor:
    """int64 number of the window that starts at pixel `first` (float64); far away, of an empty one."""
    return (first + side).clamp(0, count - 1).to(torch.int64)
