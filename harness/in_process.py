"""A backend in this process, for a debugger: what `replay --in-process` builds instead of a worker."""

import bdb
import contextlib
import os
import pdb
import shutil
import tempfile
from pathlib import Path
from typing import Any

from ptychoparity.backends import remote
from ptychoparity.backends.protocol import Answer
from ptychoparity.backends.registry import Entry
from ptychoparity.backends.worker import StartFailed, answer_of, environment
from ptychoparity.core.errors import UsageError


class Observed:
    """A backend whose last call is remembered: inputs, outputs, and what was raised."""

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.operation = ""
        self.inputs: dict[str, Any] = {}
        self.outputs: Any = None
        self.error: BaseException | None = None

    def call(self, operation: str, inputs: dict[str, Any]) -> Any:
        """As the backend's own `call`."""
        self.operation, self.inputs, self.outputs, self.error = operation, inputs, None, None
        try:
            self.outputs = self.backend.call(operation, inputs)
        except BaseException as error:
            self.error = error
            raise
        return self.outputs

    def synchronize(self) -> None:
        self.backend.synchronize()


class InProcess:
    """Stands for a worker. The backend is built in this process: what it prints is seen, and no call times out.

    Nothing is closed to it, our float64 reference neither.
    """

    def __init__(self, entry: Entry, device: str) -> None:
        if entry.python:
            raise UsageError(f"--in-process: {entry.name} runs in {entry.python}, which is another interpreter; "
                             "install ptychoparity there and run its own `ptychoparity replay`")  # fmt: skip
        self.entry, self.device = entry, device
        self.observed: Observed | None = None
        self.start_error: BaseException | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="ptychoparity-in-process-"))

    def launch(self) -> None:
        for name in ("exchange", "scratch"):
            (self._folder / name).mkdir(exist_ok=True)

    def start(self) -> dict[str, Any]:
        """Build the backend: as `Worker.start`. Raises StartFailed."""
        os.environ.update(environment(self.entry))
        message = {"factory": self.entry.factory, "device": self.device, "path": self.entry.path, "closed": []}
        try:
            backend, reply = remote.start(message)
        except Exception as error:
            self.start_error = error
            raised = remote.describe_error(error)
            reason = f"{raised['type']}: {raised['message']}"
            raise StartFailed(reason, raised["traceback"], raised["type"]) from error
        self.observed = Observed(backend)
        return reply

    def call(self, operation: str, inputs: dict[str, Any], timeout: float, **options: Any) -> Answer:
        """As `Worker.call`, without its limit."""
        if self.observed is None:
            raise LookupError(f"{self.entry.name} was not started")
        exchange, scratch = str(self._folder / "exchange"), str(self._folder / "scratch")
        packed = {name: remote.encode(value, exchange) for name, value in inputs.items()}
        with contextlib.chdir(scratch):
            reply = remote.call(self.observed, {"operation": operation, "inputs": packed, **options}, exchange)
        return answer_of({**reply, "captured": "", "stray": remote.stray_files(scratch)})

    def restart(self) -> dict[str, Any]:
        """Another object of the same class; this process stays, and what it remembers elsewhere does too."""
        return self.start()

    def stop(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def debug(process: InProcess, why: str) -> None:
    """Open the debugger at the failure: where the backend raised, or before its last call is made once more."""
    observed = process.observed
    error = process.start_error or (observed.error if observed else None)
    with contextlib.suppress(bdb.BdbQuit):
        if error is not None:
            pdb.post_mortem(error.__traceback__)
        elif observed is not None:
            _look(observed.backend, observed.operation, observed.inputs, observed.outputs, why)


def _look(backend: Any, operation: str, inputs: dict[str, Any], outputs: Any, why: str) -> Any:
    """The debugger stops here, with what was asked and answered; `step` goes into the backend's `call`."""
    pdb.set_trace()
    return backend.call(operation, inputs)
