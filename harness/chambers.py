"""Chambers: a backend's checks judged ahead of the run, in a process of their own.

Drawing inputs, asking the oracle and comparing take longer than most backends need to answer. So each backend gets
a process that judges its checks in the run's order, as fast as it can, while the others do the same; the run takes
each result when its turn comes. What needs two backends at once, or shows pictures, the run judges itself, and asks
through the chamber, between two checks.

    run --checks, by fork--> chamber --> worker
    run <--ready, judged, answer-- chamber
    run --call, or that all is done--> chamber
"""

import contextlib
import multiprocessing
import os
import queue
import signal
import sys
import threading
from collections import deque
from collections.abc import Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from backends.protocol import Answer, Died
from backends.registry import Entry
from backends.worker import StartFailed, Worker
from harness import seats
from harness.judging import Judged, Judging, Rules
from harness.seats import Seat
from spec_tests.generate import Check
from spec_tests.scan_checks import SCAN_OPERATION

LOOK_SECONDS = 0.5
"""How often a wait looks whether the chamber's process is still there."""
STOP_SECONDS = 2.0


def possible() -> bool:
    """Whether a process can be forked here: the checks are made once, and not sent.

    macOS forks, too, but its libraries must not be used in what was forked.
    """
    return sys.platform.startswith("linux")


def judged_ahead(check: Check) -> bool:
    return not check.against and check.case.operation != SCAN_OPERATION


class Closed(Exception):
    """The chamber's process ended before it was told to."""


class Chamber:
    """Stands for a seat's worker, and judges the seat's checks ahead."""

    def __init__(self, entry: Entry, device: str, checks: Sequence[Check], rules: Rules) -> None:
        self.entry, self.device = entry, device
        self._expected = {check.id for check in checks}
        self._ready: dict[str, Judged] = {}
        context = multiprocessing.get_context("fork")
        self._results = context.Queue()
        theirs, self._orders = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_serve, args=(theirs, self._results, entry, device, list(checks), rules), daemon=True
        )

    def launch(self) -> None:
        """Start the process, and in it the backend, without waiting for either."""
        self._process.start()

    def start(self) -> dict[str, Any]:
        """Wait until the backend is built: as `Worker.start`. Raises StartFailed."""
        try:
            what, value = self._next()
        except Closed as closed:
            raise StartFailed(str(closed)) from None
        if what == "failed":
            raise StartFailed(*value)
        return value

    def judged(self, check: Check) -> Judged | None:
        """What came of the check, as soon as it is judged; None where it is not this chamber's. Raises Closed."""
        if check.id not in self._expected:
            return None
        while check.id not in self._ready:
            self._keep(self._next())
        self._expected.remove(check.id)
        return self._ready.pop(check.id)

    def call(self, operation: str, inputs: dict[str, Any], timeout: float, **options: Any) -> Answer:
        """As `Worker.call`, after the check that is being judged."""
        try:
            self._orders.send((operation, inputs, timeout, options))
            while (message := self._next())[0] != "answer":
                self._keep(message)
        except (Closed, OSError) as closed:
            return Died(0.0, how=str(closed))
        return message[1]

    def stop(self) -> None:
        """End the process and its backend, whatever they are doing."""
        with contextlib.suppress(OSError):
            self._orders.send(None)
        if self._expected:  # cut off: it would judge on until its check is done
            self._process.terminate()
        for end in (self._process.terminate, self._process.kill):
            self._process.join(STOP_SECONDS)
            if self._process.is_alive():
                end()
        self._process.join()
        self._results.close()

    def _keep(self, message: tuple[str, Any]) -> None:
        self._ready[message[1].event["id"]] = message[1]

    def _next(self) -> tuple[str, Any]:
        while True:
            try:
                return self._results.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                if not self._process.is_alive() and self._results.empty():
                    raise Closed(f"the process that judges it ended (exit code {self._process.exitcode})") from None


# -- inside the chamber ---------------------------------------------------------------------------------------


def _serve(orders: Connection, results: Any, entry: Entry, device: str, checks: Sequence[Check], rules: Rules) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the run's to handle
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_leave_with_the_run, daemon=True).start()
    with contextlib.ExitStack() as stack:
        worker = Worker(entry, device)
        stack.callback(worker.stop)
        try:
            description = worker.start()
        except StartFailed as failure:
            results.put(("failed", (failure.reason, failure.detail, failure.type_name)))
            return
        results.cancel_join_thread()  # from here on, what the run does not take is lost with it
        results.put(("ready", description))
        seat = Seat(entry, device, worker, description=description)
        judging = Judging(rules, {seat.key: seat})
        stack.callback(judging.close)
        _work(deque(checks), orders, results, seat, judging)


def _work(checks: deque[Check], orders: Connection, results: Any, seat: Seat, judging: Judging) -> None:
    """Judge what there is, answer between two checks, until nothing more is wanted."""
    while True:
        if checks and not orders.poll(0):
            results.put(("judged", judging.judged(checks.popleft())))
            continue
        order = orders.recv()
        if order is None:
            return
        operation, inputs, timeout, options = order
        results.put(("answer", seat.worker.call(operation, inputs, timeout, **options)))


def _leave(*_: Any) -> None:
    raise SystemExit(1)


def _leave_with_the_run() -> None:
    """A run that was killed takes its chambers with it."""
    wait([multiprocessing.parent_process().sentinel])
    os.kill(os.getpid(), signal.SIGTERM)


def of_the_seat(checks: Sequence[Check], key: str) -> list[Check]:
    """Those of `checks` a chamber of this seat can judge, in order."""
    return [check for check in checks if seats.key(check) == key and judged_ahead(check)]
