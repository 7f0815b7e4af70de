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


def windows(
    images: torch.Tensor, first_row: torch.Tensor, first_column: torch.Tensor, height: int, width: int
) -> torch.Tensor:
    """(S, height+1, width+1) of images (S, H, W), each from its own first row and column on, 0 outside.

    One ring of zeros stands for all that is outside: indices are clamped onto it. The first row and column are
    whole pixels as float64, of any size.
    """
    S, H, W = images.shape
    ringed = torch.nn.functional.pad(images, (1, 1, 1, 1))
    sample = torch.arange(S, device=images.device)
    return ringed[
        sample[:, None, None],
        _clamped(first_row, height, H)[:, :, None],
        _clamped(first_column, width, W)[:, None, :],
    ]


def _clamped(first: torch.Tensor, count: int, length: int) -> torch.Tensor:
    """(S, count+1) int64 indices into a ringed axis (length+2), starting at pixel `first` (float64)."""
    steps = torch.arange(count + 1, device=first.device, dtype=torch.float64)
    return (first[:, None] + steps).clamp(-1, length).to(torch.int64) + 1


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
