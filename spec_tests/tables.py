"""Tables of fields, and the JSON objects made from them.

A table (`tables/*.json`) has a row per field: its `type`, its `default` or `"required": true`, the values it
allows (`enum`, or a `range` in the words of JSON Schema), the values drawn for it (`draw`), its key in the flat
store (`legacy`), and the `clause` that describes it. A field that is an object itself names that object's `table`.
A field of the torch configuration may say which setting it stands for under another name (`of`), and what its
default `means` in that setting's words.

An input `{"table": {"of": NAME, "allowed": [...]}}` is such an object; for the tables in `allowed` its values are
held against types and allowed values. A generate rule `{"table": NAME}` stands for an object with some of the
table's fields. NAME is a table, or a scalar input that holds the name of one.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

Row = Mapping[str, Any]

MOST = 12
"""Fields drawn for one object: enough to meet each other, few enough to draw fast; the edges take every one."""


@cache
def tables() -> MappingProxyType[str, Mapping[str, Row]]:
    """Every table by name."""
    found: dict[str, Mapping[str, Row]] = {}
    for file in sorted(resources.files(__package__).joinpath("tables").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".json"):
            for name, rows in json.loads(file.read_text()).items():
                if name in found:
                    raise ValueError(f"{file.name}: table {name} is there twice")
                found[name] = MappingProxyType(rows)
    return MappingProxyType(found)


def table_of(rule: Mapping[str, Any], symbols: Mapping[str, Any]) -> Mapping[str, Row]:
    """The table a generate rule means, where `symbols` are the scalars already chosen."""
    name = rule["table"]
    return tables().get(symbols.get(name, name), {})  # a name that was misspelt on purpose chooses no table


JSON_TYPES = {
    "int": "integer", "float": "number", "bool": "boolean", "str": "string", "Path": "string", "list": "array",
    "None": "null",
}  # fmt: skip


@cache
def schema(name: str, allowed: bool) -> dict[str, Any]:
    """A table as JSON Schema: required and known fields, and where `allowed` their types and allowed values, too."""
    properties = {}
    for field, row in tables()[name].items():
        if "table" in row:
            properties[field] = schema(row["table"], allowed)
        elif allowed:
            rules: list[dict[str, Any]] = [{"type": [JSON_TYPES[part] for part in row["type"].split("|")]}]
            rules += [{"enum": row["enum"]}] if "enum" in row else []
            rules += [{"anyOf": [{"type": "null"}, row["range"]]}] if "range" in row else []
            properties[field] = {"allOf": rules}
        else:
            properties[field] = {}
    required = [field for field, row in tables()[name].items() if row.get("required")]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def minimal(rows: Mapping[str, Row]) -> dict[str, Any]:
    """The smallest object of a table: required fields only, each at the first value drawn for it."""
    return {name: _first(row) for name, row in rows.items() if row.get("required")}


def _first(row: Row) -> Any:
    return minimal(tables()[row["table"]]) if "table" in row else row["draw"][0]


def objects(rows: Mapping[str, Row]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with every required field and up to MOST of the others; they shrink to the smallest."""
    required = {
        name: objects(tables()[row["table"]]) if "table" in row else st.sampled_from(row["draw"])
        for name, row in rows.items() if row.get("required")
    }  # fmt: skip
    pairs = [(name, value) for name, row in rows.items() if name not in required for value in row["draw"]]
    some = st.lists(st.sampled_from(pairs), unique_by=lambda pair: pair[0], max_size=MOST) if pairs else st.just([])
    return st.builds(lambda given, others: {**given, **dict(others)}, st.fixed_dictionaries(required), some)


def edges(rows: Mapping[str, Row]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """(label, object, clause) for every value drawn for every field, one field at a time, objects below included.

    A field at its default is none: that is the object without it.
    """
    base = minimal(rows)
    for name, row in rows.items():
        if "table" in row:
            for label, value, clause in edges(tables()[row["table"]]):
                yield f"{name}.{label}", {**base, name: value}, clause
            continue
        for number, value in enumerate(row["draw"]):
            if "default" in row and value == row["default"]:
                continue
            text = "None" if value is None else str(value)
            shown = text if text and "/" not in text and " " not in text else f"value-{number}"
            yield f"{name}={shown}", {**base, name: value}, row.get("clause", "")
