"""The canonical configurations as dataclasses (CFG.*): ModelConfig, TrainingConfig, InferenceConfig.

Their fields stand in `backends.host.config_fields`. They take what the client sends (N = 0, empty paths), may be
changed afterwards, and travel by pickle. Nothing is validated by constructing one: `validate` does, when it is asked.
"""

import dataclasses
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptychoparity.backends.host import config_fields
from ptychoparity.backends.pytorch.settings.options import check

ARCHIVE = "wts.h5.zip"
GROUPS = 512
"""Groups a training takes where nobody says how many (CFG.TRAIN.N_GROUPS_512)."""


@dataclass
class ModelConfig(config_fields.ModelFields):
    """What the network and its physics look like. N is asked for where a model is built, not here."""


@dataclass
class TrainingConfig(config_fields.TrainingFields):
    """A training: the model, its data, its loss and its optimiser."""

    model: ModelConfig

    def __post_init__(self) -> None:
        _old_name(self)
        if self.n_groups is None:
            self.n_groups = GROUPS


@dataclass
class InferenceConfig(config_fields.InferenceFields):
    """A reconstruction: the model, where its weights lie, and what to reconstruct."""

    model: ModelConfig

    def __post_init__(self) -> None:
        _old_name(self)


def _old_name(config: Any) -> None:
    """n_images alone stands for n_groups, with a warning (CFG.N_IMAGES.*)."""
    if config.n_images is not None and config.n_groups is None:
        warnings.warn("n_images is an old name of n_groups", DeprecationWarning, stacklevel=4)
        config.n_groups = config.n_images


def validate(config: Any) -> None:
    """ValueError that names the first field to break a rule, its value and what is allowed (CFG.VALIDATE.*)."""
    if isinstance(config, ModelConfig):
        check(config)
        _operator_fields(config)
        return
    if hasattr(config, "model"):
        validate(config.model)
    check(config)
    if isinstance(config, InferenceConfig):
        _archive(Path(config.model_path))


def _operator_fields(model: ModelConfig) -> None:
    """CFG.MODEL.ARCH_DEPENDENTS: what a network other than cnn is built from is above 0."""
    if model.architecture == "cnn":
        return
    for field in dataclasses.fields(model):
        value = getattr(model, field.name)
        if field.metadata.get("of_operator") and value is not None and value <= 0:
            raise ValueError(f"{field.name} = {value!r} must be above 0 with architecture {model.architecture!r}")


def _archive(path: Path) -> None:
    """CFG.VALIDATE.INFER.MODEL_PATH."""
    if not path.exists():
        raise ValueError(f"model_path does not exist: {path} (a folder with {ARCHIVE} is asked for)")
    if path.is_dir() and not (path / ARCHIVE).exists():
        raise ValueError(f"model_path = {path} is a folder without {ARCHIVE}")
