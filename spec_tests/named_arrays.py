"""Dictionaries of named arrays, a model's weights for instance: inputs and outputs whose names a contract leaves open.

    {"arrays": {"required": ["scale"],
                "properties": {"scale": {"ndarray": ...}, "decoder": {"arrays": {...}}},
                "patternProperties": {"^conv[0-9]+/kernel$": {"ndarray": ...}},
                "additionalProperties": {"ndarray": ...}}}

A name is looked for in `properties`, then among the patterns, then in `additionalProperties`; without these no other
name may be there. `generate` says which names a generated dictionary has, and how each array is made:

    {"names": {"scale": [{"family": "constant"}], "decoder": {"names": {...}}}}

A member is written as Python would: `weights["conv1/kernel"]`.
"""

import copy
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

Schema = Mapping[str, Any]
KEYWORDS = frozenset(
    {"properties", "patternProperties", "additionalProperties", "required", "minProperties", "maxProperties",
     "description"}
)  # fmt: skip
"""What the schema of a dictionary may say."""


def place(parent: str, name: Any) -> str:
    """How a member is written: `weights["conv1/kernel"]`."""
    return f"{parent}[{json.dumps(name, ensure_ascii=False) if isinstance(name, str) else repr(name)}]"


def dictionaries(schema: Schema) -> dict[str, Schema]:
    """The dictionaries of an object schema, by name."""
    return {name: sub["arrays"] for name, sub in schema["properties"].items() if "arrays" in sub}


def described(schema: Schema, name: str) -> Schema | None:
    """What a dictionary's schema says of the member `name`; None where it may not be there."""
    if name in schema.get("properties", {}):
        return schema["properties"][name]
    for pattern, sub in schema.get("patternProperties", {}).items():
        if re.search(pattern, name):
            return sub
    return schema.get("additionalProperties") or None


def schema_of(schema: Schema, name: str) -> Schema:
    """As `described`, of a name that the loader has found there."""
    found = described(schema, name)
    if found is None:
        raise KeyError(name)
    return found


def members(schema: Schema, value: Any, parent: str = "") -> Iterator[tuple[str, Schema, Any]]:
    """(place, ndarray schema, value) of every member that the schema describes, those of dictionaries inside too."""
    if not isinstance(value, Mapping):
        return
    for name, one in value.items():
        sub = described(schema, name) if isinstance(name, str) else None
        if sub is None:
            continue
        if "arrays" in sub:
            yield from members(sub["arrays"], one, place(parent, name))
        else:
            yield place(parent, name), sub["ndarray"], one


def misfits(schema: Schema, value: Any, parent: str = "") -> Iterator[str]:
    """What is wrong with the names of a dictionary, one sentence each, each with its place."""
    if not isinstance(value, Mapping):
        shown = getattr(value, "type_name", type(value).__name__)
        yield f"{parent}: expected a dictionary of named arrays, got {shown}"
        return
    for name in schema.get("required", []):
        if name not in value:
            yield f"{place(parent, name)}: missing"
    low, high = schema.get("minProperties", 0), schema.get("maxProperties", len(value))
    if not low <= len(value) <= high:
        yield f"{parent}: {len(value)} names, expected {f'at least {low}' if len(value) < low else f'at most {high}'}"
    for name, one in value.items():
        sub = described(schema, name) if isinstance(name, str) else None
        if sub is None:
            yield f"{place(parent, name)}: the contract has no such name"
        elif "arrays" in sub:
            yield from misfits(sub["arrays"], one, place(parent, name))


def holds_arrays(value: Any) -> bool:
    """Whether a value is a dictionary with an array in it, however deep."""
    return isinstance(value, Mapping) and any(isinstance(v, np.ndarray) or holds_arrays(v) for v in value.values())


def flat(value: Any, parent: str = "") -> Iterator[tuple[str, Any]]:
    """(place, value) of everything in a dictionary, dictionaries inside opened."""
    for name, one in value.items():
        if isinstance(one, Mapping):
            yield from flat(one, place(parent, name))
        else:
            yield place(parent, name), one


def nbytes(value: Any) -> int:
    """Bytes of the arrays in a value."""
    if isinstance(value, Mapping):
        return sum(nbytes(one) for one in value.values())
    return value.nbytes if isinstance(value, np.ndarray) else 0


# -- what generated dictionaries are made of ----------------------------------------------------------------


def is_family(spec: Any) -> bool:
    """Whether a part of a descriptor stands for one array, and not for a dictionary."""
    return isinstance(spec, Mapping) and isinstance(spec.get("family"), str)


def optional(schema: Schema, rule: Mapping[str, Any]) -> list[str]:
    """The names of a generate rule that may be left out."""
    return [name for name in rule["names"] if name not in schema.get("required", [])]


def default(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The descriptor of the default dictionary: every name, each by its first family."""
    return {
        name: default(one) if isinstance(one, Mapping) else copy.deepcopy(one[0]) for name, one in rule["names"].items()
    }


def changed(spec: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """A dictionary's descriptor as a case has it: null takes a name away, a family replaces, all else changes it."""
    found = dict(spec)
    for name, one in given.items():
        if one is None:
            found.pop(name, None)
        elif is_family(one) or name not in found:
            found[name] = copy.deepcopy(one)
        elif is_family(found[name]):
            found[name] = {**found[name], **one}
        else:
            found[name] = changed(found[name], one)
    return found


def seeded(spec: Mapping[str, Any], label: str) -> dict[str, Any]:
    """The same descriptor with a seed for every array that has none, from its place and `label`."""
    found = {}
    for name, one in spec.items():
        where = place(label, name)
        found[name] = {"seed": zlib.crc32(where.encode()) % 65536, **one} if is_family(one) else seeded(one, where)
    return found


def expand(
    schema: Schema, spec: Mapping[str, Any], make: Callable[[dict[str, Any], Schema], np.ndarray]
) -> dict[str, Any]:
    """The dictionary that a descriptor stands for; `make` makes one array of a family and an ndarray schema.

    A name that the contract does not have, in an error case, says its dtype and shape itself.
    """
    found: dict[str, Any] = {}
    for name, one in spec.items():
        sub = described(schema, name) or {}
        if is_family(one):
            found[name] = make(one, sub.get("ndarray") or {"shape": one["shape"], "dtype": one["dtype"]})
            found[name].flags.writeable = False
        else:
            found[name] = expand(sub.get("arrays", {}), one, make)
    return found


def edges(schema: Schema, rule: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(label, what differs from the default) of a dictionary's edge cases: fewest names, every family, every dtype."""
    free = optional(schema, rule)
    kept = max(0, schema.get("minProperties", 0) - (len(rule["names"]) - len(free)))
    free = free[kept:]
    if free:
        yield "fewest", dict.fromkeys(free)
    for number, (name, one) in enumerate(rule["names"].items()):
        sub = schema_of(schema, name)
        if isinstance(one, Mapping):
            yield from ((f"{number}.{label}", {name: given}) for label, given in edges(sub["arrays"], one))
            continue
        yield from ((f"{number}.{spec['family']}-{i}", {name: spec}) for i, spec in enumerate(one) if i)
        dtype = sub["ndarray"]["dtype"]
        if not isinstance(dtype, str):
            yield from ((f"{number}.{each}", {name: {"dtype": each}}) for each in dtype)
