"""Summing displaced pieces on a canvas: a scatter of whole pieces, and box sums for how often each pixel is hit.

Both form a share as the same float32 weight times the pixel and sum in float64, so their quotient keeps the
accuracy of float32 however many pieces overlap.
"""

import torch

from ptychoparity.backends.pytorch.bilinear import Split, corner_weights
from ptychoparity.backends.pytorch.bridge import chunks


def stitch(pieces: torch.Tensor, rows: Split, columns: Split, side: int) -> torch.Tensor:
    """The sum of pieces (S, M, M) complex64, each placed bilinearly with its index [0, 0] at (rows, columns).

    Returns (side, side) complex128 on the device of the positions, which must leave each piece inside.

    A piece is copied into a block that is one row and one column larger, zeros there. In the flattened block the
    neighbour to the left, above, or both is the element 1, M+1 or M+2 before, so the four shares are four
    products over whole contiguous blocks.
    """
    device, M = rows.whole.device, pieces.shape[1]
    step = M + 1
    weights = corner_weights(rows, columns)[..., None, None]
    pixels = (rows.whole * side + columns.whole).to(torch.int64)
    # int32 indices halve the memory traffic of the scatter; no canvas in memory needs more, but be exact
    index_type = torch.int32 if side * side < 2**31 else torch.int64
    window = torch.arange(step, device=device)[:, None] * side + torch.arange(step, device=device)
    pixels, window = pixels.to(index_type), window.reshape(-1).to(index_type)
    canvas = torch.zeros(side * side, dtype=torch.complex128, device=device)
    blocks = None
    for part in chunks(len(pieces), step**2, device):
        count = part.stop - part.start
        if blocks is None:
            blocks = torch.zeros((count, step + 1 + step**2, 2), device=device)
            inside = blocks[:, step + 1 :].unflatten(1, (step, step))[:, :M, :M]
        inside[:count] = torch.view_as_real(pieces[part].to(torch.complex64))
        shares = blocks[:count, step + 1 :] * weights[0, part]
        shares.addcmul_(blocks[:count, step:-1], weights[1, part])
        shares.addcmul_(blocks[:count, 1:-step], weights[2, part])
        shares.addcmul_(blocks[:count, : -step - 1], weights[3, part])
        indices = (pixels[part, None] + window).reshape(-1)
        canvas.index_add_(0, indices, torch.view_as_complex(shares.double()).reshape(-1))
    return canvas.view(side, side)


def coverage(M: int, rows: Split, columns: Split, side: int) -> torch.Tensor:
    """`stitch` of pieces of ones: (side, side) float64, exactly 0 where no piece reaches.

    A piece of ones is a single pixel's share summed over a box of M x M, so the shares are scattered once, four
    numbers a piece, and the box is taken of the whole canvas.
    """
    margin = M - 1
    wide = side + margin
    first = ((rows.whole + margin) * wide + columns.whole + margin).to(torch.int64)
    corners = torch.tensor([0, 1, wide, wide + 1], device=first.device)
    shares = torch.zeros(wide * wide, dtype=torch.float64, device=first.device)
    weights = corner_weights(rows, columns).double()
    shares.index_add_(0, (corners[:, None] + first).reshape(-1), weights.reshape(-1))
    return _running_sum(_running_sum(shares.view(wide, wide), M).T, M).T


def _running_sum(values: torch.Tensor, length: int) -> torch.Tensor:
    """Sums of `length` consecutive rows, by doubling: windows of 1, 2, 4 ... rows, put together as the bits of
    `length` say. Unlike a difference of cumulative sums it only adds, so nothing is left where all is zero.
    """
    rows = values.shape[0] - length + 1
    total = torch.zeros_like(values[:rows])
    window, start, size = values, 0, 1
    while size <= length:
        if length & size:
            total += window[start : start + rows]
            start += size
        window = window[:-size] + window[size:]
        size *= 2
    return total
