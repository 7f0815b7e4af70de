"""Fields that carry their own rules, and the checks of them (CFG.VALIDATE.*, HOUSE.CONFIG.REFUSED)."""

import dataclasses
import math
from pathlib import Path
from types import UnionType
from typing import Any, get_args


def option(default: Any = dataclasses.MISSING, **rules: Any) -> Any:
    """A dataclass field with rules: `legacy` (its key in the flat store), `choices`, `above`, `least`, `most`,
    `power_of_two`, `of_operator` (above 0, but only asked of networks other than cnn).
    """
    return dataclasses.field(default=default, metadata=rules)


def check(config: Any) -> None:
    """ValueError for the first field of a dataclass that breaks its type or its rules."""
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if not _fits(value, field.type):
            raise ValueError(f"{field.name} = {value!r} must be {_spoken(field.type)}")
        if problem := _broken(value, field.metadata):
            raise ValueError(f"{field.name} = {value!r} must be {problem}")


def _fits(value: Any, wanted: Any) -> bool:
    """Whether a value has a field's type: whole numbers will do for floats, flags not for numbers, NaN for nothing."""
    types = get_args(wanted) if isinstance(wanted, UnionType) else (wanted,)
    if isinstance(value, bool):
        return bool in types
    if isinstance(value, float) and not math.isfinite(value):
        return False
    if Path in types and isinstance(value, str):
        return True
    return any(isinstance(value, (int, float) if one is float else one) for one in types)


def _spoken(wanted: Any) -> str:
    words = {int: "a whole number", float: "a number", bool: "True or False", str: "a text", type(None): "None"}
    types = get_args(wanted) if isinstance(wanted, UnionType) else (wanted,)
    return " or ".join(words.get(one, one.__name__) for one in types)


def _broken(value: Any, rules: Any) -> str:
    """What a field's rules ask of a value that breaks them; empty where it keeps them."""
    if "choices" in rules and value not in rules["choices"]:
        return f"one of {', '.join(map(str, rules['choices']))}"
    if value is None or isinstance(value, str):
        return ""
    if "above" in rules and not value > rules["above"]:
        return f"above {rules['above']}"
    low, high = rules.get("least", -math.inf), rules.get("most", math.inf)
    if not isinstance(value, (int, float)):
        return ""
    if not low <= value <= high:
        return f"between {low} and {high}" if math.isfinite(high) else f"at least {low}"
    if rules.get("power_of_two") and (value < 1 or value & (value - 1)):
        return "a power of two"
    return ""
