"""Describe checks: what a backend says of itself is what its process loaded."""

from collections.abc import Iterable

from ptychoparity.core.devices import missing
from ptychoparity.core.kinds import Kind
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.checks.base import CheckKind
from ptychoparity.spec_tests.outcomes import CheckFailed
from ptychoparity.spec_tests.trial import Trial

OPERATION = "describe"


class Describe(CheckKind):
    """No call: a backend is described when it starts. Displayed as smoke."""

    kind = Kind.DESCRIBE
    shown = Kind.SMOKE
    cost = 2

    def without_contract(self) -> Iterable[Case]:
        return [self.case(OPERATION, "info", ("HOUSE.INFO.HONEST",))]

    def operations(self, case: Case) -> tuple[str, ...]:
        return ()

    def judge(self, trial: Trial, case: Case) -> str:
        trial.record.examples = 0
        info, loaded = trial.target.description["info"], trial.target.description["loaded"]
        said, found = info.get("framework_version", "").split("+")[0], loaded["version"].split("+")[0]
        if not found:
            raise CheckFailed(
                f"info().framework: no distribution {info.get('framework')!r} is installed in the backend's environment"
            )
        if said != found:
            raise CheckFailed(f"info: it says {info['framework']} {said}, its process loaded {found}")
        if info.get("device") != trial.target.device:
            raise CheckFailed(f"info: it says device {info.get('device')!r}, it was started on {trial.target.device!r}")
        if reason := missing(trial.target.device):
            raise CheckFailed(f"info: it says device {trial.target.device!r}, but there is {reason}")
        return ""
