"""The torch layer's own configurations, field by field as the client sends them (TBRIDGE.*). Imports no torch.

Fields that also exist in the canonical classes mean the same here, n_subsample apart.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class DataConfig:
    """Scans, probes and how groups are found."""

    nphotons: float = 1e5
    N: int = 64
    C: int = 4
    K: int = 6
    K_quadrant: int = 30
    n_subsample: int = 7
    grid_size: tuple[int, int] = (2, 2)
    neighbor_function: str = "Nearest"
    min_neighbor_distance: float = 0.0
    max_neighbor_distance: float = 3.0
    scan_pattern: str = "Isotropic"
    normalize: str = "Batch"
    probe_scale: float = 4.0
    probe_normalize: bool = True
    probe_ramp_removal: bool = False
    data_scaling: str = "Parseval"
    phase_subtraction: bool = True
    x_bounds: tuple[float, float] = (0.1, 0.9)
    y_bounds: tuple[float, float] = (0.1, 0.9)


@dataclass
class ModelConfig:
    """The network, and what is trained in it."""

    mode: str = "Unsupervised"
    amp_activation: str = "silu"
    probe_mask: Any = None
    """None, a flag, or a tensor that is the mask itself."""
    n_filters_scale: int = 2
    object_big: bool = True
    probe_big: bool = True
    loss_function: str = "Poisson"
    amp_loss: str | None = None
    phase_loss: str | None = None
    amp_loss_coeff: float = 1.0
    phase_loss_coeff: float = 1.0
    probe_reference_coeff: float = 0.0
    amplitude_variance_loss: bool = False
    amplitude_variance_coeff: float = 0.01
    intensity_scale_trainable: bool = False
    intensity_scale: float = 10000.0
    C_model: int = 4
    C_forward: int = 4
    num_datasets: int = 1
    max_position_jitter: int = 10
    offset: int = 6
    edge_pad: int = 10
    batch_norm: bool = False
    use_shared_decoder: bool = False
    decoder_last_amp_channels: int = 1
    decoder_last_c_outer_fraction: float = 0.125
    decoder_spatial_kernel: int = 7
    spatial_decoder: bool = False
    cbam_encoder: bool = True
    cbam_bottleneck: bool = False
    cbam_decoder: bool = False
    eca_encoder: bool = False
    eca_decoder: bool = False
    architecture: str = "cnn"
    fno_modes: int = 12
    fno_width: int = 32
    fno_blocks: int = 4
    fno_cnn_blocks: int = 2
    learned_input_channels: int = 1
    max_hidden_channels: int | None = None
    resnet_width: int | None = None
    fno_input_transform: str = "none"
    generator_output_mode: str = "real_imag"
    probe_mask_sigma: float = 1.0
    probe_mask_diameter: float | None = None
    pad_object: bool = True
    gaussian_smoothing_sigma: float = 0.0


@dataclass
class TrainingConfig:
    """A training under Lightning."""

    epochs: int = 50
    batch_size: int = 16
    learning_rate: float = 1e-3
    nll: bool = True
    train_data_file: Path | None = None
    test_data_file: Path | None = None
    output_dir: Path = Path("training_outputs")
    n_groups: int | None = None
    subsample_seed: int | None = None
    sequential_sampling: bool = False
    enable_oversampling: bool = False
    neighbor_pool_size: int | None = None
    probe_trainable: bool = False
    torch_loss_mode: str = "poisson"
    torch_mae_pred_l2_match_target: bool = False
    gradient_clip_val: float | None = None
    gradient_clip_algorithm: str = "norm"
    optimizer: str = "adam"
    momentum: float = 0.9
    weight_decay: float = 0.0
    adam_beta1: float = 0.9
    adam_beta2: float = 0.999
    scheduler: str = "Default"
    warmup_epochs: int = 0
    min_lr_ratio: float = 0.1
    plateau_factor: float = 0.5
    plateau_patience: int = 2
    plateau_min_lr: float = 5e-5
    plateau_threshold: float = 0.0
    device: str = "cuda"
    n_devices: int = 1
    strategy: str = "ddp_spawn"
    num_workers: int = 4
    accum_steps: int = 1
    framework: str = "Lightning"
    orchestrator: str = "Lightning"
    model_name: str = "PtychoPINNv2"
    notes: str = ""
    epochs_fine_tune: int = 0
    fine_tune_gamma: float = 0.1
    enable_staged_finetuning: bool = False
    finetune_skip_stage3: bool = True
    finetune_stage1_epochs: int = 7
    finetune_stage2_epochs: int = 7
    finetune_stage3_epochs: int = 5
    finetune_stage1_lr_decoder: float = 0.1
    finetune_stage2_lr_encoder_top: float = 0.01
    finetune_stage2_lr_decoder: float = 0.05
    finetune_stage2_lr_phase_head: float = 0.1
    finetune_stage3_lr_encoder_bottom: float = 0.005
    finetune_stage3_lr_encoder_top: float = 0.01
    finetune_stage3_lr_decoder: float = 0.02
    finetune_stage3_lr_phase_head: float = 0.05
    finetune_early_stop_patience: int = 3
    finetune_val_split: float = 0.05


@dataclass
class InferenceConfig:
    """A reconstruction."""

    batch_size: int = 1000
    middle_trim: int = 32
    experiment_number: int = 0
    patch_weighting: str = "probe"
    pad_eval: bool = True
    window: int = 20


@dataclass
class DatagenConfig:
    """Synthetic data: the client sends it without any field."""
