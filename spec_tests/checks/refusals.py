"""Bad input made from a contract: for every array of the input what its schema forbids, one fault at a time.

Where one of several alike inputs has a test, all have: a value that is not finite, another kind of number, an axis too
many or too few, a length that another input contradicts. A contract's own errors say what it forbids besides.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ptychoparity.spec_tests import files
from ptychoparity.spec_tests.contract import Contract
from ptychoparity.spec_tests.descriptors import array_schemas, base, dtypes, scalar_schemas
from ptychoparity.spec_tests.expressions import evaluate
from ptychoparity.spec_tests.tables import minimal, tables

REFUSED, SHAPES, CONFIG = "HOUSE.INPUT.REFUSED", "ERR.SHAPES", "HOUSE.CONFIG.REFUSED"
CLASSES = ["ValueError", "TypeError"]
ANY_SHAPE: dict[str, Any] = {"family": "constant", "value": 1, "plant": []}
"""A family that no shape is wrong for."""


def refusal_cases(contract: Contract) -> Iterator[dict[str, Any]]:
    """Error cases as a contract states them: `id`, `clauses`, `given`, `raises`, `message`."""
    yield from _near_misses(contract)
    for name, schema in _asked(contract).items():
        beside, spec = _valid(contract, name)
        shape = spec.get("shape", schema["shape"])
        for label, clause, change in (
            *_values(schema, _middle(contract, shape)),
            *_shapes(contract, name, shape, schema),
        ):
            clauses = [one for one in (clause, REFUSED) if one in contract.clauses][:1] or list(contract.general)
            arrays = {**beside.get("arrays", {}), name: {**spec, **change}}
            yield {
                "id": f"{name}.{label}", "clauses": clauses, "given": {**beside, "arrays": arrays}, "raises": CLASSES,
                # of two lengths that contradict each other either may be named
                "message": [] if label.startswith("length") else [name.rpartition(".")[2]],
            }  # fmt: skip


def _near_misses(contract: Contract) -> Iterator[dict[str, Any]]:
    """A name that is one letter off, for every input and every field whose allowed names are listed."""
    for name, schema in contract["input"]["properties"].items():
        rule = contract["generate"].get(name)
        names = [one for one in schema.get("enum", []) if isinstance(one, str)]
        if names and None not in schema["enum"]:
            yield _near_miss(contract, name, f"{names[-1]}x", {name: f"{names[-1]}x"})
        if not isinstance(rule, dict) or "table" not in rule or "table" not in schema:
            continue
        chooser = rule["table"]
        for table in [chooser] if chooser in tables() else contract["generate"][chooser]["enum"]:
            if not _refuses_values(contract, name, chooser, table):
                continue
            beside = {} if table == chooser else {chooser: table}
            for field, misspelt, fields in _misspelt(tables()[table], minimal(tables()[table])):
                yield _near_miss(contract, f"{name}.{table}.{field}", misspelt, {**beside, name: fields})


def _refuses_values(contract: Contract, name: str, chooser: str, table: str) -> bool:
    """Whether the operation looks at the values of a table's fields: an error of its own says so of one of them.

    Some only build an object, and leave its values to another operation.
    """
    for case in contract["errors"]:
        values = case["given"].get("values", {})
        asked = values.get(chooser, contract["generate"].get(chooser, {}).get("default", chooser))
        fields = values.get(name) or {}
        if asked == table and any(
            "enum" in row and field in fields and fields[field] not in row["enum"]
            for field, row in tables()[table].items()
        ):
            return True
    return False


def _misspelt(rows: Mapping[str, Any], good: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(field, its value, object) with one listed name misspelt, objects below included."""
    for name, row in rows.items():
        if "table" in row:
            below = tables()[row["table"]]
            for field, misspelt, fields in _misspelt(below, good.get(name) or minimal(below)):
                yield f"{name}.{field}", misspelt, {**good, name: fields}
        elif names := [one for one in row.get("enum", []) if isinstance(one, str)]:
            yield name, f"{names[-1]}x", {**good, name: f"{names[-1]}x"}


