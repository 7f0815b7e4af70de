"""Prefetching: a target's checks run ahead of the run, in a process of their own.

Drawing inputs, asking the oracle and comparing take longer than most backends need to answer. So each target gets
a process that runs its checks in the run's order, as fast as it can, while the others do the same; the run takes
each result when its turn comes. What needs two targets at once, or shows pictures, the run judges itself, and asks
through the process, between two checks.

    run --checks, by fork--> prefetching process --> worker
    run <--ready, result, answer, restarted, failed-- prefetching process
    run --call, restart, or that all is done--> prefetching process
"""

import contextlib
import multiprocessing
import os
import pickle
import queue
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from ptychoparity.backends.protocol import Answer
from ptychoparity.backends.registry import Entry
from ptychoparity.backends.worker import StartFailed, Worker
from ptychoparity.harness import targets
from ptychoparity.harness.check_runner import CheckResult, CheckRunner
from ptychoparity.harness.targets import Target
from ptychoparity.spec_tests.checks import kind_of
from ptychoparity.spec_tests.generate import Check
from ptychoparity.spec_tests.outcomes import StopExploration
from ptychoparity.spec_tests.trial import JudgeOptions

Post = Callable[[tuple[str, Any]], None]
"""Sends a message to the run."""
STOP_SECONDS = 5.0
"""How long a process that is told to end may take to put its backend and its files away."""


def possible() -> bool:
    """Whether a process can be forked here: the checks are made once, and not sent.

    macOS forks, too, but its libraries must not be used in what was forked.
    """
    return sys.platform.startswith("linux")


def is_ahead(check: Check) -> bool:
    """Whether the check can be run in the prefetching process of its target."""
    return kind_of(check.case).ahead


class Closed(Exception):
    """The process ended before it was told to."""


class PrefetchingRunner:
    """Stands for a target's worker, and runs the target's checks ahead."""

    def __init__(self, entry: Entry, device: str, checks: Sequence[Check], options: JudgeOptions) -> None:
        self._checks = list(checks)
        self._expected = {check.id for check in checks}
        self._ready: dict[str, CheckResult] = {}
        # made here and used there: whatever ends the process, their files are known, and taken away
        self._target = Target(entry, device, Worker(entry, device))
        self._runner = CheckRunner(options, {self._target.key: self._target})
        self._process: Any = None
        self.ended = ""
        """Why nothing more comes of it; empty while all is well."""

    def launch(self) -> None:
        """Start the process, and in it the backend, without waiting for either."""
        context = multiprocessing.get_context("fork")
        orders, self._orders = context.Pipe(duplex=False)
        self._results, results = context.Pipe(duplex=False)
        process = context.Process(
            target=_serve, args=(orders, results, self._checks, self._target, self._runner), daemon=True
        )
        process.start()
        self._process = process
        # the process alone holds its ends, so that they close with it: nobody waits at the pipe of a dead one
        orders.close()
        results.close()

    def start(self) -> dict[str, Any]:
        """Wait until the backend is built: as `Worker.start`. Raises StartFailed."""
        try:
            what, value = self._next()
        except Closed as closed:
            raise StartFailed(str(closed)) from None
        if what == "failed":
            raise StartFailed(*value)
        return value

    def result(self, check: Check) -> CheckResult | None:
        """What came of the check, as soon as it is known; None where it is not run here. Raises Closed."""
        if check.id not in self._expected:
            return None
        while check.id not in self._ready:
            self._keep(self._next())
        self._expected.remove(check.id)
        return self._ready.pop(check.id)

    def call(self, operation: str, inputs: dict[str, Any], timeout: float, **options: Any) -> Answer:
        """As `Worker.call`, after the check that is being run.

        Raises StopExploration where the process has ended: then the check is not run, and no backend is to blame.
        """
        return self._order("call", (operation, inputs, timeout, options))[1]

    def restart(self) -> dict[str, Any]:
        """As `Worker.restart`, after the check that is being run. Raises StartFailed, and StopExploration as `call`."""
        what, value = self._order("restart")
        if what == "failed":
            raise StartFailed(*value)
        return value

    def _order(self, what: str, value: Any = None) -> tuple[str, Any]:
        """The reply to an order; results that come before it are kept."""
        try:
            self._orders.send((what, value))
            while (message := self._next())[0] == "result":
                self._keep(message)
        except (Closed, OSError):
            raise StopExploration("not-run", f"{self._target.key}: {self._closed()}") from None
        return message

    def stop(self) -> None:
        """End the process and its backend, whatever they are doing, and take their files away."""
        if self._process is not None:
            self._end()
        self._target.stop()
        self._runner.close()

    def _end(self) -> None:
        if self._expected:  # cut off: it would go on until its check is done
            self._process.terminate()
        else:
            with contextlib.suppress(OSError):
                self._orders.send(None)
        for end in (self._process.terminate, self._process.kill):
            self._process.join(STOP_SECONDS)
            if self._process.is_alive():
                end()
        self._process.join()
        self._orders.close()
        self._results.close()

    def _keep(self, message: tuple[str, Any]) -> None:
        self._ready[message[1].event.id] = message[1]

    def _next(self) -> tuple[str, Any]:
        try:
            return self._results.recv()
        except (EOFError, OSError):
            raise self._closed() from None

    def _closed(self) -> Closed:
        self._process.join()
        self.ended = f"the process that judges it ended (exit code {self._process.exitcode})"
        return Closed(self.ended)


