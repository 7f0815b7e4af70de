"""Boundaries of HOUSE.VALUE.RANGE: values that a dtype holds and no usual draw reaches, array by array.

What is far from 1 follows from the contract: the magnitude of what the contract says an answer scales with, the upper
half of each integer dtype, numbers below 0 where there is no minimum, positions in pixels far from the origin.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ptychoparity.spec_tests.contract import Contract
from ptychoparity.spec_tests.descriptors import array_schemas, dtypes

Edge = tuple[str, dict[str, Any]]

MAGNITUDES = (2.0**-50, 2.0**66)
"""Further down squares of what is faint beside the peak are below float32's smallest normal number."""
FAR = (40_000, -40_000)
"""Beyond 32,767 px, where a coordinate kept in 16 bits wraps."""
SCALES = "answer_scales_with_input"


def range_edges(contract: Contract) -> Iterator[Edge]:
    """(name, given) of every such boundary."""
    yield from _magnitudes(contract)
    yield from _far_positions(contract)
    for name, schema in array_schemas(contract).items():
        yield from _integers(contract, name, schema)


def _first(contract: Contract, name: str) -> dict[str, Any] | None:
    return next((spec for spec in contract["generate"][name] if spec is not None), None)


def _magnitudes(contract: Contract) -> Iterator[Edge]:
    """The inputs that a relation scales together, far below and above 1."""
    for relation in contract["relations"]:
        if relation["name"] != SCALES:
            continue
        names = relation["options"]["scaled"]
        for factor in MAGNITUDES:
            if factor > 1 and max(relation["options"]["outputs"].values()) > 1:  # a square of it is beyond float32
                continue
            arrays = {name: {**(_first(contract, name) or {}), "times": factor} for name in names}
            given = relation.get("given", {})
            values = {"values": given["values"]} if "values" in given else {}
            yield f"{'+'.join(names)}.times={factor:.0e}", {**values, "arrays": arrays}


def _far_positions(contract: Contract) -> Iterator[Edge]:
    """Every array of positions in pixels, moved together: what a scan shows does not change with its origin."""
    schemas = array_schemas(contract)
    names = [n for n, s in schemas.items() if s.get("units") == "px" and "relative" not in n and "minimum" not in s]
    there = {name: spec for name in names if (spec := contract["generate"][name][0])}
    for shift in FAR if there else ():
        arrays = {name: {**spec, "plus": shift} for name, spec in there.items()}
        yield f"positions.plus={shift}", {"arrays": arrays}


def _integers(contract: Contract, name: str, schema: dict[str, Any]) -> Iterator[Edge]:
    """The upper half of every integer dtype, and what is below 0 where that is allowed."""
    if _first(contract, name) is None:
        return
    for dtype in dtypes(schema):
        if np.dtype(dtype).kind not in "iu":
            continue
        top = np.iinfo(dtype).max if dtype != "int64" else 2**40
        high = min(schema.get("maximum", top), top)
        step = 2 ** max(0, int(high).bit_length() - np.finfo(np.float32).nmant)  # float32 holds every multiple of it
        family = {"family": "integers", "dtype": dtype, "times": step}
        yield f"{name}.{dtype}.high", {"arrays": {name: {**family, "low": high // step // 2 + 1, "high": high // step}}}
        if np.dtype(dtype).kind == "i" and "minimum" not in schema:
            yield f"{name}.{dtype}.negative", {"arrays": {name: {**family, "low": -(high // step), "high": -1}}}
