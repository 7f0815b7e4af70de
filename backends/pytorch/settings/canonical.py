"""The canonical configurations as dataclasses (CFG.*): ModelConfig, TrainingConfig, InferenceConfig.

They take what the client sends (N = 0, empty paths), may be changed afterwards, and travel by pickle. Nothing is
validated by constructing one: `validate` does, when it is asked.
"""

import dataclasses
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptychoparity.backends.pytorch.settings.options import check, option

BACKENDS = ("tensorflow", "pytorch")
ARCHIVE = "wts.h5.zip"
GROUPS = 512
"""Groups a training takes where nobody says how many (CFG.TRAIN.N_GROUPS_512)."""


@dataclass
class ModelConfig:
    """What the network and its physics look like. N is asked for where a model is built, not here."""

    N: int = option(64)
    gridsize: int = option(1, above=0)
    n_filters_scale: int = option(2, above=0)
    model_type: str = option("pinn", choices=("pinn", "supervised"))
    architecture: str = option("cnn", choices=("cnn", "ffno", "fno", "fno_vanilla", "neuralop_uno"))
    fno_modes: int = option(12, of_operator=True)
    fno_width: int = option(32, of_operator=True)
    fno_blocks: int = option(4, of_operator=True)
    fno_cnn_blocks: int = option(2)
    learned_input_channels: int = option(1)
    max_hidden_channels: int | None = option(None)
    resnet_width: int | None = option(None, of_operator=True)
    fno_input_transform: str = option("none", choices=("none", "sqrt", "log1p", "instancenorm"))
    generator_output_mode: str = option("real_imag", choices=("real_imag", "amp_phase_logits", "amp_phase"))
    amp_activation: str = option("sigmoid", choices=("sigmoid", "swish", "softplus", "relu"))
    object_big: bool = option(True, legacy="object.big")
    probe_big: bool = option(True, legacy="probe.big")
    probe_mask: bool = option(False, legacy="probe.mask")
    probe_mask_sigma: float = option(1.0)
    probe_mask_diameter: float | None = option(None)
    pad_object: bool = option(True)
    probe_scale: float = option(4.0, above=0)
    gaussian_smoothing_sigma: float = option(0.0, least=0)


@dataclass
class TrainingConfig:
    """A training: the model, its data, its loss and its optimiser."""

    model: ModelConfig
    train_data_file: Path | None = option(None, legacy="train_data_file_path")
    test_data_file: Path | None = option(None, legacy="test_data_file_path")
    batch_size: int = option(16, power_of_two=True)
    nepochs: int = option(50, above=0)
    mae_weight: float = option(0.0, least=0, most=1)
    nll_weight: float = option(1.0, least=0, most=1)
    realspace_mae_weight: float = option(0.0)
    realspace_weight: float = option(0.0)
    nphotons: float = option(1e9, above=0)
    n_groups: int | None = option(None)
    n_images: int | None = option(None)
    n_subsample: int | None = option(None)
    subsample_seed: int | None = option(None)
    neighbor_count: int = option(4)
    enable_oversampling: bool = option(False)
    neighbor_pool_size: int | None = option(None)
    positions_provided: bool = option(True, legacy="positions.provided")
    probe_trainable: bool = option(False, legacy="probe.trainable")
    intensity_scale_trainable: bool = option(True, legacy="intensity_scale.trainable")
    output_dir: Path = option(Path("training_outputs"), legacy="output_prefix")
    sequential_sampling: bool = option(False)
    backend: str = option("tensorflow", choices=BACKENDS)
    torch_loss_mode: str = option("poisson", choices=("poisson", "mae"))
    torch_mae_pred_l2_match_target: bool = option(False)
    gradient_clip_val: float | None = option(None)
    gradient_clip_algorithm: str = option("norm", choices=("norm", "value", "agc"))
    optimizer: str = option("adam", choices=("adam", "adamw", "sgd"))
    momentum: float = option(0.9)
    weight_decay: float = option(0.0)
    adam_beta1: float = option(0.9)
    adam_beta2: float = option(0.999)
    scheduler: str = option("Default", choices=("Default", "Exponential", "WarmupCosine", "ReduceLROnPlateau"))
    lr_warmup_epochs: int = option(0)
    lr_min_ratio: float = option(0.1)
    plateau_factor: float = option(0.5)
    plateau_patience: int = option(2)
    plateau_min_lr: float = option(5e-5)
    plateau_threshold: float = option(0.0)

    def __post_init__(self) -> None:
        _old_name(self)
        if self.n_groups is None:
            self.n_groups = GROUPS


@dataclass
class InferenceConfig:
    """A reconstruction: the model, where its weights lie, and what to reconstruct."""

    model: ModelConfig
    model_path: Path
    test_data_file: Path = option(legacy="test_data_file_path")
    n_groups: int | None = option(None)
    n_images: int | None = option(None)
    n_subsample: int | None = option(None)
    subsample_seed: int | None = option(None)
    neighbor_count: int = option(4)
    enable_oversampling: bool = option(False)
    neighbor_pool_size: int | None = option(None)
    debug: bool = option(False)
    output_dir: Path = option(Path("inference_outputs"), legacy="output_prefix")
    backend: str = option("tensorflow", choices=BACKENDS)

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
