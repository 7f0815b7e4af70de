"""Operations on objects and patches: translation, extraction, merging, stitching."""

from typing import Any

import numpy as np

from ptychoparity.reference import inputs, merge, patches, reassembly


def translate(images: np.ndarray, offsets: np.ndarray) -> dict[str, Any]:
    inputs.rank("images", images, "B, H, W")
    if offsets.shape != (len(images), 2):
        raise ValueError(f"offsets have shape {offsets.shape}, expected ({len(images)}, 2)")
    inputs.finite(images=images)
    inputs.real_and_finite(offsets=offsets)
    return {"translated": patches.translate(images, np.asarray(offsets, dtype=float))}


def extract_patches(
    object: np.ndarray, coords_offsets: np.ndarray, coords_relative: np.ndarray, N: int
) -> dict[str, Any]:
    inputs.rank("object", object, "H, W")
    inputs.rank("coords_offsets", coords_offsets, "B, 1, 2, 1")
    inputs.rank("coords_relative", coords_relative, "B, 1, 2, C")
    inputs.size(N)
    if len(coords_offsets) != len(coords_relative):
        raise ValueError(f"coords_relative has {len(coords_relative)} groups, coords_offsets {len(coords_offsets)}")
    channels = coords_relative.shape[3]
    if round(channels**0.5) ** 2 != channels:
        raise ValueError(f"coords_relative has {channels} channels: C = gridsize**2 is asked for")
    inputs.finite(object=object)
    inputs.real_and_finite(coords_offsets=coords_offsets, coords_relative=coords_relative)
    offsets, relative = (np.asarray(a, dtype=float) for a in (coords_offsets, coords_relative))
    return {"patches": patches.extract_patches(np.asarray(object, dtype=complex), offsets, relative, N)}


def merge_patches(patches: np.ndarray, coords_relative: np.ndarray, L: int, probe_big: bool) -> dict[str, Any]:
    inputs.rank("patches", patches, "B, N, N, C")
    inputs.rank("coords_relative", coords_relative, "B, 1, 2, C")
    inputs.square("patches", patches, 1)
    inputs.size(patches.shape[1])
    if len(coords_relative) != len(patches):
        raise ValueError(f"coords_relative has {len(coords_relative)} groups, patches has {len(patches)}")
    if coords_relative.shape[3] != patches.shape[3]:
        raise ValueError(f"coords_relative has {coords_relative.shape[3]} channels, patches has {patches.shape[3]}")
    if L % 2 or patches.shape[1] > L:
        raise ValueError(f"L={L}: an even number of at least N={patches.shape[1]} is asked for")
    inputs.finite(patches=patches)
    inputs.real_and_finite(coords_relative=coords_relative)
    arrays = np.asarray(patches, dtype=complex), np.asarray(coords_relative, dtype=float)
    merged, weight = merge.merge_patches(*arrays, L, probe_big)
    return {"merged": merged, "weight": weight}


def reassemble_position(patches: np.ndarray, global_offsets: np.ndarray, M: int) -> dict[str, Any]:
    inputs.rank("patches", patches, "B, N, N, 1")
    if patches.shape[1] != patches.shape[2]:
        raise ValueError(f"patches have shape {patches.shape}: they must be square")
    if global_offsets.size != 2 * len(patches):
        raise ValueError(f"{len(patches)} patches, but global_offsets holds {global_offsets.size // 2} positions")
    inputs.rank("global_offsets", global_offsets, "B, 1, 2, 1")
    inputs.real_and_finite(global_offsets=global_offsets)
    inputs.finite(patches=patches)
    return reassembly.reassemble_position(np.asarray(patches, dtype=complex), global_offsets, M)
