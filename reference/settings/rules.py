"""What a valid configuration is: a rule per field, written out (CFG.VALIDATE.*, EXEC.*, HOUSE.CONFIG.REFUSED)."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ptychoparity.reference.settings.classes import CLASSES, PATHS

ARCHITECTURES = ("cnn", "ffno", "fno", "fno_vanilla", "neuralop_uno")
ARCHIVE = "wts.h5.zip"

CHOICES: dict[str, dict[str, tuple[str | None, ...]]] = {
    "ModelConfig": {
        "model_type": ("pinn", "supervised"),
        "architecture": ARCHITECTURES,
        "amp_activation": ("sigmoid", "swish", "softplus", "relu"),
        "fno_input_transform": ("none", "sqrt", "log1p", "instancenorm"),
        "generator_output_mode": ("real_imag", "amp_phase_logits", "amp_phase"),
    },
    "TrainingConfig": {
        "backend": ("tensorflow", "pytorch"),
        "scheduler": ("Default", "Exponential", "WarmupCosine", "ReduceLROnPlateau"),
        "torch_loss_mode": ("poisson", "mae"),
        "gradient_clip_algorithm": ("norm", "value", "agc"),
        "optimizer": ("adam", "adamw", "sgd"),
    },
    "InferenceConfig": {"backend": ("tensorflow", "pytorch")},
    "PyTorchExecutionConfig": {
        "accelerator": ("auto", "cpu", "cuda", "gpu", "mps"),
        "precision": ("32-true", "16-mixed", "bf16-mixed"),
        "checkpoint_mode": ("min", "max"),
        "logger_backend": ("csv", "tensorboard", "mlflow", "none", None),
        "spectral_bottleneck_gate_mode": ("shared", "per_block"),
    },
}

Rule = tuple[Callable[[Any], bool], str]
POSITIVE: Rule = (lambda v: v > 0, "more than 0")
NOT_NEGATIVE: Rule = (lambda v: v >= 0, "0 or more")
SHARE: Rule = (lambda v: 0 <= v <= 1, "a number from 0 to 1")
POWER_OF_TWO: Rule = (lambda v: v > 0 and math.log2(v).is_integer(), "a positive power of two")

RANGES: dict[str, dict[str, Rule]] = {
    "ModelConfig": {
        "gridsize": POSITIVE, "n_filters_scale": POSITIVE, "probe_scale": POSITIVE,
        "gaussian_smoothing_sigma": NOT_NEGATIVE,
    },
    "TrainingConfig": {
        "batch_size": POWER_OF_TWO, "nepochs": POSITIVE, "mae_weight": SHARE, "nll_weight": SHARE,
        "nphotons": POSITIVE,
    },
    "InferenceConfig": {},
    "PyTorchExecutionConfig": {
        "learning_rate": POSITIVE, "accum_steps": POSITIVE, "num_workers": NOT_NEGATIVE,
        "checkpoint_save_top_k": NOT_NEGATIVE, "early_stop_patience": POSITIVE, "inference_batch_size": POSITIVE,
        "ffno_encoder_blocks": POSITIVE, "ffno_encoder_modes": POSITIVE, "ffno_encoder_gate_init": POSITIVE,
        "ffno_encoder_mlp_ratio": POSITIVE, "spectral_bottleneck_blocks": POSITIVE,
        "spectral_bottleneck_modes": POSITIVE,
    },
}  # fmt: skip

DEPENDENTS = ("fno_modes", "fno_width", "fno_blocks", "resnet_width")
"""What an architecture other than cnn needs more than 0 of (CFG.MODEL.ARCH_DEPENDENTS)."""

OPTIONAL_INTEGERS = (
    "max_hidden_channels", "resnet_width", "n_groups", "n_images", "n_subsample", "subsample_seed",
    "neighbor_pool_size", "prefetch_factor", "recon_log_every_n_epochs", "recon_log_max_stitch_samples",
    "inference_batch_size",
)  # fmt: skip
OPTIONAL_NUMBERS = ("probe_mask_diameter", "gradient_clip_val")
FREE = ("model", "recon_log_fixed_indices", "logger_backend", *PATHS)


def refuse(name: str, value: Any, wanted: str) -> None:
    raise ValueError(f"{name} = {value!r}: {wanted} is asked for")


def type_of(name: str, default: Any) -> tuple[tuple[type, ...], str]:
    """Python types a field may have, and their name for people."""
    if name in OPTIONAL_INTEGERS:
        return (int, type(None)), "a whole number or None"
    if name in OPTIONAL_NUMBERS:
        return (int, float, type(None)), "a number or None"
    if isinstance(default, bool):
        return (bool,), "True or False"
    if isinstance(default, int):
        return (int,), "a whole number"
    return ((int, float), "a number") if isinstance(default, float) else ((str,), "a text")


def check_type(name: str, value: Any, default: Any) -> None:
    types, wanted = type_of(name, default)
    if isinstance(value, bool) and bool not in types:
        refuse(name, value, wanted)
    if not isinstance(value, types) or (isinstance(value, float) and not math.isfinite(value)):
        refuse(name, value, wanted)


def check_devices(value: Any) -> None:
    if value != "auto" and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        refuse("devices", value, "a whole number above 0 or 'auto'")


def check_archive(model_path: str) -> None:
    """CFG.VALIDATE.INFER.MODEL_PATH: a folder with the archive, or an existing file."""
    path = Path(model_path)
    if path.is_dir() and not (path / ARCHIVE).is_file():
        raise ValueError(f"model_path = {model_path!r}: there is no {ARCHIVE} in this folder")
    if not path.exists():
        raise ValueError(f"model_path = {model_path!r}: model_path does not exist, and no {ARCHIVE} with it")


def check(kind: str, built: dict[str, Any]) -> None:
    """ValueError for the first field that breaks a rule of its class."""
    for name, value in built.items():
        if name == "devices":
            check_devices(value)
        elif name not in FREE:
            check_type(name, value, CLASSES[kind][name])
    for name, allowed in CHOICES[kind].items():
        if built[name] not in allowed:
            refuse(name, built[name], f"one of {', '.join(map(str, allowed))}")
    for name, (holds, wanted) in RANGES[kind].items():
        if built[name] is not None and not holds(built[name]):
            refuse(name, built[name], wanted)
    if kind == "ModelConfig" and built["architecture"] != "cnn":
        for name in DEPENDENTS:
            if built[name] is not None and not built[name] > 0:
                refuse(name, built[name], f"more than 0, with architecture {built['architecture']!r},")
    if kind == "PyTorchExecutionConfig" and built["persistent_workers"] and not built["num_workers"]:
        refuse("persistent_workers", True, "False, with num_workers = 0,")
    if kind == "InferenceConfig":
        check_archive(built["model_path"])
