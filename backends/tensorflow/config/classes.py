"""ModelConfig, TrainingConfig, InferenceConfig, PyTorchExecutionConfig (CFG.*, EXEC.*): fields, types, defaults.

A field's annotation is its rule of type and choice, read by `validation`. What is constructed may be changed later
(the client assigns `model.N`), and only execution settings are validated while they are constructed.
"""

import dataclasses
import warnings
from pathlib import Path
from typing import Literal

Backend = Literal["tensorflow", "pytorch"]


@dataclasses.dataclass
class ModelConfig:
    """Architecture and core physics. N may be 0 until the data are known; building a model asks for a real one."""

    N: int = 64
    gridsize: int = 1
    n_filters_scale: int = 2
    model_type: Literal["pinn", "supervised"] = "pinn"
    architecture: Literal["cnn", "ffno", "fno", "fno_vanilla", "neuralop_uno"] = "cnn"
    fno_modes: int = 12
    fno_width: int = 32
    fno_blocks: int = 4
    fno_cnn_blocks: int = 2
    learned_input_channels: int = 1
    max_hidden_channels: int | None = None
    resnet_width: int | None = None
    fno_input_transform: Literal["none", "sqrt", "log1p", "instancenorm"] = "none"
    generator_output_mode: Literal["real_imag", "amp_phase_logits", "amp_phase"] = "real_imag"
    amp_activation: Literal["sigmoid", "swish", "softplus", "relu"] = "sigmoid"
    object_big: bool = True
    probe_big: bool = True
    probe_mask: bool = False
    probe_mask_sigma: float = 1.0
    probe_mask_diameter: float | None = None
    pad_object: bool = True
    probe_scale: float = 4.0
    gaussian_smoothing_sigma: float = 0.0


@dataclasses.dataclass
class TrainingConfig:
    """Data, loop, loss weights, sampling and optimiser of a training."""

    model: ModelConfig
    train_data_file: Path | None = None
    test_data_file: Path | None = None
    batch_size: int = 16
    nepochs: int = 50
    mae_weight: float = 0.0
    nll_weight: float = 1.0
    realspace_mae_weight: float = 0.0
    realspace_weight: float = 0.0
    nphotons: float = 1e9
    n_groups: int | None = None
    n_images: int | None = None
    n_subsample: int | None = None
    subsample_seed: int | None = None
    neighbor_count: int = 4
    enable_oversampling: bool = False
    neighbor_pool_size: int | None = None
    positions_provided: bool = True
    probe_trainable: bool = False
    intensity_scale_trainable: bool = True
    output_dir: Path = Path("training_outputs")
    sequential_sampling: bool = False
    backend: Backend = "tensorflow"
    torch_loss_mode: Literal["poisson", "mae"] = "poisson"
    torch_mae_pred_l2_match_target: bool = False
    gradient_clip_val: float | None = None
    gradient_clip_algorithm: Literal["norm", "value", "agc"] = "norm"
    optimizer: Literal["adam", "adamw", "sgd"] = "adam"
    momentum: float = 0.9
    weight_decay: float = 0.0
    adam_beta1: float = 0.9
    adam_beta2: float = 0.999
    scheduler: Literal["Default", "Exponential", "WarmupCosine", "ReduceLROnPlateau"] = "Default"
    lr_warmup_epochs: int = 0
    lr_min_ratio: float = 0.1
    plateau_factor: float = 0.5
    plateau_patience: int = 2
    plateau_min_lr: float = 5e-5
    plateau_threshold: float = 0.0

    def __post_init__(self) -> None:
        self.n_groups = _groups(self.n_groups, self.n_images)
        if self.n_groups is None:
            self.n_groups = 512  # CFG.TRAIN.N_GROUPS_512


@dataclasses.dataclass
class InferenceConfig:
    """What is reconstructed, with which bundle. n_groups None stands for all there are."""

    model: ModelConfig
    model_path: Path
    test_data_file: Path
    n_groups: int | None = None
    n_images: int | None = None
    n_subsample: int | None = None
    subsample_seed: int | None = None
    neighbor_count: int = 4
    enable_oversampling: bool = False
    neighbor_pool_size: int | None = None
    debug: bool = False
    output_dir: Path = Path("inference_outputs")
    backend: Backend = "tensorflow"

    def __post_init__(self) -> None:
        self.n_groups = _groups(self.n_groups, self.n_images)


@dataclasses.dataclass
class PyTorchExecutionConfig:
    """Run-time knobs of the torch backend; kept here so that every backend's configurations can be told apart."""

    accelerator: Literal["auto", "cpu", "cuda", "gpu", "mps"] = "cpu"
    devices: int | Literal["auto"] = 1
    strategy: str = "auto"
    deterministic: bool = True
    precision: Literal["32-true", "16-mixed", "bf16-mixed"] = "32-true"
    gradient_clip_val: float | None = None
    gradient_clip_algorithm: str = "norm"
    accum_steps: int = 1
    num_workers: int = 0
    pin_memory: bool = False
    persistent_workers: bool = False
    prefetch_factor: int | None = None
    learning_rate: float = 1e-3
    scheduler: str = "Default"
    enable_progress_bar: bool = False
    enable_checkpointing: bool = True
    checkpoint_save_top_k: int = 1
    checkpoint_monitor_metric: str = "val_loss"
    checkpoint_mode: Literal["min", "max"] = "min"
    early_stop_patience: int = 100
    logger_backend: Literal["csv", "tensorboard", "mlflow", "none"] | None = "csv"
    recon_log_every_n_epochs: int | None = None
    recon_log_num_patches: int = 4
    recon_log_fixed_indices: list | None = None
    recon_log_stitch: bool = False
    recon_log_max_stitch_samples: int | None = None
    ffno_encoder_blocks: int = 24
    ffno_encoder_modes: int = 12
    ffno_encoder_share_weights: bool = True
    ffno_encoder_gate_init: float = 0.1
    ffno_encoder_norm: str = "instance"
    ffno_encoder_mlp_ratio: float = 2.0
    spectral_bottleneck_blocks: int = 6
    spectral_bottleneck_modes: int = 12
    spectral_bottleneck_share_weights: bool = True
    spectral_bottleneck_gate_init: float = 0.1
    spectral_bottleneck_gate_mode: Literal["shared", "per_block"] = "shared"
    inference_batch_size: int | None = None
    middle_trim: int = 0
    pad_eval: bool = False

    def __post_init__(self) -> None:
        from ptychoparity.backends.tensorflow.config.validation import (
            validate,  # it knows these classes: not before they exist
        )

        validate(self)


def _groups(n_groups: int | None, n_images: int | None) -> int | None:
    """CFG.N_IMAGES.*: the deprecated name counts only where the other is silent."""
    if n_groups is not None or n_images is None:
        return n_groups
    warnings.warn("use n_groups: n_images is deprecated", DeprecationWarning, stacklevel=4)
    return n_images
