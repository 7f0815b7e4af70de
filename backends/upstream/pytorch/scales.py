"""Normalisation and scales."""

import numpy as np
from ptycho_torch import helper
from ptycho_torch import probe_mask as masks
from ptycho_torch.config_params import DataConfig, ModelConfig
from ptycho_torch.model import IntensityScalerModule, ProbeIllumination

from ptychoparity.backends.upstream.boundary import unsupported
from ptychoparity.backends.upstream.pytorch.layouts import array, channels_first, channels_last, tensor

Answer = dict[str, np.ndarray]


def normalize_probe(probe: np.ndarray, probe_scale: float) -> Answer:
    """`ptycho_torch.helper.normalize_probe_like_tf`, its mask on and its edge hard; it returns one over the divisor."""
    normalized, factor = helper.normalize_probe_like_tf(probe, probe_scale, probe_mask=True, probe_mask_sigma=0.0)
    return {"probe": normalized, "norm": np.asarray(1.0 / factor)}


def probe_mask(probe: np.ndarray, masked: bool) -> Answer:
    """`ptycho_torch.probe_mask.resolve_probe_mask_np`, and `ptycho_torch.model.ProbeIllumination`'s probe."""
    N = probe.shape[0]
    layer = ProbeIllumination(ModelConfig(probe_mask=masked), DataConfig(N=N))
    _, seen = layer(tensor(np.ones((1, 1, N, N), np.complex64)), tensor(probe)[None, None, None])
    return {"mask": masks.resolve_probe_mask_np(N, probe_mask=masked), "probe": array(seen)[0, 0, 0]}


def normalize_diffraction(diffraction: np.ndarray) -> Answer:
    """`ptycho_torch.helper.get_rms_scaling_factor`, the scale of the package's own data set, times the patterns."""
    X = channels_first(diffraction)
    scale = helper.get_rms_scaling_factor(X, DataConfig(N=diffraction.shape[1]))
    return {"normalized": channels_last(X * scale), "scale": array(scale).reshape(())}


def intensity_scale(nphotons: float, N: int, field: np.ndarray | None) -> Answer:
    """`ptycho_torch.helper.derive_intensity_scale_from_amplitudes` of a field's amplitudes; it knows no other."""
    if field is None:
        unsupported("intensity_scale without a field: the package derives it from amplitudes alone")
    return {"scale": array(helper.derive_intensity_scale_from_amplitudes(tensor(np.abs(field)), nphotons))}


def model_scale(model_input: np.ndarray, amplitude: np.ndarray, intensity_scale: float) -> Answer:
    """`ptycho_torch.model.IntensityScalerModule`: its `scale` multiplies and its `inv_scale` divides by a factor.

    The factor is one over the scale of the contract. The predicted intensity it does not return.
    """
    scaler = IntensityScalerModule(ModelConfig())
    return {
        "network_input": array(scaler.scale(tensor(model_input), 1.0 / intensity_scale)),
        "predicted_amplitude": array(scaler.inv_scale(tensor(amplitude), 1.0 / intensity_scale)),
    }


def padded_size(N: int, gridsize: int, offset: int, max_position_jitter: int) -> Answer:
    """`ptycho_torch.helper.get_bigN` and `get_padded_size`; the offset is what it calls `max_neighbor_distance`."""
    data = DataConfig(N=N, grid_size=(gridsize, gridsize), max_neighbor_distance=offset)
    model = ModelConfig(max_position_jitter=max_position_jitter)
    return {"bigN": np.asarray(helper.get_bigN(data, model)), "padded": np.asarray(helper.get_padded_size(data, model))}
