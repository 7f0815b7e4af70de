"""Operation `bridge_config`: the torch layer's configurations, built of plain values and translated."""

from typing import Any

from ptychoparity.backends.pytorch.settings import canonical, config_bridge, config_params
from ptychoparity.backends.pytorch.settings.plain import build, plain

Answer = dict[str, Any]

CLASSES = {
    "data": config_params.DataConfig,
    "model": config_params.ModelConfig,
    "training": config_params.TrainingConfig,
    "inference": config_params.InferenceConfig,
}


def bridge_config(
    which: str, data: Answer, model: Answer, training: Answer, inference: Answer, overrides: Answer
) -> Answer:
    """fields of the canonical configuration, torch the four configurations afterwards (TBRIDGE.*).

    which: to_model_config, to_training_config or to_inference_config. Raises ValueError, see `config_bridge`.
    """
    given = {"data": data, "model": model, "training": training, "inference": inference}
    torch = {name: build(CLASSES[name], fields) for name, fields in given.items()}
    if which == "to_model_config":
        model_config = config_bridge.to_model_config(torch["data"], torch["model"], overrides)
        return {"fields": plain(model_config), "torch": plain(torch)}
    model_config = config_bridge.to_model_config(torch["data"], torch["model"])
    made: canonical.TrainingConfig | canonical.InferenceConfig
    if which == "to_training_config":
        made = config_bridge.to_training_config(
            model_config, torch["data"], torch["model"], torch["training"], overrides
        )
    elif which == "to_inference_config":
        made = config_bridge.to_inference_config(model_config, torch["data"], torch["inference"], overrides)
    else:
        raise ValueError(f"which = {which!r} must be to_model_config, to_training_config or to_inference_config")
    return {"fields": plain(made), "torch": plain(torch)}
