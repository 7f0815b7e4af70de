"""A backend in a process of its own: whatever it does, the run goes on.

start -> ready | StartFailed
call  -> Returned | Raised | Died | TimedOut      (after the last two the process is replaced)
"""

import contextlib
import importlib
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import execnet

import ptychoparity
from ptychoparity.backends import remote
from ptychoparity.backends.protocol import Answer, Died, Foreign, Raised, Returned, TimedOut
from ptychoparity.backends.registry import Entry

START_TIMEOUT = 180.0


class StartFailed(Exception):
    """The backend could not be built. `reason` is one line, `detail` the traceback or what it printed."""

    def __init__(self, reason: str, detail: str = "", type_name: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail, self.type_name = reason, detail, type_name


def environment(entry: Entry) -> dict[str, str]:
    """Threads bounded to the machine, and the entry's own variables.

    Threads that wait sleep: spinning ones would take the core on which the other worker computes.
    """
    cores = str(os.cpu_count() or 1)
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
    return {name: cores for name in names} | {"OMP_WAIT_POLICY": "PASSIVE", "PYTHONHASHSEED": "0"} | entry.environment


def specification(entry: Entry) -> execnet.XSpec:
    """What execnet starts for `entry`.

    Set field by field: the text form of a specification is split at `//`, which may be part of a path or of a value.
    execnet splits the command line as a shell does, so the interpreter's path is quoted.
    """
    spec = execnet.XSpec("popen")
    spec.python = shlex.join([entry.python or sys.executable, "-P"])
    spec.env = {**environment(entry)}
    return spec


def answer_of(reply: dict[str, Any]) -> Returned | Raised:
    """The answer that a reply of `remote.call` says."""
    common = {
        "seconds": reply["seconds"], "captured": reply["captured"],
        "warnings": tuple(map(tuple, reply["warnings"])), "stray": tuple(reply["stray"]),
        "random_state_changed": reply["random_state_changed"], "changed_inputs": tuple(reply["changed_inputs"]),
    }  # fmt: skip
    if "raised" in reply:
        raised = reply["raised"]
        return Raised(**common, **{**raised, "bases": tuple(raised["bases"])})
    return Returned(**common, outputs=remote.decode(reply["outputs"], Foreign))


class Worker:
    """One backend on one device, started lazily, restarted after a crash or a timeout."""

    def __init__(self, entry: Entry, device: str) -> None:
        self.entry, self.device = entry, device
        self.description: dict[str, Any] | None = None
        self.start_output = ""
        self._group: execnet.Group | None = None
        self._channel: Any = None
        self._built = False
        # shared memory where there is some: arrays are written once and mapped
        shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self._folder = Path(tempfile.mkdtemp(prefix="ptychoparity-", dir=shared))

    def launch(self) -> None:
        """Start the process without waiting for it."""
        for name in ("exchange", "scratch"):
            (self._folder / name).mkdir(exist_ok=True)
        self._group = execnet.Group()
        gateway = self._group.makegateway(specification(self.entry))
        self._channel = gateway.remote_exec(remote)
        self._channel.send(
            {
                "factory": self.entry.factory, "device": self.device,
                "path": [*self._lent(), *self.entry.path], "closed": list(self.entry.closed),
                "exchange": str(self._folder / "exchange"), "scratch": str(self._folder / "scratch"),
                "output": str(self._folder / "output.txt"),
            }
        )  # fmt: skip

    def _lent(self) -> list[str]:
        """What a foreign interpreter gets of ours, as a folder for its path; this environment has it installed."""
        if not self.entry.python:
            return []
        package = self._folder / "path" / "ptychoparity"
        if not package.exists():
            package.mkdir(parents=True)
            (package / "__init__.py").symlink_to(Path(ptychoparity.__file__).resolve())
            for name in ("backends", *self.entry.borrows):
                (package / name).symlink_to(Path(importlib.import_module(f"ptychoparity.{name}").__path__[0]))
        return [str(package.parent)]

    def start(self, timeout: float = START_TIMEOUT) -> dict[str, Any]:
        """Wait until the backend is built; {"info", "operations", "loaded"}. Raises StartFailed."""
        if self._channel is None:
            self.launch()
        try:
            reply: dict[str, Any] = self._channel.receive(timeout=timeout)
        except EOFError:
            raise StartFailed("its process ended while it was being built", self._last_words()) from None
        except self._channel.TimeoutError:
            words = self._last_words()
            self._discard(kill=True)
            raise StartFailed(f"it was not built within {timeout:g} s", words) from None
        except self._channel.RemoteError as error:
            raise StartFailed("its process failed to start", str(error)) from None
        self.start_output = reply["captured"]
        if "raised" in reply:
            raised = reply["raised"]
            reason = f"{raised['type']}: {raised['message']}"
            raise StartFailed(reason, raised["traceback"], raised["type"])
        self.description, self._built = reply, True
        return reply

    def call(
        self,
        operation: str,
        inputs: dict[str, Any],
        timeout: float,
        numpy_seed: int | None = None,
        watch: bool = False,
        keep: list[int] | None = None,
        room: int = 0,
        layout: Mapping[str, str] | None = None,
    ) -> Answer:
        """Answer of the backend to one operation; never raises for what the backend does.

        `numpy_seed` seeds NumPy's global state before; `watch` looks whether the inputs are changed in place.
        With `keep` the answer stays in the process, however large: what comes back is {"user", "held",
        "peak", "arrays"}: seconds its own code ran on all cores, bytes of its memory before and at most, and for each
        array the `digest` of it with the rows `keep` names. The clock then starts with the inputs in memory, and with
        `room` bytes of it at hand. `layout` says of an input how its arrays lie in the backend's memory, one of
        `remote.LAYOUTS`; the others are in C order, writable.
        """
        if not self._built:
            try:
                self.start()
            except StartFailed as error:
                self._discard()
                return Died(0.0, captured=error.detail, how=f"its process could not be started again: {error.reason}")
        exchange = str(self._folder / "exchange")
        packed = {name: remote.encode(value, exchange) for name, value in inputs.items()}
        try:
            message = {
                "operation": operation, "inputs": packed, "numpy_seed": numpy_seed, "watch": watch, "keep": keep,
                "room": room, "layout": dict(layout or {}),
            }  # fmt: skip
            self._channel.send(message)
            reply = self._channel.receive(timeout=timeout)
        except self._channel.TimeoutError:
            self._discard(kill=True)
            return TimedOut(timeout, captured=self._last_words())
        except (EOFError, OSError):
            how = self._how_it_ended()
            self._discard()
            return Died(0.0, captured=self._last_words(), how=how)
        except self._channel.RemoteError as error:
            self._discard()
            return Died(0.0, captured=str(error), how="its process failed outside the adapter")
        return answer_of(reply)

    def restart(self, timeout: float = START_TIMEOUT) -> dict[str, Any]:
        """Another process of the same adapter: what it kept in memory is gone, files it wrote stay. As `start`.

        Raises StartFailed.
        """
        self._discard()
        return self.start(timeout)

    def _process(self) -> Any:
        gateway = next(iter(self._group), None) if self._group is not None else None
        return getattr(getattr(gateway, "_io", None), "popen", None)

    def _how_it_ended(self) -> str:
        process = self._process()
        if process is None:
            return "its process ended"
        with contextlib.suppress(Exception):
            process.wait(5)
        code = process.returncode
        if code is not None and code < 0:
            import signal

            return f"its process was ended by {signal.Signals(-code).name}"
        return f"its process ended with exit code {code}"

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            return (self._folder / "output.txt").read_text(errors="replace")[-remote.KEPT_OUTPUT :]
        return ""

    def _discard(self, kill: bool = False) -> None:
        process = self._process()
        if kill and process is not None:
            process.kill()
        if self._group is not None:
            self._group.terminate(timeout=1.0)
        self._group = self._channel = None
        self._built = False

    def stop(self) -> None:
        """End the process and take its files away."""
        self._discard()
        shutil.rmtree(self._folder, ignore_errors=True)
