"""How a training is run: PyTorchExecutionConfig (EXEC.*). It never reaches the flat store."""

from dataclasses import dataclass

from ptychoparity.backends.pytorch.settings.options import check, option


@dataclass
class PyTorchExecutionConfig:
    """Settings of a run, validated while they are constructed: ValueError (EXEC.POST_INIT)."""

    accelerator: str = option("cpu", choices=("auto", "cpu", "cuda", "gpu", "mps"))
    devices: int | str = option(1, above=0)
    strategy: str = option("auto")
    deterministic: bool = option(True)
    precision: str = option("32-true", choices=("32-true", "16-mixed", "bf16-mixed"))
    gradient_clip_val: float | None = option(None)
    gradient_clip_algorithm: str = option("norm")
    accum_steps: int = option(1, above=0)
    num_workers: int = option(0, least=0)
    pin_memory: bool = option(False)
    persistent_workers: bool = option(False)
    prefetch_factor: int | None = option(None)
    learning_rate: float = option(1e-3, above=0)
    scheduler: str = option("Default")
    enable_progress_bar: bool = option(False)
    enable_checkpointing: bool = option(True)
    checkpoint_save_top_k: int = option(1, least=0)
    checkpoint_monitor_metric: str = option("val_loss")
    checkpoint_mode: str = option("min", choices=("min", "max"))
    early_stop_patience: int = option(100, above=0)
    logger_backend: str | None = option("csv", choices=("csv", "tensorboard", "mlflow", "none", None))
    recon_log_every_n_epochs: int | None = option(None)
    recon_log_num_patches: int = option(4)
    recon_log_fixed_indices: list | None = option(None)
    recon_log_stitch: bool = option(False)
    recon_log_max_stitch_samples: int | None = option(None)
    ffno_encoder_blocks: int = option(24, above=0)
    ffno_encoder_modes: int = option(12, above=0)
    ffno_encoder_share_weights: bool = option(True)
    ffno_encoder_gate_init: float = option(0.1, above=0)
    ffno_encoder_norm: str = option("instance")
    ffno_encoder_mlp_ratio: float = option(2.0, above=0)
    spectral_bottleneck_blocks: int = option(6, above=0)
    spectral_bottleneck_modes: int = option(12, above=0)
    spectral_bottleneck_share_weights: bool = option(True)
    spectral_bottleneck_gate_init: float = option(0.1)
    spectral_bottleneck_gate_mode: str = option("shared", choices=("shared", "per_block"))
    inference_batch_size: int | None = option(None, above=0)
    middle_trim: int = option(0)
    pad_eval: bool = option(False)

    def __post_init__(self) -> None:
        check(self)
        if isinstance(self.devices, str) and self.devices != "auto":
            raise ValueError(f"devices = {self.devices!r} must be a whole number above 0 or 'auto'")
