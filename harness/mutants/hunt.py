"""Hunting mutants: each is set in the backend's process, and asked checks until one kills it."""

import contextlib
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from ptychoparity.backends import registry
from ptychoparity.backends.protocol import Returned
from ptychoparity.core.errors import UsageError
from ptychoparity.core.profiles import PROFILES
from ptychoparity.harness.check_runner import CheckRunner
from ptychoparity.harness.mutants.backend import BASE, CONTROL
from ptychoparity.harness.mutants.catalogue import Mutant, asked, carriers
from ptychoparity.harness.targets import Pool
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.catalogue import clause
from ptychoparity.spec_tests.checks import judge, kind_of
from ptychoparity.spec_tests.outcomes import CheckFailed, StopExploration
from ptychoparity.spec_tests.trial import JudgeOptions


@dataclass(frozen=True)
class Result:
    """What became of one mutant."""

    mutant: Mutant
    outcome: str
    """killed, survived, wrong clause, not judged, and those of NOT_HUNTED; of one declared equivalent: equivalent, not
    equivalent."""
    by: str = ""
    """The check that killed it."""
    clauses: tuple[str, ...] = ()
    """The clauses that check carries."""
    message: str = ""
    asked: int = 0
    seconds: float = 0.0

    def row(self) -> dict[str, Any]:
        return {**asdict(self.mutant), **{k: v for k, v in asdict(self).items() if k != "mutant"}}


class NotStarted(UsageError):
    """The backend to be mutated cannot be run here; the message says why."""


def mutated(entry: registry.Entry) -> registry.Entry:
    """Where the mutated form of a backend lives."""
    return replace(
        entry,
        name=f"{entry.name}, mutated",
        factory="ptychoparity.harness.mutants.backend:Mutated",
        environment={**entry.environment, BASE: entry.factory},
    )


class Hunt:
    """One target, one mutant after another. Use as a context manager."""

    def __init__(self, backend: str, device: str = "cpu", timeout: float = 30.0) -> None:
        entry = registry.find(backend)
        if reason := entry.missing():
            raise NotStarted(f"{backend}: {reason}")
        quick = PROFILES["quick"]
        options = JudgeOptions(quick.examples, quick.relation_examples, timeout, quick.seed or 0, shrink=False)
        self._timeout = timeout
        self._pool = Pool()
        self._target = self._pool.add(mutated(entry), device)
        self._runner = CheckRunner(options, self._pool)
        self._framework = ""
        """What the backend computes with when no mutant says otherwise."""
        self._baseline: dict[str, str] = {}

    def __enter__(self) -> "Hunt":
        with contextlib.ExitStack() as unless_started:  # an interrupted start leaves nothing either
            unless_started.callback(self.__exit__)
            if not self._target.start():
                raise NotStarted(f"{self._target.entry.name}: it did not start: {self._target.reason}")
            unless_started.pop_all()
        self._framework = self._target.framework
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.stop()
        self._runner.close()

    def _set(self, mutant: Mutant | None) -> None:
        """Make a mutant the active one; the target is then described as the backend describes itself."""
        answer = self._target.call(CONTROL, {"mutant": mutant.order() if mutant else None}, self._timeout)
        if not isinstance(answer, Returned):
            raise NotStarted(f"{self._target.entry.name}: its process cannot be told what to do: {answer}")
        self._target.description = {**self._target.description, "info": answer.outputs["info"]}

    def _claimed(self, cases: Iterable[Case]) -> list[Case]:
        """Those of the cases whose operations the backend claims."""
        there = self._target.operations
        return [case for case in cases if all(op in there for op in kind_of(case).operations(case))]

    def _failure(self, case: Case, mutant: Mutant | None) -> str:
        """Why the backend fails a check with this mutant in it; empty when it passes."""
        self._set(mutant)
        self._target.restarted = lambda: self._set(mutant)
        try:
            judge(self._runner.trial(self._target, operation=case.operation), case)
        except (CheckFailed, StopExploration) as failure:
            return failure.message or failure.outcome
        return ""

    def _baseline_failure(self, case: Case) -> str:
        """Why the conforming backend fails a check, empty when it passes: asked once."""
        if case.id not in self._baseline:
            self._baseline[case.id] = self._failure(case, None)
        return self._baseline[case.id]

    def hunt(self, mutant: Mutant) -> Result:
        """Ask the checks that carry its clause, then the operation's others, until one kills it.

        A check that the backend fails without any mutant kills nothing, and says so.
        """
        begin = time.perf_counter()
        about = clause(mutant.clause)
        if not about.applies(self._framework):
            return Result(mutant, "not applicable", message=f"{about.id} is about {', '.join(about.applies_to)}")
        mine = self._claimed(carriers()[mutant.clause, mutant.operation])
        if not mine:
            return Result(mutant, "not claimed", message=f"the backend does not claim {mutant.operation}")
        others = self._claimed(c for c in asked() if c.operation == mutant.operation and c not in mine)
        count, unsound = 0, ""
        for case in (*mine, *others):
            count += 1
            message = self._failure(case, mutant)
            if not message:
                continue
            if base := self._baseline_failure(case):
                unsound = unsound or f"the backend fails {case.id} without any mutant: {base}"
                continue
            outcome = "killed" if case in mine else "wrong clause"
            if mutant.equivalent:
                outcome = "not equivalent"
            elif unsound and outcome == "wrong clause":
                return Result(mutant, "not judged", message=unsound, asked=count, seconds=_since(begin))
            return Result(mutant, outcome, case.id, case.clauses, message.splitlines()[0][:300], count, _since(begin))
        outcome = "not judged" if unsound else "equivalent" if mutant.equivalent else "survived"
        return Result(mutant, outcome, message=unsound, asked=count, seconds=_since(begin))


def _since(begin: float) -> float:
    return round(time.perf_counter() - begin, 4)
