"""Frozen classes to JSON and back, held against their annotations field by field.

A field's annotation says what JSON it takes: `str`, `int`, `float`, `bool`, an enum (its value), `tuple[X, ...]` (an
array), `Mapping[str, X]` (an object), another record, `X | None`, or `Any` (whatever JSON there is).
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, field, fields
from enum import Enum
from functools import cache
from typing import Any, Self, Union, get_args, get_origin, get_type_hints

Reader = Callable[[Any], Any]


class Malformed(ValueError):
    """A JSON value is not what its record wants. `pointer` leads to the place, `reason` says why."""

    def __init__(self, reason: str, pointer: str = "") -> None:
        super().__init__(reason)
        self.reason, self.pointer = reason, pointer

    def within(self, name: str | int) -> "Malformed":
        """The same, seen from the value that holds it under `name`."""
        return Malformed(self.reason, f"/{name}{self.pointer}")

    def __str__(self) -> str:
        return f"at {self.pointer or '/'}: {self.reason}"


def optional(default: Any = None, *, key: str = "", beside: str = "") -> Any:
    """A field that JSON leaves out where it has its default.

    `beside` names another field: where that one is there, this one is too, whatever its value. `key` is the name in
    JSON where that is no identifier.
    """
    return field(default=default, metadata={"optional": True, "key": key, "beside": beside})


def named(key: str) -> Any:
    """A required field whose name in JSON is no identifier."""
    return field(metadata={"key": key})


class Record:
    """Base of frozen dataclasses that are JSON objects."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """The JSON object, keys in the order of the fields."""
        return {key_of(one): _plain(getattr(self, one.name)) for one in fields_of(type(self)) if _there(self, one)}

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """The record a JSON object says. Raises Malformed: an unknown or missing key, or a value of another type."""
        if not isinstance(data, dict):
            raise Malformed(f"expected an object, got {_short(data)}")
        values: dict[str, Any] = {}
        readers = _readers(cls)  # type: ignore[arg-type]  # a class is hashable, and mypy does not know
        for key, value in data.items():
            known = readers.get(key)
            if known is None:
                raise Malformed(f"unknown key {_short(key)}; there are {', '.join(readers)}")
            name, reader = known
            try:
                values[name] = reader(value)
            except Malformed as error:
                raise error.within(key) from None
        if absent := [key_of(one) for one in fields_of(cls) if one.name not in values and one.default is MISSING]:
            raise Malformed(f"{', '.join(absent)} is missing" if len(absent) == 1 else f"missing: {', '.join(absent)}")
        return cls(**values)


def fields_of(record: type[Any]) -> tuple[Field[Any], ...]:
    """Return the fields of a subclass of Record."""
    return fields(record)


def key_of(one: Field[Any]) -> str:
    """The field's name in JSON."""
    key: str = one.metadata.get("key", "")
    return key or one.name


def _there(record: Record, one: Field[Any]) -> bool:
    if not one.metadata.get("optional") or getattr(record, one.name) != one.default:
        return True
    beside = one.metadata["beside"]
    return bool(beside) and getattr(record, beside) is not None


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.to_json()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {_plain(key): _plain(one) for key, one in value.items()}
    return value


@cache
def _readers(record: type[Any]) -> dict[str, tuple[str, Reader]]:
    """JSON key to the field's name and what reads its value."""
    hints = get_type_hints(record)
    return {key_of(one): (one.name, _reader(hints[one.name])) for one in fields_of(record)}


def _reader(wanted: Any) -> Reader:
    """What turns a JSON value into one of the annotated type, or raises Malformed."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if wanted is Any:
        return lambda value: value
    if origin in (Union, types.UnionType):
        (inner,) = (_reader(one) for one in arguments if one is not type(None))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        return _array(_reader(arguments[0]))
    if origin is Mapping:
        return _object(_reader(arguments[0]), _reader(arguments[1]))
    if issubclass(wanted, Record):
        read: Reader = wanted.from_json
        return read
    if issubclass(wanted, Enum):
        return _member(wanted)
    return _scalar(wanted)


def _array(inner: Reader) -> Reader:
    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Malformed(f"expected an array, got {_short(value)}")
        found = []
        for place, one in enumerate(value):
            try:
                found.append(inner(one))
            except Malformed as error:
                raise error.within(place) from None
        return tuple(found)

    return read


def _object(key: Reader, inner: Reader) -> Reader:
    def read(value: Any) -> dict[Any, Any]:
        if not isinstance(value, dict):
            raise Malformed(f"expected an object, got {_short(value)}")
        found = {}
        for name, one in value.items():
            try:
                found[key(name)] = inner(one)
            except Malformed as error:
                raise error.within(name) from None
        return found

    return read


def _member(wanted: type[Enum]) -> Reader:
    members = {one.value: one for one in wanted}

    def read(value: Any) -> Enum:
        if isinstance(value, bool) or not isinstance(value, str | int) or value not in members:
            raise Malformed(f"expected one of {', '.join(map(str, members))}, got {_short(value)}")
        return members[value]

    return read


_JSON_NAMES = {str: "a string", int: "an integer", float: "a number", bool: "true or false"}


def _scalar(wanted: type) -> Reader:
    accepted = (int, float) if wanted is float else wanted

    def read(value: Any) -> Any:
        if not isinstance(value, accepted) or (isinstance(value, bool) and wanted is not bool):
            raise Malformed(f"expected {_JSON_NAMES[wanted]}, got {_short(value)}")
        return value

    return read


def _short(value: Any) -> str:
    """The refused value, which may be a whole header: its beginning says enough."""
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
