"""The legacy parameter dictionary (PARAMS.*): kept because the contract asks for it, read by none of our code."""

from typing import Any

cfg: dict[str, Any] = {
    # sizes and grouping
    "N": 128, "offset": 4, "gridsize": 2, "big_gridsize": 10, "size": 392, "max_position_jitter": 10,
    "sim_jitter_scale": 0.0, "outer_offset_train": None, "outer_offset_test": None, "nimgs_train": 9, "nimgs_test": 3,
    # training
    "batch_size": 16, "nepochs": 60, "nphotons": 1e9, "mae_weight": 0.0, "nll_weight": 1.0, "tv_weight": 0.0,
    "realspace_mae_weight": 0.0, "realspace_weight": 0.0, "npseed": 42,
    # network
    "model_type": "pinn", "n_filters_scale": 2, "amp_activation": "sigmoid", "pad_object": True, "object.big": True,
    "intensity_scale.trainable": False, "gaussian_smoothing_sigma": 0.0, "use_xla_translate": True,
    # probe
    "probe.big": False, "probe.mask": True, "probe.trainable": False, "probe_scale": 10.0, "default_probe_scale": 0.7,
    # files and the rest
    "data_source": "generic", "positions.provided": False, "set_phi": False, "label": "", "output_prefix": "outputs",
    "h5_path": "wts.h5", "debug": True,
}  # fmt: skip
"""The one dictionary; it is changed and never replaced (PARAMS.CFG)."""


def bigN() -> int:
    """Side of a group's joint field of view, from what the dictionary holds now (PARAMS.BIGN)."""
    return cfg["N"] + cfg["offset"] * (cfg["gridsize"] - 1)


def get(key: str, *default: Any) -> Any:
    """A value, derived ones computed. KeyError for a key that is not there, unless a default is given."""
    if key == "bigN":
        return bigN()
    if key not in cfg and default:
        return default[0]
    return cfg[key]


def set(key: str, value: Any) -> None:
    """One entry (PARAMS.SET). ValueError where the key is no text."""
    if not isinstance(key, str):
        raise ValueError(f"params key {key!r}: expected a text")
    cfg[key] = value
