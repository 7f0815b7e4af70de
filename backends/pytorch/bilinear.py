"""Bilinear interpolation by an integer split: whole pixels by indexing, the fraction by two weights per axis.

A sampling grid in float32 would lose the fraction at large coordinates (8e-6 at 200 px); here the position is
split in float64 and only the fraction, in [0, 1], is rounded to float32.
"""

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Split:
    """Positions as whole pixels and the weights of the pixel at `whole` and of the one after it."""

    whole: torch.Tensor
    """float64: the floor, not yet limited to what an int64 holds"""
    here: torch.Tensor
    """float32: 1 - fraction, formed in float64"""
    after: torch.Tensor
    """float32: the fraction"""

    def at(self, index: slice) -> "Split":
        return Split(self.whole[index], self.here[index], self.after[index])


def split(position: torch.Tensor) -> Split:
    """Split positions (S,) float64, px."""
    whole = position.floor()
    fraction = position - whole
    return Split(whole, (1 - fraction).float(), fraction.float())


def blend(neighbours: torch.Tensor, rows: Split, columns: Split) -> torch.Tensor:
    """Samples (S, h, w) from their neighbours (S, h+1, w+1), float32 or complex64, contiguous."""
    values = _parts(neighbours)
    values = (values[:, :-1] * _fit(rows.here)).addcmul_(values[:, 1:], _fit(rows.after))
    values = (values[:, :, :-1] * _fit(columns.here)).addcmul_(values[:, :, 1:], _fit(columns.after))
    return torch.view_as_complex(values) if neighbours.is_complex() else values[..., 0]


def corner_weights(rows: Split, columns: Split) -> torch.Tensor:
    """(4, S) float32: the weights of the pixels [0, 0], [0, 1], [1, 0], [1, 1] around each position."""
    pairs = [(row, column) for row in (rows.here, rows.after) for column in (columns.here, columns.after)]
    return torch.stack([row * column for row, column in pairs])


def _parts(values: torch.Tensor) -> torch.Tensor:
    """(..., 2) for complex, (..., 1) for real: a real weight times a complex number is then two products."""
    return torch.view_as_real(values) if values.is_complex() else values[..., None]


def _fit(weights: torch.Tensor) -> torch.Tensor:
    """Weights (S,) against values (S, h, w, parts)."""
    return weights[:, None, None, None]
