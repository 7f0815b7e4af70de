"""Operation `translate`: move images by sub-pixel offsets."""

import numpy as np
import torch

from ptychoparity.backends.host import checks
from ptychoparity.backends.pytorch.bilinear import blend, split, windows
from ptychoparity.backends.pytorch.bridge import HOST, chunks, tensor


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
    checks.single_precision("images", images)
    checks.real("offsets", offsets)
    checks.finite("offsets", offsets)
    dtype = torch.complex64 if np.iscomplexobj(images) else torch.float32
    source = tensor(images, HOST)
    # output pixel i shows input position i - d
    columns, rows = (split(-axis) for axis in tensor(offsets, device, torch.float64).unbind(1))
    translated = torch.empty(images.shape, dtype=dtype)
    for part in chunks(len(images), images.shape[1] * images.shape[2], device):
        source_part = source[part].to(device, dtype)
        block = windows(source_part, rows.whole[part], columns.whole[part], *images.shape[1:])
        translated[part] = blend(block, rows.at(part), columns.at(part))
    return {"translated": translated.numpy()}
