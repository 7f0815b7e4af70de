"""The checks of a configuration's fields, each against its annotation and its range (CFG.VALIDATE.*)."""

import dataclasses
import math
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from ptychoparity.backends.host.options import Range


def check(config: Any) -> None:
    """ValueError for the first field of a dataclass that breaks its type or its rules."""
    for field in dataclasses.fields(config):
        value, types, choices = getattr(config, field.name), _types(field.type), _choices(field.type)
        if not _fits(value, types):
            raise ValueError(f"{field.name} = {value!r} must be {_spoken(types)}")
        if choices and value not in choices:
            raise ValueError(f"{field.name} = {value!r} must be one of {', '.join(map(str, choices))}")
        if "range" in field.metadata and not _within(value, field.metadata["range"]):
            raise ValueError(f"{field.name} = {value!r} must be {field.metadata['range'].value}")


def _members(wanted: Any) -> tuple[Any, ...]:
    """The types of a union; a choice of literals is one of them."""
    return get_args(wanted) if get_origin(wanted) in (Union, UnionType) else (wanted,)


def _types(wanted: Any) -> tuple[type, ...]:
    """The plain types of an annotation: a choice of literals stands for theirs."""
    found: list[type] = []
    for one in _members(wanted):
        found += [type(choice) for choice in get_args(one)] if get_origin(one) is Literal else [one]
    return tuple(dict.fromkeys(found))


def _choices(wanted: Any) -> tuple[Any, ...]:
    """All values an annotation allows; empty where a type among them allows any of its own."""
    members = _members(wanted)
    if not all(get_origin(one) is Literal or one is type(None) for one in members):
        return ()
    return tuple(choice for one in members for choice in (get_args(one) or (None,)))


def _fits(value: Any, types: tuple[type, ...]) -> bool:
    """Whether a value has one of the types: whole numbers do for floats, flags not for numbers, NaN for nothing."""
    if isinstance(value, bool):
        return bool in types
    if isinstance(value, float) and not math.isfinite(value):
        return False
    if Path in types and isinstance(value, str):
        return True
    return any(isinstance(value, (int, float) if one is float else one) for one in types)


def _spoken(types: tuple[type, ...]) -> str:
    words = {int: "a whole number", float: "a number", bool: "True or False", str: "a text", type(None): "None"}
    return " or ".join(words.get(one, one.__name__) for one in types)


def _within(value: Any, wanted: Range) -> bool:
    """Whether a number keeps its range; what is no number has none."""
    if not isinstance(value, (int, float)):
        return True
    if wanted is Range.POSITIVE:
        return value > 0
    if wanted is Range.NOT_NEGATIVE:
        return value >= 0
    if wanted is Range.FRACTION:
        return 0 <= value <= 1
    return value >= 1 and not int(value) & (int(value) - 1)
