"""The legacy parameter dictionary as it is before anybody changes it (PARAMS.*)."""

from types import MappingProxyType
from typing import Any

DEFAULTS: MappingProxyType[str, Any] = MappingProxyType(
    {
        # sizes and grouping
        "N": 128, "offset": 4, "gridsize": 2, "big_gridsize": 10, "size": 392, "max_position_jitter": 10,
        "sim_jitter_scale": 0.0, "outer_offset_train": None, "outer_offset_test": None,
        "nimgs_train": 9, "nimgs_test": 3,
        # training
        "batch_size": 16, "nepochs": 60, "nphotons": 1e9, "mae_weight": 0.0, "nll_weight": 1.0, "tv_weight": 0.0,
        "realspace_mae_weight": 0.0, "realspace_weight": 0.0, "npseed": 42,
        # network
        "model_type": "pinn", "n_filters_scale": 2, "amp_activation": "sigmoid", "pad_object": True, "object.big": True,
        "intensity_scale.trainable": False, "gaussian_smoothing_sigma": 0.0, "use_xla_translate": True,
        # probe
        "probe.big": False, "probe.mask": True, "probe.trainable": False,
        "probe_scale": 10.0, "default_probe_scale": 0.7,
        # files and the rest
        "data_source": "generic", "positions.provided": False, "set_phi": False, "label": "",
        "output_prefix": "outputs",
        "h5_path": "wts.h5", "debug": True,
    }
)  # fmt: skip
