"""Layouts of a batch of patches, and an object in its two forms (TENSOR.*, PHYS.OBJECT.COMPLEX, PHYS.PHASE.RANGE).

Channel c of group b is patch b*C + c of the flat stack, and stands at row c // g, column c % g of the grid.
"""

from typing import Any

import numpy as np

from ptychoparity.reference import inputs


def _patches(name: str, value: np.ndarray, shape: str, rows: int) -> None:
    inputs.rank(name, value, shape)
    inputs.square(name, value, rows)
    if shape.endswith("1") and value.shape[-1] != 1:
        raise ValueError(f"{name} has {value.shape[-1]} channels on its last axis, 1 is asked for")


def _flat(flat: np.ndarray, gridsize: int) -> None:
    if gridsize < 1:
        raise ValueError(f"gridsize={gridsize}: at least 1 is asked for")
    _patches("flat", flat, "B*C, N, N, 1", 1)
    if len(flat) % gridsize**2:
        raise ValueError(f"flat holds {len(flat)} patches, which is no multiple of gridsize**2 = {gridsize**2}")


def flat_to_grid(flat: np.ndarray, gridsize: int) -> dict[str, Any]:
    """TENSOR.TOGRID: (B*C, N, N, 1) to (B, g, g, N, N, 1)."""
    _flat(flat, gridsize)
    C, N = gridsize**2, flat.shape[1]
    grid = np.empty((len(flat) // C, gridsize, gridsize, N, N, 1), flat.dtype)
    for b in range(len(grid)):
        for c in range(C):
            grid[b, c // gridsize, c % gridsize] = flat[b * C + c]
    return {"grid": grid}


def grid_to_flat(grid: np.ndarray) -> dict[str, Any]:
    """TENSOR.FROMGRID: the inverse of `flat_to_grid`."""
    channels = grid_to_channel(grid)["channels"]
    return channel_to_flat(channels)


def grid_to_channel(grid: np.ndarray) -> dict[str, Any]:
    """TENSOR.GRID2CHANNEL: (B, g, g, N, N, 1) to (B, N, N, C)."""
    _patches("grid", grid, "B, g, g, N, N, 1", 3)
    B, rows, columns, N = grid.shape[:4]
    if rows != columns:
        raise ValueError(f"grid has {rows} x {columns} cells, as many rows as columns are asked for")
    channels = np.empty((B, N, N, rows**2), grid.dtype)
    for c in range(rows**2):
        channels[..., c] = grid[:, c // rows, c % rows, :, :, 0]
    return {"channels": channels}


def _check_channels(channels: np.ndarray) -> None:
    _patches("channels", channels, "B, N, N, C", 1)
    C = channels.shape[3]
    if round(C**0.5) ** 2 != C:
        raise ValueError(f"channels has {C} channels: C = gridsize**2 is asked for")


def channel_to_flat(channels: np.ndarray) -> dict[str, Any]:
    """TENSOR.CHANNEL2FLAT: (B, N, N, C) to (B*C, N, N, 1)."""
    _check_channels(channels)
    flat = [image[:, :, c : c + 1] for image in channels for c in range(channels.shape[3])]
    return {"flat": np.stack(flat)}


def flat_to_channel(flat: np.ndarray, gridsize: int) -> dict[str, Any]:
    """TENSOR.FLAT2CHANNEL: the inverse of `channel_to_flat`."""
    return grid_to_channel(flat_to_grid(flat, gridsize)["grid"])


def flatten_coords(coords: np.ndarray) -> dict[str, Any]:
    """PHYS.UNITS.COORD_DTYPE: (B, 1, 2, C) to (B*C, 2), [x, y] px; row b*C + c is member c of group b."""
    inputs.rank("coords", coords, "B, 1, 2, C")
    if coords.shape[1:3] != (1, 2):
        raise ValueError(f"coords has shape {coords.shape}, expected (B, 1, 2, C)")
    inputs.real_and_finite(coords=coords)
    offsets = [group[0, :, c] for group in coords for c in range(coords.shape[3])]
    return {"offsets": np.array(offsets, dtype=float)}


def combine_object(Y_I: np.ndarray, Y_phi: np.ndarray) -> dict[str, Any]:
    """PHYS.OBJECT.COMPLEX: Y_I * exp(i Y_phi)."""
    inputs.rank("Y_I", Y_I, "B, H, W, C")
    inputs.same_shape(Y_I=Y_I, Y_phi=Y_phi)
    inputs.real_and_finite(Y_I=Y_I, Y_phi=Y_phi)
    inputs.not_negative(Y_I=Y_I)
    return {"object": Y_I.astype(float) * np.exp(1j * Y_phi.astype(float))}


def split_object(object: np.ndarray) -> dict[str, Any]:
    """PHYS.PHASE.RANGE: modulus, and argument in [-pi, pi]."""
    inputs.rank("object", object, "B, H, W, C")
    inputs.finite(object=object)
    wide = object.astype(complex)
    return {"Y_I": np.abs(wide), "Y_phi": np.angle(wide)}
