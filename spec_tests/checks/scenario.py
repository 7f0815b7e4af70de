"""Scenarios: operations one after another; what one step answered or wrote is there for the next."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ptychoparity.core.kinds import Kind
from ptychoparity.spec_tests import descriptors, files
from ptychoparity.spec_tests.bits import compare_bits
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.checks.base import CheckKind
from ptychoparity.spec_tests.checks.errors import hold_refusal
from ptychoparity.spec_tests.checks.single import hold_stated
from ptychoparity.spec_tests.compare import compare_outputs
from ptychoparity.spec_tests.contract import Contract, ContractError, contracts
from ptychoparity.spec_tests.descriptors import Descriptor
from ptychoparity.spec_tests.outcomes import CheckFailed, StopExploration
from ptychoparity.spec_tests.scenarios import Reference
from ptychoparity.spec_tests.trial import Trial

Step = Mapping[str, Any]


class Scenario(CheckKind):
    """Every step is a call of its own, held against its contract; files live until the scenario ends."""

    kind = Kind.SCENARIO
    cost = 8

    def of_contract(self, contract: Contract) -> Iterable[Case]:
        return [self.case(contract.operation, one["id"], one["clauses"], one) for one in contract.get("scenarios", [])]

    def operations(self, case: Case) -> tuple[str, ...]:
        return tuple(dict.fromkeys(step["operation"] for step in case.data["steps"]))

    def judge(self, trial: Trial, case: Case) -> str:
        trial.clear()
        descriptor = trial.descriptor or _descriptor(case)
        trial.record.inputs, trial.record.descriptor = [], descriptor
        under_way = _UnderWay(trial, case, descriptor["steps"])
        try:
            for step in case.data["steps"]:
                with _told(trial, f"step {step['id']!r}"):
                    under_way.take(step)
            with _told(trial, "the scenario's end"):
                for expected in case.data.get("expect", []):
                    under_way.hold_end(expected)
        finally:
            trial.clear()
        return ""


def _descriptor(case: Case) -> dict[str, Any]:
    """Every step's descriptor: what a replay is handed."""
    steps = {
        step["id"]: descriptors.complete(
            contracts()[step["operation"]], step.get("given", {}), f"{case.id}/{step['id']}"
        )
        for step in case.data["steps"]
    }
    return {"steps": steps}


@contextlib.contextmanager
def _told(trial: Trial, label: str) -> Iterator[None]:
    """Whatever goes wrong names the step it went wrong in."""
    before = len(trial.record.faults)
    try:
        yield
    except (CheckFailed, StopExploration) as ended:
        ended.message = f"{label}: {ended.message}"
        ended.faults = tuple(replace(one, message=f"{label}: {one.message}") for one in ended.faults)
        raise
    finally:
        noted = trial.record.faults
        noted[before:] = [replace(one, message=f"{label}: {one.message}") for one in noted[before:]]


class _UnderWay:
    """What the steps so far were called with and answered."""

    def __init__(self, trial: Trial, case: Case, steps: Mapping[str, Descriptor]) -> None:
        self._trial, self._case, self._steps = trial, case, steps
        self._inputs: dict[str, dict[str, Any]] = {}
        self._outputs: dict[str, dict[str, Any]] = {}

    def take(self, step: Step) -> None:
        """One step: a new process where it wants one, its call, and what is expected of it."""
        contract = contracts()[step["operation"]]
        inputs = self._made(step, contract)
        if step.get("new_process"):
            self._trial.target.restart()
        if "raises" in step:
            hold_refusal(self._trial, contract, inputs, step["raises"], step["message"])
            return
        outputs, _ = self._trial.ask(contract, inputs)
        self._outputs[step["id"]] = outputs
        for expected in step.get("expect", []):
            if "equals" in expected:
                self._hold(expected["output"], outputs[expected["output"]], expected)
            else:
                hold_stated(self._trial, expected, outputs, self._case.data["why"])

    def hold_end(self, expected: Mapping[str, Any]) -> None:
        """An expectation of the whole scenario. Raises CheckFailed."""
        self._hold(expected["output"], self._value(expected["output"]), expected)

    def _made(self, step: Step, contract: Contract) -> dict[str, Any]:
        """A step's inputs: generated, in a folder of its own, but for those that come from earlier steps."""
        folder = self._trial.scratch / files.TARGETS / step["id"]
        folder.mkdir(parents=True)
        inputs = descriptors.expand(contract, self._steps[step["id"]], folder)
        inputs |= {name: self._value(one["from"]) for name, one in step.get("inputs", {}).items()}
        self._inputs[step["id"]] = inputs
        self._trial.record.inputs += descriptors.summarise({f"{step['id']}.{n}": v for n, v in inputs.items()})
        if "raises" not in step and (wrong := contract.input_errors(inputs)):
            file = f"{self._case.operation}.json"
            raise ContractError(file, f"/scenarios/{self._case.name}", f"step {step['id']!r}: {'; '.join(wrong[:3])}")
        return inputs

    def _value(self, text: str) -> Any:
        reference = Reference.parse(text)
        return (self._inputs if reference.input else self._outputs)[reference.step][reference.name]

    def _hold(self, name: str, actual: Any, expected: Mapping[str, Any]) -> None:
        """Equal to an earlier value: to the bit, or within a tolerance. Raises CheckFailed."""
        before = self._value(expected["equals"])
        if "tolerance" in expected:
            found = compare_outputs({name: expected["tolerance"]}, {name: before}, {name: actual})
        else:
            found = compare_bits(name, before, actual)
        self._trial.record.comparisons += found
        if bad := [one for one in found if not one.ok]:
            said = "; ".join(one.sentence() for one in bad[:4])
            raise CheckFailed(f"{name} differs from {expected['equals']}: {said} ({self._case.data['why']})", found)
