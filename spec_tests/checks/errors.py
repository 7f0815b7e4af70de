"""Error checks: bad input is refused with the right error, in words that name what is wrong."""

from collections.abc import Iterable, Sequence
from typing import Any

from ptychoparity.backends.protocol import Returned
from ptychoparity.core.kinds import Kind
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.checks.base import CheckKind
from ptychoparity.spec_tests.checks.refusals import refusal_cases
from ptychoparity.spec_tests.contract import Contract, contracts
from ptychoparity.spec_tests.facets import WORDS, Facet
from ptychoparity.spec_tests.found import Found
from ptychoparity.spec_tests.outcomes import CheckFailed
from ptychoparity.spec_tests.trial import Trial, raised


class Error(CheckKind):
    kind = Kind.ERROR
    cost = 1

    def of_contract(self, contract: Contract) -> Iterable[Case]:
        op = contract.operation
        generated = () if contract.added else refusal_cases(contract)  # a user's contract says itself what it refuses
        cases = (*contract["errors"], *generated)
        return [self.case(op, c["id"], (*c["clauses"], WORDS), c) for c in cases]

    def judge(self, trial: Trial, case: Case) -> str:
        contract = contracts()[case.operation]
        inputs = trial.expand(contract, trial.given(contract, case))
        hold_refusal(trial, contract, inputs, case.data["raises"], case.data["message"])
        return ""


def hold_refusal(
    trial: Trial, contract: Contract, inputs: dict[str, Any], wanted: Sequence[str], fragments: Sequence[str]
) -> None:
    """Ask with bad input; what is raised should be one of `wanted` and name `fragments`. Accepting it: CheckFailed."""
    answer = trial.raw(contract, inputs)
    if isinstance(answer, Returned):
        said = f"{contract.operation} accepted bad input: expected {' or '.join(wanted)} naming {list(fragments)}"
        raise CheckFailed(said, facet=Facet.ACCEPTED)
    trial.record.raised = raised(answer)
    if not set(wanted) & set(answer.bases):
        said = f"{contract.operation} raised {answer.type}, expected {' or '.join(wanted)}: {answer.message}"
        trial.record.faults.append(Found(Facet.WORDS, said))
    absent = [f for f in fragments if f not in answer.message]
    if absent:
        said = f"the {answer.type} does not name {absent}: {answer.message!r}"
        trial.record.faults.append(Found(Facet.WORDS, said))