# -- inside the process ---------------------------------------------------------------------------------------


def _serve(
    orders: Connection, results: Connection, checks: Sequence[Check], target: Target, runner: CheckRunner
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the run's to handle
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_leave_with_the_run, daemon=True).start()
    with contextlib.ExitStack() as stack:
        stack.callback(runner.close)
        stack.callback(target.stop)
        stack.callback(_leaving)
        message = _started("ready", target, target.running.start)
        results.send(message)
        if message[0] == "ready":
            _work(deque(checks), orders, _postman(results), target, runner)


def _started(what: str, target: Target, start: Callable[[], dict[str, Any]]) -> tuple[str, Any]:
    """What became of a start, as a message."""
    try:
        target.description = start()
    except StartFailed as failure:
        return "failed", (failure.reason, failure.detail, failure.type_name)
    return what, target.description


def _work(checks: deque[Check], orders: Connection, post: Post, target: Target, runner: CheckRunner) -> None:
    """Run what checks there are, follow orders between two of them, until nothing more is wanted."""
    while True:
        if checks and not orders.poll(0):
            post(("result", runner.run(checks.popleft())))
            continue
        order = orders.recv()
        if order is None:
            return
        what, value = order
        if what == "restart":
            post(_started("restarted", target, target.running.restart))
        else:
            operation, inputs, timeout, options = value
            post(("answer", target.call(operation, inputs, timeout, **options)))


def _postman(results: Connection) -> Post:
    """Sends without holding up the checks: the run may take a message much later, and a pipe is soon full.

    What the run has not taken when the process ends is lost with it.
    """
    letters: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def deliver() -> None:
        with contextlib.suppress(BrokenPipeError):  # the run has what it wants
            while True:
                results.send_bytes(letters.get())

    threading.Thread(target=deliver, daemon=True).start()
    return lambda message: letters.put(pickle.dumps(message))


def _leave(*_: Any) -> None:
    _leaving()
    raise SystemExit(1)


def _leaving() -> None:
    """From here on the backend and the files are put away, once, and nothing but SIGKILL cuts that off."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _leave_with_the_run() -> None:
    """A run that was killed takes its processes with it."""
    if (run := multiprocessing.parent_process()) is not None:
        wait([run.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(2 * STOP_SECONDS)
    os._exit(1)


def of_target(checks: Sequence[Check], key: str) -> list[Check]:
    """Those of `checks` that the prefetching process of this target can run, in order."""
    return [check for check in checks if targets.key(check) == key and is_ahead(check)]
