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
from ptychoparity.spec_tests.facets import Facet

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


def dtype_names(dtype: Any, inputs: Mapping[str, Any]) -> list[str]:
    """The names of the dtypes that a schema allows, given the operation's inputs."""
    if isinstance(dtype, Mapping):
        return [str(np.asarray(inputs[dtype["like"]]).dtype)]
    return [dtype] if isinstance(dtype, str) else list(dtype)


def _array_misfits(
    schema: Mapping[str, Any], value: Any, symbols: Mapping[str, Any], inputs: Mapping[str, Any]
) -> Iterator[tuple[Facet, str]]:
    if value is None:
        if not schema.get("none"):
            yield Facet.MISSING, "is None, expected an array"
        return
    if not isinstance(value, (np.ndarray, np.generic)):
        # what could not cross a process is known by its type's name alone
        yield Facet.TYPE, f"expected numpy.ndarray, got {getattr(value, 'type_name', type(value).__name__)}"
        return
    value = np.asarray(value)
    names = dtype_names(schema["dtype"], inputs)
    if str(value.dtype) not in names:
        yield Facet.DTYPE, f"has dtype {value.dtype}, expected {' or '.join(names)}"
        if value.dtype.kind not in "biufc":
            return
    yield from _shape_misfits(schema, value, symbols)
    yield from _range_misfits(schema, value)


def shape_of(schema: Mapping[str, Any], value: np.ndarray, symbols: Mapping[str, Any]) -> tuple[int, ...] | None:
    """The shape that `value` must have; None where `symbols` do not say."""
    try:
        return _lengths(_sizes(schema, value), value.shape, symbols)
    except ExpressionError:
        return None


def _shape_misfits(
    schema: Mapping[str, Any], value: np.ndarray, symbols: Mapping[str, Any]
) -> Iterator[tuple[Facet, str]]:
    wanted = _sizes(schema, value)
    try:
        expected = _lengths(wanted, value.shape, symbols)
    except ExpressionError as error:
        expected = None
        if value.ndim == len(wanted):
            yield Facet.SHAPE, f"has shape {value.shape}: {error}"
    if (expected is None and value.ndim != len(wanted)) or (expected is not None and value.shape != expected):
        sizes = ", ".join(map(str, wanted))
        meant = f" = {expected}" if expected is not None and "*" not in wanted else ""
        yield Facet.SHAPE, f"has shape {value.shape}, expected ({sizes}){meant}"


def _range_misfits(schema: Mapping[str, Any], value: np.ndarray) -> Iterator[tuple[Facet, str]]:
    if value.size == 0:
        return
    if schema.get("finite") and not np.isfinite(value).all():
        where = np.argwhere(~np.isfinite(value))
        first = value[tuple(where[0])]
        count = f"{len(where)} values that are not finite" if len(where) > 1 else "a value that is not finite"
        yield Facet.VALUE, f"has {count}, the first is {first} at {where[0].tolist()}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        if "minimum" in schema and (smallest := np.nanmin(value)) < schema["minimum"]:
            yield Facet.VALUE, f"reaches down to {smallest}, minimum is {schema['minimum']}"
        if "maximum" in schema and (largest := np.nanmax(value)) > schema["maximum"]:
            yield Facet.VALUE, f"reaches up to {largest}, maximum is {schema['maximum']}"


@dataclass(frozen=True)
class _Bound:
    """A value on its way through jsonschema, with what its description is read against."""

    value: Any
    symbols: Mapping[str, Any]
    inputs: Mapping[str, Any]


class _Misfit(jsonschema.ValidationError):
    """An error of our own keywords, which knows what it is about."""

    facet: Facet = Facet.TYPE


def _misfit(facet: Facet, message: str) -> _Misfit:
    found = _Misfit(message)
    found.facet = facet
    return found


def _ndarray(validator: Any, keyword: Any, bound: _Bound, _schema: Any) -> Iterator[jsonschema.ValidationError]:
    for facet, message in _array_misfits(keyword, bound.value, bound.symbols, bound.inputs):
        yield _misfit(facet, message)


