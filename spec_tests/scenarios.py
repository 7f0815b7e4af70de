"""Scenarios: operations one after another, of which a later one gets what an earlier one answered or wrote.

    {"id": "save", "operation": "save_model", "inputs": {"weights": {"from": "train.weights"}}}

A reference names a step and its output, or its input: `train.inputs.images` is what `train` was called with.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from ptychoparity.spec_tests import files

Refusal = tuple[str, str]
"""JSON pointer and reason."""


@dataclass(frozen=True)
class Reference:
    """A value of an earlier step."""

    step: str
    name: str
    input: bool = False
    """Whether it is what the step was called with, and not what it answered."""

    @classmethod
    def parse(cls, text: str) -> Self:
        step, _, name = text.partition(".")
        return cls(step, name.removeprefix("inputs."), name.startswith("inputs."))

    def __str__(self) -> str:
        return f"{self.step}.{'inputs.' if self.input else ''}{self.name}"


def _references(scenario: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    """(pointer within the scenario, how many steps come before, reference) of everything a scenario refers to."""
    for number, step in enumerate(scenario["steps"]):
        for name, value in step.get("inputs", {}).items():
            yield f"/steps/{number}/inputs/{name}", number, value["from"]
        for at, one in enumerate(step.get("expect", [])):
            if "equals" in one:
                yield f"/steps/{number}/expect/{at}", number, one["equals"]
    for at, one in enumerate(scenario.get("expect", [])):
        yield f"/expect/{at}", len(scenario["steps"]), one["output"]
        yield f"/expect/{at}", len(scenario["steps"]), one["equals"]


def refusals(contracts: Mapping[str, Any], operation: str) -> Iterator[Refusal]:
    """What is wrong with the scenarios of one contract; `contracts` are all there are, by operation."""
    for number, scenario in enumerate(contracts[operation].get("scenarios", [])):
        for pointer, reason in _of(contracts, operation, scenario):
            yield f"/scenarios/{number}{pointer}", reason


def _of(contracts: Mapping[str, Any], operation: str, scenario: Mapping[str, Any]) -> Iterator[Refusal]:
    ids = [step["id"] for step in scenario["steps"]]
    for number, step in enumerate(scenario["steps"]):
        if step["id"] in ids[:number]:
            yield f"/steps/{number}/id", f"{step['id']!r} is used twice"
        if step["operation"] not in contracts:
            yield f"/steps/{number}/operation", f"there is no contract of {step['operation']!r}"
            return
        document = contracts[step["operation"]]
        for section in (step.get("inputs", {}), step.get("given", {}).get("values", {})):
            for name in section:
                if name not in document["input"]["properties"] and name not in files.texts(document["input"]):
                    yield f"/steps/{number}", f"{step['operation']} has no input {name!r}"
        for at, one in enumerate(step.get("expect", [])):
            if one["output"] not in _outputs(document):
                yield f"/steps/{number}/expect/{at}", f"{step['operation']} has no output {one['output']!r}"
    if operation not in [step["operation"] for step in scenario["steps"]]:
        yield "/steps", f"no step is {operation}: a scenario stands in the contract of an operation it tests"
    for pointer, before, text in _references(scenario):
        reference = Reference.parse(text)
        if reference.step not in ids[:before]:
            yield pointer, f"{text!r}: no step before has the id {reference.step!r}"
            continue
        step = scenario["steps"][ids.index(reference.step)]
        document = contracts[step["operation"]]
        if not reference.input and "raises" in step:
            yield pointer, f"{text!r}: step {reference.step!r} answers nothing"
        there = document["input"]["properties"] if reference.input else _outputs(document)
        if reference.name not in there:
            kind = "input" if reference.input else "output"
            yield pointer, f"{text!r}: {step['operation']} has no {kind} {reference.name!r}"


def _outputs(document: Any) -> list[str]:
    """Outputs and members of output files, by name."""
    schema = document["output"]
    members = [called for file in files.file_names(schema) for called in files.member_names(schema, file).values()]
    return [*schema["properties"], *members]
