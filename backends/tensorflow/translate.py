"""Operation `translate`: moving images by sub-pixel offsets."""

import numpy as np

from ptychoparity.backends.host import checks
from ptychoparity.backends.tensorflow.bilinear import add_zero_lines, sample
from ptychoparity.backends.tensorflow.channels import from_channels, to_channels
from ptychoparity.backends.tensorflow.chunks import chunks
from ptychoparity.backends.tensorflow.framework import tf


def translate(images: np.ndarray, offsets: np.ndarray) -> dict[str, np.ndarray]:
    """Content moves by +dx columns and +dy rows; what comes in from outside is 0 (PHYS.TRANSLATE.SIGN).

    images: (B, H, W) float32 or complex64. offsets: (B, 2) float, [dx, dy] in px.
    Returns `translated`, like images. Raises ValueError for other shapes or dtypes, or values not finite.
    """
    _check(images, offsets)
    B, H, W = images.shape
    translated = np.empty_like(images, order="C", subok=False)
    for part in chunks(B, H * W):
        moved = tf.cast(offsets[part], tf.float64)
        planes = add_zero_lines(to_channels(images[part]))
        # the pixel that lands on [0, 0] comes from [-dy, -dx]
        windows = sample(planes, tf.range(len(planes), dtype=tf.int64), -moved[:, 1], -moved[:, 0], H, W)
        translated[part] = from_channels(windows)
    return {"translated": translated}


def _check(images: np.ndarray, offsets: np.ndarray) -> None:
    checks.rank("images", images, "B", "H", "W")
    if images.dtype not in (np.float32, np.complex64):
        raise ValueError(f"images must be float32 or complex64, got {images.dtype}")
    checks.rank("offsets", offsets, "B", "2")
    checks.length("offsets", offsets, 1, 2, "[dx, dy]")
    checks.same_count("offsets", offsets, "images", len(images))
    checks.real("offsets", offsets)
    checks.finite("offsets", offsets)
    checks.single_precision("images", images)
