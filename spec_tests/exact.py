"""Exact comparison of JSON values: the first place where two differ, in words."""

import json
import math
from collections.abc import Mapping
from typing import Any


def difference(name: str, expected: Any, actual: Any) -> tuple[str, str] | None:
    """(where, what) of the first difference, None where there is none.

    Types count: true is not 1, and 1 is not 1.0. The order of an object's keys does not.
    """
    if isinstance(expected, Mapping):
        return _objects(name, expected, actual)
    if isinstance(expected, (list, tuple)):
        return _lists(name, expected, actual)
    if isinstance(actual, (Mapping, list, tuple)) or type(expected) is not type(actual):
        return name, f"expected {shown(expected)}, got {shown(actual)}"
    same = expected == actual or (isinstance(expected, float) and math.isnan(expected) and math.isnan(actual))
    return None if same else (name, f"expected {shown(expected)}, got {shown(actual)}")


def _objects(name: str, expected: Mapping[str, Any], actual: Any) -> tuple[str, str] | None:
    if not isinstance(actual, Mapping):
        return name, f"expected an object of {len(expected)} keys, got {shown(actual)}"
    for key, value in expected.items():
        if key not in actual:
            return f"{name}[{key!r}]", f"expected {shown(value)}, and there is no such key"
        found = difference(f"{name}[{key!r}]", value, actual[key])
        if found:
            return found
    for key, value in actual.items():
        if key not in expected:
            return f"{name}[{key!r}]", f"no such key is expected, got {shown(value)}"
    return None


def _lists(name: str, expected: list[Any] | tuple[Any, ...], actual: Any) -> tuple[str, str] | None:
    if not isinstance(actual, (list, tuple)) or len(expected) != len(actual):
        return name, f"expected {shown(list(expected))}, got {shown(actual)}"
    for number, (one, other) in enumerate(zip(expected, actual, strict=True)):
        found = difference(f"{name}[{number}]", one, other)
        if found:
            return found
    return None


def shown(value: Any) -> str:
    """A JSON value as JSON, shortened; anything else by the name of its type."""
    if isinstance(value, (Mapping, list, tuple, str, int, float)) or value is None:
        try:
            text = json.dumps(value)
        except TypeError:  # something inside is no JSON
            text = repr(value)
        return text if len(text) <= 120 else f"{text[:100]} ... ({len(text)} characters)"
    return f"a {getattr(value, 'type_name', type(value).__name__)}"


def leaves(value: Any) -> int:
    """How many plain values a JSON value holds."""
    if isinstance(value, Mapping):
        return sum(leaves(item) for item in value.values())
    return sum(leaves(item) for item in value) if isinstance(value, (list, tuple)) else 1


def lookup(value: Any, path: list[Any]) -> Any:
    """What stands at a path of keys and indices. Raises KeyError."""
    for number, key in enumerate(path):
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            raise KeyError("/".join(map(str, path[: number + 1]))) from None
    return value
