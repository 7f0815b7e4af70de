"""The flat store of old, and the one-way bridge into it (PARAMS.*, BRIDGE.*). Our own code never reads it."""

import dataclasses
from pathlib import Path
from typing import Any

from ptychoparity.backends.host import legacy_params
from ptychoparity.backends.pytorch.settings.canonical import InferenceConfig, ModelConfig, TrainingConfig

cfg: dict[str, Any] = dict(legacy_params.DEFAULTS)
"""The store itself: one dictionary for the life of the process, changed in place (PARAMS.CFG)."""


class _Nothing:
    """No default: None is one."""


def get(key: str, default: Any = _Nothing) -> Any:
    """The value under `key`; bigN is computed (PARAMS.BIGN). KeyError where nothing is and no default is given."""
    if key == "bigN":
        return cfg["N"] + (cfg["gridsize"] - 1) * cfg["offset"]
    if key in cfg:
        return cfg[key]
    if default is _Nothing:
        raise KeyError(f"params has no {key!r}")
    return default


def set(key: str, value: Any) -> None:
    """Put `value` under `key` (PARAMS.SET)."""
    if not isinstance(key, str):
        raise ValueError(f"key = {key!r} must be a text")
    cfg[key] = value


def dataclass_to_legacy_dict(config: ModelConfig | TrainingConfig | InferenceConfig) -> dict[str, Any]:
    """A configuration flat, under legacy keys, paths as texts (BRIDGE.FLATTEN, CFG.MAP.*). TypeError for others."""
    if not isinstance(config, (ModelConfig, TrainingConfig, InferenceConfig)):
        raise TypeError(f"a {type(config).__name__} has no place in the flat store")
    flat: dict[str, Any] = {}
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if isinstance(value, ModelConfig):
            flat |= dataclass_to_legacy_dict(value)
        else:
            flat[field.metadata.get("legacy", field.name)] = str(value) if isinstance(value, Path) else value
    return flat


def update_legacy_dict(params: dict[str, Any], config: TrainingConfig | InferenceConfig) -> None:
    """Write a configuration into `params`, in place; None leaves what is there (BRIDGE.NONE_KEEPS)."""
    for key, value in dataclass_to_legacy_dict(config).items():
        if value is not None:
            params[key] = value
