"""Operation `bridge_config`: the torch layer's configuration in the canonical words (TBRIDGE.*)."""

from copy import deepcopy
from typing import Any

from ptychoparity.reference.settings.build import Fields, build, known, path_text
from ptychoparity.reference.settings.classes import CLASSES, PATHS
from ptychoparity.reference.settings.torch_classes import SAME_IN_MODEL, SAME_IN_TRAINING, TORCH

MODES = {"Unsupervised": "pinn", "Supervised": "supervised"}
ACTIVATIONS = {"silu": "swish", "SiLU": "swish", "sigmoid": "sigmoid", "swish": "swish", "softplus": "softplus",
               "relu": "relu"}  # fmt: skip


def torch_config(kind: str, fields: Fields) -> Fields:
    for name in fields:
        known(f"the torch {kind} configuration", name, TORCH[kind])
    built = {**deepcopy(TORCH[kind]), **fields}
    return {n: path_text(v) if n in PATHS and v is not None else v for n, v in built.items()}


def translated(what: str, name: str, words: dict[str, str]) -> str:
    if name not in words:
        raise ValueError(f"{what} {name!r}: one of {', '.join(words)} is asked for")
    return words[name]


def model_fields(data: Fields, model: Fields) -> Fields:
    """TBRIDGE.GRID, MODE, ACT, PROBE_MASK."""
    rows, columns = data["grid_size"]
    if rows != columns:
        raise ValueError(f"Non-square grid_size ({rows}, {columns}): gridsize is one number")
    mask = model["probe_mask"]
    return {
        **{name: model[name] for name in SAME_IN_MODEL},
        "N": data["N"], "gridsize": rows, "probe_scale": data["probe_scale"],
        "model_type": translated("Invalid mode", model["mode"], MODES),
        "amp_activation": translated("Unknown activation", model["amp_activation"], ACTIVATIONS),
        "probe_mask": mask if isinstance(mask, bool) else mask is not None,
    }  # fmt: skip


def training_fields(data: Fields, model: Fields, training: Fields) -> Fields:
    """TBRIDGE.EPOCHS, K, NLL, BACKEND."""
    return {
        **{name: training[name] for name in SAME_IN_TRAINING},
        "nepochs": training["epochs"], "nll_weight": 1.0 if training["nll"] else 0.0, "neighbor_count": data["K"],
        "nphotons": data["nphotons"], "intensity_scale_trainable": model["intensity_scale_trainable"],
        "lr_warmup_epochs": training["warmup_epochs"], "lr_min_ratio": training["min_lr_ratio"],
        "backend": "pytorch",
    }  # fmt: skip


def required(fields: Fields, names: tuple[str, ...]) -> None:
    """TBRIDGE.REQ_TRAIN, TBRIDGE.REQ_INFER."""
    for name in names:
        if fields.get(name) is None:
            raise ValueError(f"{name} is not known on the torch side: give it as an override")


def photons(data: Fields, overrides: Fields) -> None:
    """TBRIDGE.NPHOTONS: the torch default is not the canonical one; neither is taken silently."""
    if data["nphotons"] == TORCH["data"]["nphotons"] and "nphotons" not in overrides:
        canonical = CLASSES["TrainingConfig"]["nphotons"]
        raise ValueError(
            f"nphotons is left at the torch default {data['nphotons']:g}, the canonical default is {canonical:g}:"
            " say which as an override"
        )


def bridge_config(
    which: str, data: Fields, model: Fields, training: Fields, inference: Fields, overrides: Fields
) -> dict[str, Any]:
    kinds = {"to_model_config": "ModelConfig", "to_training_config": "TrainingConfig",
             "to_inference_config": "InferenceConfig"}  # fmt: skip
    if which not in kinds:
        raise ValueError(f"which must be one of {', '.join(kinds)}, got {which!r}")
    kind = kinds[which]
    given = {"data": data, "model": model, "training": training, "inference": inference}
    torch = {name: torch_config(name, fields) for name, fields in given.items()}
    for name in overrides:
        known(kind, name, CLASSES[kind])
    canonical = model_fields(torch["data"], torch["model"])
    if which == "to_model_config":
        fields = {**canonical, **overrides}
    elif which == "to_training_config":
        own = training_fields(torch["data"], torch["model"], torch["training"])
        fields = {"model": canonical, **own, **overrides}
        required(fields, ("train_data_file", "n_groups"))
        photons(torch["data"], overrides)
    else:
        own = {"neighbor_count": torch["data"]["K"], "backend": "pytorch"}
        fields = {"model": canonical, **own, **overrides}
        required(fields, ("model_path", "test_data_file"))
    return {"fields": build(kind, fields), "torch": torch}
