"""Every configuration class as a table: field to default, REQUIRED where there is none (CFG.*, EXEC.*)."""

from typing import Any

REQUIRED = "<required>"
KINDS = ("ModelConfig", "TrainingConfig", "InferenceConfig", "PyTorchExecutionConfig")

MODEL: dict[str, Any] = {
    "N": 64, "gridsize": 1, "n_filters_scale": 2, "model_type": "pinn", "architecture": "cnn",
    "fno_modes": 12, "fno_width": 32, "fno_blocks": 4, "fno_cnn_blocks": 2, "learned_input_channels": 1,
    "max_hidden_channels": None, "resnet_width": None, "fno_input_transform": "none",
    "generator_output_mode": "real_imag", "amp_activation": "sigmoid", "object_big": True, "probe_big": True,
    "probe_mask": False, "probe_mask_sigma": 1.0, "probe_mask_diameter": None, "pad_object": True,
    "probe_scale": 4.0, "gaussian_smoothing_sigma": 0.0,
}  # fmt: skip

SAMPLING: dict[str, Any] = {
    "n_groups": None, "n_images": None, "n_subsample": None, "subsample_seed": None, "neighbor_count": 4,
    "enable_oversampling": False, "neighbor_pool_size": None,
}  # fmt: skip

TRAINING: dict[str, Any] = {
    "model": REQUIRED, "train_data_file": None, "test_data_file": None, "batch_size": 16, "nepochs": 50,
    "mae_weight": 0.0, "nll_weight": 1.0, "realspace_mae_weight": 0.0, "realspace_weight": 0.0, "nphotons": 1e9,
    **SAMPLING,
    "positions_provided": True, "probe_trainable": False, "intensity_scale_trainable": True,
    "output_dir": "training_outputs", "sequential_sampling": False, "backend": "tensorflow",
    "torch_loss_mode": "poisson", "torch_mae_pred_l2_match_target": False, "gradient_clip_val": None,
    "gradient_clip_algorithm": "norm", "optimizer": "adam", "momentum": 0.9, "weight_decay": 0.0, "adam_beta1": 0.9,
    "adam_beta2": 0.999, "scheduler": "Default", "lr_warmup_epochs": 0, "lr_min_ratio": 0.1, "plateau_factor": 0.5,
    "plateau_patience": 2, "plateau_min_lr": 5e-05, "plateau_threshold": 0.0,
}  # fmt: skip

INFERENCE: dict[str, Any] = {
    "model": REQUIRED, "model_path": REQUIRED, "test_data_file": REQUIRED, **SAMPLING,
    "debug": False, "output_dir": "inference_outputs", "backend": "tensorflow",
}  # fmt: skip

EXECUTION: dict[str, Any] = {
    "accelerator": "cpu", "devices": 1, "strategy": "auto", "deterministic": True, "precision": "32-true",
    "gradient_clip_val": None, "gradient_clip_algorithm": "norm", "accum_steps": 1,
    "num_workers": 0, "pin_memory": False, "persistent_workers": False, "prefetch_factor": None,
    "learning_rate": 1e-3, "scheduler": "Default", "enable_progress_bar": False,
    "enable_checkpointing": True, "checkpoint_save_top_k": 1, "checkpoint_monitor_metric": "val_loss",
    "checkpoint_mode": "min", "early_stop_patience": 100, "logger_backend": "csv",
    "recon_log_every_n_epochs": None, "recon_log_num_patches": 4, "recon_log_fixed_indices": None,
    "recon_log_stitch": False, "recon_log_max_stitch_samples": None,
    "ffno_encoder_blocks": 24, "ffno_encoder_modes": 12, "ffno_encoder_share_weights": True,
    "ffno_encoder_gate_init": 0.1, "ffno_encoder_norm": "instance", "ffno_encoder_mlp_ratio": 2.0,
    "spectral_bottleneck_blocks": 6, "spectral_bottleneck_modes": 12, "spectral_bottleneck_share_weights": True,
    "spectral_bottleneck_gate_init": 0.1, "spectral_bottleneck_gate_mode": "shared",
    "inference_batch_size": None, "middle_trim": 0, "pad_eval": False,
}  # fmt: skip

CLASSES = dict(zip(KINDS, (MODEL, TRAINING, INFERENCE, EXECUTION), strict=True))
PATHS = ("train_data_file", "test_data_file", "model_path", "output_dir")
DEFAULT_GROUPS = 512

STORE: dict[str, Any] = {
    "N": 128, "offset": 4, "gridsize": 2, "outer_offset_train": None, "outer_offset_test": None, "batch_size": 16,
    "nepochs": 60, "n_filters_scale": 2, "output_prefix": "outputs", "big_gridsize": 10, "max_position_jitter": 10,
    "sim_jitter_scale": 0.0, "default_probe_scale": 0.7, "mae_weight": 0.0, "nll_weight": 1.0, "tv_weight": 0.0,
    "realspace_mae_weight": 0.0, "realspace_weight": 0.0, "nphotons": 1e9, "nimgs_train": 9, "nimgs_test": 3,
    "data_source": "generic", "probe.trainable": False, "intensity_scale.trainable": False,
    "positions.provided": False, "object.big": True, "probe.big": False, "probe_scale": 10.0, "set_phi": False,
    "probe.mask": True, "pad_object": True, "model_type": "pinn", "label": "", "size": 392,
    "amp_activation": "sigmoid", "h5_path": "wts.h5", "npseed": 42, "debug": True,
    "gaussian_smoothing_sigma": 0.0, "use_xla_translate": True,
}  # fmt: skip
"""The flat store as it is before anything was bridged into it (PARAMS.DEFAULTS)."""

RENAMED = {
    "object_big": "object.big", "probe_big": "probe.big", "probe_mask": "probe.mask",
    "probe_trainable": "probe.trainable", "intensity_scale_trainable": "intensity_scale.trainable",
    "positions_provided": "positions.provided", "output_dir": "output_prefix",
    "train_data_file": "train_data_file_path", "test_data_file": "test_data_file_path",
}  # fmt: skip
"""The nine fields whose key in the flat store is another (CFG.MAP.COMPLETE)."""
