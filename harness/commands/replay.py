"""`ptychoparity replay FILE` and `replay RUN`: recorded failures again, each on its own input."""

import argparse
import contextlib
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ptychoparity.backends import registry
from ptychoparity.backends.worker import Worker
from ptychoparity.core.errors import UsageError
from ptychoparity.core.events import CheckFinished
from ptychoparity.core.outcomes import Outcome
from ptychoparity.core.profiles import PROFILES
from ptychoparity.harness import failures, in_process, saved_inputs, targets
from ptychoparity.harness.failures import Failure
from ptychoparity.harness.in_process import InProcess
from ptychoparity.harness.saved_inputs import Saving
from ptychoparity.harness.session import Session
from ptychoparity.harness.settings import Selection, Settings
from ptychoparity.harness.targets import Process
from ptychoparity.reports.text import plain
from ptychoparity.spec_tests import additions, contract
from ptychoparity.spec_tests.generate import Check

FIXED, FAILING, NOT_JUDGED = "fixed", "failing", "could not be judged"


@dataclass
class Processes:
    """Makes the processes of a replay, and remembers those of the backend that failed."""

    watched: str = ""
    """The target that is built in this process, or whose inputs are saved."""
    here: bool = False
    save: bool = False
    built: InProcess | None = field(default=None, init=False)
    saving: Saving | None = field(default=None, init=False)

    def make(self, entry: registry.Entry, device: str) -> Process:
        """The process of one target."""
        mine = f"{entry.name}@{device}" == self.watched
        process: Process = Worker(entry, device)
        if mine and self.here:
            process.stop()
            process = self.built = InProcess(entry, device)
        if mine and self.save:
            process = self.saving = Saving(process)
        return process


def run(arguments: argparse.Namespace) -> int:
    """0 when every failure is fixed, 1 when one is failing still, 2 when one cannot be asked."""
    found = failures.found(arguments.file)
    _refuse(arguments, found)
    with contextlib.ExitStack() as stack:
        stack.enter_context(registry.using(failures.adapters(found)))
        folders = failures.contracts_of(found)
        if folders and not additions.current().folders:  # data; the oracle is code, and named on the command line
            stack.enter_context(additions.using(additions.Additions.of(folders, None)))
        return _replay(arguments, found)


def _refuse(arguments: argparse.Namespace, found: Sequence[Failure]) -> None:
    """Raise UsageError for options that cannot go together."""
    if arguments.pdb and not arguments.in_process:
        raise UsageError("--pdb needs --in-process: a debugger cannot reach into another process")
    for option, given in (("--in-process", arguments.in_process), ("--save", arguments.save)):
        if given and len(found) > 1:
            raise UsageError(f"{option} takes one failure, got {len(found)}; name a file from {found[0].path.parent}")
    if arguments.save and arguments.save.suffix != ".npz":
        raise UsageError(f"--save must end in .npz, got {arguments.save}")


def _replay(arguments: argparse.Namespace, found: Sequence[Failure]) -> int:
    checks = [failures.check_of(one, arguments.backend or one.kept["backend"]) for one in found]
    if any(one.kept["contracts"].get("digest") != contract.version()["digest"] for one in found):
        print("note: the contracts have changed since this was recorded")
    processes = Processes(targets.key(checks[0]), arguments.in_process, arguments.save is not None)
    said: list[tuple[str, str]] = []

    def heard(event: CheckFinished) -> None:
        said.append((_state(event), sentence(event)))
        print(said[-1][1])
        if arguments.pdb and event.outcome is not Outcome.PASS and processes.built is not None:
            in_process.debug(processes.built, sentence(event))

    _ask(found, checks, processes.make, arguments.timeout, heard)
    if processes.saving is not None:
        _save(arguments.save, checks[0], processes.saving)
    if len(said) > 1:
        counts = Counter(state for state, _ in said)
        print(f"{len(said)} failures: {', '.join(f'{counts[one]} {one}' for one in (FIXED, FAILING, NOT_JUDGED))}")
    states = {state for state, _ in said}
    return 1 if FAILING in states else 2 if NOT_JUDGED in states else 0


def _ask(
    found: Sequence[Failure], checks: Sequence[Check], make: Callable[[registry.Entry, str], Process], timeout: float,
    heard: Callable[[CheckFinished], None],
) -> None:  # fmt: skip
    """Run the checks in one session per scan that they need, and tell what came of each."""
    names, devices = failures.targets_of(checks)
    scans = [failures.scan_of(one, check) for one, check in zip(found, checks, strict=True)]
    with tempfile.TemporaryDirectory(prefix="ptychoparity-replay-") as folder:
        settings = Settings(
            names, PROFILES["quick"], devices, frozenset(), Path(folder), timeout,
            selection=Selection(only=tuple(check.id for check in checks)),
            scan=next((scan for scan in scans if scan is not None), None),
        )  # fmt: skip
        session = Session(settings, make=make)
        try:
            session.start()
            for one, check in zip(found, checks, strict=True):
                session.runner.forgive()
                heard(session.run(check, one.kept["descriptor"]))
            session.finish()
        except BaseException:
            session.abandon()
            raise


def _state(event: CheckFinished) -> str:
    if event.outcome is Outcome.PASS:
        return FIXED
    return FAILING if event.outcome.bad else NOT_JUDGED


def sentence(event: CheckFinished) -> str:
    """What became of a failure."""
    state = _state(event)
    if state == FIXED:
        return plain(f"{FIXED}: {event.id} passes on the recorded input")
    outcome = f"{event.outcome}: " if state == FAILING else ""
    return plain(f"{state}: {event.id}: {outcome}{event.message}")


def _save(path: Path, check: Check, saving: Saving) -> None:
    """Write the inputs of the last call. Raises UsageError where there was none."""
    if saving.last is None:
        raise UsageError(f"--save {path}: the backend was not called")
    operation, inputs, members = saving.last
    saved_inputs.write(path, {"operation": operation, "check": check.id, "inputs": inputs}, members)
    print(f"inputs of {operation}: {path}")
