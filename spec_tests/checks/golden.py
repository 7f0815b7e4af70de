"""Golden checks: stored inputs, and the stored numbers they lead to."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ptychoparity import fixtures
from ptychoparity.core.kinds import Kind
from ptychoparity.spec_tests import descriptors, files, goldens
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.checks.base import CheckKind
from ptychoparity.spec_tests.contract import Contract, contracts
from ptychoparity.spec_tests.trial import Trial


class Golden(CheckKind):
    kind = Kind.GOLDEN
    cost = 4

    def of_contract(self, contract: Contract) -> Iterable[Case]:
        op = contract.operation
        return [self.case(op, c["id"], c["clauses"], c) for c in contract["goldens"]]

    def judge(self, trial: Trial, case: Case) -> str:
        contract, folder = contracts()[case.operation], fixtures.goldens()
        inputs, expected, _ = goldens.load(case.data, folder, contract.get("golden_cases", {}))
        trial.clear()
        inputs |= _copies(case.data.get("inputs", {}), folder, trial.scratch)
        inputs = files.afresh(contract["input"], inputs, trial.scratch)
        trial.record.inputs = descriptors.summarise(inputs)
        outputs, _ = trial.ask(contract, inputs)
        trial.compare(contract, inputs, expected, outputs, goldens.tolerances(contract, folder))
        return ""


def _copies(rules: Mapping[str, Any], folder: Path, scratch: Path) -> dict[str, str]:
    """Stored files that are an input themselves, as copies: a backend that writes to one spoils no golden."""
    named = {name: rule["file"] for name, rule in rules.items() if isinstance(rule, dict) and "file" in rule}
    return {name: str(shutil.copy(folder / file, scratch / file)) for name, file in named.items()}
