"""Exact comparison of JSON values: the places where two differ, in words."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ptychoparity.spec_tests.facets import Facet


class Difference(NamedTuple):
    """One place where two JSON values differ."""

    where: str
    what: str
    facet: Facet


def difference(name: str, expected: Any, actual: Any) -> tuple[str, str] | None:
    """(where, what) of the first difference, None where there is none.

    Types count: true is not 1, and 1 is not 1.0. The order of an object's keys does not.
    """
    found = next(differences(name, expected, actual), None)
    return (found.where, found.what) if found else None


def differences(name: str, expected: Any, actual: Any) -> Iterator[Difference]:
    """Every difference; an object's keys and a list's elements are each held against what they should be."""
    if isinstance(expected, Mapping):
        yield from _objects(name, expected, actual)
    elif isinstance(expected, (list, tuple)):
        yield from _lists(name, expected, actual)
    elif isinstance(actual, (Mapping, list, tuple)) or type(expected) is not type(actual):
        same = not isinstance(expected, str) and expected is not None and _equal_numbers(expected, actual)
        yield Difference(name, _expected(expected, actual), Facet.TYPE if same else Facet.VALUE)
    elif expected != actual and not (isinstance(expected, float) and math.isnan(expected) and math.isnan(actual)):
        yield Difference(name, _expected(expected, actual), Facet.VALUE)


def _equal_numbers(expected: Any, actual: Any) -> bool:
    return isinstance(actual, (bool, int, float)) and expected == actual


def _expected(expected: Any, actual: Any) -> str:
    return f"expected {shown(expected)}, got {shown(actual)}"


def _objects(name: str, expected: Mapping[str, Any], actual: Any) -> Iterator[Difference]:
    if not isinstance(actual, Mapping):
        yield Difference(name, f"expected an object of {len(expected)} keys, got {shown(actual)}", Facet.VALUE)
        return
    for key, value in expected.items():
        where = f"{name}[{key!r}]"
        if key in actual:
            yield from differences(where, value, actual[key])
        else:
            yield Difference(where, f"expected {shown(value)}, and there is no such key", Facet.MISSING)
    for key, value in actual.items():
        if key not in expected:
            yield Difference(f"{name}[{key!r}]", f"no such key is expected, got {shown(value)}", Facet.EXTRA)


def _lists(name: str, expected: list[Any] | tuple[Any, ...], actual: Any) -> Iterator[Difference]:
    if not isinstance(actual, (list, tuple)) or len(expected) != len(actual):
        yield Difference(name, _expected(list(expected), actual), Facet.VALUE)
        return
    for number, (one, other) in enumerate(zip(expected, actual, strict=True)):
        yield from differences(f"{name}[{number}]", one, other)


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
