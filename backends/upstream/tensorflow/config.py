"""Configurations and the parameter store."""

import dataclasses
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any, get_type_hints

from ptycho import params as ptycho_params
from ptycho.config import config as public

from ptychoparity.backends.upstream.tensorflow.store import store

Json = dict[str, Any]
PATHS = (Path, Path | None)


def build(kind: str, fields: Json) -> Any:
    """The public class `ptycho.config.config.<kind>` of its JSON fields: paths are texts, a nested model an object."""
    cls = getattr(public, kind)
    hints, given = get_type_hints(cls), dict(fields)
    for name, value in fields.items():
        if hints.get(name) in PATHS and isinstance(value, str):
            given[name] = Path(value)
        elif name == "model" and isinstance(value, dict):
            given[name] = build("ModelConfig", value)
    return cls(**given)


def plain(value: Any) -> Any:
    """A configuration, or what it holds, as JSON: paths as texts."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return plain(dataclasses.asdict(value))
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return str(value) if isinstance(value, PurePath) else value


def make_config(kind: str, fields: Json, assignments: Json) -> Json:
    """`ptycho.config.config.<kind>`, with its declared defaults; assignments are made as Python makes them."""
    config = build(kind, fields)
    for dotted, value in assignments.items():
        parent, _, name = dotted.rpartition(".")
        setattr(getattr(config, parent) if parent else config, name, value)
    return {"fields": plain(config), "defaults": {one.name: _declared(one) for one in dataclasses.fields(config)}}


def _declared(field: dataclasses.Field[Any]) -> Any:
    return "<required>" if field.default is dataclasses.MISSING else plain(field.default)


def validate_config(kind: str, fields: Json, archive: str | None) -> Json:
    """`ptycho.config.config.validate_*_config`; execution settings check themselves when they are built."""
    validators: dict[str, Callable[[Any], None]] = {
        "ModelConfig": public.validate_model_config,
        "TrainingConfig": public.validate_training_config,
        "InferenceConfig": public.validate_inference_config,
    }
    if archive is not None:
        fields = {**fields, "model_path": str(Path(archive).parent)}
    config = build(kind, fields)
    if kind in validators:
        validators[kind](config)
    return {"valid": True}


def read_config(path: str) -> Json:
    """`ptycho.config.config.load_yaml_config`."""
    return {"document": public.load_yaml_config(Path(path))}


def legacy_dict(kind: str, fields: Json) -> Json:
    """`ptycho.config.config.dataclass_to_legacy_dict`."""
    return {"params": plain(public.dataclass_to_legacy_dict(build(kind, fields)))}


def update_legacy_dict(params: Json, kind: str, fields: Json) -> Json:
    """`ptycho.config.config.update_legacy_dict` on the dictionary given."""
    cfg, config = dict(params), build(kind, fields)
    public.update_legacy_dict(cfg, config)
    return {"params": plain(cfg), "fields": plain(config)}


def params_get(changes: Json, key: str, default: Any = None) -> Json:
    """`ptycho.params.get`; None is no default."""
    with store() as cfg:
        cfg.update(changes)
        return {"value": plain(ptycho_params.get(key, *(() if default is None else (default,))))}


def params_set(changes: Json, key: str, value: Any) -> Json:
    """`ptycho.params.set`."""
    with store() as cfg:
        cfg.update(changes)
        ptycho_params.set(key, value)
        return {"params": plain(dict(ptycho_params.cfg)), "same_store": ptycho_params.cfg is cfg}
