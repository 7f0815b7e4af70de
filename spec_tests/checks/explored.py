"""Kinds that try many inputs and keep the smallest failure: property and relation."""

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from ptychoparity.core.kinds import Kind
from ptychoparity.spec_tests import budgets, descriptors
from ptychoparity.spec_tests.asking import Call
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.checks.base import CheckKind
from ptychoparity.spec_tests.compare import Comparison
from ptychoparity.spec_tests.contract import Contract, contracts
from ptychoparity.spec_tests.descriptors import Descriptor
from ptychoparity.spec_tests.explore import explore
from ptychoparity.spec_tests.facets import CLASSES
from ptychoparity.spec_tests.outcomes import CheckFailed, NotApplicable, StopExploration
from ptychoparity.spec_tests.relations import inputs_tried, relations
from ptychoparity.spec_tests.strategies import descriptors as draws
from ptychoparity.spec_tests.trial import JudgeOptions, Trial


class Explored(CheckKind):
    """Draws descriptors; with a trial's own descriptor just that input is judged (replay)."""

    budget: ClassVar[str]
    """What a contract's budget calls the number of its inputs."""

    def examples(self, options: JudgeOptions, case: Case) -> int:
        """How many inputs are enough, where the contract's budget does not say less."""
        raise NotImplementedError

    def once(self, trial: Trial, contract: Contract, case: Case, descriptor: Descriptor) -> None:
        """Judge one input."""
        raise NotImplementedError

    def judge(self, trial: Trial, case: Case) -> str:
        contract, record = contracts()[case.operation], trial.record
        tried = _Tried()

        def once(chosen: Descriptor) -> None:
            record.comparisons = []
            try:
                with trial.gathering():
                    self.once(trial, contract, case, chosen)
            except NotApplicable as reason:
                tried.silent.append(reason)
            except CheckFailed as failure:
                if not failure.grave and trial.descriptor is None:
                    tried.note(failure, chosen)  # another input may show something graver
                    return
                record.asked.close()
                if not trial.options.shrink:
                    raise StopExploration(failure.outcome, failure.message, failure.faults) from failure
                raise
            else:
                tried.keep(record.comparisons)

        if trial.descriptor is not None:
            once(trial.descriptor)
        else:
            self._explore(trial, contract, case, once)
        return tried.end(trial, contract)

    def _explore(self, trial: Trial, contract: Contract, case: Case, once: Callable[[Descriptor], None]) -> None:
        """Try drawn inputs; the smallest grave failure ends the check."""
        record = trial.record
        record.examples = 0
        wanted = budgets.at_most(contract, self.budget, self.examples(trial.options, case))
        found = explore(
            draws(contract, case.data.get("given", {}), case.id), once, examples=wanted,
            seed=trial.options.seed + zlib.crc32(case.id.encode()), failures=CheckFailed,
        )  # fmt: skip
        record.examples = found.examples
        if found.failure is not None and found.descriptor is not None:
            record.inputs = descriptors.summarise(trial.expand(contract, found.descriptor))
            raise found.failure


@dataclass
class _Tried:
    """What the inputs of an exploration left behind that did not end it."""

    worst: dict[str, Comparison] = field(default_factory=dict)
    passed: int = 0
    mild: tuple[CheckFailed, Descriptor] | None = None
    silent: list[NotApplicable] = field(default_factory=list)

    def keep(self, comparisons: Iterable[Comparison]) -> None:
        """An input that passed: of all such, what came closest to its tolerance is kept."""
        self.passed += 1
        for one in comparisons:
            if one.output not in self.worst or (one.used or 0) > (self.worst[one.output].used or 0):
                self.worst[one.output] = one

    def note(self, failure: CheckFailed, chosen: Descriptor) -> None:
        """An input with faults that are not grave: the gravest is kept, of equal ones the first."""
        if self.mild is None or _rank(failure) < _rank(self.mild[0]):
            self.mild = failure, chosen

    def end(self, trial: Trial, contract: Contract) -> str:
        """Raise what was found; NotApplicable where no input could be judged."""
        if self.mild is not None:
            failure, chosen = self.mild
            trial.record.inputs = descriptors.summarise(trial.expand(contract, chosen))
            raise failure
        if self.silent and not self.passed:
            raise self.silent[0]
        trial.record.comparisons = sorted(self.worst.values(), key=lambda one: -(one.used or 0))
        return ""


def _rank(failure: CheckFailed) -> int:
    return CLASSES[failure.faults[0].facet].rank


class Property(Explored):
    """Drawn inputs, each compared with the oracle."""

    kind = Kind.PROPERTY
    cost = 6
    budget = "examples"

    def of_contract(self, contract: Contract) -> Iterable[Case]:
        return [self.case(contract.operation, "against-oracle", contract.general, {"given": {}})]

    def examples(self, options: JudgeOptions, case: Case) -> int:
        return options.examples

    def once(self, trial: Trial, contract: Contract, case: Case, descriptor: Descriptor) -> None:
        inputs = trial.expand(contract, descriptor)
        outputs, _ = trial.ask(contract, inputs)
        trial.compare(contract, inputs, trial.expected(contract, descriptor, inputs), outputs)


class Relation(Explored):
    """Drawn inputs, on each of which a named metamorphic relation must hold."""

    kind = Kind.RELATION
    cost = 5
    budget = "relation_inputs"

    def of_contract(self, contract: Contract) -> Iterable[Case]:
        op, cited = contract.operation, contract["relations"]
        return [self.case(op, one.get("id", one["name"]), one["clauses"], one) for one in cited]

    def examples(self, options: JudgeOptions, case: Case) -> int:
        return inputs_tried(case.data["name"], options.relation_examples)

    def once(self, trial: Trial, contract: Contract, case: Case, descriptor: Descriptor) -> None:
        inputs = trial.expand(contract, descriptor)
        relations()[case.data["name"]](Call(trial, descriptor), inputs, case.data.get("options", {}))
