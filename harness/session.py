"""One run: backends started, checks judged, events written, a verdict at the end."""

import contextlib
import shlex
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ptychoparity.backends import registry
from ptychoparity.backends.worker import Worker
from ptychoparity.core.devices import missing
from ptychoparity.core.events import Artifact, BackendEvent, CheckFinished, CheckStarted, Event, Footer, Timing
from ptychoparity.core.events_check import Picture
from ptychoparity.core.kinds import Kind
from ptychoparity.core.outcomes import Outcome
from ptychoparity.core.profiles import MINIMUM_CHECKS
from ptychoparity.harness import expectations, failures, prefetch, storage, targets
from ptychoparity.harness.check_runner import CheckResult, CheckRunner
from ptychoparity.harness.header import header
from ptychoparity.harness.prefetch import PrefetchingRunner
from ptychoparity.harness.settings import Settings
from ptychoparity.harness.targets import Pool, Process
from ptychoparity.reports import events, gate
from ptychoparity.spec_tests import additions, budgets, contract
from ptychoparity.spec_tests.generate import Check
from ptychoparity.spec_tests.scan_checks import Scan
from ptychoparity.spec_tests.trial import JudgeOptions


class Session:
    """Use: `start()`, then `run(check)` for each, then `finish()`.

    `ahead` are checks that will be run, in this order; with them, the session prefetches their results where it can.
    `make` makes the process of a backend on a device that none of them is prefetched for.
    """

    def __init__(
        self,
        settings: Settings,
        listeners: Sequence[Callable[[Event], None]] = (),
        ahead: Sequence[Check] = (),
        make: Callable[[registry.Entry, str], Process] = Worker,
    ) -> None:
        self.settings = settings
        self._make = make
        self.listeners = list(listeners)
        self.targets = Pool()
        self.folder = storage.new_run(settings.runs)
        self._ahead = ahead if prefetch.possible() else ()
        self._planned = [(targets.key(check), check.id) for check in ahead]
        self._writer = events.Writer(self.folder / "events.jsonl")
        self._finished: list[CheckFinished] = []
        self._versions: dict[str, str] = {}
        self._faults: dict[str, list[str]] = {}
        self._uncovered: tuple[str, ...] = ()
        self._began = time.perf_counter()
        self._startup = 0.0
        self.scan = settings.scan
        profile = settings.profile
        self.options = JudgeOptions(
            profile.examples, profile.relation_examples, settings.timeout,
            int(time.time()) if profile.seed is None else profile.seed,
        )  # fmt: skip
        self.runner = CheckRunner(self.options, self.targets, self.scan, self._keep_picture)

    # -- backends -----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start every backend on every device, side by side, and write the header. Raises UnknownBackend."""
        begin = time.perf_counter()
        for name in self.settings.backends:
            for device in self.settings.devices_there:
                self._place(registry.find(name), device)
        # what is forked goes first: a worker brings threads along, and with threads about no process should be forked
        self.targets.start([one for one in self.targets.values() if isinstance(one.process, PrefetchingRunner)])
        self._startup = time.perf_counter() - begin
        self._versions = expectations.versions(self._backends())
        first = header(self.settings, self.folder.name, self.options.seed, list(self.targets.values()))
        self._uncovered = first.coverage.faults if first.coverage else ()
        self._emit(first)
        if self.scan is not None:
            self._show_scan(self.scan)

    def _place(self, entry: registry.Entry, device: str) -> None:
        """A target, and the process that will run its checks ahead where there are some."""
        mine = prefetch.of_target(self._ahead, f"{entry.name}@{device}")
        make = self._make
        if mine:
            make = partial(PrefetchingRunner, checks=mine, options=self.options)
        self.targets.add(
            entry, device, make,
            absent=missing(device),
            # a device that was named is missing; one that is only tried is left out
            status="skipped" if device in self.settings.optional_devices else "broken",
        )  # fmt: skip

    # -- events -------------------------------------------------------------------------------------------

    def _backends(self) -> list[BackendEvent]:
        return [BackendEvent.from_json(target.event()) for target in self.targets.values()]

    def _emit(self, event: Event) -> None:
        self._writer.write(event)
        for listener in self.listeners:
            listener(event)

    # -- checks -------------------------------------------------------------------------------------------

    def run(self, check: Check, descriptor: dict[str, Any] | None = None) -> CheckFinished:
        """Judge one check and write its event; nothing a backend does comes out as an exception."""
        self._emit(CheckStarted(id=check.id))
        result = (self._prefetched(check) if descriptor is None else None) or self.runner.run(check, descriptor)
        self._note_ended()
        if result.faults:
            self._faults.setdefault(targets.key(check), []).extend(result.faults)
        event = expectations.judged(
            self.settings.expectations, self._kept(check, result.event), self._versions, expectations.today()
        )
        self._finished.append(event)
        self._emit(event)
        return event

    def _kept(self, check: Check, event: CheckFinished) -> CheckFinished:
        """The event with its failure's file; where it cannot be written, one that says so and blames no backend."""
        try:
            event = self._keep_failure(check, event) if event.outcome.bad else event
            events.line(event)
        except Exception as error:
            fault = f"a fault of the harness in {check.id}: its event cannot be kept: {type(error).__name__}: {error}"
            self._faults.setdefault(targets.key(check), []).append(fault)
            return replace(
                event, outcome=Outcome.NOT_RUN, message=fault, faults=(), comparisons=(), inputs=(), descriptor=None,
                raised=None, captured="", warnings=(),
            )  # fmt: skip
        return event

    def _prefetched(self, check: Check) -> CheckResult | None:
        target = self.targets[targets.key(check)]
        if not isinstance(target.process, PrefetchingRunner) or target.status != "ready":
            return None
        try:
            result = target.process.result(check)
        except prefetch.Closed:
            self._note_ended()
            return None
        if result is not None:
            self.runner.count(check, result)
        return result

    def _note_ended(self) -> None:
        """A backend whose prefetching process ended cannot be judged: its other checks are not run."""
        for target in self.targets.values():
            process = target.process
            if target.status == "ready" and isinstance(process, PrefetchingRunner) and process.ended:
                target.status, target.reason = "broken", process.ended

    def _keep_picture(self, check: Check, name: str, array: np.ndarray, caption: str) -> None:
        self._keep_array(name, check.backend, check.device, array, caption)

    def _keep_array(self, name: str, backend: str, device: str, array: np.ndarray, caption: str) -> None:
        label = "".join(c if c.isalnum() else "_" for c in f"{name}_{backend}_{device}".strip("_"))
        file = self.folder / "arrays" / f"{label}.npy"
        file.parent.mkdir(exist_ok=True)
        np.save(file, array, allow_pickle=False)
        where = str(file.relative_to(self.folder))
        self._emit(Artifact(name=Picture(name), caption=caption, backend=backend, device=device, file=where))

    def _show_scan(self, scan: Scan) -> None:
        """The scan's own pictures: they belong to no backend."""
        for name, array, caption in scan.pictures():
            self._keep_array(name, "", "", array, caption)

    def _keep_failure(self, check: Check, event: CheckFinished) -> CheckFinished:
        """A failure becomes a file that `ptychoparity replay` takes, and its event says where it is."""
        path = failures.keep(self.folder, check, event, self.scan)
        again = shlex.join(["ptychoparity", "replay", storage.shown(path), *targets.added(check)])
        return replace(event, failure_file=str(path.relative_to(self.folder)), reproduce=(again, *event.reproduce))

    # -- verdict ------------------------------------------------------------------------------------------

    def _emptiness(self) -> dict[str, list[str]]:
        """Per target, where too little was asked to judge: neither an empty run nor a suite with a hole is green."""
        found: dict[str, list[str]] = {key: list(faults) for key, faults in self._faults.items()}
        for key, left in self._left().items():
            planned = sum(one == key for one, _ in self._planned)
            found.setdefault(key, []).append(f"{left} of {planned} checks were not asked: the run was stopped early")
        if self.settings.selection:
            return found
        for key, target in self.targets.items():
            if target.status != "ready":
                continue
            found.setdefault(key, []).extend(self._uncovered)
            for operation in target.operations:
                found[key] += self._too_little(key, operation)
        return found

    def _left(self) -> Counter[str]:
        """Per target, how many of the checks that were to be run were not: pytest's -x and --maxfail stop early."""
        done = {event.id for event in self._finished}
        return Counter(key for key, id in self._planned if id not in done)

    def _too_little(self, key: str, operation: str) -> list[str]:
        """Why one operation of one backend was asked too little; a failure has been asked enough to fail."""
        mine = [e for e in self._finished if e.operation == operation and e.column == key]
        asked = [e for e in mine if e.outcome.asked]
        explored = [e for e in asked if e.kind is Kind.PROPERTY]
        document = contract.contracts()[operation]
        wanted = budgets.at_most(document, "examples", self.settings.profile.examples)
        enough = budgets.at_most(document, "checks", MINIMUM_CHECKS)
        if len(asked) < enough:
            return [f"{operation}: only {len(asked)} checks ran; at least {enough} are required"]
        if not explored:
            return [f"{operation}: no property check ran; one of {wanted} examples is required"]
        if all(e.outcome is Outcome.PASS and e.examples < wanted for e in explored):
            return [f"{operation}: only {explored[0].examples} property examples ran; at least {wanted} are required"]
        return []

    def _without_oracle(self) -> str:
        """What a verdict must say of contracts of the user's own to which no oracle was named."""
        if additions.current().oracle:
            return ""
        asked = {e.operation for e in self._finished if e.calls}
        alone = sorted(asked & {name for name, one in contract.contracts().items() if one.added})
        return f" (without an oracle: {', '.join(alone)})" if alone else ""

    def any_failed(self) -> bool:
        return any(e.outcome.bad for e in self._finished)

    def _stop(self) -> None:
        with contextlib.ExitStack() as stack:
            stack.callback(self.runner.close)
            stack.callback(self.targets.stop)

    def abandon(self) -> None:
        """Stop without a footer: a run cut off has no verdict, and its readers say so."""
        self._stop()
        self._writer.close()

    def finish(self) -> int:
        """Stop the backends, write the footer, return the exit code."""
        self._stop()
        emptiness = self._emptiness()
        whole = not self.settings.selection and not self._left()
        forgotten = expectations.stale(self.settings.expectations, self._finished, self._versions) if whole else ()
        gates = {k: self.settings.gate or ("house" if t.entry.ours else "must") for k, t in self.targets.items()}
        optional = frozenset(k for k, t in self.targets.items() if t.device in self.settings.optional_devices)
        verdicts, code, sentence = gate.judge_run(
            self._backends(),
            self._finished,
            emptiness,
            gates,
            optional,
            bool(self.settings.selection),
            forgotten,
        )
        if self.settings.selection:
            sentence += f" (only what was selected: {self.settings.selection})"
        sentence += self._without_oracle()
        overheads = [1e3 * (e.seconds - e.adapter_seconds) for e in self._finished if e.calls]
        self._emit(
            Footer(
                finished=storage.now(), seconds=round(time.perf_counter() - self._began, 3),
                counts=dict(Counter(e.outcome for e in self._finished)), verdicts=verdicts, exit=code,
                verdict=sentence,
                timing=Timing(
                    overhead_ms_median=round(statistics.median(overheads), 3) if overheads else None,
                    adapter_seconds=round(sum(e.adapter_seconds for e in self._finished), 3),
                    oracle_seconds=round(sum(e.oracle_seconds for e in self._finished), 3),
                    startup_seconds=round(self._startup, 3),
                ),
                emptiness=tuple(f"{key}: {text}" for key, texts in emptiness.items() for text in texts),
                stale_expectations=forgotten,
            )
        )  # fmt: skip
        self._writer.close()
        return code
