"""The bridge from configurations into the legacy dictionary (BRIDGE.*, CFG.MAP.*): one way, None left out."""

import dataclasses
import os
from typing import Any

from ptychoparity.backends.tensorflow.config.classes import InferenceConfig, ModelConfig, TrainingConfig


def dataclass_to_legacy_dict(obj: ModelConfig | TrainingConfig | InferenceConfig) -> dict[str, Any]:
    """Legacy keys and values, the nested model's among them. TypeError for any other object (BRIDGE.EXEC_EXCLUDED)."""
    if type(obj) not in (ModelConfig, TrainingConfig, InferenceConfig):
        raise TypeError(f"{type(obj).__name__} is no configuration that goes into the legacy dictionary")
    flat: dict[str, Any] = {}
    for field in dataclasses.fields(obj):
        if field.name != "model":
            value = getattr(obj, field.name)
            key = field.metadata.get("legacy", field.name)  # all others keep their names (CFG.MAP.COMPLETE)
            flat[key] = os.fspath(value) if isinstance(value, os.PathLike) else value
    return flat if isinstance(obj, ModelConfig) else flat | dataclass_to_legacy_dict(obj.model)


def update_legacy_dict(cfg: dict[str, Any], dataclass_obj: TrainingConfig | InferenceConfig) -> None:
    """Fill `cfg` in place. What is None, and what no field maps to, stays as it is."""
    legacy = dataclass_to_legacy_dict(dataclass_obj)
    cfg.update((key, value) for key, value in legacy.items() if value is not None)
