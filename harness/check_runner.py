"""Running checks on the targets at hand: what a check's event says, whichever way it went."""

import shutil
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ptychoparity.core.events import CheckFinished, Fault
from ptychoparity.core.outcomes import Outcome
from ptychoparity.harness import targets
from ptychoparity.harness.targets import Target
from ptychoparity.reports.text import first_line
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.checks import judge, kind_of
from ptychoparity.spec_tests.contract import contracts
from ptychoparity.spec_tests.digest import InputsDigest
from ptychoparity.spec_tests.faults import judged
from ptychoparity.spec_tests.found import LISTED, Found, gravest_first, together
from ptychoparity.spec_tests.generate import Check
from ptychoparity.spec_tests.oracle import Oracle
from ptychoparity.spec_tests.outcomes import CheckFailed, NotApplicable, StopExploration, SuspectInput
from ptychoparity.spec_tests.scan_checks import Scan
from ptychoparity.spec_tests.trial import JudgeOptions, Record, Trial

STRIKES = 3
"""Crashes and timeouts of one backend in one operation, after which its other checks there are not run."""

Keep = Callable[[Check, str, np.ndarray, str], None]
"""Takes a picture of a check for the page: the check, a name, the array, a caption."""


@dataclass(frozen=True)
class CheckResult:
    """What came of a check."""

    event: CheckFinished
    faults: tuple[str, ...] = ()
    """Why its backend cannot be judged: a fault of the harness, or of the scan."""

    @property
    def struck(self) -> bool:
        """Whether the backend's process ended, or was ended, over it."""
        return self.event.outcome in (Outcome.CRASH, Outcome.TIMEOUT)


@dataclass(frozen=True)
class Ended:
    """How a check ended."""

    outcome: str
    message: str = ""
    failure: CheckFailed | None = None
    faults: tuple[Found, ...] = ()


