"""Operation `bridge_config`: the package's four configurations in the words of `ptycho.config`."""

import dataclasses
from pathlib import PurePath
from typing import Any

import torch
from ptycho_torch import config_bridge, config_params

Json = dict[str, Any]
CLASSES = {
    "data": config_params.DataConfig,
    "model": config_params.ModelConfig,
    "training": config_params.TrainingConfig,
    "inference": config_params.InferenceConfig,
}


def bridge_config(which: str, overrides: Json, **given: Json) -> Json:
    """`ptycho_torch.config_bridge.<which>`; for a training or inference configuration after `to_model_config`.

    The package's own four configurations are left out: their fields are not those of the client.
    """
    data, model, training, inference = (cls(**_fields(given[name])) for name, cls in CLASSES.items())
    if which == "to_model_config":
        canonical = config_bridge.to_model_config(data, model, overrides)
    elif which == "to_training_config":
        canonical = config_bridge.to_training_config(
            config_bridge.to_model_config(data, model), data, model, training, overrides
        )
    else:
        canonical = config_bridge.to_inference_config(
            config_bridge.to_model_config(data, model), data, inference, overrides
        )
    return {"fields": _plain(canonical)}


def _fields(given: Json) -> Json:
    """Fields as Python has them: a pair is a tuple, a mask of numbers a tensor."""
    return {name: _tensor_or_tuple(name, value) if isinstance(value, list) else value for name, value in given.items()}


def _tensor_or_tuple(name: str, value: list[Any]) -> Any:
    return torch.tensor(value) if name == "probe_mask" else tuple(value)


def _plain(config: Any) -> Json:
    return {name: _json(value) for name, value in dataclasses.asdict(config).items()}


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _json(item) for name, item in value.items()}
    return str(value) if isinstance(value, PurePath) else value
