"""Timing a case in a backend's worker: each timed call is checked, its answer stays where it was made."""

import math
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ptychoparity.backends import registry
from ptychoparity.backends.protocol import Returned
from ptychoparity.benchmarks import answers, inputs
from ptychoparity.benchmarks.cases import Case
from ptychoparity.harness.targets import Pool, Target

PROJECT = Path(__file__).resolve().parent.parent
TIMEOUT = 300.0
LIMIT_OF_PEAK = 1.3
"""Most memory the worker may hold, framework and inputs included, over the answer's size; asked of --large cases."""


class WrongAnswer(AssertionError):
    """What was timed did not give the right answer: its time means nothing."""


class Unavailable(Exception):
    """The case cannot be timed here; the message says why."""


class Clock:
    """Seconds spent inside the workers. pytest-benchmark reads it before and after a call, in place of a wall
    clock, so what it collects is what the worker measured, its device synchronised."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Bench:
    """Targets, one at a time with work to do, and the case whose inputs are at hand."""

    clock: Clock
    targets: Pool = field(default_factory=Pool)
    user: dict[tuple[str, str, str], list[float]] = field(default_factory=dict)
    """By (backend, device, case): each call's processor time, all cores together, without the system's."""
    _inputs: tuple[Case, dict[str, Any]] | None = None
    _right: dict[tuple[str, str, str], dict[str, int]] = field(default_factory=dict)

    def target(self, name: str, device: str) -> Target:
        """The target, started; raises Unavailable where it cannot be."""
        target = self.targets.get(f"{name}@{device}")
        if target is None:
            entry = registry.find(name)
            target = self.targets.add(replace(entry, path=(str(PROJECT),)) if ":" in name else entry, device)
            if target.process is not None and not target.start():
                target.stop()
        if target.process is None:
            raise Unavailable(target.reason)
        if target.status != "ready":
            raise Unavailable(f"{name} on {device}: {target.reason}")
        return target

    def inputs(self, case: Case) -> dict[str, Any]:
        """The case's inputs; those of the last case are kept, those before are let go."""
        if self._inputs is None or self._inputs[0] != case:
            self._inputs = None
            self._inputs = (case, inputs.build(case))
        return self._inputs[1]

    def call(self, name: str, device: str, case: Case) -> dict[str, Any]:
        """One timed and checked call: {"user", "held", "peak", "arrays"}; WrongAnswer where it is none.

        The clock advances by the seconds the worker measured, whatever else this takes.
        """
        given = self.inputs(case)
        target, room = self.target(name, device), case.result_bytes
        answer = target.call(case.series.operation, given, TIMEOUT, keep=case.rows, room=room)
        if not isinstance(answer, Returned):
            raise WrongAnswer(f"{name}, {case.id}: {answer}")
        key = (name, device, case.id)
        bits = {array: one["crc32"] for array, one in answer.outputs["arrays"].items()}
        if bits != self._right.get(key):  # the bits of an answer found right are right
            wrong = answers.problems(case, given, answer.outputs["arrays"])
            if wrong:
                raise WrongAnswer(f"{name}, {case.id}: {'; '.join(wrong)}")
            self._right[key] = bits
        self.clock.seconds += answer.seconds
        self.user.setdefault(key, []).append(answer.outputs["user"])
        return answer.outputs

    def require_room(self, case: Case) -> None:
        """Raises Unavailable where the machine's free memory would not do."""
        needed = int(1.15 * case.result_bytes + 2 * case.input_bytes)
        free = available_memory()
        if free and free < needed:
            raise Unavailable(f"needs {needed / 1e9:.1f} GB of memory, {free / 1e9:.1f} GB are available")

    def stop(self) -> None:
        self.targets.stop()


def available_memory() -> int:
    """Bytes that could be had now; 0 where Linux does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 0
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))


def rounds(case: Case) -> int:
    """Timed calls: fewer of what takes long; one of what takes ten gigabytes."""
    if case.large:
        return 1
    return next(
        times for above, times in ((1 << 30, 2), (1 << 29, 3), (1 << 26, 5), (0, 9)) if case.result_bytes > above
    )


def result_bytes(kept: answers.Kept) -> int:
    """Size of an answer's arrays."""
    return sum(np.dtype(one["dtype"]).itemsize * math.prod(one["shape"]) for one in kept.values())


def array_bytes(given: dict[str, Any]) -> int:
    """Size of a case's inputs."""
    return sum(one.nbytes for one in given.values() if isinstance(one, np.ndarray))


def load() -> float:
    """What else runs on the machine: processes wanting a core, over the last minute."""
    return os.getloadavg()[0]
