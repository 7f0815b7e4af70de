"""The fields of the configurations, written once for the framework backends (CFG.*, EXEC.*).

Name, type, choices, default, range and legacy key stand here. The classes are each backend's own, derived from these,
and so is what constructs, validates and translates them. The oracle and the contracts' tables have lists of their own:
this one is held against them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ptychoparity.backends.host.options import Range, option

BackendName = Literal["tensorflow", "pytorch"]


@dataclass
class ModelFields:
    """Architecture and core physics (CFG.MODEL.*)."""

    N: int = 64
    gridsize: int = option(1, range=Range.POSITIVE)
    n_filters_scale: int = option(2, range=Range.POSITIVE)
    model_type: Literal["pinn", "supervised"] = "pinn"
    architecture: Literal["cnn", "ffno", "fno", "fno_vanilla", "neuralop_uno"] = "cnn"
    fno_modes: int = option(12, of_operator=True)
    fno_width: int = option(32, of_operator=True)
    fno_blocks: int = option(4, of_operator=True)
    fno_cnn_blocks: int = 2
    learned_input_channels: int = 1
    max_hidden_channels: int | None = None
    resnet_width: int | None = option(None, of_operator=True)
    fno_input_transform: Literal["none", "sqrt", "log1p", "instancenorm"] = "none"
    generator_output_mode: Literal["real_imag", "amp_phase_logits", "amp_phase"] = "real_imag"
    amp_activation: Literal["sigmoid", "swish", "softplus", "relu"] = "sigmoid"
    object_big: bool = option(True, legacy="object.big")
    probe_big: bool = option(True, legacy="probe.big")
    probe_mask: bool = option(False, legacy="probe.mask")
    probe_mask_sigma: float = 1.0
    probe_mask_diameter: float | None = None
    pad_object: bool = True
    probe_scale: float = option(4.0, range=Range.POSITIVE)
    gaussian_smoothing_sigma: float = option(0.0, range=Range.NOT_NEGATIVE)


@dataclass
class TrainingFields:
    """Data, loop, loss weights, sampling and optimiser of a training (CFG.TRAIN.*)."""

    model: Any
    train_data_file: Path | None = option(None, legacy="train_data_file_path")
    test_data_file: Path | None = option(None, legacy="test_data_file_path")
    batch_size: int = option(16, range=Range.POWER_OF_TWO)
    nepochs: int = option(50, range=Range.POSITIVE)
    mae_weight: float = option(0.0, range=Range.FRACTION)
    nll_weight: float = option(1.0, range=Range.FRACTION)
    realspace_mae_weight: float = 0.0
    realspace_weight: float = 0.0
    nphotons: float = option(1e9, range=Range.POSITIVE)
    n_groups: int | None = None
    n_images: int | None = None
    n_subsample: int | None = None
    subsample_seed: int | None = None
    neighbor_count: int = 4
    enable_oversampling: bool = False
    neighbor_pool_size: int | None = None
    positions_provided: bool = option(True, legacy="positions.provided")
    probe_trainable: bool = option(False, legacy="probe.trainable")
    intensity_scale_trainable: bool = option(True, legacy="intensity_scale.trainable")
    output_dir: Path = option(Path("training_outputs"), legacy="output_prefix")
    sequential_sampling: bool = False
    backend: BackendName = "tensorflow"
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


@dataclass
class InferenceFields:
    """What is reconstructed, with which bundle (CFG.INFER.*)."""

    model: Any
    model_path: Path
    test_data_file: Path = option(legacy="test_data_file_path")
    n_groups: int | None = None
    n_images: int | None = None
    n_subsample: int | None = None
    subsample_seed: int | None = None
    neighbor_count: int = 4
    enable_oversampling: bool = False
    neighbor_pool_size: int | None = None
    debug: bool = False
    output_dir: Path = option(Path("inference_outputs"), legacy="output_prefix")
    backend: BackendName = "tensorflow"


@dataclass
class ExecutionFields:
    """Run-time knobs of the torch backend (EXEC.*)."""

    accelerator: Literal["auto", "cpu", "cuda", "gpu", "mps"] = "cpu"
    devices: int | Literal["auto"] = option(1, range=Range.POSITIVE)
    strategy: str = "auto"
    deterministic: bool = True
    precision: Literal["32-true", "16-mixed", "bf16-mixed"] = "32-true"
    gradient_clip_val: float | None = None
    gradient_clip_algorithm: str = "norm"
    accum_steps: int = option(1, range=Range.POSITIVE)
    num_workers: int = option(0, range=Range.NOT_NEGATIVE)
    pin_memory: bool = False
    persistent_workers: bool = False
    prefetch_factor: int | None = None
    learning_rate: float = option(1e-3, range=Range.POSITIVE)
    scheduler: str = "Default"
    enable_progress_bar: bool = False
    enable_checkpointing: bool = True
    checkpoint_save_top_k: int = option(1, range=Range.NOT_NEGATIVE)
    checkpoint_monitor_metric: str = "val_loss"
    checkpoint_mode: Literal["min", "max"] = "min"
    early_stop_patience: int = option(100, range=Range.POSITIVE)
    logger_backend: Literal["csv", "tensorboard", "mlflow", "none"] | None = "csv"
    recon_log_every_n_epochs: int | None = None
    recon_log_num_patches: int = 4
    recon_log_fixed_indices: list | None = None  # type: ignore[type-arg]  # annotations are read by isinstance
    recon_log_stitch: bool = False
    recon_log_max_stitch_samples: int | None = None
    ffno_encoder_blocks: int = option(24, range=Range.POSITIVE)
    ffno_encoder_modes: int = option(12, range=Range.POSITIVE)
    ffno_encoder_share_weights: bool = True
    ffno_encoder_gate_init: float = option(0.1, range=Range.POSITIVE)
    ffno_encoder_norm: str = "instance"
    ffno_encoder_mlp_ratio: float = option(2.0, range=Range.POSITIVE)
    spectral_bottleneck_blocks: int = option(6, range=Range.POSITIVE)
    spectral_bottleneck_modes: int = option(12, range=Range.POSITIVE)
    spectral_bottleneck_share_weights: bool = True
    spectral_bottleneck_gate_init: float = 0.1
    spectral_bottleneck_gate_mode: Literal["shared", "per_block"] = "shared"
    inference_batch_size: int | None = option(None, range=Range.POSITIVE)
    middle_trim: int = 0
    pad_eval: bool = False