class CheckRunner:
    """Runs checks one after another. Nothing a backend does comes out as an exception."""

    def __init__(
        self, options: JudgeOptions, at: Mapping[str, Target], scan: Scan | None = None, keep: Keep | None = None
    ) -> None:
        self.options, self.scan = options, scan
        self._targets, self._keep = at, keep
        self._scratch = Path(tempfile.mkdtemp(prefix="ptychoparity-inputs-"))
        self.oracle = Oracle(self._scratch)
        self._strikes: Counter[tuple[str, str]] = Counter()
        self._faults: list[str] = []

    def close(self) -> None:
        """Take the files of inputs away."""
        shutil.rmtree(self._scratch, ignore_errors=True)

    def run(self, check: Check, descriptor: dict[str, Any] | None = None) -> CheckResult:
        """Ask the check's target and judge its answers; with a `descriptor`, on just that input."""
        self._faults = []
        begin = time.perf_counter()
        record, ended = self._run(check, descriptor)
        result = CheckResult(self._event(check, record, ended, time.perf_counter() - begin), tuple(self._faults))
        self.count(check, result)
        return result

    def count(self, check: Check, result: CheckResult) -> None:
        """Remember a crash or a hang, of a check run elsewhere too: a few of them end an operation's checks."""
        self._strikes[targets.key(check), check.case.operation] += result.struck

    def forgive(self) -> None:
        """Forget crashes and hangs: a replay asks every check that it is given."""
        self._strikes.clear()

    def _run(self, check: Check, descriptor: dict[str, Any] | None) -> tuple[Record, Ended]:
        try:
            self._admit(check)
        except NotApplicable as reason:
            return Record(InputsDigest(self._scratch)), Ended(reason.outcome, reason.reason)
        other = self._targets[targets.against(check)] if check.against else None
        keep = {"keep": partial(self._keep, check)} if self._keep is not None else {}
        trial = self.trial(
            self._targets[targets.key(check)], other=other, descriptor=descriptor, scan=self.scan,
            operation=check.case.operation if check.case.operation in contracts() else "", **keep,
        )  # fmt: skip
        return trial.record, self._judge(check, trial)

    def trial(self, target: Target, **options: Any) -> Trial:
        """A check of `target` to be judged; `options`: those of `Trial`."""
        return Trial(self.options, self.oracle, self._scratch, target, **options)

    def _judge(self, check: Check, trial: Trial) -> Ended:
        try:
            return Ended("pass", judge(trial, check.case))
        except NotApplicable as reason:
            return Ended(reason.outcome, reason.reason)
        except SuspectInput as doubt:
            name = self.scan.path.name if self.scan else check.case.id
            self._faults.append(f"{name}: {first_line(doubt.message)}")
            why = f"{doubt.message}; the oracle finds the same, so the file is doubtful and not the backend"
            return Ended("not-run", why)
        except CheckFailed as failure:
            return Ended(failure.outcome, failure.message, failure, failure.faults)
        except StopExploration as ended:
            return Ended(ended.outcome, ended.message, faults=gravest_first(ended.faults))
        except Exception as error:  # a fault of ours: no backend is blamed for it, and none can be judged
            fault = f"a fault of the harness in {check.case.id}: {type(error).__name__}: {error}"
            self._faults.append(fault)
            return Ended("not-run", fault + "\n" + traceback.format_exc())

    def _admit(self, check: Check) -> None:
        """Whether there is anyone to ask. Raises NotApplicable."""
        operation = check.case.operation
        for key in (targets.key(check), *([targets.against(check)] if check.against else [])):
            target = self._targets[key]
            if target.status != "ready":
                outcome = "skip" if target.status == "skipped" else "not-run"
                raise NotApplicable(f"{key}: {target.reason.splitlines()[0]}", outcome)
            unclaimed = [op for op in kind_of(check.case).operations(check.case) if op not in target.operations]
            if unclaimed:
                raise NotApplicable(f"{key} does not claim {', '.join(unclaimed)}", "not-run")
            if self._strikes[key, operation] >= STRIKES:
                raise NotApplicable(
                    f"{key} crashed or hung {STRIKES} times in {operation}: the rest is not run", "not-run"
                )

    def _event(self, check: Check, record: Record, ended: Ended, seconds: float) -> CheckFinished:
        case, failure = check.case, ended.failure
        comparisons = (failure.comparisons if failure else ()) or record.comparisons
        framework = self._targets[targets.key(check)].framework
        found = (self._fault(case, one, framework) for one in ended.faults)
        faults = sorted(found, key=lambda one: (one.level.rank, one.fault_class.rank))
        level = min((one.level for one in faults), key=lambda one: one.rank, default=check.level(framework))
        event = {
            "id": check.id, "operation": case.operation, "kind": str(case.shown),
            "case": case.name, "backend": check.backend, "device": check.device, "clauses": list(case.clauses),
            "level": level, "outcome": ended.outcome,
            "message": together(one.message for one in faults) if faults else ended.message,
            "faults": [one.to_json() for one in faults[:LISTED]],
            "not_provided": sorted(record.not_provided),
            "seconds": round(seconds, 6),
            "adapter_seconds": round(record.adapter_seconds, 6), "oracle_seconds": round(record.oracle_seconds, 6),
            "calls": record.calls, "examples": record.examples, "descriptor": record.descriptor,
            "inputs": record.inputs, "digest": record.asked.hexdigest(),
            "comparisons": [c.event() for c in comparisons[:12]],
            "raised": (failure.raised if failure else None) or record.raised, "captured": record.captured,
            "warnings": [f"{name}: {text}" for name, text in record.warnings],
            "reproduce": [targets.command(check, self.scan.path if self.scan else None)],
        }  # fmt: skip
        if len(faults) > LISTED:
            event["more_faults"] = len(faults) - LISTED
        if check.against:
            event["against"] = check.against
        return CheckFinished.from_json(event)

    @staticmethod
    def _fault(case: Case, found: Found, framework: str) -> Fault:
        return judged(contracts().get(found.operation or case.operation), case.clauses, found, framework)
