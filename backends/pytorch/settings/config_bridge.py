"""From the torch layer's words to the canonical ones (TBRIDGE.*). Arguments are left as they are."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from ptychoparity.backends.host import settings
from ptychoparity.backends.pytorch.settings import canonical, config_params
from ptychoparity.backends.pytorch.settings.plain import build

MODES = {"Unsupervised": "pinn", "Supervised": "supervised"}
ACTIVATIONS = {"silu": "swish", "SiLU": "swish"} | {name: name for name in ("sigmoid", "swish", "softplus", "relu")}
Overrides = Mapping[str, Any] | None


def to_model_config(
    data: config_params.DataConfig, model: config_params.ModelConfig, overrides: Overrides = None
) -> canonical.ModelConfig:
    """Raises ValueError for a grid that is not square, an unknown mode, activation or override."""
    rows, columns = data.grid_size
    if rows != columns:
        raise ValueError(f"Non-square grid_size: {rows} x {columns}")
    if model.mode not in MODES:
        raise ValueError(f"Invalid mode {model.mode!r}, expected one of {', '.join(MODES)}")
    if model.amp_activation not in ACTIVATIONS:
        raise ValueError(f"Unknown activation {model.amp_activation!r}, expected one of {', '.join(ACTIVATIONS)}")
    said = _shared(model, canonical.ModelConfig) | _shared(data, canonical.ModelConfig)
    said |= {
        "gridsize": rows,
        "model_type": MODES[model.mode],
        "amp_activation": ACTIVATIONS[model.amp_activation],
        "probe_mask": model.probe_mask if isinstance(model.probe_mask, bool) else model.probe_mask is not None,
    }
    return _canonical(canonical.ModelConfig, said, overrides)


def to_training_config(
    model: canonical.ModelConfig,
    data: config_params.DataConfig,
    pt_model: config_params.ModelConfig,
    training: config_params.TrainingConfig,
    overrides: Overrides = None,
) -> canonical.TrainingConfig:
    """Raises ValueError where train_data_file, n_groups or the number of photons is not settled."""
    said = _shared(training, canonical.TrainingConfig) | {
        "model": model,
        "nepochs": training.epochs,
        "nll_weight": float(training.nll),
        "lr_warmup_epochs": training.warmup_epochs,
        "lr_min_ratio": training.min_lr_ratio,
        "neighbor_count": data.K,
        "nphotons": data.nphotons,
        "intensity_scale_trainable": pt_model.intensity_scale_trainable,
        "backend": "pytorch",
    }
    _settled(said, overrides, ("train_data_file", "n_groups"))
    if "nphotons" not in (overrides or {}) and data.nphotons == config_params.DataConfig.nphotons:
        ours = canonical.TrainingConfig.nphotons
        raise ValueError(
            f"nphotons = {data.nphotons:g} is the torch default, the canonical one is {ours:g}: override one of them"
        )
    return _canonical(canonical.TrainingConfig, said, overrides)


def to_inference_config(
    model: canonical.ModelConfig,
    data: config_params.DataConfig,
    inference: config_params.InferenceConfig,
    overrides: Overrides = None,
) -> canonical.InferenceConfig:
    """Raises ValueError where model_path or test_data_file is not overridden: the torch side has neither."""
    said = {"model": model, "neighbor_count": data.K, "backend": "pytorch"}
    _settled(said, overrides, ("model_path", "test_data_file"))
    return _canonical(canonical.InferenceConfig, said, overrides)


def _shared(config: Any, cls: type) -> dict[str, Any]:
    """What a torch configuration says under names that `cls` has, too."""
    names = {field.name for field in dataclasses.fields(cls)}
    return {f.name: getattr(config, f.name) for f in dataclasses.fields(config) if f.name in names}


def _settled(said: Mapping[str, Any], overrides: Overrides, names: Iterable[str]) -> None:
    """TBRIDGE.REQ_TRAIN, TBRIDGE.REQ_INFER."""
    for name in names:
        if {**said, **(overrides or {})}.get(name) is None:
            raise ValueError(f"{name} must be given as an override: the torch configuration does not say it")


def _canonical(cls: type, said: dict[str, Any], overrides: Overrides) -> Any:
    """Overrides win (TBRIDGE.OVERRIDES_WIN)."""
    names = [field.name for field in dataclasses.fields(cls)]
    settings.known(cls.__name__, overrides or {}, names)
    return build(cls, said | dict(overrides or {}))
