"""Kinds that ask one input: smoke, example, boundary."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from ptychoparity.backends.protocol import Answer
from ptychoparity.core.kinds import Kind
from ptychoparity.spec_tests import budgets, exact, named_arrays
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.checks.base import CheckKind
from ptychoparity.spec_tests.checks.edges import edge_cases, field_edges, holds, layout_edges
from ptychoparity.spec_tests.checks.ranges import range_edges
from ptychoparity.spec_tests.compare import compare
from ptychoparity.spec_tests.contract import Contract, contracts
from ptychoparity.spec_tests.facets import FORM, Facet
from ptychoparity.spec_tests.outcomes import CheckFailed
from ptychoparity.spec_tests.trial import Trial

LAYOUT = "HOUSE.INPUT.LAYOUT"
RANGE = "HOUSE.VALUE.RANGE"
STATED = {"why": "a stated value of the example, given to the precision of the answer", "rtol": 1e-6, "atol": 2e-5}


class Smoke(CheckKind):
    """The default input: does the adapter answer at all, in the contract's shapes and dtypes?"""

    kind = Kind.SMOKE
    cost = 2

    def of_contract(self, contract: Contract) -> Iterable[Case]:
        return [self.case(contract.operation, "default", (*contract.general, FORM), {"given": {}})]

    def judge(self, trial: Trial, case: Case) -> str:
        contract = contracts()[case.operation]
        trial.ask(contract, trial.expand(contract, trial.given(contract, case)))
        return ""


class Example(CheckKind):
    """A stated input: the numbers that the contract states, then the oracle's."""

    kind = Kind.EXAMPLE
    cost = 0

    def of_contract(self, contract: Contract) -> Iterable[Case]:
        op = contract.operation
        return [self.case(op, c["id"], c["clauses"], c) for c in contract["examples"]]

    def judge(self, trial: Trial, case: Case) -> str:
        contract = contracts()[case.operation]
        descriptor = trial.given(contract, case)
        inputs = trial.expand(contract, descriptor)
        outputs, answer = trial.ask(contract, inputs, layout=descriptor.get("layout"))
        for stated in case.data.get("expect", []):
            with trial.noting():
                hold_stated(trial, stated, outputs, case.data["why"])
        with trial.noting():
            _warned(case, answer)
        trial.compare(contract, inputs, trial.expected(contract, descriptor, inputs), outputs)
        return ""


class Boundary(Example):
    """Every constraint's edges, one at a time, and the boundaries that a contract names."""

    kind = Kind.BOUNDARY
    cost = 3

    def of_contract(self, contract: Contract) -> Iterator[Case]:
        op, general = contract.operation, contract.general
        for case in contract.get("boundaries", []):
            yield self.case(op, case["id"], case["clauses"], case)
        about = {name: (clause,) for name, _, clause in field_edges(contract) if clause in contract.clauses}
        for clause, edges in ((LAYOUT, layout_edges), (RANGE, range_edges)):
            about |= {name: (clause,) for name, _ in edges(contract)}
        made = [
            self.case(op, name, about.get(name, general), {"given": given})
            for name, given in edge_cases(contract)
            if holds(contract, given)
        ]
        yield from budgets.spread(made, budgets.at_most(contract, "boundaries", len(made)))


# -- what an example states: its own numbers, which do not come from the oracle -------------------------------


def hold_stated(trial: Trial, stated: Mapping[str, Any], outputs: Mapping[str, Any], why: str) -> None:
    """Hold what is stated of one output. Raises CheckFailed, with `why` in its message."""
    value = outputs[stated["output"]]
    if "path" in stated and "absent" not in stated and named_arrays.holds_arrays(value):
        name = stated["output"]
        for key in stated["path"]:
            name, value = named_arrays.place(name, key), _member(name, value, key)
        stated = {word: rule for word, rule in stated.items() if word != "path"} | {"output": name}
    if "shape" in stated:
        if list(np.shape(value)) != stated["shape"]:
            said = f"{stated['output']}: expected shape {stated['shape']}, got {list(np.shape(value))}"
            raise CheckFailed(said, facet=Facet.SHAPE, output=stated["output"])
    elif "path" in stated:
        _stated_at(stated, outputs, why)
    elif stated["value"] is None or isinstance(stated["value"], str):
        _said(trial, stated, value, why)
    else:
        _element(trial, stated, value, why)


def _member(name: str, value: Any, key: Any) -> Any:
    """What a dictionary of named arrays holds under `key`."""
    if not isinstance(value, Mapping) or key not in value:
        raise CheckFailed(f"{named_arrays.place(name, key)}: missing from the answer", facet=Facet.MISSING)
    return value[key]


def _element(trial: Trial, stated: Mapping[str, Any], value: Any, why: str) -> None:
    """One element of an array."""
    name, index = f"{stated['output']}{stated['index']}", tuple(stated["index"])
    if len(index) != np.ndim(value) or any(i >= n for i, n in zip(index, np.shape(value), strict=True)):
        said = f"{stated['output']}: no element {list(index)} in shape {np.shape(value)}"
        raise CheckFailed(said, facet=Facet.SHAPE, output=stated["output"])
    want = complex(*stated["value"]) if isinstance(stated["value"], list) else stated["value"]
    got = np.asarray(value)[index]
    found = compare(name, np.asarray(want), got, STATED)
    trial.record.comparisons.append(found)
    if not found.ok:
        raise CheckFailed(f"{name}: expected {want}, got {got} ({why})", [found], output=stated["output"])


def _said(trial: Trial, stated: Mapping[str, Any], value: Any, why: str) -> None:
    """A text, or that there is nothing."""
    found = compare(stated["output"], stated["value"], value, STATED)
    trial.record.comparisons.append(found)
    if not found.ok:
        raise CheckFailed(f"{found.sentence()} ({why})", [found], output=stated["output"])


def _stated_at(stated: Mapping[str, Any], outputs: Mapping[str, Any], why: str) -> None:
    """One place of a JSON answer: its value, or that nothing is there."""
    name = stated["output"] + "".join(f"[{key!r}]" for key in stated["path"])
    try:
        found = exact.lookup(outputs[stated["output"]], stated["path"])
    except KeyError as missing:
        if stated.get("absent"):
            return
        said = f"{name}: there is no {missing.args[0]} ({why})"
        raise CheckFailed(said, facet=Facet.MISSING, output=stated["output"]) from None
    if stated.get("absent"):
        raise CheckFailed(f"{name}: no such key is expected, got {exact.shown(found)} ({why})")
    wrong = exact.difference(name, stated["value"], found)
    if wrong:
        raise CheckFailed(f"{wrong[0]}: {wrong[1]} ({why})")


def _warned(case: Case, answer: Answer) -> None:
    """An example may name a warning that must be raised, and one that must not be."""
    seen = [name for name, _ in answer.warnings]
    if "warns" in case.data and case.data["warns"] not in seen:
        said = f"expected the warning {case.data['warns']}, got {seen or 'none'}"
        raise CheckFailed(said, facet=Facet.EFFECT)
    if case.data.get("warns_not") in seen:
        raise CheckFailed(f"expected no warning, got {answer.warnings}", facet=Facet.EFFECT)