def _arrays(validator: Any, keyword: Any, bound: _Bound, _schema: Any) -> Iterator[jsonschema.ValidationError]:
    for message in named_arrays.misfits(keyword, bound.value):
        yield _misfit(Facet.MISSING if message.endswith(": missing") else Facet.TYPE, message)
    for place, schema, value in named_arrays.members(keyword, bound.value):
        for facet, message in _array_misfits(schema, value, bound.symbols, bound.inputs):
            yield _misfit(facet, f"{place}: {message}")


def _file_misfits(kind: str, schema: Mapping[str, Any], bound: _Bound) -> Iterator[tuple[Facet, str]]:
    if not isinstance(bound.value, str):
        yield Facet.TYPE, f"expected a path, got {getattr(bound.value, 'type_name', type(bound.value).__name__)}"
        return
    if not Path(bound.value).is_file():
        yield Facet.MISSING, f"{bound.value} is not a file"
        return
    try:
        members = files.members_of(kind, Path(bound.value))
    except files.Unreadable as error:
        yield Facet.TYPE, str(error)
        return
    for found in misfits(schema, members, bound.symbols, bound.inputs):
        yield found.facet, f"member {found.text}"


def _file(kind: str, keyword: Any, bound: _Bound) -> Iterator[jsonschema.ValidationError]:
    for facet, message in _file_misfits(kind, keyword, bound):
        yield _misfit(facet, message)


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


@dataclass(frozen=True)
class Misfit:
    """One thing in which a value does not obey its schema."""

    name: str
    """The input or output; for one that is not described, its own name; empty where none is at fault."""
    facet: Facet
    text: str
    """The whole sentence, name and all."""


def misfits(
    schema: Mapping[str, Any],
    instance: Mapping[str, Any],
    symbols: Mapping[str, Any],
    inputs: Mapping[str, Any] | None = None,
) -> list[Misfit]:
    """What is wrong with `instance`; empty when it obeys `schema`.

    `symbols` are the bound dimensions; `inputs` the operation's inputs, for {"like": name}.
    """
    inputs = instance if inputs is None else inputs
    properties = schema.get("properties", {})
    wrapped = {
        name: _Bound(value, symbols, inputs) if _KEYWORDS & properties.get(name, {}).keys() else value
        for name, value in instance.items()
    }
    found: list[Misfit] = []
    absent: set[str] = set()
    for error in sorted(_validator()(schema).iter_errors(wrapped), key=lambda e: list(map(str, e.absolute_path))):
        path = list(map(str, error.absolute_path))
        name = "/".join(path)
        if error.validator == "required":
            missing = [n for n in error.validator_value if n not in error.instance and n not in absent]
            found += [Misfit(path[0] if path else n, Facet.MISSING, f"{n} is missing") for n in missing]
            absent |= set(missing)
        elif error.validator == "additionalProperties" and not path:
            surplus = [n for n in instance if n not in properties]
            found += [Misfit(n, Facet.EXTRA, f"{n} is not in the contract") for n in surplus]
        elif error.validator == "arrays":  # the message begins with the member's place
            found.append(Misfit(path[0], _facet(error), f"{name}{error.message}"))
        else:
            text = f"{name}: {error.message}" if name else _short(error.message)
            found.append(Misfit(path[0] if path else "", _facet(error), text))
    return found


_OF_VALUES = frozenset({"enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "pattern"})


def _facet(error: jsonschema.ValidationError) -> Facet:
    if isinstance(error, _Misfit):
        return error.facet
    return Facet.VALUE if error.validator in _OF_VALUES else Facet.TYPE


def errors(
    schema: Mapping[str, Any],
    instance: Mapping[str, Any],
    symbols: Mapping[str, Any],
    inputs: Mapping[str, Any] | None = None,
) -> list[str]:
    """As `misfits`, one sentence each."""
    return [one.text for one in misfits(schema, instance, symbols, inputs)]


def _short(message: str) -> str:
    """jsonschema prints the whole instance; arrays make that unreadable."""
    return message if len(message) < 300 else message[-200:]
