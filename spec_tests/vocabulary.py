"""The `ndarray` vocabulary: what JSON Schema lacks to describe arrays.

    {"ndarray": {"dtype": "float32", "shape": ["B", "N", "N", "gridsize**2"], "minimum": 0,
                 "finite": true, "units": "sqrt(photons)", "none": true}}

`dtype` is a name, a list of names, or {"like": "other input"}; `shape` mixes numbers, names and
arithmetic on names; `none` lets the value be None; `leading` says how many leading axes may be missing.
`{"arrays": {...}}` is a dictionary of named arrays (`ptychoparity.spec_tests.named_arrays`); in it a size may be "*",
any length.
`{"npz": {...}}` says that a string is the path of an NPZ file, `{"h5": {...}}` of an HDF5 file, whose members obey
the schema inside (`ptychoparity.spec_tests.files`). `{"table": {"of": NAME}}` is an object of a table's fields
(`ptychoparity.spec_tests.tables`).

A name is bound by the first array that has it as a bare dimension, or by an integer input of that name, else by an
axis of its square; where that input is None, by the input that is its `fallback` among the contract's dims: what a
parameter store holds for an argument that is not given.
"""

import contextlib
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jsonschema
import numpy as np

from ptychoparity.spec_tests import files, named_arrays, tables
from ptychoparity.spec_tests.expressions import ExpressionError, evaluate

_SQUARE = re.compile(r"([A-Za-z_]\w*)\*\*2")

UNITS = ("px", "photons", "sqrt(photons)", "rad", "1/px", "m", "s", "eV", "deg", "m2/kg")


def _schemas(schema: Mapping[str, Any], instance: Any) -> Iterator[tuple[Mapping[str, Any], Any]]:
    """Every (ndarray schema, value) below an object schema, members of readable files included."""
    for name, sub in schema.get("properties", {}).items():
        if not isinstance(instance, Mapping) or instance.get(name) is None:
            continue
        if "ndarray" in sub:
            yield sub["ndarray"], instance[name]
        elif "arrays" in sub:
            yield from ((one, value) for _, one, value in named_arrays.members(sub["arrays"], instance[name]))
        elif (kind := files.kind_of(sub)) and isinstance(instance[name], str) and Path(instance[name]).is_file():
            with contextlib.suppress(files.Unreadable):  # said by `errors`
                yield from _schemas(sub[kind], files.members_of(kind, Path(instance[name])))


def bind(
    schema: Mapping[str, Any],
    instance: Mapping[str, Any],
    known: Mapping[str, Any] = {},
    dims: Mapping[str, Mapping[str, Any]] = {},
) -> dict[str, Any]:
    """Values of the symbols of `schema` in `instance`: scalar inputs and bare dimensions.

    `known` wins: sizes fixed by the input stay fixed when the output is read. `dims` are those of the contract.
    """
    symbols = dict(known)
    for name, value in instance.items():
        if isinstance(value, (bool, int, np.integer)):
            symbols.setdefault(name, value)
    for array_schema, value in _schemas(schema, instance):
        if isinstance(value, np.ndarray) and value.ndim == len(_sizes(array_schema, value)):
            missing = len(array_schema["shape"]) - value.ndim  # an axis that is missing has the length 1
            for size, actual in zip(array_schema["shape"], (1,) * missing + value.shape, strict=True):
                if isinstance(size, str) and size.isidentifier():
                    symbols.setdefault(size, actual)
    # a side may appear only squared, as a number of channels
    for array_schema, value in _schemas(schema, instance):
        if isinstance(value, np.ndarray) and value.ndim == len(array_schema["shape"]):
            for size, actual in zip(array_schema["shape"], value.shape, strict=True):
                square = _SQUARE.fullmatch(size) if isinstance(size, str) else None
                if square and round(actual**0.5) ** 2 == actual:
                    symbols.setdefault(square[1], round(actual**0.5))
    for name, value in instance.items():
        if value is None:  # a scalar left open: an array's size wins over it, then the store's value
            symbols.setdefault(name, instance.get(dims.get(name, {}).get("fallback", "")))
    return symbols


def _sizes(schema: Mapping[str, Any], value: np.ndarray) -> list[Any]:
    """The sizes that `value` must have: as many leading axes as `leading` says may be missing."""
    sizes: list[Any] = schema["shape"]
    missing = len(sizes) - value.ndim
    return sizes[missing:] if 0 < missing <= schema.get("leading", 0) else sizes


def _lengths(sizes: list[Any], shape: tuple[int, ...], symbols: Mapping[str, Any]) -> tuple[int, ...]:
    """The lengths that an array of `shape` must have; an axis "*" has the length it has. Raises ExpressionError."""
    there = (*shape, *[0] * len(sizes))
    return tuple(there[axis] if size == "*" else evaluate(size, symbols) for axis, size in enumerate(sizes))


def _dtype_names(dtype: Any, inputs: Mapping[str, Any]) -> list[str]:
    if isinstance(dtype, Mapping):
        return [str(np.asarray(inputs[dtype["like"]]).dtype)]
    return [dtype] if isinstance(dtype, str) else list(dtype)


