"""A check under way: what a kind judges with, and what it leaves behind."""

import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from ptychoparity.backends.protocol import Answer, Died, Raised, Returned
from ptychoparity.spec_tests import budgets, descriptors, files, ties
from ptychoparity.spec_tests.bounds import Bounds
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.compare import Comparison, compare, compare_outputs
from ptychoparity.spec_tests.contract import Contract, contracts
from ptychoparity.spec_tests.descriptors import Descriptor
from ptychoparity.spec_tests.digest import InputsDigest
from ptychoparity.spec_tests.oracle import Oracle
from ptychoparity.spec_tests.outcomes import CheckErrored, CheckFailed, StopExploration
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
        keep: Keep = _no_picture,
    ) -> None:  # fmt: skip
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
    ) -> tuple[dict[str, Any], Returned]:
        """One call whose answer obeys the contract: (outputs and what is in their files, answer)."""
        answer = self.raw(contract, inputs, target=target, **options)
        if isinstance(answer, Raised):
            raise CheckErrored(f"{contract.operation} raised {answer.type}: {answer.message}", raised=raised(answer))
        wrong = contract.output_errors(inputs, answer.outputs)
        if wrong:
            raise CheckFailed("; ".join(wrong[:6]))
        return files.with_members(contract["output"], answer.outputs), answer

    def refusal(self, contract: Contract, inputs: dict[str, Any]) -> Raised:
        """What the target raises for bad input; accepting it ends the check."""
        answer = self.raw(contract, inputs)
        if isinstance(answer, Returned):
            raise CheckFailed(f"{contract.operation} accepted bad input")
        return answer

    def raw(
        self, contract: Contract, inputs: dict[str, Any], *, target: Target | None = None, **options: Any
    ) -> Returned | Raised:
        """One call, answered; a crash or a hang ends the check. `options`: those of `Worker.call`."""
        timeout, record = budgets.seconds(contract, self.options.timeout), self.record
        record.asked.add(contract.operation, inputs)
        answer = (target or self.target).call(contract.operation, inputs, timeout, **options)
        record.calls += 1
        record.adapter_seconds += answer.seconds
        record.captured = (record.captured + answer.captured)[-KEPT_OUTPUT:]
        record.warnings = answer.warnings
        if isinstance(answer, Returned | Raised):
            return answer
        if isinstance(answer, Died):
            raise StopExploration("crash", f"{contract.operation}: {answer.how}")
        raise StopExploration("timeout", f"{contract.operation}: no answer within {timeout:g} s; its process was ended")

    def caller(self, descriptor: Descriptor | None = None) -> "Call":
        """What relations and scan checks ask with."""
        return Call(self, descriptor or {})

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
        """Compare every output that has a tolerance, by default that of the contract. Raises CheckFailed."""
        tolerance = contract["tolerance"] if tolerance is None else tolerance
        settled = ties.settled(contract, inputs, expected, actual)
        found = compare_outputs(tolerance, settled, actual, Bounds(contract.operation, inputs, settled))
        self.record.comparisons = found
        bad = [c for c in found if not c.ok]
        if bad:
            raise CheckFailed("; ".join(c.sentence() for c in bad[:4]), found)


class Call:
    """What a relation asks with: every answer is held against its contract on the way."""

    def __init__(self, trial: Trial, descriptor: Descriptor) -> None:
        self._trial = trial
        self.random = np.random.Generator(np.random.PCG64(zlib.crc32(descriptors.key(descriptor).encode())))
        self.answer: Answer = Returned(0.0)

    def __call__(self, operation: str, inputs: dict[str, Any], **options: Any) -> dict[str, Any]:
        """The outputs. `options`: numpy_seed seeds NumPy's global state before, watch looks after the inputs."""
        outputs, self.answer = self._trial.ask(contracts()[operation], inputs, **options)
        return outputs

    def refused(self, operation: str, inputs: dict[str, Any]) -> Raised:
        """What is raised for bad input; an answer to it ends the check."""
        return self._trial.refusal(contracts()[operation], inputs)

    @property
    def record(self) -> Record:
        return self._trial.record

    def hold(self, what: str, expected: Any, actual: Any, tolerance: Mapping[str, Any]) -> None:
        """Compare; a relation that does not hold ends the check."""
        found = compare(what, expected, actual, tolerance)
        self.record.comparisons.append(found)
        if not found.ok:
            raise CheckFailed(found.sentence(), [found])

    def fail(self, why: str) -> NoReturn:
        raise CheckFailed(why)


def raised(answer: Raised) -> dict[str, Any]:
    """An answer's exception, as an event has it."""
    return {"type": answer.type, "message": answer.message, "traceback": answer.traceback}
