"""From a contract to a Hypothesis strategy over descriptors.

What is drawn is small (dimensions, scalars, a family and a seed per array), so a failure shrinks to the
smallest dimensions and the plainest family. Every draw is a valid input: see tests/test_strategies.py.
"""

from collections.abc import Mapping
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from ptychoparity.spec_tests import named_arrays
from ptychoparity.spec_tests.contract import Contract
from ptychoparity.spec_tests.descriptors import (
    FILE_OPTIONS,
    Descriptor,
    array_schemas,
    complete,
    dtypes,
    scalar,
    scalar_schemas,
)
from ptychoparity.spec_tests.expressions import evaluate
from ptychoparity.spec_tests.tables import objects, table_of


def dimension(spec: Mapping[str, Any]) -> st.SearchStrategy[int]:
    if "draw" in spec or "enum" in spec:
        return st.sampled_from(spec.get("draw", spec.get("enum")))
    return st.integers(spec["minimum"], spec["maximum"])


def scalar_value(
    rule: Mapping[str, Any], schema: Mapping[str, Any], symbols: Mapping[str, Any]
) -> st.SearchStrategy[Any]:
    """A scalar as its generate rule has it; a rule with only a default leaves booleans free."""
    if "equals" in rule:
        return st.just(evaluate(rule["equals"], symbols))
    if "table" in rule:
        return objects(table_of(rule, symbols))
    if "enum" in rule:
        return st.sampled_from([scalar(value, symbols) for value in rule["enum"]])
    if "minimum" in rule:
        step = rule.get("multipleOf", 1)
        low, high = evaluate(rule["minimum"], symbols), evaluate(rule["maximum"], symbols)
        return st.integers(-(-low // step), high // step).map(lambda k: k * step)
    if schema.get("type") == "boolean":
        return st.booleans()
    return st.just(scalar(rule["default"], symbols))


def often() -> st.SearchStrategy[bool]:
    """True three times in four; a failure shrinks to False."""
    return st.integers(0, 3).map(bool)


@st.composite
def dictionary(
    draw: st.DrawFn, schema: Mapping[str, Any], rule: Mapping[str, Any], given: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What differs from the default dictionary of named arrays: names left out, families, dtypes, seeds.

    Names that a case has in `given` stay as it has them.
    """
    found: dict[str, Any] = dict(given or {})
    free = [name for name in named_arrays.optional(schema, rule) if name not in found]
    there = len(rule["names"]) - sum(1 for name, one in found.items() if one is None and name in rule["names"])
    for name in free:
        if there > schema.get("minProperties", 0) and not draw(often(), label=f"{name} is there"):
            found[name], there = None, there - 1
    for name, one in rule["names"].items():
        if name in found and (found[name] is None or isinstance(one, Mapping)):
            continue
        sub = named_arrays.schema_of(schema, name)
        if isinstance(one, Mapping):
            found[name] = draw(dictionary(sub["arrays"], one))
            continue
        spec = found.get(name) or draw(st.sampled_from(one), label=f"{name}.family")
        names = dtypes(sub["ndarray"])
        if len(names) > 1 and "dtype" not in spec:
            spec = {**spec, "dtype": draw(st.sampled_from(names), label=f"{name}.dtype")}
        found[name] = {**spec, "seed": draw(st.integers(0, 65535), label=f"{name}.seed")}
    return found


@st.composite
def descriptors(
    draw: st.DrawFn, contract: Contract, given: Mapping[str, Any] = {}, case: str = "property"
) -> Descriptor:
    """Descriptors of valid inputs; what `given` fixes stays fixed."""
    dims = {
        name: given.get("dims", {}).get(name, None) or draw(dimension(spec), label=name)
        for name, spec in contract["dims"].items()
    }
    symbols: dict[str, Any] = dict(dims)
    values = {}
    for name, schema in scalar_schemas(contract).items():
        if name in given.get("values", {}):
            values[name] = given["values"][name]
        else:
            values[name] = draw(scalar_value(contract["generate"][name], schema, symbols), label=name)
        symbols[name] = values[name]
    for rule in contract.get("requires", []):
        assume(evaluate(rule, symbols))
    arrays = {}
    for name, schema in array_schemas(contract).items():
        if name in given.get("arrays", {}):
            arrays[name] = given["arrays"][name]
            if arrays[name] is not None:
                arrays[name] = {**arrays[name], "seed": draw(st.integers(0, 65535), label=f"{name}.seed")}
            continue
        spec = draw(st.sampled_from(contract["generate"][name]), label=f"{name}.family")
        if spec is not None:
            spec = {**spec, "seed": draw(st.integers(0, 65535), label=f"{name}.seed")}
            names = dtypes(schema)
            if len(names) > 1 and "dtype" not in spec:
                spec["dtype"] = draw(st.sampled_from(names), label=f"{name}.dtype")
        arrays[name] = spec
    fixed = {"dims": dims, "values": values, "arrays": arrays}
    if named := named_arrays.dictionaries(contract["input"]):
        fixed["dictionaries"] = {
            name: draw(dictionary(schema, contract["generate"][name], given.get("dictionaries", {}).get(name)), name)
            for name, schema in named.items()
        }
    fixed |= {name: given[name] for name in FILE_OPTIONS if name in given}
    return complete(contract, fixed, case)
