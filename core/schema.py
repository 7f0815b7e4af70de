"""The JSON Schema of the event stream, made from the classes of events: for programs of others.

`python -m ptychoparity.core.schema` prints it.
"""

import ast
import inspect
import json
import textwrap
import types
from collections.abc import Mapping
from dataclasses import MISSING
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from ptychoparity.core.events import KINDS, VERSION
from ptychoparity.core.records import fields_of, key_of

_SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean"}

Json = dict[str, Any]


def schema() -> Json:
    """Return the schema of one line of a stream."""
    made: Json = {}
    events = [_event(name, event, made) for name, event in KINDS.items()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"One event of a ptychoparity run, version {VERSION}",
        "oneOf": events,
        "$defs": dict(sorted(made.items())),
    }


def _event(name: str, event: type[Any], made: Json) -> Json:
    found = _object(event, made)
    found["properties"] = {"event": {"const": name}, **found["properties"]}
    found["required"] = ["event", *found["required"]]
    if "schema" in found["properties"]:
        found["properties"]["schema"] = {"const": VERSION}
    return found


def _object(record: type[Any], made: Json) -> Json:
    hints, told = get_type_hints(record), _docstrings(record)
    properties = {}
    for one in fields_of(record):
        said = {"description": told[one.name]} if one.name in told else {}
        properties[key_of(one)] = {**_value(hints[one.name], made), **said}
    about = inspect.getdoc(record) or ""
    return {
        "type": "object",
        **({} if about.startswith(f"{record.__name__}(") else {"description": about}),
        "properties": properties,
        "required": [key_of(one) for one in fields_of(record) if one.default is MISSING],
        "additionalProperties": False,
    }


def _value(wanted: Any, made: Json) -> Json:
    """The schema of a field's annotation; records and enums go into `made` and are referred to."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if wanted is Any:
        return {}
    if origin in (Union, types.UnionType):
        (inner,) = (one for one in arguments if one is not type(None))
        return {"anyOf": [_value(inner, made), {"type": "null"}]}
    if origin is tuple:
        return {"type": "array", "items": _value(arguments[0], made)}
    if origin is Mapping:
        return {"type": "object", "propertyNames": _value(arguments[0], made),
                "additionalProperties": _value(arguments[1], made)}  # fmt: skip
    if wanted in _SCALARS:
        return {"type": _SCALARS[wanted]}
    if wanted.__name__ not in made:
        made[wanted.__name__] = {}  # a place, should it hold itself
        is_enum = issubclass(wanted, Enum)
        made[wanted.__name__] = {"enum": [one.value for one in wanted]} if is_enum else _object(wanted, made)
    return {"$ref": f"#/$defs/{wanted.__name__}"}


def _docstrings(record: type[Any]) -> dict[str, str]:
    """What is written under each field."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(record))).body
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for field, below in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr) and isinstance(field.target, ast.Name):
            found[field.target.id] = " ".join(str(ast.literal_eval(below.value)).split())
    return found


if __name__ == "__main__":
    print(json.dumps(schema(), indent=1))
