"""The kinds of checks, one object each, and the cases they make.

A kind is added in four steps: its name in `ptychoparity.core.kinds.Kind`, a module here with its class
(`checks.base.CheckKind`), its place in `_CLASSES`, and a file `spec_tests/test_<kind>.py`, unless it is displayed as
another kind. Generation, runs, coverage, mutants, replay and the lists follow.
"""

from functools import cache
from types import MappingProxyType

from ptychoparity.core.kinds import Kind
from ptychoparity.spec_tests import additions, budgets
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.checks.base import CheckKind
from ptychoparity.spec_tests.checks.describe import Describe
from ptychoparity.spec_tests.checks.errors import Error
from ptychoparity.spec_tests.checks.explored import Property, Relation
from ptychoparity.spec_tests.checks.golden import Golden
from ptychoparity.spec_tests.checks.parity import Parity
from ptychoparity.spec_tests.checks.scan import Scan
from ptychoparity.spec_tests.checks.scenario import Scenario
from ptychoparity.spec_tests.checks.single import Boundary, Example, Smoke
from ptychoparity.spec_tests.contract import Contract, contracts
from ptychoparity.spec_tests.trial import Trial

_CLASSES = (Describe, Scan, Smoke, Example, Error, Golden, Boundary, Property, Relation, Parity, Scenario)
"""In the order in which a contract's cases are listed; a run goes by `Kind.phase` of what they are displayed as."""


@cache
def kinds() -> MappingProxyType[Kind, CheckKind]:
    """The registry: every kind there is."""
    return MappingProxyType({one.kind: one() for one in _CLASSES})


def kind_of(case: Case) -> CheckKind:
    """The object that judges a case."""
    return kinds()[case.kind]


def judge(trial: Trial, case: Case) -> str:
    """Judge a case; it ends with everything that was found, the gravest first. Raises as `CheckKind.judge`."""
    with trial.gathering():
        return kind_of(case).judge(trial, case)


def of_contract(contract: Contract) -> list[Case]:
    """Every case of one contract."""
    return [case for kind in kinds().values() for case in kind.of_contract(contract)]


def every_case() -> tuple[Case, ...]:
    """Every case there is: those of no contract, then each contract's."""
    return _every_case(additions.current())


@cache
def _every_case(_: additions.Additions) -> tuple[Case, ...]:
    first = [case for kind in kinds().values() for case in kind.without_contract()]
    return (*first, *(case for contract in contracts().values() for case in of_contract(contract)))


def place(case: Case) -> tuple[bool, int]:
    """Its place in a run: phase by phase, the operations that have a budget after all others."""
    document = contracts().get(case.operation)
    return document is not None and bool(budgets.budget(document)), case.shown.phase
