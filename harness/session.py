"""One run: backends started, checks judged, events written, a verdict at the end."""

import os
import shlex
import shutil
import statistics
import tempfile
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from backends import registry
from backends.protocol import Answer
from backends.worker import StartFailed, Worker
from harness import expectations, seats, storage
from harness.expectations import Expectation
from harness.header import header
from harness.profiles import MINIMUM_CHECKS, Profile
from harness.seats import Seat, cuda_missing
from reports import events, gate
from spec_tests import contract, scan_checks
from spec_tests.generate import INFO_OPERATION, Check
from spec_tests.judge import Judge, Record
from spec_tests.outcomes import CheckFailed, NotApplicable, NotShrunk

STRIKES = 3
"""Crashes and timeouts of one backend in one operation, after which its other checks there are not run."""


ENDED_BADLY = frozenset({"error", "crash", "timeout"})
"""No answer to valid input: that binds whatever clause the check carries."""


@dataclass(frozen=True)
class Settings:
    """What a run was asked for."""

    backends: tuple[str, ...]
    profile: Profile
    devices: tuple[str, ...] = ("cpu",)
    optional_devices: frozenset[str] = frozenset({"cuda"})
    """Devices that may be missing without spoiling the verdict."""
    runs: Path = Path("runs")
    timeout: float = 30.0
    gate: str | None = None
    """None: `must`, and `house` for our own backends."""
    selection: str | None = None
    scan: Path | None = None
    expectations: tuple[Expectation, ...] = ()
    command: tuple[str, ...] = ()


