"""Operations `translate`, `extract_patches`, `merge_patches`."""

import numpy as np
import torch
from ptycho_torch import helper
from ptycho_torch.config_params import DataConfig, ModelConfig
from ptycho_torch.datagen.datagen import get_image_patches

from ptychoparity.backends.upstream.pytorch.layouts import array, channels_first, positions, tensor

Answer = dict[str, np.ndarray]


def translate(images: np.ndarray, offsets: np.ndarray) -> Answer:
    """`ptycho_torch.helper.Translation`, which takes offsets (B, 1, 2) in float32."""
    moved = helper.Translation(tensor(images), tensor(offsets[:, None, :]).to(torch.float32))
    return {"translated": array(moved)[:, 0]}


def extract_patches(object: np.ndarray, coords_offsets: np.ndarray, coords_relative: np.ndarray, N: int) -> Answer:
    """`ptycho_torch.datagen.datagen.get_image_patches`, which takes positions: offsets minus relative, as measured."""
    x, y = positions(coords_offsets - coords_relative)[:, :, 0].reshape(-1, 2).T
    patches = array(get_image_patches(tensor(object), x, y, DataConfig(N=N)))
    return {"patches": np.moveaxis(patches.reshape(len(coords_relative), -1, N, N), 1, -1)}


def merge_patches(patches: np.ndarray, coords_relative: np.ndarray, L: int, probe_big: bool) -> Answer:
    """`ptycho_torch.helper.reassemble_patches_position_real` on a canvas of L."""
    data, model = DataConfig(N=patches.shape[1], C=patches.shape[-1]), ModelConfig(probe_big=probe_big)
    model.C_forward = patches.shape[-1]
    merged, _, _ = helper.reassemble_patches_position_real(
        channels_first(patches), positions(coords_relative), data, model, padded_size=L
    )
    return {"merged": array(merged)}
