"""ModelConfig, TrainingConfig, InferenceConfig, PyTorchExecutionConfig (CFG.*, EXEC.*).

Their fields stand in `backends.host.config_fields`; an annotation is a field's rule of type and choice, read by
`validation`. What is constructed may be changed later (the client assigns `model.N`), and only execution settings are
validated while they are constructed.
"""

import dataclasses
import warnings

from ptychoparity.backends.host import config_fields


@dataclasses.dataclass
class ModelConfig(config_fields.ModelFields):
    """Architecture and core physics. N may be 0 until the data are known; building a model asks for a real one."""


@dataclasses.dataclass
class TrainingConfig(config_fields.TrainingFields):
    """Data, loop, loss weights, sampling and optimiser of a training."""

    model: ModelConfig

    def __post_init__(self) -> None:
        self.n_groups = _groups(self.n_groups, self.n_images)
        if self.n_groups is None:
            self.n_groups = 512  # CFG.TRAIN.N_GROUPS_512


@dataclasses.dataclass
class InferenceConfig(config_fields.InferenceFields):
    """What is reconstructed, with which bundle. n_groups None stands for all there are."""

    model: ModelConfig

    def __post_init__(self) -> None:
        self.n_groups = _groups(self.n_groups, self.n_images)


@dataclasses.dataclass
class PyTorchExecutionConfig(config_fields.ExecutionFields):
    """Run-time knobs of the torch backend; kept here so that every backend's configurations can be told apart."""

    def __post_init__(self) -> None:
        from ptychoparity.backends.tensorflow.config.validation import (
            validate,  # it knows these classes: not before they exist
        )

        validate(self)
        if self.persistent_workers and not self.num_workers:
            raise ValueError(f"persistent_workers keeps workers alive, and num_workers is {self.num_workers}")


def _groups(n_groups: int | None, n_images: int | None) -> int | None:
    """CFG.N_IMAGES.*: the deprecated name counts only where the other is silent."""
    if n_groups is not None or n_images is None:
        return n_groups
    warnings.warn("use n_groups: n_images is deprecated", DeprecationWarning, stacklevel=4)
    return n_images
