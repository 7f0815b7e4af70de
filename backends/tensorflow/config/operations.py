"""The configuration's operations: JSON values in and out. Paths are texts, a nested model an object."""

import dataclasses
from pathlib import Path, PurePath
from typing import Any, get_type_hints

import numpy as np

from ptychoparity.backends.host import checks, grouping, settings
from ptychoparity.backends.tensorflow.config import classes, legacy, params
from ptychoparity.backends.tensorflow.config.validation import validate

Json = dict[str, Any]

KINDS = ("ModelConfig", "TrainingConfig", "InferenceConfig", "PyTorchExecutionConfig")
_PATHS = (Path, Path | None)


def _class(kind: str) -> type:
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r}: expected {', '.join(KINDS)}")
    return getattr(classes, kind)


def _construct(cls: type, fields: Json) -> Any:
    """An instance of its JSON fields. ValueError for a field it lacks, TypeError for one that must be given."""
    hints = get_type_hints(cls)
    settings.known(cls.__name__, fields, hints)
    arguments = dict(fields)
    for name, value in fields.items():
        if hints[name] in _PATHS and value is not None:
            arguments[name] = Path(value)
        elif hints[name] is classes.ModelConfig:
            arguments[name] = _construct(classes.ModelConfig, value)
    return cls(**arguments)


def _json(value: Any) -> Any:
    if isinstance(value, PurePath):
        return value.as_posix()
    return {name: _json(item) for name, item in value.items()} if isinstance(value, dict) else value


def _fields(config: Any) -> Json:
    return _json(dataclasses.asdict(config))


def _declared(field: dataclasses.Field[Any]) -> Any:
    return "<required>" if field.default is dataclasses.MISSING else _json(field.default)


def make_config(kind: str, fields: Json, assignments: Json) -> Json:
    """fields: every field of the configuration built, after the assignments; defaults: as declared (CFG.*).

    Raises ValueError for an unknown class or field and for bad execution settings, TypeError for a missing field.
    """
    config = _construct(_class(kind), fields)
    for dotted, value in assignments.items():
        parent, _, name = dotted.rpartition(".")
        target = getattr(config, parent) if parent else config
        settings.known(type(target).__name__, (name,), get_type_hints(type(target)))
        setattr(target, name, value)
    declared = {field.name: _declared(field) for field in dataclasses.fields(config)}
    return {"fields": _fields(config), "defaults": declared}


def validate_config(kind: str, fields: Json, archive: str | None) -> Json:
    """{"valid": True}, or ValueError (CFG.VALIDATE.*). Where `archive` is given, model_path is its folder."""
    if archive is not None:
        fields = {**fields, "model_path": Path(archive).parent}
    validate(_construct(_class(kind), fields))
    return {"valid": True}


def legacy_dict(kind: str, fields: Json) -> Json:
    """params: every field under its legacy key (BRIDGE.TRANSLATE). TypeError for execution settings."""
    return {"params": legacy.dataclass_to_legacy_dict(_construct(_class(kind), fields))}


def update_legacy_dict(params: Json, kind: str, fields: Json) -> Json:
    """params: the dictionary given, filled; fields: the configuration after that (BRIDGE.FUNCTION, BRIDGE.ONEWAY)."""
    cfg = dict(params)
    config = _construct(_class(kind), fields)
    legacy.update_legacy_dict(cfg, config)
    return {"params": cfg, "fields": _fields(config)}


class _Borrowed:
    """The process's parameter dictionary with some entries changed, given back as it was."""

    def __init__(self, changes: Json) -> None:
        self._changes, self._kept = changes, dict(params.cfg)

    def __enter__(self) -> dict[str, Any]:
        params.cfg.update(self._changes)
        return params.cfg

    def __exit__(self, *_: object) -> None:
        params.cfg.clear()
        params.cfg.update(self._kept)


def params_get(changes: Json, key: str, default: Any) -> Json:
    """value: params.get(key), with the default where there is one (PARAMS.GET). Raises KeyError."""
    with _Borrowed(changes):
        return {"value": params.get(key, *([] if default is None else [default]))}


def params_set(changes: Json, key: str, value: Any) -> Json:
    """params: all of them after params.set(key, value); same_store: in the same dictionary (PARAMS.SET, PARAMS.CFG)."""
    with _Borrowed(changes) as cfg:
        params.set(key, value)
        return {"params": dict(params.cfg), "same_store": params.cfg is cfg}


def group_bridged(changes: Json, fields: Json, xcoords: np.ndarray, ycoords: np.ndarray) -> Json:
    """Groups of positions (n,) px by the legacy dictionary, once fields are bridged into it (BRIDGE.ORDER, REGRID).

    nn_indices: (n_groups, gridsize**2) int64. Raises ValueError for N and what cannot be grouped.
    """
    for name, coordinates in (("xcoords", xcoords), ("ycoords", ycoords)):
        checks.rank(name, coordinates, "n")
        checks.real(name, coordinates)
        checks.finite(name, coordinates)
    checks.same_count("ycoords", ycoords, "xcoords", len(xcoords))
    config = _construct(classes.TrainingConfig, fields)
    with _Borrowed(changes) as cfg:
        legacy.update_legacy_dict(cfg, config)
        checks.supported_size(params.get("N"))
        asked = {
            ours: params.get(key, None)
            for ours, key in (
                ("K", "neighbor_count"), ("nsamples", "n_groups"), ("gridsize", "gridsize"),
                ("sequential_sampling", "sequential_sampling"), ("enable_oversampling", "enable_oversampling"),
                ("neighbor_pool_size", "neighbor_pool_size"),
            )
        }  # fmt: skip
        seed = params.get("subsample_seed", 0)
    return {"nn_indices": grouping.draw_groups(xcoords, ycoords, seed=seed, **asked)}


def read_config(path: str) -> Json:
    """document: what a YAML file holds (CFG.YAML). Raises FileNotFoundError and ValueError that name the path."""
    return {"document": settings.read_yaml(path)}
