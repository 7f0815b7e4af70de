"""The edges of a contract's constraints, as what a boundary case gives."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ptychoparity.backends.protocol import LAYOUTS
from ptychoparity.spec_tests import named_arrays
from ptychoparity.spec_tests.checks.ranges import range_edges
from ptychoparity.spec_tests.contract import Contract
from ptychoparity.spec_tests.descriptors import array_schemas, complete, dtypes, scalar, scalar_schemas
from ptychoparity.spec_tests.expressions import evaluate
from ptychoparity.spec_tests.tables import edges, tables

COMPLEX = ("scene", "normal", "smooth", "smooth_channels", "affine", "disk", "index", "sparse", "plane_wave")
"""Families with imaginary parts, where the dtype has them."""


def sizes(spec: dict[str, Any]) -> list[int]:
    """The sizes of a dimension at which something may change, the smallest first."""
    ends = spec.get("enum", [spec.get("minimum"), spec.get("maximum")])
    return sorted({*ends, *spec.get("edges", [])} - {None})


def edge_cases(contract: Contract) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, given): every constraint's edges, one at a time: dimensions, scalars, fields, families, dtypes, minima."""
    for name, spec in contract["dims"].items():
        for value in sizes(spec):
            yield f"{name}={value}", {"dims": {name: value}}
    yield from crossed_edges(contract)
    yield from _scalar_edges(contract)
    for label, given, _ in field_edges(contract):
        yield label, given
    yield from _array_edges(contract)
    if not contract.added:  # what the house asks of its own operations is not asked of a user's
        yield from layout_edges(contract)
        yield from range_edges(contract)
    for name, schema in named_arrays.dictionaries(contract["input"]).items():
        for label, given in named_arrays.edges(schema, contract["generate"][name]):
            yield f"{name}.{label}", {"dictionaries": {name: given}}


def crossed_edges(contract: Contract) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, given): sizes together, and with dtypes, where one at a time would not do.

    `many`: each such size with all other dimensions at their smallest. `largest`: all dimensions at their largest, but
    those that have a `many`, which are at their smallest. These, the largest of `many`, and each size that is one of a
    list, also in every further dtype of the input's arrays.
    """
    dims = contract["dims"]
    if not dims:
        return
    smallest = {name: sizes(spec)[0] for name, spec in dims.items()}
    admitted = {name: spec.get("minimum", min(spec.get("enum", [0]))) for name, spec in dims.items()}
    for name, spec in dims.items():
        *many, most = spec.get("many", [None])
        for size in many:
            yield f"many.{name}={size}", {"dims": {**admitted, name: size}}
        if most is not None:
            yield from _in_every_dtype(contract, f"many.{name}={most}", {**admitted, name: most})
    largest = {name: smallest[name] if "many" in spec else sizes(spec)[-1] for name, spec in dims.items()}
    yield from _in_every_dtype(contract, "largest", largest)
    for name, spec in dims.items():
        for size in spec.get("enum", []):
            if size != spec["default"]:
                others = _in_every_dtype(contract, f"{name}={size}", {name: size})
                yield from (one for number, one in enumerate(others) if number)  # the first dtype has its edge


def _in_every_dtype(contract: Contract, label: str, dims: dict[str, int]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Sizes with every array in its first dtype, then in its second, and so on; an array that has no more keeps one."""
    several = {
        name: dtypes(schema) for name, schema in array_schemas(contract).items()
        if len(dtypes(schema)) > 1 and any(spec is not None for spec in contract["generate"][name])
    }  # fmt: skip
    yield label, {"dims": dims}
    for number in range(1, max(map(len, several.values()), default=0)):
        names = {name: found[number] for name, found in several.items() if number < len(found)}
        arrays = {name: _plain(contract, name, dtype) for name, dtype in names.items()}
        yield f"{label}.{'.'.join(dict.fromkeys(names.values()))}", {"dims": dims, "arrays": arrays}


def _scalar_edges(contract: Contract) -> Iterator[tuple[str, dict[str, Any]]]:
    symbols: dict[str, Any] = {name: spec["default"] for name, spec in contract["dims"].items()}
    for name, schema in scalar_schemas(contract).items():
        rule = contract["generate"][name]
        if "minimum" in rule:
            for end in ("minimum", "maximum"):
                value = evaluate(rule[end], symbols)
                yield f"{name}={value}", {"values": {name: value}}
        for value in rule.get("enum", [True, False] if schema.get("type") == "boolean" else []):
            value = scalar(value, symbols)
            # an argument that bears a dimension's name is told apart from the dimension
            label = f"{name}-argument" if name in contract["dims"] else name
            yield f"{label}={value}", {"values": {name: value}}


def _array_edges(contract: Contract) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, schema in array_schemas(contract).items():
        for number, spec in enumerate(contract["generate"][name]):
            label = "None" if spec is None else f"{spec['family']}-{number}"
            yield f"{name}.{label}", {"arrays": {name: spec}}
        if all(spec is None for spec in contract["generate"][name]):  # only cases of their own give one
            continue
        if len(dtypes(schema)) > 1:
            for dtype in dtypes(schema):
                if dtype not in ("int8", "int16"):
                    yield f"{name}.{dtype}", {"arrays": {name: _plain(contract, name, dtype)}}
        if "minimum" in schema:
            planted = {
                **_plain(contract, name, dtypes(schema)[0]),
                "plant": [[[0] * len(schema["shape"]), schema["minimum"]]],
            }
            yield f"{name}.minimum", {"arrays": {name: planted}}


def layout_edges(contract: Contract) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, given): every array of the input in another layout of the memory, all of them at once.

    Not in the other byte order, which may be refused: a relation looks at that.
    """
    inputs = contract["input"]["properties"].items()
    arrays = [n for n, s in inputs if "arrays" in s or ("ndarray" in s and s["ndarray"]["shape"])]
    for layout in LAYOUTS if arrays else ():
        if layout != "byte-swapped":
            yield f"layout={layout}", {"layout": dict.fromkeys(arrays, layout)}


def field_edges(contract: Contract) -> Iterator[tuple[str, dict[str, Any], str]]:
    """(name, given, clause) of every value of every field of the objects the input holds, one field at a time.

    Where another input chooses the table, each of the tables it may choose.
    """
    for name, rule in contract["generate"].items():
        if not isinstance(rule, dict) or "table" not in rule:
            continue
        chooser = rule["table"]
        names = [chooser] if chooser in tables() else contract["generate"][chooser]["enum"]
        chosen = {table: {} if table == chooser else {chooser: table} for table in names}
        for table, others in chosen.items():
            for label, value, clause in edges(tables()[table]):
                yield f"{name}.{table}.{label}", {"values": {**others, name: value}}, clause


def _plain(contract: Contract, name: str, dtype: str) -> dict[str, Any]:
    """The array's first family that is no None, in `dtype`; in a complex one the first that has imaginary parts."""
    there = [spec for spec in contract["generate"][name] if spec is not None]
    if np.dtype(dtype).kind == "c":
        there = [spec for spec in there if spec["family"] in COMPLEX] or [{"family": "normal"}]
    return {**there[0], "dtype": dtype}


def holds(contract: Contract, given: dict[str, Any]) -> bool:
    """Whether the contract's own rules admit an edge, the rest being at its defaults."""
    descriptor = complete(contract, given, "edge")
    symbols = {**descriptor["dims"], **descriptor["values"]}
    return all(evaluate(rule, symbols) for rule in contract.get("requires", []))
