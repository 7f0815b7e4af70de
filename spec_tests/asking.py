"""What relations and scan checks ask with: several calls, of one or more operations."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import numpy as np

from ptychoparity.backends.protocol import Answer, Raised, Returned
from ptychoparity.spec_tests import descriptors
from ptychoparity.spec_tests.answers import Outputs
from ptychoparity.spec_tests.compare import compare
from ptychoparity.spec_tests.contract import Contract, contracts
from ptychoparity.spec_tests.descriptors import Descriptor
from ptychoparity.spec_tests.facets import Facet
from ptychoparity.spec_tests.found import Found
from ptychoparity.spec_tests.outcomes import CheckFailed
from ptychoparity.spec_tests.trial import Record, Trial, differs, pictured


@dataclass(frozen=True)
class _Asked:
    """One call and its answer."""

    contract: Contract
    inputs: dict[str, Any]
    outputs: Outputs


class Call:
    """What a relation asks with: every answer is held against its contract on the way."""

    def __init__(self, trial: Trial, descriptor: Descriptor) -> None:
        self._trial = trial
        self._asked: list[_Asked] = []
        self.random = np.random.Generator(np.random.PCG64(zlib.crc32(descriptors.key(descriptor).encode())))
        self.answer: Answer = Returned(0.0)

    def __call__(self, operation: str, inputs: dict[str, Any], **options: Any) -> Outputs:
        """The usable outputs. `options`: numpy_seed seeds NumPy's global state before, watch looks after the inputs."""
        contract = contracts()[operation]
        noted = self._trial.record.faults
        before = len(noted)
        try:
            outputs, self.answer = self._trial.ask(contract, inputs, **options)
        except CheckFailed as failure:
            failure.faults = tuple(replace(one, of_relation=one.unusable) for one in failure.faults)
            raise
        noted[before:] = [replace(one, of_relation=True) for one in noted[before:]]
        self._asked.append(_Asked(contract, inputs, outputs))
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
        found = found if found.ok else pictured(found, expected, actual)
        self.record.comparisons.append(found)
        if not found.ok:
            wrong = replace(differs(found, expected, actual), of_relation=True)
            raise CheckFailed(found.sentence(), [found], faults=[self._attributed(wrong)])

    def fail(self, why: str, facet: Facet = Facet.VALUE) -> NoReturn:
        wrong = Found(facet, why, of_relation=True)
        raise CheckFailed(why, faults=[self._attributed(wrong) if facet is Facet.VALUE else wrong])

    def _attributed(self, wrong: Found) -> Found:
        """The fault with the operation that is at fault, where several were called."""
        called = sorted({call.contract.operation for call in self._asked})
        mine = self._trial.operation
        if len(called) < 2 or mine not in called:
            return wrong
        guilty = sorted({
            one.contract.operation for one in self._asked
            if not self._trial.agrees(one.contract, one.inputs, one.outputs)
        })  # fmt: skip
        if mine in guilty:
            return wrong
        if not guilty:
            return replace(wrong, message=f"{wrong.message}; which of {' and '.join(called)} is at fault is not known")
        said = f"{wrong.message}; {mine} agrees with our float64 reference, {' and '.join(guilty)} does not"
        return replace(wrong, message=said, operation=guilty[0])