def _near_miss(contract: Contract, label: str, misspelt: str, values: dict[str, Any]) -> dict[str, Any]:
    clauses = [one for one in (CONFIG, REFUSED) if one in contract.clauses][:1] or [REFUSED]
    return {"id": f"{label}.misspelt", "clauses": clauses, "given": {"values": values}, "raises": CLASSES,
            "message": [misspelt]}  # fmt: skip


def _asked(contract: Contract) -> dict[str, dict[str, Any]]:
    """The arrays that an operation is given, and those of an NPZ file that it answers with: others it may not look at.

    What an HDF5 file may not hold, its contract says by itself, in the file's own names.
    """
    inputs, outputs = contract["input"]["properties"], contract["output"]["properties"]
    given = {name for name, schema in inputs.items() if "ndarray" in schema}
    hdf5 = any("h5" in schema for schema in inputs.values())
    read = set() if hdf5 else {name for name in array_schemas(contract) if name in outputs}
    return {name: schema for name, schema in array_schemas(contract).items() if name in given | read}


def _valid(contract: Contract, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is good of the input and of the array before one thing is made bad.

    An array that is None by default is given as the first example or boundary that has it does, with all beside it.
    """
    default = contract["generate"][name][0]
    if default is not None:
        return {}, default
    for case in (*contract["examples"], *contract.get("boundaries", [])):
        given = case["given"]
        if given.get("arrays", {}).get(name) is not None and not files.KINDS.keys() & given.keys():
            return given, _whole(contract, name, given["arrays"][name])
    return {}, _whole(contract, name, {})


def _whole(contract: Contract, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    """A description with a family."""
    if "family" in spec:
        return spec
    families = (one for one in contract["generate"][name] if one is not None)
    return {**next(families, {"family": "constant", "value": 1}), **spec}


def _middle(contract: Contract, shape: list[Any]) -> list[int]:
    """An element that no operation leaves out: edges may be cut off before anything is computed."""
    default = base(contract)
    symbols = {**default["values"], **default["dims"]}
    return [evaluate(size, symbols) // 2 for size in shape]


def _values(schema: Mapping[str, Any], middle: list[int]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    kinds = {np.dtype(dtype).kind for dtype in dtypes(schema)}
    if schema.get("finite") and kinds & set("fc"):
        floating = next(dtype for dtype in dtypes(schema) if np.dtype(dtype).kind in "fc")
        for value in ("nan", "inf"):
            yield value, REFUSED, {"dtype": floating, "plant": [[middle, value]]}
    if "minimum" in schema and kinds <= set("iuf") and not kinds <= set("u"):
        signed = next(dtype for dtype in dtypes(schema) if np.dtype(dtype).kind in "if")
        yield "below-minimum", REFUSED, {"dtype": signed, "plant": [[middle, schema["minimum"] - 1]]}
    if "c" not in kinds:
        yield "complex", REFUSED, {"dtype": "complex64"}
    if kinds <= set("iu"):
        yield "fractions", REFUSED, {"dtype": "float64", "plant": [[middle, 0.5]]}


def _shapes(
    contract: Contract, name: str, shape: list[Any], schema: Mapping[str, Any]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    # ERR.SHAPES is about shapes that do not fit each other, and not about the number of axes
    yield "axis-more", REFUSED, {**ANY_SHAPE, "shape": [*shape, 1]}
    if shape and not schema.get("leading"):
        yield "axis-less", REFUSED, {**ANY_SHAPE, "shape": shape[1:]}
    for axis, size in enumerate(shape):
        if _is_contradicted(contract, name, axis, size):
            longer = [*shape[:axis], f"({size})+1", *shape[axis + 1 :]]
            yield f"length-of-axis-{axis}", SHAPES, {**ANY_SHAPE, "shape": longer}


def _is_contradicted(contract: Contract, name: str, axis: int, size: Any) -> bool:
    """Whether something else of the default input says how long an axis is: a number, another array, a side N."""
    if not isinstance(size, str) or size == "*":
        return True
    schemas = array_schemas(contract)
    others = [n for n in _asked(contract) if n != name and contract["generate"][n][0] is not None]
    elsewhere = [one for other in others for one in schemas[other]["shape"]]
    beside = [one for number, one in enumerate(schemas[name]["shape"]) if number != axis]
    square = size in beside and "enum" in contract["dims"].get(size, {})
    return square or size in elsewhere or size in scalar_schemas(contract)
