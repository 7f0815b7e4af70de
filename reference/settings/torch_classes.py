"""The torch layer's own configuration classes as tables: field to default (TBRIDGE.*)."""

from typing import Any

from ptychoparity.reference.settings.classes import MODEL, TRAINING

DATA: dict[str, Any] = {
    "nphotons": 1e5, "N": 64, "C": 4, "K": 6, "K_quadrant": 30, "n_subsample": 7, "grid_size": [2, 2],
    "neighbor_function": "Nearest", "min_neighbor_distance": 0.0, "max_neighbor_distance": 3.0,
    "scan_pattern": "Isotropic", "normalize": "Batch", "probe_scale": 4.0, "probe_normalize": True,
    "probe_ramp_removal": False, "data_scaling": "Parseval", "phase_subtraction": True, "x_bounds": [0.1, 0.9],
    "y_bounds": [0.1, 0.9],
}  # fmt: skip

SAME_IN_MODEL = (
    "n_filters_scale", "object_big", "probe_big", "architecture", "fno_modes", "fno_width", "fno_blocks",
    "fno_cnn_blocks", "learned_input_channels", "max_hidden_channels", "resnet_width", "fno_input_transform",
    "generator_output_mode", "probe_mask_sigma", "probe_mask_diameter", "pad_object", "gaussian_smoothing_sigma",
)  # fmt: skip
"""Fields of the torch model that mean what the canonical ones of the same name do, at the same defaults."""

TORCH_MODEL: dict[str, Any] = {
    "mode": "Unsupervised", "amp_activation": "silu", "probe_mask": None,
    **{name: MODEL[name] for name in SAME_IN_MODEL},
    "loss_function": "Poisson", "cbam_encoder": True, "cbam_bottleneck": False, "cbam_decoder": False,
    "eca_encoder": False, "eca_decoder": False, "spatial_decoder": False, "decoder_spatial_kernel": 7,
    "decoder_last_c_outer_fraction": 0.125, "decoder_last_amp_channels": 1, "use_shared_decoder": False,
    "intensity_scale_trainable": False, "intensity_scale": 10000.0, "max_position_jitter": 10, "num_datasets": 1,
    "C_model": 4, "C_forward": 4, "amp_loss": None, "phase_loss": None, "amp_loss_coeff": 1.0,
    "phase_loss_coeff": 1.0, "batch_norm": False, "edge_pad": 10, "offset": 6, "probe_reference_coeff": 0.0,
    "amplitude_variance_loss": False, "amplitude_variance_coeff": 0.01,
}  # fmt: skip

SAME_IN_TRAINING = (
    "train_data_file", "test_data_file", "n_groups", "output_dir", "batch_size", "gradient_clip_val",
    "gradient_clip_algorithm", "scheduler", "torch_loss_mode", "torch_mae_pred_l2_match_target", "optimizer",
    "momentum", "weight_decay", "adam_beta1", "adam_beta2", "plateau_factor", "plateau_patience", "plateau_min_lr",
    "plateau_threshold", "subsample_seed", "sequential_sampling", "enable_oversampling", "neighbor_pool_size",
    "probe_trainable",
)  # fmt: skip

TORCH_TRAINING: dict[str, Any] = {
    **{name: TRAINING[name] for name in SAME_IN_TRAINING},
    "epochs": 50, "learning_rate": 1e-3, "nll": True, "warmup_epochs": 0, "min_lr_ratio": 0.1, "device": "cuda",
    "n_devices": 1, "strategy": "ddp_spawn", "num_workers": 4, "accum_steps": 1, "framework": "Lightning",
    "orchestrator": "Lightning", "epochs_fine_tune": 0, "fine_tune_gamma": 0.1, "notes": "",
    "model_name": "PtychoPINNv2", "enable_staged_finetuning": False, "finetune_stage1_epochs": 7,
    "finetune_stage2_epochs": 7, "finetune_stage3_epochs": 5, "finetune_stage1_lr_decoder": 0.1,
    "finetune_stage2_lr_encoder_top": 0.01, "finetune_stage2_lr_decoder": 0.05, "finetune_stage2_lr_phase_head": 0.1,
    "finetune_stage3_lr_encoder_bottom": 0.005, "finetune_stage3_lr_encoder_top": 0.01,
    "finetune_stage3_lr_decoder": 0.02, "finetune_stage3_lr_phase_head": 0.05, "finetune_skip_stage3": True,
    "finetune_early_stop_patience": 3, "finetune_val_split": 0.05,
}  # fmt: skip

TORCH_INFERENCE: dict[str, Any] = {
    "batch_size": 1000, "middle_trim": 32, "experiment_number": 0, "patch_weighting": "probe", "pad_eval": True,
    "window": 20,
}  # fmt: skip

TORCH = {"data": DATA, "model": TORCH_MODEL, "training": TORCH_TRAINING, "inference": TORCH_INFERENCE}
"""The four classes, by what they are called in `bridge_config`."""
