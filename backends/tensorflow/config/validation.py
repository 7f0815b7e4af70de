"""Rules of the configurations (CFG.VALIDATE.*, EXEC.*, HOUSE.CONFIG.REFUSED): types and ranges of fields."""

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType, NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from ptychoparity.backends.host.options import Range
from ptychoparity.backends.tensorflow.config.classes import InferenceConfig, ModelConfig

_POSITIVE = "more than 0"

_RANGES: MappingProxyType[Range, tuple[str, Callable[[Any], bool]]] = MappingProxyType(
    {
        Range.POSITIVE: (_POSITIVE, lambda value: value > 0),
        Range.NOT_NEGATIVE: ("0 or more", lambda value: value >= 0),
        Range.FRACTION: ("a number from 0 to 1", lambda value: 0 <= value <= 1),
        Range.POWER_OF_TWO: ("a power of two", lambda value: value > 0 and value.bit_count() == 1),
    }
)
"""Each range in words, and the test of it."""


def validate(config: Any) -> None:
    """ValueError that names the first field to break a rule, its value and what would do.

    A training or inference configuration is validated with its model; an inference configuration's model_path
    must hold a bundle.
    """
    for name, wanted in get_type_hints(type(config)).items():
        value = getattr(config, name)
        if isinstance(value, ModelConfig):
            validate(value)
        elif not _is(value, wanted):
            _refuse(name, value, _words(wanted))
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if "range" in field.metadata and isinstance(value, (int, float)):
            words, holds = _RANGES[field.metadata["range"]]
            if not holds(value):
                _refuse(field.name, value, words)
    if isinstance(config, ModelConfig) and config.architecture != "cnn":
        _validate_operator(config)
    if isinstance(config, InferenceConfig):
        _validate_bundle(Path(config.model_path))


def _validate_operator(model: ModelConfig) -> None:
    """CFG.MODEL.ARCH_DEPENDENTS."""
    for field in dataclasses.fields(model):
        value = getattr(model, field.name)
        if field.metadata.get("of_operator") and value is not None and value < 1:
            _refuse(field.name, value, f"{_POSITIVE} (architecture {model.architecture!r} uses it)")


def _validate_bundle(folder: Path) -> None:
    """CFG.VALIDATE.INFER.MODEL_PATH: a folder with wts.h5.zip, or a file that is there."""
    if folder.is_file():
        return
    if not folder.is_dir():
        raise ValueError(f"model_path does not exist: {str(folder)!r}; expected a folder with wts.h5.zip")
    if not (folder / "wts.h5.zip").is_file():
        raise ValueError(f"model_path {str(folder)!r} holds no wts.h5.zip")


def _is(value: Any, wanted: Any) -> bool:
    """Whether a value is of an annotated type. A flag is no number, a text may stand for a path, NaN for nothing."""
    if get_origin(wanted) is Literal:
        return any(value == choice and type(value) is type(choice) for choice in get_args(wanted))
    if get_args(wanted):
        return any(_is(value, one) for one in get_args(wanted))
    if wanted is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if wanted is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, (str, Path) if wanted is Path else wanted)


def _words(wanted: Any) -> str:
    """An annotation for people."""
    if get_origin(wanted) is Literal:
        return f"one of {', '.join(map(repr, get_args(wanted)))}"
    if get_args(wanted):
        return " or ".join(_words(one) for one in get_args(wanted))
    named = {int: "a whole number", float: "a finite number", bool: "True or False", str: "a text", NoneType: "None"}
    return named.get(wanted, getattr(wanted, "__name__", str(wanted)))


def _refuse(name: str, value: Any, wanted: str) -> None:
    raise ValueError(f"{name} = {value!r}: expected {wanted}")
