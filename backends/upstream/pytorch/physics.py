"""Operations `flat_to_channel`, `combine_object`, `diffract`, `diffract_modes`, `illuminate`, `observe`."""

import numpy as np
import torch
from ptycho_torch import helper
from ptycho_torch.config_params import DataConfig, ModelConfig
from ptycho_torch.model import CombineComplex, ProbeIllumination

from ptychoparity.backends.upstream.pytorch.layouts import array, channels_first, channels_last, tensor

Answer = dict[str, np.ndarray]


def flat_to_channel(flat: np.ndarray, gridsize: int) -> Answer:
    """`ptycho_torch.helper._flat_to_channel`."""
    return {"channels": channels_last(helper._flat_to_channel(tensor(flat[..., 0]), channels=gridsize**2))}


def combine_object(Y_I: np.ndarray, Y_phi: np.ndarray) -> Answer:
    """`ptycho_torch.model.CombineComplex`."""
    return {"object": array(CombineComplex()(tensor(Y_I), tensor(Y_phi)))}


def diffract(field: np.ndarray) -> Answer:
    """`ptycho_torch.helper.pad_and_diffract` without its padding, which takes (B, C, P, N, N)."""
    return {"amplitude": array(helper.pad_and_diffract(tensor(field)[:, None, None], pad=False)[0])[:, 0]}


def diffract_modes(field: np.ndarray) -> Answer:
    """`ptycho_torch.helper.pad_and_diffract` without its padding, which takes (B, C, P, N, N)."""
    return {"amplitude": array(helper.pad_and_diffract(tensor(field)[:, None], pad=False)[0])[:, 0]}


def illuminate(object: np.ndarray, probe: np.ndarray, masked: bool, sigma: float) -> Answer:
    """`ptycho_torch.model.ProbeIllumination`, the layer of the package's own model."""
    model = ModelConfig(probe_mask=masked, gaussian_smoothing_sigma=sigma)
    layer = ProbeIllumination(model, DataConfig(N=probe.shape[0]))
    field, _ = layer(channels_first(object), tensor(probe)[None, None, None])
    return {"field": channels_last(field[:, :, 0])}


def observe(object: np.ndarray, probe: np.ndarray, nphotons: float, seed: int) -> Answer:
    """`ptycho_torch.helper.illuminate_and_diffract` and `poisson_scale`, after torch's `manual_seed`.

    They return counts; amplitudes, labels and scale they do not.
    """
    torch.manual_seed(seed)
    flat = channels_first(object)
    intensity, _, _ = helper.illuminate_and_diffract(flat.flatten(0, 1), tensor(probe), nphotons)
    return {"counts": channels_last(helper.poisson_scale(intensity).reshape(flat.shape))}
