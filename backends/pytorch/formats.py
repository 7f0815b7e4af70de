"""Layouts of a batch of patches, and an object's two forms: flat, grid, channels, coordinates, polar parts.

The channel-last layouts are the contract's; here they are permuted views, copied once on the way out.
"""

import numpy as np
import torch

from ptychoparity.backends.host import checks, layouts
from ptychoparity.backends.pytorch.bridge import HOST, tensor

Answer = dict[str, np.ndarray]


def _out(values: torch.Tensor) -> np.ndarray:
    """A contiguous array of its own: no answer shares memory with an input."""
    return values.clone(memory_format=torch.contiguous_format).numpy()


def flat_to_grid(flat: np.ndarray, gridsize: int) -> Answer:
    """flat (B*C, N, N, 1) to grid (B, g, g, N, N, 1), dtype kept (TENSOR.TOGRID). ValueError for other shapes."""
    layouts.flat(flat, gridsize)
    return {"grid": _out(tensor(flat, HOST).unflatten(0, (len(flat) // gridsize**2, gridsize, gridsize)))}


def grid_to_flat(grid: np.ndarray) -> Answer:
    """grid (B, g, g, N, N, 1) to flat (B*C, N, N, 1), dtype kept (TENSOR.FROMGRID). ValueError for other shapes."""
    layouts.grid(grid)
    return {"flat": _out(tensor(grid, HOST).flatten(0, 2))}


def grid_to_channel(grid: np.ndarray) -> Answer:
    """grid (B, g, g, N, N, 1) to channels (B, N, N, C), dtype kept (TENSOR.GRID2CHANNEL). ValueError for others."""
    layouts.grid(grid)
    return {"channels": _out(tensor(grid, HOST)[..., 0].flatten(1, 2).movedim(1, -1))}


def channel_to_flat(channels: np.ndarray) -> Answer:
    """channels (B, N, N, C) to flat (B*C, N, N, 1), dtype kept (TENSOR.CHANNEL2FLAT). ValueError for other shapes."""
    layouts.channels(channels)
    return {"flat": _out(tensor(channels, HOST).movedim(-1, 1).flatten(0, 1)[..., None])}


def flat_to_channel(flat: np.ndarray, gridsize: int) -> Answer:
    """flat (B*C, N, N, 1) to channels (B, N, N, C), dtype kept (TENSOR.FLAT2CHANNEL). ValueError for other shapes."""
    layouts.flat(flat, gridsize)
    return {"channels": _out(tensor(flat, HOST)[..., 0].unflatten(0, (-1, gridsize**2)).movedim(1, -1))}


def flatten_coords(coords: np.ndarray) -> Answer:
    """coords (B, 1, 2, C), px, to offsets (B*C, 2) float32, [x, y] (PHYS.UNITS.COORD_DTYPE). ValueError for others."""
    layouts.coords(coords)
    rows = tensor(coords, HOST)[:, 0].movedim(-1, 1).flatten(0, 1)
    return {"offsets": _out(rows.to(torch.float32))}


def combine_object(Y_I: np.ndarray, Y_phi: np.ndarray, *, device: torch.device) -> Answer:
    """object (B, H, W, C) complex64 = Y_I * exp(i Y_phi) (PHYS.OBJECT.COMPLEX).

    Y_I, Y_phi: (B, H, W, C) float32, rad. Raises ValueError for shapes that differ, a negative amplitude and
    values that are not finite.
    """
    layouts.polar(Y_I, Y_phi)
    amplitude, phase = (tensor(array, device, torch.float32) for array in (Y_I, Y_phi))
    return {"object": torch.polar(amplitude, phase).cpu().numpy()}


def split_object(object: np.ndarray, *, device: torch.device) -> Answer:
    """Y_I = |object| and Y_phi = arg object in [-pi, pi], float32 (PHYS.PHASE.RANGE).

    object: (B, H, W, C) complex64. Raises ValueError for another rank and values that are not finite.
    """
    checks.rank("object", object, "B", "H", "W", "C")
    checks.single_precision("object", object)
    values = tensor(object, device, torch.complex64)
    return {"Y_I": values.abs().cpu().numpy(), "Y_phi": values.angle().cpu().numpy()}
