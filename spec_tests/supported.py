"""What of JSON Schema the engine can generate, carry, hold and compare; a contract that says more is refused.

An input or an output is one of

- an array, {"ndarray": ...}; a dictionary of named arrays, {"arrays": ...}; a file with members, {"npz": ...} or
  {"h5": ...}; a path to write to, {"type": "string", "target": ...}; a text file, {"type": "string", "file": ...};
  an object of a table's fields, {"table": ...}: alone, or with a `description`;
- a JSON value, described by the keywords in JSON_VALUE, in which nothing of the kind above stands.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ptychoparity.spec_tests import files, named_arrays
from ptychoparity.spec_tests.expressions import ExpressionError, symbols_in

Refusal = tuple[str, str]
"""JSON pointer and reason."""

OURS = ("ndarray", "arrays", *files.KINDS, "table", "target", "file")
"""Keywords of the array vocabulary: each says what an input or an output is."""

ALONE = frozenset({"ndarray", "arrays", *files.KINDS, "table"})
NOTES = frozenset({"title", "description", "$comment"})
JSON_VALUE = NOTES | {
    "type", "enum", "const", "default", "examples",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "minLength", "maxLength", "pattern",
    "items", "prefixItems", "contains", "minContains", "maxContains", "minItems", "maxItems", "uniqueItems",
    "properties", "patternProperties", "additionalProperties", "propertyNames", "required", "minProperties",
    "maxProperties", "dependentRequired", "dependentSchemas",
    "allOf", "anyOf", "oneOf", "not", "if", "then", "else",
}  # fmt: skip
"""Keywords of JSON Schema 2020-12 that are held as they stand. No references: a contract is read where it is."""

OBJECT = NOTES | {
    "type", "properties", "required", "additionalProperties", "allOf", "anyOf", "oneOf", "not", "if", "then", "else",
}  # fmt: skip
"""Keywords of `input` and `output` themselves."""

_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS = ("properties", "patternProperties", "dependentSchemas")
_SINGLE = ("items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else")


def refusals(data: Mapping[str, Any]) -> Iterator[Refusal]:
    """Everything of a contract's document that the engine cannot do."""
    for section in ("input", "output"):
        schema = data[section]
        for word in sorted(schema.keys() - OBJECT):
            yield f"/{section}/{word}", f"{word!r} is not supported here; there are {', '.join(sorted(OBJECT))}"
        yield from _names(schema, f"/{section}")
        for name, sub in schema["properties"].items():
            yield from _value(sub, f"/{section}/properties/{name}")
        for word in ("allOf", "anyOf", "oneOf", "not", "if", "then", "else"):
            if word in schema:
                yield from _plain({word: schema[word]}, f"/{section}")
    yield from _text_files(data)
    yield from _generated(data)
    yield from _dictionaries(data)
    yield from _given(data)


def _names(schema: Mapping[str, Any], pointer: str) -> Iterator[Refusal]:
    """Names that are required and described nowhere, and names that only a dictionary may leave open."""
    for number, name in enumerate(schema.get("required", [])):
        if name not in schema["properties"]:
            yield f"{pointer}/required/{number}", f"{name!r} is not among the properties"
    if not isinstance(schema.get("additionalProperties", True), bool):
        yield f"{pointer}/additionalProperties", "only true or false; names a contract leaves open go into `arrays`"


def _value(sub: Mapping[str, Any], pointer: str) -> Iterator[Refusal]:
    """One input, output or member of a file."""
    ours = [word for word in OURS if word in sub]
    if not ours:
        yield from _plain(sub, pointer)
        return
    if len(ours) > 1:
        yield pointer, f"{ours[0]!r} and {ours[1]!r}: an input or output is one of them"
        return
    allowed = NOTES | {ours[0]} | (frozenset() if ours[0] in ALONE else {"type"})
    for word in sorted(sub.keys() - allowed):
        yield f"{pointer}/{word}", f"{word!r} is not held beside {ours[0]!r}"
    if ours[0] in files.KINDS:
        yield from _file(sub[ours[0]], f"{pointer}/{ours[0]}")
    elif ours[0] == "arrays":
        yield from _dictionary(sub["arrays"], f"{pointer}/arrays")
    elif ours[0] == "ndarray":
        yield from _array(sub["ndarray"], f"{pointer}/ndarray")


