"""Judging checks of the backends at hand: what a check's event says, whichever way it went."""

import shutil
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ptychoparity.backends.protocol import Answer
from ptychoparity.harness import seats
from ptychoparity.harness.seats import Seat
from ptychoparity.spec_tests import contract, scan_checks
from ptychoparity.spec_tests.generate import INFO_OPERATION, Check
from ptychoparity.spec_tests.judge import Judge
from ptychoparity.spec_tests.outcomes import CheckFailed, NotApplicable, NotShrunk

STRIKES = 3
"""Crashes and timeouts of one backend in one operation, after which its other checks there are not run."""

ENDED_BADLY = frozenset({"error", "crash", "timeout"})
"""No answer to valid input: that binds whatever clause the check carries."""

Keep = Callable[[Check, str, np.ndarray, str], None]
"""Takes a picture of a scan check for the page: the check, a name, the array, a caption."""


@dataclass(frozen=True)
class Rules:
    """What every check of a run is judged by."""

    examples: int
    relation_examples: int
    timeout: float
    seed: int
    scan: scan_checks.Scan | None = None
    scan_path: Path | None = None


@dataclass(frozen=True)
class Judged:
    """What came of a check."""

    event: dict[str, Any]
    faults: tuple[str, ...] = ()
    """Why its backend cannot be judged: a fault of the harness, or of the scan."""

    @property
    def struck(self) -> bool:
        """Whether the backend's process ended, or was ended, over it."""
        return self.event["outcome"] in ("crash", "timeout")


class Judging:
    """Judges checks one after another. Nothing a backend does comes out as an exception."""

    def __init__(self, rules: Rules, at: Mapping[str, Seat], keep: Keep | None = None) -> None:
        self._rules, self._seats, self._keep = rules, at, keep
        self._scratch = Path(tempfile.mkdtemp(prefix="ptychoparity-inputs-"))
        self._strikes: Counter[tuple[str, str]] = Counter()
        self._faults: list[str] = []
        self.judge = Judge(
            self._ask, examples=rules.examples, relation_examples=rules.relation_examples, timeout=rules.timeout,
            seed=rules.seed, scratch=self._scratch,
        )  # fmt: skip

    def close(self) -> None:
        """Take the files of inputs away."""
        shutil.rmtree(self._scratch, ignore_errors=True)

    def judged(self, check: Check, descriptor: dict[str, Any] | None = None) -> Judged:
        """Ask the check's backend and hold its answer against the contract; with a `descriptor`, on just that input."""
        self.judge.begin()
        self._faults = []
        begin = time.perf_counter()
        outcome, message, comparisons, raised = self._outcome(check, descriptor)
        event = self._event(check, outcome, message, comparisons, raised, time.perf_counter() - begin)
        judged = Judged(event, tuple(self._faults))
        self.count(check, judged)
        return judged

    def count(self, check: Check, judged: Judged) -> None:
        """Remember a crash or a hang, of a check judged elsewhere too: a few of them end an operation's checks."""
        self._strikes[seats.key(check), check.case.operation] += judged.struck

    def _ask(self, key: str, operation: str, inputs: dict[str, Any], timeout: float, **options: Any) -> Answer:
        return self._seats[key].worker.call(operation, inputs, timeout, **options)

    def _outcome(self, check: Check, descriptor: dict[str, Any] | None):
        try:
            self._admit(check)
            if check.case.operation == INFO_OPERATION:
                seats.honest(self._seats[seats.key(check)].description, check.device)
            elif check.case.operation == scan_checks.SCAN_OPERATION:
                return "pass", self._of_the_scan(check), (), None
            else:
                self.judge.judge(check.case, seats.key(check), seats.against(check), descriptor)
        except NotApplicable as reason:
            return reason.outcome, reason.reason, (), None
        except scan_checks.Doubtful as doubt:
            why = f"{doubt.message}; the oracle finds the same, so the file is doubtful and not the backend"
            self._faults.append(f"{self._rules.scan.path.name}: {doubt.message.partition(' (')[0]}")
            return "not-run", why, (), None
        except CheckFailed as failure:
            return failure.outcome, failure.message, failure.comparisons, failure.raised
        except NotShrunk as ended:
            return ended.outcome, ended.message, (), None
        except Exception as error:  # a fault of ours: no backend is blamed for it, and none can be judged
            fault = f"a fault of the harness in {check.case.id}: {type(error).__name__}: {error}"
            self._faults.append(fault)
            return "not-run", fault + "\n" + traceback.format_exc(), (), None
        return "pass", "", (), None

    def _admit(self, check: Check) -> None:
        """Whether there is anyone to ask."""
        keys = [seats.key(check)] + ([seats.against(check)] if check.against else [])
        for key in keys:
            seat = self._seats[key]
            if seat.status != "ready":
                raise NotApplicable(
                    f"{key}: {seat.reason.splitlines()[0]}", "skip" if seat.status == "skipped" else "not-run"
                )
            needed = [check.case.operation, *check.case.data.get("needs", [])]
            unclaimed = [op for op in needed if op in contract.contracts() and op not in seat.operations]
            if unclaimed:
                raise NotApplicable(f"{key} does not claim {', '.join(unclaimed)}", "not-run")
            if self._strikes[key, check.case.operation] >= STRIKES:
                raise NotApplicable(
                    f"{key} crashed or hung {STRIKES} times in {check.case.operation}: the rest is not run", "not-run"
                )

    def _of_the_scan(self, check: Check) -> str:
        """One of the scan's own checks; its pictures are kept for the page."""

        def keep(name: str, array: np.ndarray, caption: str) -> None:
            self._keep(check, name, array, caption)

        return scan_checks.judge(check.case.name, self._rules.scan, self.judge.caller(seats.key(check)), keep)

    def _event(self, check: Check, outcome, message, comparisons, raised, seconds) -> dict[str, Any]:
        record, case = self.judge.record, check.case
        event = {
            "event": "check-finished", "id": check.id, "operation": case.operation, "kind": case.kind,
            "case": case.name, "backend": check.backend, "device": check.device, "clauses": list(case.clauses),
            "level": "MUST" if outcome in ENDED_BADLY else check.level(self._seats[seats.key(check)].framework),
            "outcome": outcome, "message": message,
            "seconds": round(seconds, 6),
            "adapter_seconds": round(record.adapter_seconds, 6), "oracle_seconds": round(record.oracle_seconds, 6),
            "calls": record.calls, "examples": record.examples, "descriptor": record.descriptor,
            "inputs": record.inputs, "digest": record.asked.hexdigest(),
            "comparisons": [c.event() for c in (comparisons or record.comparisons)[:12]],
            "raised": raised or record.raised, "captured": record.captured,
            "warnings": [f"{name}: {text}" for name, text in record.warnings],
            "reproduce": [seats.command(check, self._rules.scan_path)],
        }  # fmt: skip
        if check.against:
            event["against"] = check.against
        return event
