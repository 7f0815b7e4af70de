"""Bilinear translation and extraction (PHYS.TRANSLATE.*, PHYS.EXTRACT.*)."""

import numpy as np


def sample_bilinear(image: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Bilinear samples of `image` (H, W) at fractional (rows, columns); every neighbour outside is 0.

    PHYS.TRANSLATE.SUBPIXEL, PHYS.EXTRACT.METHOD. `rows` and `columns` broadcast; units px.
    """
    height, width = image.shape
    top, left = np.floor(rows), np.floor(columns)
    total = np.zeros(np.broadcast_shapes(rows.shape, columns.shape), dtype=np.result_type(image, np.float64))
    for row, row_weight in ((top, 1 - (rows - top)), (top + 1, rows - top)):
        for column, column_weight in ((left, 1 - (columns - left)), (left + 1, columns - left)):
            inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
            i = np.clip(row, 0, height - 1).astype(int)
            j = np.clip(column, 0, width - 1).astype(int)
            total += np.where(inside, image[i, j], 0) * row_weight * column_weight
    return total


def translate(images: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Move the content of images (B, H, W) by offsets (B, 2) = [dx, dy] px, columns right, rows down.

    PHYS.TRANSLATE.SIGN, HOUSE.TRANSLATE.SIGN: pixel (i, j) shows what was at (i - dy, j - dx).
    """
    rows = np.arange(images.shape[1], dtype=float)[:, None]
    columns = np.arange(images.shape[2], dtype=float)[None, :]
    moved = [sample_bilinear(f, rows - dy, columns - dx) for f, (dx, dy) in zip(images, offsets, strict=True)]
    return np.stack(moved)


def extract_patch(obj: np.ndarray, position: np.ndarray, N: int) -> np.ndarray:
    """The N x N patch of `obj` (H, W) seen from `position` = [x, y] px.

    PHYS.EXTRACT.CENTRE: patch index [N/2, N/2] sits on object pixel (row y, column x).
    """
    x, y = position
    rows = np.arange(N)[:, None] - N // 2 + y
    columns = np.arange(N)[None, :] - N // 2 + x
    return sample_bilinear(obj, rows, columns)


def extract_patches(obj: np.ndarray, coords_offsets: np.ndarray, coords_relative: np.ndarray, N: int) -> np.ndarray:
    """Patches (B, N, N, C) of `obj` at the members' own positions.

    PHYS.EXTRACT.POSITION: member c of group b stands at coords_offsets - coords_relative, which is its
    coords_nn; the text's sum would be the mirror point 2 * mean - r (spec/divergences.md, A5).
    """
    positions = coords_offsets - coords_relative  # (B, 1, 2, C)
    groups, _, _, channels = positions.shape
    patches = np.empty((groups, N, N, channels), dtype=complex)
    for b in range(groups):
        for c in range(channels):
            patches[b, :, :, c] = extract_patch(obj, positions[b, 0, :, c], N)
    return patches