def _plain(sub: Any, pointer: str) -> Iterator[Refusal]:
    """A JSON value: known keywords, and no array or file in it."""
    if not isinstance(sub, Mapping):
        return
    for word in sub:
        if word in OURS:
            hint = '; a dictionary of named arrays is {"arrays": ...}' if word in ("ndarray", "arrays") else ""
            yield f"{pointer}/{word}", f"{word!r} inside a JSON value is not supported{hint}"
        elif word not in JSON_VALUE:
            yield f"{pointer}/{word}", f"{word!r} is not supported"
        elif word in _LISTS:
            for number, one in enumerate(sub[word]):
                yield from _plain(one, f"{pointer}/{word}/{number}")
        elif word in _MAPS:
            for name, one in sub[word].items():
                yield from _plain(one, f"{pointer}/{word}/{name}")
        elif word in _SINGLE:
            yield from _plain(sub[word], f"{pointer}/{word}")


def _file(schema: Mapping[str, Any], pointer: str) -> Iterator[Refusal]:
    """A file: arrays and texts under their own names."""
    for word in sorted(schema.keys() - OBJECT - {"file"}):
        yield f"{pointer}/{word}", f"{word!r} is not supported in a file"
    yield from _names(schema, pointer)
    for name, sub in schema["properties"].items():
        where = f"{pointer}/properties/{name}"
        inside = next((word for word in OURS if word in sub and word != "ndarray"), None)
        if inside:
            yield f"{where}/{inside}", f"a member of a file is an array or a text, not {inside!r}"
        else:
            yield from _value(sub, where)


def _array(schema: Mapping[str, Any], pointer: str, free: bool = False) -> Iterator[Refusal]:
    for axis, size in enumerate(schema["shape"]):
        if size == "*":
            if not free:
                yield f"{pointer}/shape/{axis}", "'*', any length, is for arrays of a dictionary"
            continue
        try:
            symbols_in(size)
        except ExpressionError as error:
            yield f"{pointer}/shape/{axis}", str(error)


def _dictionary(schema: Mapping[str, Any], pointer: str) -> Iterator[Refusal]:
    """Named arrays: whatever the names, each an array of one dtype or several, or a dictionary again."""
    found = [(f"{pointer}/{word}/{name}", sub) for word in ("properties", "patternProperties")
             for name, sub in schema.get(word, {}).items()]  # fmt: skip
    if isinstance(schema.get("additionalProperties"), Mapping):
        found.append((f"{pointer}/additionalProperties", schema["additionalProperties"]))
    for pattern in schema.get("patternProperties", {}):
        try:
            re.compile(pattern)
        except re.error as error:
            yield f"{pointer}/patternProperties/{pattern}", f"not a regular expression: {error}"
            return
    if not found:
        yield pointer, "describes no name: there is no 'properties', 'patternProperties' or 'additionalProperties'"
    for number, name in enumerate(schema.get("required", [])):
        if named_arrays.described(schema, name) is None:
            yield f"{pointer}/required/{number}", f"the dictionary has no such name {name!r}"
    for where, sub in found:
        if "arrays" in sub:
            yield from _dictionary(sub["arrays"], f"{where}/arrays")
            continue
        yield from _array(sub["ndarray"], f"{where}/ndarray", free=True)
        for word in ("none", "leading"):
            if word in sub["ndarray"]:
                yield f"{where}/ndarray/{word}", f"{word!r} is not supported in a dictionary: leave the name out"
        if isinstance(sub["ndarray"]["dtype"], Mapping):
            yield f"{where}/ndarray/dtype", "'like' is not supported in a dictionary"


def _text_files(data: Mapping[str, Any]) -> Iterator[Refusal]:
    """Text files lie side by side: each needs a name of its own."""
    seen: dict[str, str] = {}
    inputs = data["input"]["properties"]
    alone = len(files.file_names(data["input"])) == 1  # of several, each has a folder of its own
    for name, sub in inputs.items():
        kind = files.kind_of(sub)
        file = sub.get("file") if "file" in sub else sub[kind].get("file", "scan.npz") if kind and alone else None
        if file in seen:
            yield f"/input/properties/{name}", f"the inputs {seen[file]!r} and {name!r} are both called {file!r}"
        if file:
            seen[file] = name
    for name, sub in data["output"]["properties"].items():
        for word in ("file", "target"):
            if word in sub:
                yield f"/output/properties/{name}/{word}", f"{word!r} is for inputs"