class Session:
    """Use: `start()`, then `run(check)` for each, then `finish()`."""

    def __init__(self, settings: Settings, listeners: Sequence[Callable[[dict[str, Any]], None]] = ()) -> None:
        self.settings = settings
        self.listeners = list(listeners)
        self.seats: dict[str, Seat] = {}
        self.folder = storage.new_run(settings.runs)
        self._writer = events.Writer(self.folder / "events.jsonl")
        self._scratch = Path(tempfile.mkdtemp(prefix="ptychoparity-inputs-"))
        self._strikes: Counter[tuple[str, str]] = Counter()
        self._finished: list[dict[str, Any]] = []
        self._versions: dict[str, str] = {}
        self._faults: dict[str, list[str]] = {}
        self._uncovered: list[str] = []
        self._began = time.perf_counter()
        self._startup = 0.0
        self.scan = scan_checks.Scan.open(settings.scan) if settings.scan is not None else None
        seed = settings.profile.seed
        self.seed = int(time.time()) if seed is None else seed
        self.judge = Judge(
            self._ask, examples=settings.profile.examples, relation_examples=settings.profile.relation_examples,
            timeout=settings.timeout, seed=self.seed, scratch=self._scratch,
        )  # fmt: skip

    # -- backends -----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start every backend on every device, side by side, and write the header. Raises UnknownBackend."""
        begin = time.perf_counter()
        for name in self.settings.backends:
            for device in self.settings.devices:
                seat = Seat(registry.find(name), device)
                self.seats[seat.key] = seat
                seat.reason = seat.entry.missing()
                if not seat.reason and device == "cuda" and "cuda" in self.settings.optional_devices:
                    seat.reason = cuda_missing()
                if seat.reason:
                    seat.status = "skipped"
                    continue
                seat.worker = Worker(seat.entry, device)
                seat.worker.launch()
        for seat in self.seats.values():
            if seat.worker is not None:
                self._await(seat)
        self._startup = time.perf_counter() - begin
        self._versions = expectations.versions(seat.event() for seat in self.seats.values())
        first = header(self.settings, self.folder.name, self.seed, list(self.seats.values()), self.scan)
        self._uncovered = first["coverage"]["faults"]
        self._emit(first)
        if self.scan is not None:
            self._show_scan()

    def _await(self, seat: Seat) -> None:
        try:
            seat.description = seat.worker.start()
        except StartFailed as failure:
            absent = failure.type_name == "DeviceUnavailable"
            seat.status = "skipped" if absent else "broken"
            seat.reason = failure.reason.partition(": ")[2] if absent else failure.reason
            if not absent and failure.detail:
                seat.detail = failure.detail.strip()

    def _ask(self, key: str, operation: str, inputs: dict[str, Any], timeout: float, **options: Any) -> Answer:
        return self.seats[key].worker.call(operation, inputs, timeout, **options)

    # -- events -------------------------------------------------------------------------------------------

    def _emit(self, event: dict[str, Any]) -> None:
        self._writer.write(event)
        for listener in self.listeners:
            listener(event)

    # -- checks -------------------------------------------------------------------------------------------

    def run(self, check: Check, descriptor: dict[str, Any] | None = None) -> dict[str, Any]:
        """Judge one check and write its event; nothing a backend does comes out as an exception."""
        self._emit({"event": "check-started", "id": check.id})
        self.judge.record = Record()
        begin = time.perf_counter()
        outcome, message, comparisons, raised = self._judged(check, descriptor)
        seconds = time.perf_counter() - begin
        event = self._event(check, outcome, message, comparisons, raised, seconds)
        if outcome in events.BAD_OUTCOMES:
            self._keep_failure(check, event)
        event = expectations.judged(self.settings.expectations, event, self._versions, expectations.today())
        self._finished.append(event)
        self._emit(event)
        return event

    def _judged(self, check: Check, descriptor: dict[str, Any] | None):
        try:
            self._admit(check)
            if check.case.operation == INFO_OPERATION:
                self._info(check)
            elif check.case.operation == scan_checks.SCAN_OPERATION:
                return "pass", self._scan(check), (), None
            else:
                self.judge.judge(check.case, seats.key(check), seats.against(check), descriptor)
        except NotApplicable as reason:
            return reason.outcome, reason.reason, (), None
        except scan_checks.Doubtful as doubt:
            why = f"{doubt.message}; the oracle finds the same, so the file is doubtful and not the backend"
            self._faults.setdefault(seats.key(check), []).append(
                f"{self.scan.path.name}: {doubt.message.partition(' (')[0]}"
            )
            return "not-run", why, (), None
        except CheckFailed as failure:
            return failure.outcome, failure.message, failure.comparisons, failure.raised
        except NotShrunk as ended:
            self._strikes[seats.key(check), check.case.operation] += 1
            return ended.outcome, ended.message, (), None
        except Exception as error:  # a fault of ours: no backend is blamed for it, and none can be judged
            fault = f"a fault of the harness in {check.case.id}: {type(error).__name__}: {error}"
            self._faults.setdefault(seats.key(check), []).append(fault)
            return "not-run", fault + "\n" + traceback.format_exc(), (), None
        return "pass", "", (), None

    def _admit(self, check: Check) -> None:
        """Whether there is anyone to ask."""
        keys = [seats.key(check)] + ([seats.against(check)] if check.against else [])
        for key in keys:
            seat = self.seats[key]
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

    def _info(self, check: Check) -> None:
        seats.honest(self.seats[seats.key(check)].description, check.device)

    def _scan(self, check: Check) -> str:
        """One of the scan's own checks; its pictures are kept for the page."""

        def keep(name: str, array: np.ndarray, caption: str) -> None:
            self._keep_array(name, check.backend, check.device, array, caption)

        return scan_checks.judge(check.case.name, self.scan, self.judge.caller(seats.key(check)), keep)

    def _keep_array(self, name: str, backend: str, device: str, array: np.ndarray, caption: str) -> None:
        label = "".join(c if c.isalnum() else "_" for c in f"{name}_{backend}_{device}".strip("_"))
        file = self.folder / "arrays" / f"{label}.npy"
        file.parent.mkdir(exist_ok=True)
        np.save(file, array, allow_pickle=False)
        where = {"backend": backend, "device": device, "file": str(file.relative_to(self.folder))}
        self._emit({"event": "artifact", "name": name, "caption": caption, **where})

    def _show_scan(self) -> None:
        """The scan's own pictures: they belong to no backend."""
        arrays = self.scan.arrays
        self._keep_array("probe", "", "", arrays["probeGuess"], "probeGuess of the scan")
        self._keep_array("diffraction", "", "", arrays["diff3d"][0], "measured amplitude of pattern 0")
        if arrays["objectGuess"] is not None:
            self._keep_array("object", "", "", arrays["objectGuess"], "objectGuess of the scan")

    def _event(self, check: Check, outcome, message, comparisons, raised, seconds) -> dict[str, Any]:
        record, case = self.judge.record, check.case
        event = {
            "event": "check-finished", "id": check.id, "operation": case.operation, "kind": case.kind,
            "case": case.name, "backend": check.backend, "device": check.device, "clauses": list(case.clauses),
            "level": "MUST" if outcome in ENDED_BADLY else check.level(self.seats[seats.key(check)].framework),
            "outcome": outcome, "message": message,
            "seconds": round(seconds, 6),
            "adapter_seconds": round(record.adapter_seconds, 6), "oracle_seconds": round(record.oracle_seconds, 6),
            "calls": record.calls, "examples": record.examples, "descriptor": record.descriptor,
            "inputs": record.inputs, "comparisons": [c.event() for c in (comparisons or record.comparisons)[:12]],
            "raised": raised or record.raised, "captured": record.captured,
            "warnings": [f"{name}: {text}" for name, text in record.warnings],
            "reproduce": [seats.command(check, self.settings.scan)],
        }  # fmt: skip
        if check.against:
            event["against"] = check.against
        return event

    def _keep_failure(self, check: Check, event: dict[str, Any]) -> None:
        """A failure becomes a file that `ptychoparity replay` takes."""
        plain = "".join(c if c.isalnum() or c in "-_.=@" else "_" for c in check.id)
        # ids of long paths are cut for the file system, and told apart by their digest
        name = f"{plain if len(plain) < 180 else f'{plain[:170]}-{zlib.crc32(check.id.encode()):08x}'}.json"
        path = self.folder / "failures" / name
        kept = {
            k: event[k]
            for k in ("id", "operation", "kind", "case", "backend", "device", "outcome", "message", "descriptor")
        }
        storage.write_json(
            path,
            {
                **kept,
                "against": check.against,
                "contracts": contract.version(),
                "run": self.folder.name,
                "scan": str(self.settings.scan) if check.case.operation == scan_checks.SCAN_OPERATION else None,
            },
        )
        event["failure_file"] = str(path.relative_to(self.folder))
        event["reproduce"].insert(0, f"ptychoparity replay {shlex.quote(os.path.relpath(path))}")

    # -- verdict ------------------------------------------------------------------------------------------

    def _emptiness(self) -> dict[str, list[str]]:
        """Per seat, where too little was asked to judge: neither an empty run nor a suite with a hole is green."""
        found: dict[str, list[str]] = {key: list(faults) for key, faults in self._faults.items()}
        if self.settings.selection is not None:
            return found
        for key, seat in self.seats.items():
            if seat.status != "ready":
                continue
            found.setdefault(key, []).extend(self._uncovered)
            for operation in seat.operations:
                found[key] += self._too_little(key, operation)
        return found

    def _too_little(self, key: str, operation: str) -> list[str]:
        """Why one operation of one backend was asked too little; a failure has been asked enough to fail."""
        mine = [e for e in self._finished if e["operation"] == operation and f"{e['backend']}@{e['device']}" == key]
        asked = [e for e in mine if e["outcome"] not in ("skip", "not-run")]
        explored = [e for e in asked if e["kind"] == "property"]
        wanted = self.settings.profile.examples
        if len(asked) < MINIMUM_CHECKS:
            return [f"{operation}: {len(asked)} checks, at least {MINIMUM_CHECKS} are asked for"]
        if not explored:
            return [f"{operation}: no property check, one of {wanted} examples is asked for"]
        if all(e["outcome"] == "pass" and e["examples"] < wanted for e in explored):
            return [f"{operation}: {explored[0]['examples']} property examples, at least {wanted} are asked for"]
        return []

    def any_failed(self) -> bool:
        return any(e["outcome"] in events.BAD_OUTCOMES for e in self._finished)

    def _stop(self) -> None:
        for seat in self.seats.values():
            if seat.worker is not None:
                seat.worker.stop()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def abandon(self) -> None:
        """Stop without a footer: a run cut off has no verdict, and its readers say so."""
        self._stop()
        self._writer.close()

    def finish(self) -> int:
        """Stop the backends, write the footer, return the exit code."""
        self._stop()
        emptiness = self._emptiness()
        whole = self.settings.selection is None
        forgotten = expectations.stale(self.settings.expectations, self._finished, self._versions) if whole else []
        gates = {k: self.settings.gate or ("house" if s.entry.ours else "must") for k, s in self.seats.items()}
        optional = frozenset(k for k, s in self.seats.items() if s.device in self.settings.optional_devices)
        verdicts, code, sentence = gate.judge_run(
            [seat.event() for seat in self.seats.values()],
            self._finished,
            emptiness,
            gates,
            optional,
            self.settings.selection is not None,
            forgotten,
        )
        if self.settings.selection is not None:
            sentence += f" (only what was selected: {self.settings.selection})"
        overheads = [1e3 * (e["seconds"] - e["adapter_seconds"]) for e in self._finished if e["calls"]]
        self._emit(
            {
                "event": "footer", "finished": storage.now(), "seconds": round(time.perf_counter() - self._began, 3),
                "counts": dict(Counter(e["outcome"] for e in self._finished)), "verdicts": verdicts, "exit": code,
                "verdict": sentence,
                "timing": {
                    "overhead_ms_median": round(statistics.median(overheads), 3) if overheads else None,
                    "adapter_seconds": round(sum(e["adapter_seconds"] for e in self._finished), 3),
                    "oracle_seconds": round(sum(e["oracle_seconds"] for e in self._finished), 3),
                    "startup_seconds": round(self._startup, 3),
                },
                "emptiness": [f"{key}: {text}" for key, texts in emptiness.items() for text in texts],
                "stale_expectations": forgotten,
            }
        )  # fmt: skip
        self._writer.close()
        return code
