"""Kinds of fault that a suite is easily blind to, and which checks of each operation look for them.

Everything here is read off the contracts' cases; by hand stands only why a kind does not apply (WHY_NOT).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from ptychoparity.core.kinds import Kind
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.checks import of_contract
from ptychoparity.spec_tests.checks.edges import crossed_edges
from ptychoparity.spec_tests.checks.refusals import refusal_cases
from ptychoparity.spec_tests.contract import Contract
from ptychoparity.spec_tests.descriptors import array_schemas, scalar_schemas

KINDS: Mapping[int, str] = MappingProxyType(
    {
        1: "values far from those usually drawn", 2: "sizes beyond a chunk", 3: "dtypes crossed with sizes",
        4: "errors of every one of several alike inputs", 5: "inputs that no draw reaches", 6: "laws of random answers",
        7: "memory layout", 8: "a clause that one check alone carries",
    }
)  # fmt: skip
LARGE = 128
"""A size from which one counts as large."""

WHY_NOT: Mapping[int, Mapping[str, str]] = MappingProxyType(
    {
        1: {
            "*": "no array whose answer has a scale, no integers and no positions in pixels",
        },
        2: {"*": "no dimension grows: settings, one probe, or one number"},
        3: {"*": "every array has one dtype; its sizes are those of kind 2"},
        4: {"*": "no array among the inputs: errors of settings and files are the contract's own"},
        6: {"*": "the answer is not random"},
        7: {"*": "no array among the inputs; what a file holds is in the file's order"},
    }
)
"""Of each kind, why an operation has no check: by name, or "*" for all that have none."""


def _named(cases: Iterable[Case], wanted: Callable[[Case], bool]) -> list[str]:
    return [f"{case.kind}/{case.name}" for case in cases if wanted(case)]


def _ranges(contract: Contract, cases: list[Case]) -> list[str]:
    return _named(cases, lambda case: "HOUSE.VALUE.RANGE" in case.clauses)


def _layouts(contract: Contract, cases: list[Case]) -> list[str]:
    return _named(cases, lambda case: "HOUSE.INPUT.LAYOUT" in case.clauses)


def _sizes(contract: Contract, cases: list[Case]) -> list[str]:
    """Cases with a dimension of LARGE or more that is none of a short list, and the batches of a relation."""

    def is_large(case: Case) -> bool:
        dims = case.data.get("given", {}).get("dims", {})
        free = [size for name, size in dims.items() if size not in contract["dims"].get(name, {}).get("enum", [])]
        return max([*free, case.data.get("options", {}).get("count", 0)], default=0) >= LARGE

    return _named(cases, is_large)


def _crossed(contract: Contract, cases: list[Case]) -> list[str]:
    """Sizes with another dtype than the first."""
    named = {name for name, given in crossed_edges(contract) if "arrays" in given}
    return _named(cases, lambda case: case.kind == Kind.BOUNDARY and case.name in named)


def _alike(contract: Contract, cases: list[Case]) -> list[str]:
    made = {case["id"] for case in refusal_cases(contract) if "arrays" in case["given"]}
    return _named(cases, lambda case: case.kind == Kind.ERROR and case.name in made)


def fixed_inputs(contract: Contract) -> list[str]:
    """Inputs that have one value in all random draws and in all cases."""
    values: dict[str, set[str]] = defaultdict(set)
    for name in (*array_schemas(contract), *scalar_schemas(contract)):
        rule = contract["generate"].get(name, {})
        if isinstance(rule, list):
            values[name] |= {str(spec) for spec in rule}
        elif "minimum" in rule or "table" in rule or "equals" in rule:
            values[name] |= {"several", "values"}
        else:
            values[name] |= {str(value) for value in rule.get("enum", [rule.get("default")])}
    for case in of_contract(contract):
        given = case.data.get("given", {})
        for name, value in {**given.get("values", {}), **given.get("arrays", {})}.items():
            values[name].add(str(value))
        for golden in case.data.get("inputs", {}) if case.kind == Kind.GOLDEN else ():
            values[golden].add("stored")
    return [name for name, seen in values.items() if len(seen) < 2 and name in contract["generate"]]


def _reached(contract: Contract, cases: list[Case]) -> list[str]:
    """The random draws, where every input takes more than one value in them or in a case."""
    if fixed_inputs(contract):
        return []
    return _named(cases, lambda case: case.kind in (Kind.PROPERTY, Kind.EXAMPLE, Kind.BOUNDARY))


def _laws(contract: Contract, cases: list[Case]) -> list[str]:
    if not any("law" in rule for rule in contract["tolerance"].values()):
        return []
    return _named(cases, lambda case: case.kind in (Kind.EXAMPLE, Kind.BOUNDARY, Kind.PROPERTY))


def alone(contract: Contract, cases: list[Case]) -> list[str]:
    """Clauses that checks of one kind alone carry; smoke compares no values, and does not count."""
    kinds: dict[str, set[Kind]] = defaultdict(set)
    for case in cases:
        for clause in case.clauses if case.kind != Kind.SMOKE else ():
            kinds[clause].add(case.kind)
    return [clause for clause in contract.clauses if len(kinds[clause]) < 2]


def _by_two_kinds(contract: Contract, cases: list[Case]) -> list[str]:
    single = alone(contract, cases)
    return _named(cases, lambda case: case.kind != Kind.SMOKE and bool(set(case.clauses) - set(single)))


FINDERS: Mapping[int, Callable[[Contract, list[Case]], list[str]]] = MappingProxyType(
    {
        1: _ranges, 2: _sizes, 3: _crossed, 4: _alike, 5: _reached, 6: _laws,
        7: _layouts, 8: _by_two_kinds,
    }
)  # fmt: skip


def found(contract: Contract) -> dict[int, list[str]]:
    """By kind of fault, the checks of an operation that look for it, as KIND/CASE."""
    cases = list(of_contract(contract))
    return {kind: finder(contract, cases) for kind, finder in FINDERS.items()}


def why_not(kind: int, operation: str) -> str:
    """Why an operation has no check of a kind; empty where nothing says so."""
    reasons: Mapping[str, Any] = WHY_NOT.get(kind, {})
    return reasons.get(operation, reasons.get("*", ""))
