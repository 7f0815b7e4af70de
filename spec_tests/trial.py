"""A check under way: what a kind judges with, and what it leaves behind.

A fault does not end a check where more can be judged: it is noted, and the check goes on. `gathering` ends it with
everything that was found.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ptychoparity.backends.protocol import Died, Raised, Returned
from ptychoparity.spec_tests import answers, budgets, descriptors, diagnosis, files, named_arrays, parts, ties
from ptychoparity.spec_tests.answers import Outputs
from ptychoparity.spec_tests.bounds import Bounds
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.compare import Comparison, compare_outputs
from ptychoparity.spec_tests.contract import Contract, not_a_dictionary
from ptychoparity.spec_tests.descriptors import Descriptor
from ptychoparity.spec_tests.digest import InputsDigest
from ptychoparity.spec_tests.facets import Facet
from ptychoparity.spec_tests.found import Found
from ptychoparity.spec_tests.oracle import Oracle
from ptychoparity.spec_tests.outcomes import CheckErrored, CheckFailed, NotApplicable, StopExploration, SuspectInput
from ptychoparity.spec_tests.scan_checks import Scan
from ptychoparity.spec_tests.target import Target

KEPT_OUTPUT = 20_000
Keep = Callable[[str, np.ndarray, str], None]
"""Takes a picture for the page: a name, the array, a caption."""


def _no_picture(name: str, array: np.ndarray, caption: str) -> None:
    raise LookupError(f"{name}: this check is not judged where pictures can be kept")


@dataclass(frozen=True)
class JudgeOptions:
    """What every check of a run is judged by."""

    examples: int
    relation_examples: int
    timeout: float
    seed: int
    shrink: bool = True
    """Whether the smallest failing input is looked for; without it the first failure ends an exploration."""


@dataclass
class Record:
    """What a check leaves behind, whichever way it ends."""

    asked: InputsDigest
    faults: list[Found] = field(default_factory=list)
    """Found so far, of the input under way."""
    part_clauses: dict[str, None] = field(default_factory=dict)
    """Clauses of the parts of an operation that the input under way asks for: a fault in its values breaks those."""
    unjudged: list[NotApplicable] = field(default_factory=list)
    """Why something could not be judged of the input under way."""
    not_provided: set[str] = field(default_factory=set)
    """Outputs left out that may be left out."""
    comparisons: list[Comparison] = field(default_factory=list)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    descriptor: Descriptor | None = None
    adapter_seconds: float = 0.0
    oracle_seconds: float = 0.0
    calls: int = 0
    examples: int = 0
    """Inputs tried."""
    captured: str = ""
    warnings: tuple[tuple[str, str], ...] = ()
    raised: dict[str, Any] | None = None


class Trial:
    """One check of one target, under way.

    A check may make any number of calls to any operation, of either target, restart one in between, and keep files
    below `scratch` from one call to the next: `clear` alone takes them away, and `expand` calls it.
    With a `descriptor` just that input is judged (replay); `record.descriptor` is what a replay is handed.
    """

    def __init__(
        self, options: JudgeOptions, oracle: Oracle, scratch: Path, target: Target, *,
        other: Target | None = None, descriptor: Descriptor | None = None, scan: Scan | None = None,
        keep: Keep = _no_picture, operation: str = "",
    ) -> None:  # fmt: skip
        self.operation = operation
        """That of the check; empty where it is of none. Faults of another one say which."""
        self.options, self.scratch, self.target = options, scratch, target
        self.descriptor, self.keep = descriptor, keep
        self._other, self._scan = other, scan
        self.record = Record(InputsDigest(scratch), examples=1)
        self._oracle = oracle

    @property
    def other(self) -> Target:
        """The second target, of a kind that needs one."""
        if self._other is None:
            raise LookupError("this check has no second target")
        return self._other

    @property
    def scan(self) -> Scan:
        """The run's scan, of a kind that needs one."""
        if self._scan is None:
            raise LookupError("this run has no scan")
        return self._scan

    # -- inputs ------------------------------------------------------------------------------------------------

    def given(self, contract: Contract, case: Case) -> Descriptor:
        """The descriptor of a case that asks one input; that of the replay where there is one."""
        return self.descriptor or descriptors.complete(contract, case.data["given"], case.id)

    def expand(self, contract: Contract, descriptor: Descriptor, *, clear: bool = True) -> dict[str, Any]:
        """The inputs that a descriptor stands for, noted in the record; without `clear` earlier files stay."""
        if clear:
            self.clear()
        inputs = descriptors.expand(contract, descriptor, self.scratch)
        self.record.descriptor = descriptor
        self.record.inputs = descriptors.summarise(inputs)
        return inputs

    def clear(self) -> None:
        """Take away what was written for the inputs before: it is read by now."""
        files.clear(self.scratch)

    # -- calls -------------------------------------------------------------------------------------------------

    def ask(
        self, contract: Contract, inputs: dict[str, Any], *, target: Target | None = None, **options: Any
    ) -> tuple[Outputs, Returned]:
        """One call: (the outputs that can be judged and what is in their files, answer).

        What is wrong with the others is noted. Raises CheckErrored for an exception, CheckFailed for no outputs at all.
        """
        answer = self.raw(contract, inputs, target=target, **options)
        operation = self._other_operation(contract)
        if isinstance(answer, Raised):
            said = f"{contract.operation} raised {answer.type}: {answer.message}"
            raise CheckErrored(said, raised(answer), operation)
        if not isinstance(answer.outputs, dict):
            said = not_a_dictionary(answer.outputs)
            raise CheckFailed(said, faults=[Found(Facet.TYPE, said, operation=operation, unusable=True)])
        found = answers.received(contract, inputs, answer.outputs, complete=(target or self.target).complete)
        self.record.not_provided |= found.left_out
        self.record.faults += [
            Found(one.facet, one.text, one.name, operation=operation, unusable=one.name in found.outputs.unusable)
            for one in found.wrong
        ]
        return found.outputs, answer

    def _other_operation(self, contract: Contract) -> str:
        """The operation, where it is not the one that the check is of."""
        return contract.operation if self.operation not in ("", contract.operation) else ""

    def refusal(self, contract: Contract, inputs: dict[str, Any]) -> Raised:
        """What the target raises for bad input; accepting it ends the check."""
        answer = self.raw(contract, inputs)
        if isinstance(answer, Returned):
            raise CheckFailed(f"{contract.operation} accepted bad input", facet=Facet.ACCEPTED)
        return answer

    def raw(
        self, contract: Contract, inputs: dict[str, Any], *, target: Target | None = None, **options: Any
    ) -> Returned | Raised:
        """One call, answered; a crash or a hang ends the check. `options`: those of `Worker.call`."""
        asked = target or self.target
        if left := parts.unclaimed(contract, inputs, asked.parts(contract.operation)):
            raise NotApplicable(f"{asked.key} claims {contract.operation} without {', '.join(left)}", "not-run")
        self.record.part_clauses |= dict.fromkeys(parts.clauses(contract, inputs))
        timeout, record = budgets.seconds(contract, self.options.timeout), self.record
        record.asked.add(contract.operation, inputs)
        answer = asked.call(contract.operation, inputs, timeout, **options)
        record.calls += 1
        record.adapter_seconds += answer.seconds
        record.captured = (record.captured + answer.captured)[-KEPT_OUTPUT:]
        record.warnings = answer.warnings
        if isinstance(answer, Returned | Raised):
            return answer
        if isinstance(answer, Died):
            raise StopExploration("crash", f"{contract.operation}: {answer.how}")
        raise StopExploration("timeout", f"{contract.operation}: no answer within {timeout:g} s; its process was ended")

    # -- judging -----------------------------------------------------------------------------------------------

    def expected(self, contract: Contract, descriptor: Descriptor, inputs: dict[str, Any]) -> dict[str, Any]:
        """The oracle's answer; nothing where no oracle knows the operation."""
        begin = time.perf_counter()
        expected = self._oracle.answer(contract, descriptors.key(descriptor), inputs)
        self.record.oracle_seconds += time.perf_counter() - begin
        return expected or {}

    def compare(
        self,
        contract: Contract,
        inputs: Mapping[str, Any],
        expected: Mapping[str, Any],
        actual: Mapping[str, Any],
        tolerance: Mapping[str, Any] | None = None,
    ) -> None:
        """Compare every usable output that has a tolerance, by default that of the contract; note what differs."""
        tolerance = contract["tolerance"] if tolerance is None else tolerance
        there = {name: one for name, one in tolerance.items() if name in actual and one.get("scale", name) in actual}
        settled = ties.settled(contract, inputs, expected, actual)
        found = compare_outputs(there, settled, actual, Bounds(contract.operation, dict(inputs), settled))
        for one in found:
            if not one.ok:
                pair = _named(settled, one.output), _named(actual, one.output)
                self.record.faults.append(differs(one, *pair))
                one = pictured(one, *pair)
            self.record.comparisons.append(one)

    @contextlib.contextmanager
    def noting(self) -> Iterator[None]:
        """Note what is wrong inside, and what cannot be judged, and go on."""
        try:
            yield
        except SuspectInput:
            raise
        except CheckFailed as failure:
            self.record.faults += failure.faults
            self.record.raised = failure.raised or self.record.raised
        except NotApplicable as reason:
            self.record.unjudged.append(reason)

    @contextlib.contextmanager
    def gathering(self) -> Iterator[None]:
        """End with everything that was found inside, the gravest first. Raises CheckFailed."""
        record = self.record
        record.faults, record.unjudged, record.part_clauses = [], [], {}
        try:
            yield
        except SuspectInput:
            raise
        except CheckFailed as failure:
            found = self._taken(failure.faults)
            raise CheckFailed.of(found, failure.comparisons or record.comparisons, failure.raised) from failure
        except NotApplicable as reason:
            if found := self._taken():
                raise CheckFailed.of(found, record.comparisons, record.raised) from reason
            raise
        except StopExploration as ended:
            ended.faults = self._taken(ended.faults)
            raise
        if found := self._taken():
            raise CheckFailed.of(found, record.comparisons, record.raised)
        if record.unjudged:
            raise record.unjudged[0]

    def _taken(self, more: Sequence[Found] = ()) -> tuple[Found, ...]:
        """What was noted, and `more`; nothing is left of it."""
        found, self.record.faults = (*more, *self.record.faults), []
        # our own backends claim every part, and are held to what a check tests on all inputs
        part = () if self.target.complete else tuple(self.record.part_clauses)
        return tuple(replace(one, clauses=part) if part and one.of_answer and not one.clauses else one for one in found)

    def agrees(self, contract: Contract, inputs: dict[str, Any], outputs: Outputs) -> bool:
        """Whether an answer is the oracle's, within the tolerances of its contract."""
        expected = self._oracle.once(contract, inputs) or {}
        there = {name: one for name, one in contract["tolerance"].items() if name in outputs}
        settled = ties.settled(contract, inputs, expected, outputs)
        return all(
            one.ok for one in compare_outputs(there, settled, outputs, Bounds(contract.operation, inputs, settled))
        )