def _array_errors(
    schema: Mapping[str, Any], value: Any, symbols: Mapping[str, Any], inputs: Mapping[str, Any]
) -> Iterator[str]:
    if value is None:
        if not schema.get("none"):
            yield "is None, where an array is asked for"
        return
    if not isinstance(value, (np.ndarray, np.generic)):
        # what could not cross a process is known by its type's name alone
        yield f"is a {getattr(value, 'type_name', type(value).__name__)}, where a NumPy array is asked for"
        return
    value = np.asarray(value)
    names = _dtype_names(schema["dtype"], inputs)
    if str(value.dtype) not in names:
        yield f"has dtype {value.dtype}, expected {' or '.join(names)}"
        if value.dtype.kind not in "biufc":
            return
    wanted = _sizes(schema, value)
    try:
        expected = _lengths(wanted, value.shape, symbols)
    except ExpressionError as error:
        expected = None
        if value.ndim == len(wanted):
            yield f"has shape {value.shape}: {error}"
    if (expected is None and value.ndim != len(wanted)) or (expected is not None and value.shape != expected):
        sizes = ", ".join(map(str, wanted))
        meant = f" = {expected}" if expected is not None and "*" not in wanted else ""
        yield f"has shape {value.shape}, expected ({sizes}){meant}"
    if value.size == 0:
        return
    if schema.get("finite") and not np.isfinite(value).all():
        where = np.argwhere(~np.isfinite(value))
        yield f"has {len(where)} values that are not finite, the first at {where[0].tolist()}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        if "minimum" in schema and (smallest := np.nanmin(value)) < schema["minimum"]:
            yield f"reaches down to {smallest}, minimum is {schema['minimum']}"
        if "maximum" in schema and (largest := np.nanmax(value)) > schema["maximum"]:
            yield f"reaches up to {largest}, maximum is {schema['maximum']}"


@dataclass(frozen=True)
class _Bound:
    """A value on its way through jsonschema, with what its description is read against."""

    value: Any
    symbols: Mapping[str, Any]
    inputs: Mapping[str, Any]


def _ndarray(validator: Any, keyword: Any, bound: _Bound, _schema: Any) -> Iterator[jsonschema.ValidationError]:
    for message in _array_errors(keyword, bound.value, bound.symbols, bound.inputs):
        yield jsonschema.ValidationError(message)


def _arrays(validator: Any, keyword: Any, bound: _Bound, _schema: Any) -> Iterator[jsonschema.ValidationError]:
    for message in named_arrays.misfits(keyword, bound.value):
        yield jsonschema.ValidationError(message)
    for place, schema, value in named_arrays.members(keyword, bound.value):
        for message in _array_errors(schema, value, bound.symbols, bound.inputs):
            yield jsonschema.ValidationError(f"{place}: {message}")


def _file_errors(kind: str, schema: Mapping[str, Any], bound: _Bound) -> Iterator[str]:
    if not isinstance(bound.value, str):
        yield f"is a {getattr(bound.value, 'type_name', type(bound.value).__name__)}, where a path is asked for"
        return
    if not Path(bound.value).is_file():
        yield f"{bound.value} is not a file"
        return
    try:
        members = files.members_of(kind, Path(bound.value))
    except files.Unreadable as error:
        yield str(error)
        return
    for message in errors(schema, members, bound.symbols, bound.inputs):
        yield f"member {message}"


def _file(kind: str, keyword: Any, bound: _Bound) -> Iterator[jsonschema.ValidationError]:
    for message in _file_errors(kind, keyword, bound):
        yield jsonschema.ValidationError(message)


def _table(validator: Any, keyword: Any, bound: _Bound, _schema: Any) -> Iterator[jsonschema.ValidationError]:
    name = bound.inputs.get(keyword["of"], keyword["of"])
    if name not in tables.tables():  # the input that chooses the table is wrong, and says so itself
        return
    yield from _table_validator(name, name in keyword.get("allowed", [])).iter_errors(bound.value)


@cache
def _table_validator(name: str, allowed: bool) -> jsonschema.protocols.Validator:
    return jsonschema.Draft202012Validator(tables.schema(name, allowed))


_Keyword = Callable[[Any, Any, _Bound, Any], Iterator[jsonschema.ValidationError]]


def _file_keyword(kind: str) -> _Keyword:
    return lambda _, keyword, bound, __: _file(kind, keyword, bound)


_OURS: Mapping[str, _Keyword] = MappingProxyType({"ndarray": _ndarray, "arrays": _arrays, "table": _table})
_KEYWORDS = frozenset({*_OURS, *files.KINDS})
"""What JSON Schema is extended by."""


@cache
def _validator() -> Any:
    """The class that knows the vocabulary."""
    known = {**_OURS, **{kind: _file_keyword(kind) for kind in files.KINDS}}
    return jsonschema.validators.extend(  # type: ignore[no-untyped-call]  # its stub names no types
        jsonschema.Draft202012Validator, known
    )


def errors(
    schema: Mapping[str, Any],
    instance: Mapping[str, Any],
    symbols: Mapping[str, Any],
    inputs: Mapping[str, Any] | None = None,
) -> list[str]:
    """What is wrong with `instance`, one sentence each, empty when it obeys `schema`.

    `symbols` are the bound dimensions; `inputs` the operation's inputs, for {"like": name}.
    """
    inputs = instance if inputs is None else inputs
    properties = schema.get("properties", {})
    wrapped = {
        name: _Bound(value, symbols, inputs) if _KEYWORDS & properties.get(name, {}).keys() else value
        for name, value in instance.items()
    }
    found: list[str] = []
    told: set[str] = set()
    for error in sorted(_validator()(schema).iter_errors(wrapped), key=lambda e: list(map(str, e.absolute_path))):
        name = "/".join(map(str, error.absolute_path))
        if error.validator == "required":
            found += [f"{n} is missing" for n in error.validator_value if n not in error.instance and n not in told]
            told |= set(error.validator_value)
            continue
        if error.validator == "arrays":  # the message begins with the member's place
            found.append(f"{name}{error.message}")
            continue
        found.append(f"{name}: {error.message}" if name else _short(error.message))
    return found


def _short(message: str) -> str:
    """jsonschema prints the whole instance; arrays make that unreadable."""
    return message if len(message) < 300 else message[-200:]
