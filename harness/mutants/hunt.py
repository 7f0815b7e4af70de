"""Hunting mutants: each is set in the backend's process, and asked checks until one kills it."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ptychoparity.backends import registry
from ptychoparity.backends.protocol import Answer, Returned
from ptychoparity.backends.worker import StartFailed, Worker
from ptychoparity.core.errors import UsageError
from ptychoparity.core.profiles import PROFILES
from ptychoparity.harness.mutants.backend import BASE, CONTROL
from ptychoparity.harness.mutants.catalogue import Mutant, carriers
from ptychoparity.harness.seats import honest
from ptychoparity.spec_tests.catalogue import clause
from ptychoparity.spec_tests.generate import INFO_OPERATION, Case, all_cases
from ptychoparity.spec_tests.judge import Judge
from ptychoparity.spec_tests.outcomes import CheckFailed, NotShrunk

CHEAP_FIRST = ("example", "error", "smoke", "boundary", "golden", "relation", "property")


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


class QuickJudge(Judge):
    """Judges without shrinking: the first failure is enough to kill."""

    def _property(self, *arguments: Any) -> None:
        self._at_once(super()._property, arguments)

    def _relation(self, *arguments: Any) -> None:
        self._at_once(super()._relation, arguments)

    def _at_once(self, test: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        try:
            test(*arguments)
        except CheckFailed as failure:
            raise NotShrunk(failure.outcome, failure.message) from failure


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
    """One backend, one process, one mutant after another. Use as a context manager."""

    def __init__(self, backend: str, device: str = "cpu", timeout: float = 30.0) -> None:
        entry = registry.find(backend)
        if reason := entry.missing():
            raise NotStarted(f"{backend}: {reason}")
        self._device, self._timeout = device, timeout
        self._worker = Worker(mutated(entry), device)
        self._scratch = Path(tempfile.mkdtemp(prefix="ptychoparity-mutants-"))
        quick = PROFILES["quick"]
        self._judge = QuickJudge(
            self._ask, examples=quick.examples, relation_examples=quick.relation_examples, timeout=timeout,
            seed=quick.seed or 0, scratch=self._scratch,
        )  # fmt: skip
        self._description: dict[str, Any] = {}
        self._baseline: dict[str, str] = {}

    def __enter__(self) -> "Hunt":
        try:
            self._description = self._worker.start()
        except StartFailed as failure:
            self.__exit__()
            raise NotStarted(f"{self._worker.entry.name}: it did not start: {failure.reason}") from failure
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.stop()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _ask(self, backend: str, operation: str, inputs: dict[str, Any], timeout: float, **options: Any) -> Answer:
        return self._worker.call(operation, inputs, timeout, **options)

    def _set(self, mutant: Mutant | None) -> dict[str, Any]:
        """Make a mutant the active one; what the backend then says of itself."""
        answer = self._worker.call(CONTROL, {"mutant": mutant.order() if mutant else None}, self._timeout)
        if not isinstance(answer, Returned):
            raise NotStarted(f"{self._worker.entry.name}: its process cannot be told what to do: {answer}")
        return answer.outputs["info"]

    def _failure(self, case: Case, mutant: Mutant | None) -> str:
        """Why the backend fails a check with this mutant in it; empty when it passes."""
        info = self._set(mutant)
        try:
            if case.operation == INFO_OPERATION:
                honest({**self._description, "info": info}, self._device)
            else:
                self._judge.judge(case, self._worker.entry.name)
        except (CheckFailed, NotShrunk) as failure:
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
        if not about.applies(self._description["info"].get("framework", "")):
            return Result(mutant, "not applicable", message=f"{about.id} is about {', '.join(about.applies_to)}")
        claimed = (INFO_OPERATION, *self._description["operations"])
        if mutant.operation not in claimed:
            return Result(mutant, "not claimed", message=f"the backend does not claim {mutant.operation}")
        mine = cheap_first(carriers()[mutant.clause, mutant.operation])
        others = cheap_first(c for c in all_cases() if c.operation == mutant.operation and c not in mine)
        asked, unsound = 0, ""
        for case in (*mine, *others):
            asked += 1
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
                return Result(mutant, "not judged", message=unsound, asked=asked, seconds=_since(begin))
            return Result(mutant, outcome, case.id, case.clauses, message.splitlines()[0][:300], asked, _since(begin))
        outcome = "not judged" if unsound else "equivalent" if mutant.equivalent else "survived"
        return Result(mutant, outcome, message=unsound, asked=asked, seconds=_since(begin))


def _since(begin: float) -> float:
    return round(time.perf_counter() - begin, 4)


def cheap_first(found: Iterable[Case]) -> tuple[Case, ...]:
    return tuple(sorted(found, key=lambda case: CHEAP_FIRST.index(case.kind)))