def differs(found: Comparison, expected: Any, actual: Any) -> Found:
    """A comparison of two values that failed, as a fault with what the difference looks like."""
    hints = diagnosis.hints(*_looked_at(found, expected, actual))
    facet = found.facet or (Facet.ROUNDING if found.rounding else Facet.VALUE)
    return Found(facet, found.sentence(), found.output, hints=hints)


def pictured(found: Comparison, expected: Any, actual: Any) -> Comparison:
    """The same comparison, which failed, with a small picture of where."""
    return replace(found, where=diagnosis.where(*_looked_at(found, expected, actual)))


def _looked_at(found: Comparison, expected: Any, actual: Any) -> tuple[Any, Any, Any]:
    """Both values, and what was allowed, as the diagnosis takes them.

    Whole periods are no difference; where each element is within its allowance, all of them together are at fault.
    """
    if found.allowed is None:
        return expected, actual, 0.0
    period = (found.tolerance or {}).get("period")
    if period:
        with np.errstate(all="ignore"):
            actual = actual - period * np.rint((np.asarray(actual) - expected) / period)
    return expected, actual, found.allowed if found.differing else np.where(np.isinf(found.allowed), np.inf, 0.0)


def _named(outputs: Mapping[str, Any], name: str) -> Any:
    """An output, or an array in a dictionary of them, by the name that a comparison gives it."""
    if name in outputs:
        return outputs[name]
    whole = name.partition("[")[0]
    inside = outputs.get(whole)
    return dict(named_arrays.flat(inside, whole)).get(name) if isinstance(inside, Mapping) else None


def raised(answer: Raised) -> dict[str, Any]:
    """An answer's exception, as an event has it."""
    return {"type": answer.type, "message": answer.message, "traceback": answer.traceback}
