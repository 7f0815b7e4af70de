"""Operation `translate`: move images by sub-pixel offsets."""

import numpy as np
import torch

from backends.host import checks
from backends.pytorch.bilinear import blend, split
from backends.pytorch.bridge import HOST, chunks, tensor


def translate(images: np.ndarray, offsets: np.ndarray, *, device: torch.device) -> dict[str, np.ndarray]:
    """Content moves by +dx columns and +dy rows; what comes from outside is 0.

    images: (B, H, W) float32 or complex64. offsets: (B, 2) float, [dx, dy] px. Returns translated (B, H, W)
    in the dtype of images. Raises ValueError for shapes that disagree and values that are not finite.
    PHYS.TRANSLATE.SIGN, PHYS.TRANSLATE.SUBPIXEL, HOUSE.TRANSLATE.SIGN.
    """
    checks.rank("images", images, "B", "H", "W")
    checks.rank("offsets", offsets, "B", "2")
    checks.length("offsets", offsets, 1, 2, "dx, dy")
    checks.same_count("offsets", offsets, "images", len(images))
    checks.number("images", images)
    checks.finite("images", images, np.float32)
    checks.real("offsets", offsets)
    checks.finite("offsets", offsets)
    dtype = torch.complex64 if np.iscomplexobj(images) else torch.float32
    source = tensor(images, HOST)
    # output pixel i shows input position i - d
    columns, rows = (split(-axis) for axis in tensor(offsets, device, torch.float64).unbind(1))
    translated = torch.empty(images.shape, dtype=dtype)
    for part in chunks(len(images), images.shape[1] * images.shape[2], device):
        block = _neighbours(source[part].to(device, dtype), rows.whole[part], columns.whole[part])
        translated[part] = blend(block, rows.at(part), columns.at(part))
    return {"translated": translated.numpy()}


def _neighbours(images: torch.Tensor, first_row: torch.Tensor, first_column: torch.Tensor) -> torch.Tensor:
    """(S, H+1, W+1): each image from its own first row and column on, 0 outside.

    One ring of zeros stands for all that is outside: indices are clamped onto it.
    """
    S, H, W = images.shape
    ringed = torch.nn.functional.pad(images, (1, 1, 1, 1))
    sample = torch.arange(S, device=images.device)
    return ringed[
        sample[:, None, None],
        _clamped(first_row, H)[:, :, None],
        _clamped(first_column, W)[:, None, :],
    ]


def _clamped(first: torch.Tensor, length: int) -> torch.Tensor:
    """(S, length+1) int64 indices into a ringed axis (length+2), starting at pixel `first` (float64)."""
    steps = torch.arange(length + 1, device=first.device, dtype=torch.float64)
    return (first[:, None] + steps).clamp(-1, length).to(torch.int64) + 1
