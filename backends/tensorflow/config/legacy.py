"""The bridge from configurations into the legacy dictionary (BRIDGE.*, CFG.MAP.*): one way, None left out."""

import dataclasses
import os
from typing import Any

from ptychoparity.backends.tensorflow.config.classes import InferenceConfig, ModelConfig, TrainingConfig

KEY_MAPPINGS = {
    "object_big": "object.big",
    "probe_big": "probe.big",
    "probe_mask": "probe.mask",
    "probe_trainable": "probe.trainable",
    "intensity_scale_trainable": "intensity_scale.trainable",
    "positions_provided": "positions.provided",
    "output_dir": "output_prefix",
    "train_data_file": "train_data_file_path",
    "test_data_file": "test_data_file_path",
}
"""Fields whose legacy key is another; all others keep their names (CFG.MAP.COMPLETE)."""


def dataclass_to_legacy_dict(obj: ModelConfig | TrainingConfig | InferenceConfig) -> dict[str, Any]:
    """Legacy keys and values, the nested model's among them. TypeError for any other object (BRIDGE.EXEC_EXCLUDED)."""
    if type(obj) not in (ModelConfig, TrainingConfig, InferenceConfig):
        raise TypeError(f"{type(obj).__name__} is no configuration that goes into the legacy dictionary")
    fields = dataclasses.asdict(obj)
    fields.update(fields.pop("model", {}))
    return {
        KEY_MAPPINGS.get(name, name): os.fspath(value) if isinstance(value, os.PathLike) else value
        for name, value in fields.items()
    }


def update_legacy_dict(cfg: dict[str, Any], dataclass_obj: TrainingConfig | InferenceConfig) -> None:
    """Fill `cfg` in place. What is None, and what no field maps to, stays as it is."""
    legacy = dataclass_to_legacy_dict(dataclass_obj)
    cfg.update((key, value) for key, value in legacy.items() if value is not None)
