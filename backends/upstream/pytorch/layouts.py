"""Crossing the boundary: NumPy arrays with channels last, tensors with channels first."""

import numpy as np
import torch


def tensor(array: np.ndarray) -> torch.Tensor:
    """The array as a tensor of its own memory, in its own dtype."""
    return torch.from_numpy(np.array(array))


def channels_first(array: np.ndarray) -> torch.Tensor:
    """(B, H, W, C) as (B, C, H, W)."""
    return tensor(np.moveaxis(array, -1, 1))


def positions(array: np.ndarray) -> torch.Tensor:
    """Coordinates (B, 1, 2, C) as (B, C, 1, 2) in float32, as the package's own data set hands them out."""
    return channels_first(array).to(torch.float32)


def channels_last(value: torch.Tensor) -> np.ndarray:
    """(B, C, H, W) as (B, H, W, C)."""
    return np.moveaxis(array(value), 1, -1)


def array(value: torch.Tensor) -> np.ndarray:
    """The tensor as an array, in its own dtype."""
    return value.detach().cpu().numpy()
