"""Scan checks: what a beamline's own file says, through each backend. Displayed as examples of `scan`."""

from collections.abc import Iterable

from ptychoparity.core.kinds import Kind
from ptychoparity.spec_tests import scan_checks
from ptychoparity.spec_tests.asking import Call
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.checks.base import CheckKind
from ptychoparity.spec_tests.trial import Trial

OPERATION = "scan"


class Scan(CheckKind):
    kind = Kind.SCAN
    shown = Kind.EXAMPLE
    cost = 0
    needs_scan = True
    shows_pictures = True

    def without_contract(self) -> Iterable[Case]:
        """In the order they build on each other."""
        return [
            self.case(OPERATION, name, clauses, {"needs": needs})
            for name, (clauses, needs, _) in scan_checks.CHECKS.items()
        ]

    def operations(self, case: Case) -> tuple[str, ...]:
        return tuple(case.data["needs"])

    def judge(self, trial: Trial, case: Case) -> str:
        return scan_checks.judge(case.name, trial.scan, Call(trial, {}), trial.keep)
