"""Running the command line as a user does, in a process of its own."""

import json
import math
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ptychoparity.backends.protocol import Answer, Returned
from ptychoparity.harness.prefetch import PrefetchingRunner
from ptychoparity.harness.targets import Target
from tests.processes import GROUPS

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Ended:
    """A command that ended, and the run it left."""

    exit: int
    stdout: str
    stderr: str
    seconds: float
    processor: float
    """Seconds of processor time, of the command and the processes it waited for: other work on the machine hardly
    changes them, where `seconds` may be any number."""
    folder: Path | None = None

    @property
    def events(self) -> list[dict[str, Any]]:
        assert self.folder is not None, f"it left no run: {self.stderr}"
        return [json.loads(line) for line in (self.folder / "events.jsonl").read_text().splitlines()]

    @property
    def checks(self) -> list[dict[str, Any]]:
        return [e for e in self.events if e["event"] == "check-finished"]


def until(found: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Return what `found` answers as soon as it is something; fail the test after `seconds`."""
    end = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < end, f"still nothing after {seconds:g} s"
        time.sleep(0.05)
    return answer


def quickest(measure: Callable[[], float], limit: float, tries: int = 3) -> float:
    """Return the least of what is measured, in seconds, trying again above `limit`: other work only ever adds to it."""
    least = math.inf
    for _ in range(tries):
        least = min(least, measure())
        if least < limit:
            break
    return least


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "ptychoparity.harness.cli", *arguments]


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def environment(**variables: str) -> dict[str, str]:
    """Return our own with `variables` added, without those of pytest-xdist and of how to write."""
    hidden = ("PYTEST_XDIST_", "PYTHONUNBUFFERED")  # unbuffered, a closed pipe is noticed where users do not see it
    mine = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    return {**mine, "PYTHONPATH": str(PROJECT), **variables}


def run(*words: Any, folder: Path = PROJECT, timeout: float = 300.0, **variables: str) -> Ended:
    """Any program; what it says, how it ends and how long it takes. `variables` are added to its environment."""
    begin, used = time.perf_counter(), _processor_seconds()
    done = GROUPS.run(words, timeout, cwd=folder, env=environment(**variables))
    seconds, processor = time.perf_counter() - begin, _processor_seconds() - used
    return Ended(done.returncode, done.stdout, done.stderr, seconds, processor)


def ptychoparity(*arguments: str, **options: Any) -> Ended:
    """Any command; what it says and how it ends."""
    return run(*command(*arguments), **options)


def check(runs: Path, *arguments: str, **options: Any) -> Ended:
    """`ptychoparity check` on the CPU, quick, with its results below `runs`."""
    done = ptychoparity("check", "--device", "cpu", "--profile", "quick", "--runs", str(runs), *arguments, **options)
    latest = next((f for f in sorted(runs.glob("2*")) if f.is_dir()), None)
    return replace(done, folder=latest)


def outputs(answer: Answer) -> Any:
    """What was answered, where an answer came."""
    assert isinstance(answer, Returned), answer
    return answer.outputs


def prefetching(target: Target) -> PrefetchingRunner:
    """The process that judges a target's checks ahead of the run."""
    assert isinstance(target.process, PrefetchingRunner), target.process
    return target.process
