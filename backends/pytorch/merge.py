"""Operation `merge_patches`: one object patch from a group's patches."""

import numpy as np
import torch

from ptychoparity.backends.host import checks
from ptychoparity.backends.pytorch.bilinear import Split, blend, split, windows
from ptychoparity.backends.pytorch.bridge import HOST, chunks, empty, tensor


def merge_patches(
    patches: np.ndarray, coords_relative: np.ndarray, L: int, probe_big: bool, *, device: torch.device
) -> dict[str, np.ndarray]:
    """merged = sum of placed (window * patch) / sum of placed windows, 0 where nothing reaches.

    patches: (B, N, N, C) complex64. coords_relative: (B, 1, 2, C) float, -(r_c - mean) px. L: even, at least N.
    Returns merged (B, L, L) complex64 and weight (B, L, L) float32. Raises ValueError for shapes that disagree, an
    L that does not fit and values that are not finite. HOUSE.MERGE.COMASKED, REASM.GS_GT1.
    """
    checks.group_patches(patches, coords_relative, L)
    groups, N, _, channels = patches.shape
    source = tensor(patches, HOST)
    # canvas pixel i shows patch index i - L/2 + N/2 + relative
    columns, rows = (split((axis + (N - L) // 2).reshape(-1)) for axis in _axes(coords_relative, device))
    inside = _window(N, probe_big, device)
    merged = empty((groups, L, L), np.complex64)
    weight = empty((groups, L, L), np.float32)
    for part in chunks(groups, channels * L * L, device):
        members = slice(part.start * channels, part.stop * channels)
        images = source[part].to(device, torch.complex64).permute(0, 3, 1, 2).reshape(-1, N, N) * inside
        placed = _placed(images, rows, columns, members, L).unflatten(0, (-1, channels)).sum(1)
        reached = _placed(inside.expand(len(images), N, N), rows, columns, members, L)
        reached = reached.unflatten(0, (-1, channels)).sum(1)
        merged[part] = torch.where(reached > 0, placed / reached, 0)
        weight[part] = reached
    return {"merged": merged.numpy(), "weight": weight.numpy()}


def _axes(coords_relative: np.ndarray, device: torch.device) -> tuple[torch.Tensor, ...]:
    """x and y of every member (B, C), float64."""
    return tensor(coords_relative, device, torch.float64)[:, 0].unbind(1)


def _placed(images: torch.Tensor, rows: Split, columns: Split, members: slice, L: int) -> torch.Tensor:
    block = windows(images, rows.whole[members], columns.whole[members], L, L)
    return blend(block, rows.at(members), columns.at(members))


def _window(N: int, probe_big: bool, device: torch.device) -> torch.Tensor:
    """(N, N) of 1 where a patch counts: its central half, all of it for a large probe."""
    inside = torch.ones((N, N), device=device)
    if not probe_big:
        inside = torch.nn.functional.pad(inside[: N // 2, : N // 2], (N // 4,) * 4)
    return inside