def _generated(data: Mapping[str, Any]) -> Iterator[Refusal]:
    """Every input can be made: a list of families for an array, names for a dictionary, a rule for all else."""
    arrays, named = files.arrays(data["input"]), named_arrays.dictionaries(data["input"])
    made = [n for n, s in data["input"]["properties"].items() if not {"target", *files.KINDS} & s.keys()]
    for name in dict.fromkeys([*made, *arrays, *files.texts(data["input"])]):
        rule = data["generate"].get(name)
        where = f"/generate/{name}"
        if rule is None:
            yield "/generate", f"input {name!r} has no rule"
        elif name in arrays and not isinstance(rule, list):
            yield where, f"input {name!r} is an array: expected a list of families"
        elif name in named and not (isinstance(rule, Mapping) and "names" in rule):
            yield where, f'input {name!r} is a dictionary of named arrays: expected its names, {{"names": ...}}'
        elif name in named:
            yield from _names_made(named[name], rule, where)
        elif name not in arrays and (isinstance(rule, list) or "names" in rule):
            yield where, f"input {name!r} is a JSON value: expected a rule for a scalar"
        elif name not in arrays and ("minimum" in rule) != ("maximum" in rule):
            yield where, "a rule has both 'minimum' and 'maximum', or neither"
        elif name not in arrays and not {"equals", "table", "default", "minimum"} & rule.keys():
            yield where, "a rule needs 'default', unless it has 'equals', 'table' or 'minimum'"


def _names_made(schema: Mapping[str, Any], rule: Mapping[str, Any], pointer: str) -> Iterator[Refusal]:
    for name in schema.get("required", []):
        if name not in rule["names"]:
            yield f"{pointer}/names", f"{name!r} is required, and has no rule"
    low, high = schema.get("minProperties", 0), schema.get("maxProperties", len(rule["names"]))
    if not low <= len(rule["names"]) <= high:
        yield f"{pointer}/names", f"{len(rule['names'])} names, the dictionary has {low} to {high}"
    for name, one in rule["names"].items():
        where, sub = f"{pointer}/names/{name}", named_arrays.described(schema, name)
        if sub is None:
            yield where, f"the dictionary has no such name {name!r}"
        elif ("arrays" in sub) != isinstance(one, Mapping):
            yield where, "expected names" if "arrays" in sub else "expected a list of families"
        elif "arrays" in sub:
            yield from _names_made(sub["arrays"], one, where)
        else:
            for number, spec in enumerate(one):
                if spec is None:
                    yield f"{where}/{number}", "null is not supported in a dictionary: an optional name is left out"
                elif "*" in sub["ndarray"]["shape"] and "shape" not in spec and spec.get("family") != "literal":
                    yield f"{where}/{number}", "'shape' is needed: the dictionary's has an axis of any length"


def _dictionaries(data: Mapping[str, Any]) -> Iterator[Refusal]:
    """Where a dictionary may not stand for an array."""
    named = {*named_arrays.dictionaries(data["input"]), *named_arrays.dictionaries(data["output"])}
    for section in ("input", "output"):
        for name, schema in files.arrays(data[section]).items():
            if isinstance(schema["dtype"], Mapping) and schema["dtype"]["like"] in named:
                yield f"/{section}/properties/{name}", f"dtype like {schema['dtype']['like']!r}, a dictionary"
    for name in named & data["tolerance"].keys():
        for word in ("law", "where", "exact"):
            if word in data["tolerance"][name]:
                yield f"/tolerance/{name}/{word}", f"{word!r} is not supported for a dictionary of named arrays"
    for number, golden in enumerate(data["goldens"]):
        for section in ("inputs", "outputs"):
            for name in named & golden.get(section, {}).keys():
                yield f"/goldens/{number}/{section}/{name}", "a dictionary of named arrays cannot be a golden"


def _given(data: Mapping[str, Any]) -> Iterator[Refusal]:
    """A case speaks of inputs that are there, and of files by the word that tells them apart."""
    several = files.file_names(data["input"])
    named = named_arrays.dictionaries(data["input"])
    sections = ("examples", "errors", "boundaries", "relations")
    cases = [(f"/{s}/{n}/given", c.get("given", {})) for s in sections for n, c in enumerate(data.get(s, []))]
    for pointer, given in cases:
        for word in files.KINDS:
            if word in given and len(several) > 1:
                yield f"{pointer}/{word}", f'of several input files each is named: "files": {{{several[0]!r}: ...}}'
        for word, known in (("files", several), ("dictionaries", named), ("arrays", files.arrays(data["input"]))):
            for name in given.get(word, {}):
                if name not in known:
                    yield f"{pointer}/{word}/{name}", f"there is no such input among {sorted(known)}"
