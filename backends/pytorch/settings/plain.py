"""Configurations from plain values, and back: fields by name, paths as texts, a configuration inside as a dict."""

import dataclasses
from pathlib import Path
from typing import Any, get_args

from ptychoparity.backends.host import settings
from ptychoparity.backends.pytorch.settings.canonical import InferenceConfig, ModelConfig, TrainingConfig
from ptychoparity.backends.pytorch.settings.execution import PyTorchExecutionConfig

CLASSES = {one.__name__: one for one in (ModelConfig, TrainingConfig, InferenceConfig, PyTorchExecutionConfig)}
REQUIRED = "<required>"


def class_named(kind: str) -> type:
    if kind not in CLASSES:
        raise ValueError(f"kind = {kind!r} must be one of {', '.join(CLASSES)}")
    return CLASSES[kind]


def build(cls: type, given: dict[str, Any]) -> Any:
    """A `cls` of the fields given. Raises ValueError for an unknown field, TypeError for a required one missing."""
    fields = {field.name: field for field in dataclasses.fields(cls)}
    settings.known(cls.__name__, given, fields)
    return cls(**{name: _value(fields[name].type, value) for name, value in given.items()})


def _value(wanted: Any, value: Any) -> Any:
    if wanted is ModelConfig and isinstance(value, dict):
        return build(ModelConfig, value)
    if isinstance(value, str) and Path in (wanted, *get_args(wanted)):
        return Path(value)
    return value


def plain(value: Any) -> Any:
    """Plain values again."""
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def defaults(cls: type) -> dict[str, Any]:
    """Declared default of every field, REQUIRED where there is none."""
    return {
        field.name: REQUIRED if field.default is dataclasses.MISSING else plain(field.default)
        for field in dataclasses.fields(cls)
    }


def assign(config: Any, assignments: dict[str, Any]) -> None:
    """Set attributes by dotted name, as the client does with `model.N`."""
    for dotted, value in assignments.items():
        *parents, last = dotted.split(".")
        target = config
        for parent in parents:
            target = getattr(target, parent)
        settings.known(type(target).__name__, [last], [field.name for field in dataclasses.fields(target)])
        setattr(target, last, value)
