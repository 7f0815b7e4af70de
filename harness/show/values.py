"""A contract's inputs, outputs and tolerances in words."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ptychoparity.spec_tests import files

Schema = Mapping[str, Any]

_LIMITS = (
    ("minimum", "at least {}"), ("exclusiveMinimum", "more than {}"), ("maximum", "at most {}"),
    ("exclusiveMaximum", "less than {}"), ("multipleOf", "a multiple of {}"), ("minItems", "at least {} items"),
    ("maxItems", "at most {} items"), ("minLength", "at least {} characters"), ("pattern", "like /{}/"),
)  # fmt: skip
_RULES = {
    "rtol": "{} of the expected magnitude", "ulps": "{} ULPs of the answer's precision",
    "peak_rtol": "{} of the largest expected magnitude", "atol": "{}",
}  # fmt: skip


def json_text(value: Any, most: int = 160) -> str:
    """A JSON value in one line, shortened where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= most else f"{text[:most]} ... ({len(text)} characters)"


def array(schema: Schema) -> str:
    """`complex64 (B, N, N) in sqrt(photons), finite`."""
    dtype = schema["dtype"]
    if isinstance(dtype, Mapping):
        named = f"the dtype of {dtype['like']}"
    else:
        named = dtype if isinstance(dtype, str) else " or ".join(dtype)
    shape = ", ".join(map(str, schema["shape"]))
    shape = f"({shape},)" if len(schema["shape"]) == 1 else f"({shape})"
    said = f"{named} {shape}" if schema["shape"] else f"{named} scalar"
    if "units" in schema:
        said += f" in {schema['units']}"
    rest = [words.format(schema[key]) for key, words in _LIMITS if key in schema]
    rest += ["finite"] if schema.get("finite") else []
    if "leading" in schema:
        rest.append(f"{schema['leading']} leading axes may be missing")
    rest += ["may be None"] if schema.get("none") else []
    return ", ".join([said, *rest])


def value(schema: Schema) -> str:
    """What one input or output is, in a line."""
    if "ndarray" in schema:
        return array(schema["ndarray"])
    if "arrays" in schema:
        return "a dictionary of named arrays"
    if kind := files.kind_of(schema):
        return f"the path of {'an NPZ' if kind == 'npz' else 'an HDF5'} file with"
    if "target" in schema:
        return f"the path of a file to write, {schema['target']}"
    if "file" in schema:
        return f"the path of a text file, {schema['file']}" + (", or None" if "null" in schema["type"] else "")
    if "table" in schema:
        return f"an object with the fields of table {schema['table']['of']!r} (spec_tests/tables)"
    if "const" in schema:
        return f"always {json_text(schema['const'])}"
    if "enum" in schema:
        return f"one of {', '.join(map(json_text, schema['enum']))}"
    return plain_value(schema)


def plain_value(schema: Schema) -> str:
    """A number, a text, a list, an object."""
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    said = [" or ".join("None" if one == "null" else one for one in types) or "any JSON value"]
    said += [words.format(schema[key]) for key, words in _LIMITS if key in schema]
    if "properties" in schema:
        said.append(f"with {', '.join(schema['properties'])}")
    return ", ".join(said)


def rows(schema: Schema, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(name, what it is) of everything below an object schema; members of files and dictionaries under their own."""
    required = set(schema.get("required", ()))
    for name, sub in schema.get("properties", {}).items():
        optional = "" if name in required or not required else "; may be left out"
        yield f"{prefix}{name}", value(sub) + optional
        kind = files.kind_of(sub)
        if kind:
            yield from rows(sub[kind], f"{prefix}{name}: ")
        if "arrays" in sub:
            yield from _members(sub["arrays"], f"{prefix}{name}: ")


def _members(schema: Schema, prefix: str) -> Iterator[tuple[str, str]]:
    """The members of a dictionary of named arrays, and of those inside."""
    named = {**schema.get("properties", {}), **{f"/{p}/": s for p, s in schema.get("patternProperties", {}).items()}}
    if isinstance(schema.get("additionalProperties"), Mapping):
        named["any other name"] = schema["additionalProperties"]
    for name, sub in named.items():
        yield f"{prefix}{name}", value(sub)
        if "arrays" in sub:
            yield from _members(sub["arrays"], f"{prefix}{name}: ")


def size(spec: Mapping[str, Any]) -> str:
    """What values a dimension takes."""
    taken = f"one of {', '.join(map(str, spec['enum']))}" if "enum" in spec else "{minimum} to {maximum}".format(**spec)
    said = [taken, f"{spec['default']} by default"]
    if "draw" in spec:
        said.append(f"drawn from {', '.join(map(str, dict.fromkeys(spec['draw'])))}")
    if "edges" in spec:
        said.append(f"also tried at {', '.join(map(str, spec['edges']))}")
    if "fallback" in spec:
        said.append(f"{spec['fallback']} where it is None")
    return "; ".join(said)


def tolerance(rule: Mapping[str, Any]) -> str:
    """How much an output may differ, and why."""
    if "law" in rule:
        said = f"random: held to the {rule['law']} law, {rule['sigmas']:g} sigmas"
    elif rule.get("exact"):
        said = "equal, types included"
    else:
        parts = [words.format(f"{rule[key]:g}") for key, words in _RULES.items() if rule.get(key)]
        parts += [_bound(rule)] if "bound" in rule else []
        said = f"error at most {', or '.join(parts)}" if parts else "equal to the last bit"
    known = {*_RULES, "why", "exact", "law", "sigmas", "bound", "roundings"}
    said += "".join(f"; {key} {json_text(one)}" for key, one in rule.items() if key not in known)
    return f"{said}. Why: {rule['why']}"


def _bound(rule: Mapping[str, Any]) -> str:
    """`8 roundings of its terms and 2 of its coordinates (bound translation)`."""
    counts = rule["roundings"]
    if isinstance(counts, Mapping):
        said = " and ".join(f"{count:g} {'roundings ' * (not place)}of its {part}"
                            for place, (part, count) in enumerate(counts.items()))  # fmt: skip
    else:
        said = f"{counts:g} roundings"
    return f"{said} in float32, by the bound {rule['bound']!r}"


def given(case: Mapping[str, Any]) -> str:
    """The input of a case: what differs from the default one."""
    asked = case.get("given", {})
    parts = [f"{name} = {json_text(one)}" for name, one in {**asked.get("dims", {}), **asked.get("values", {})}.items()]
    parts += [f"{name}: {_family(one)}" for name, one in asked.get("arrays", {}).items()]
    parts += [f"{key}: {json_text(asked[key])}" for key in asked if key not in ("dims", "values", "arrays")]
    return "; ".join(parts) or "the default input"


def _family(spec: Mapping[str, Any] | None) -> str:
    """An array of a case in words."""
    if spec is None:
        return "None"
    said = [spec["family"]] if "family" in spec else []
    said += [f"{key} {json_text(one)}" for key, one in spec.items() if key != "family"]
    return " ".join(said)


def stated(expect: Mapping[str, Any]) -> str:
    """A value that an example states."""
    where = expect["output"]
    if "index" in expect:
        where += f"[{', '.join(map(str, expect['index']))}]"
    where += "".join(f"[{json.dumps(key)}]" for key in expect.get("path", ()))
    if "shape" in expect:
        return f"{where} has shape ({', '.join(map(str, expect['shape']))})"
    if expect.get("absent"):
        return f"{where} is absent"
    if "equals" in expect:
        return f"{where} = {expect['equals']}"
    return f"{where} = {json_text(expect.get('value'))}"
