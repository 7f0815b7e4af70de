"""Parity checks: two backends on one input, compared directly."""

from collections.abc import Iterable, Mapping
from typing import Any

from ptychoparity.core.kinds import Kind
from ptychoparity.spec_tests import budgets, compare, files
from ptychoparity.spec_tests.answers import Outputs
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.checks.base import CheckKind
from ptychoparity.spec_tests.checks.edges import sizes
from ptychoparity.spec_tests.contract import Contract, contracts
from ptychoparity.spec_tests.outcomes import CheckFailed, NotApplicable, StopExploration
from ptychoparity.spec_tests.trial import Trial


class Parity(CheckKind):
    """The default input, the largest of every dimension that the contract calls large, and another draw.

    Each is within its tolerance of the truth, so within twice that of each other.
    """

    kind = Kind.PARITY
    cost = 7
    needs_other = True

    def of_contract(self, contract: Contract) -> Iterable[Case]:
        largest = {name: max(sizes(spec)) for name, spec in contract["dims"].items() if spec.get("large")}
        given = {"default": {}, "large": {"dims": largest}, "random": {}}
        made = [self.case(contract.operation, name, contract.general, {"given": g}) for name, g in given.items()]
        return made[: budgets.at_most(contract, "parity", len(made))]

    def judge(self, trial: Trial, case: Case) -> str:
        contract = contracts()[case.operation]
        inputs = trial.expand(contract, trial.given(contract, case))
        ours, _ = trial.ask(contract, inputs)
        mine = trial.record.adapter_seconds
        theirs = self._of_the_other(trial, contract, files.afresh(contract["input"], inputs, trial.scratch))
        trial.record.adapter_seconds = max(mine, trial.record.adapter_seconds)
        trial.compare(contract, inputs, theirs, ours, doubled(contract["tolerance"]))
        return ""

    @staticmethod
    def _of_the_other(trial: Trial, contract: Contract, inputs: dict[str, Any]) -> Outputs:
        """The other backend's outputs; what is wrong with them is not this one's fault. Raises NotApplicable."""
        other, record = trial.other, trial.record
        faults, left_out = list(record.faults), set(record.not_provided)
        try:
            theirs, _ = trial.ask(contract, inputs, target=other)
        except (CheckFailed, StopExploration) as failure:
            raise NotApplicable(f"{other.key} gives nothing to compare with: {failure.message}", "not-run") from failure
        record.faults, record.not_provided = faults, left_out
        return theirs


def doubled(tolerances: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Every tolerance twice; what follows a law is left out, for two backends' noise is not the same."""
    return {output: compare.doubled(tolerance) for output, tolerance in tolerances.items() if "law" not in tolerance}
