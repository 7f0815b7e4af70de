"""Property exploration with Hypothesis: many small descriptors, one shrunk failure."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest import mock

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.internal.conjecture import providers
from hypothesis.strategies import SearchStrategy

from ptychoparity.spec_tests.descriptors import Descriptor, key

SHRINK_SECONDS = 8.0
"""Shrinking stops finding smaller failures after this long; the smallest so far is the one reported."""

SPARE = 5
"""Draws beyond those missing: the simplest one is drawn in every round."""

ROUNDS = 8
"""Times a strategy is asked again before it is taken to have no more different inputs."""


@dataclass(frozen=True)
class Exploration:
    """How many inputs were tried, and the smallest that failed."""

    examples: int
    descriptor: Descriptor | None = None
    failure: Exception | None = None


@contextlib.contextmanager
def _from_the_seed_alone() -> Iterator[None]:
    """Keep Hypothesis from mixing constants of whatever modules are loaded into its draws.

    They would make one seed mean different inputs under pytest and the command line, and after any edit.
    There is no public switch; should a newer Hypothesis do it elsewhere, tests/test_strategies.py goes red.
    """
    with contextlib.ExitStack() as stack:
        if hasattr(providers, "_get_local_constants") and hasattr(providers, "CONSTANTS_CACHE"):
            nothing = type(providers.GLOBAL_CONSTANTS)()
            cache = type(providers.CONSTANTS_CACHE)(1024)
            stack.enter_context(mock.patch.object(providers, "_get_local_constants", lambda: nothing))
            stack.enter_context(mock.patch.object(providers, "CONSTANTS_CACHE", cache))
        yield


def explore(
    strategy: SearchStrategy[Descriptor],
    test: Callable[[Descriptor], Any],
    *,
    examples: int,
    seed: int,
    failures: type[Exception] | tuple[type[Exception], ...],
) -> Exploration:
    """Run `test` on `examples` draws; equal seeds, equal draws.

    `failures` are shrunk; anything else that `test` raises comes through as it is.
    """
    tried: set[str] = set()
    known: dict[str, tuple[Descriptor, Exception]] = {}
    first_failure: list[float] = []

    def once(descriptor: Descriptor) -> None:
        name = key(descriptor)
        if name in known:
            raise known[name][1]
        if name in tried or len(tried) >= examples:
            return
        if first_failure and time.monotonic() - first_failure[0] > SHRINK_SECONDS:
            return
        if not first_failure:
            tried.add(name)
        try:
            test(descriptor)
        except failures as failure:
            first_failure[:] = first_failure or [time.monotonic()]
            known[name] = (descriptor, failure)
            raise

    round_number = 0
    while len(tried) < examples and round_number < ROUNDS:
        # Hypothesis counts choices, and different choices may stand for one input: go on until enough differ
        run = settings(
            max_examples=examples - len(tried) + SPARE,
            database=None, deadline=None, derandomize=False, print_blob=False,
            report_multiple_bugs=False, suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet,
            phases=(Phase.generate, Phase.shrink),
        )(hypothesis.seed(seed + 7919 * round_number)(given(strategy)(once)))  # fmt: skip
        try:
            with _from_the_seed_alone():
                run()
        except failures as failure:
            descriptor = next(d for d, f in known.values() if f is failure)
            return Exploration(len(tried), descriptor, failure)
        round_number += 1
    return Exploration(len(tried))
