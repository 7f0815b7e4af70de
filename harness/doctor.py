"""What a run needs, looked at: interpreter, frameworks, devices, disk, shared memory, and whether backends start."""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path

from ptychoparity.backends import registry
from ptychoparity.backends.worker import START_TIMEOUT
from ptychoparity.core.devices import missing
from ptychoparity.harness import project
from ptychoparity.harness.targets import Pool
from ptychoparity.spec_tests.contract import contracts

GIB = 1 << 30
LEAST_DISK = GIB
"""Bytes that results and inputs may take: less is told."""
LEAST_SHARED = GIB // 4
"""Bytes of shared memory that large arrays may take: containers often have less."""

PROBE = """
import importlib, json, sys
name = sys.argv[1]
module = importlib.import_module(name)
devices = ["cpu"]
if name == "torch":
    devices += [f"cuda:{n}" for n in range(module.cuda.device_count())] if module.cuda.is_available() else []
    devices += ["mps"] if module.backends.mps.is_available() else []
if name == "tensorflow":
    devices += [f"cuda:{n}" for n, _ in enumerate(module.config.list_physical_devices("GPU"))]
print(json.dumps({"version": module.__version__, "file": module.__file__, "devices": devices}))
"""
"""Imports a framework in a process of its own: two of them never share one."""


class State(StrEnum):
    """What is said of a thing that was looked at."""

    READY = "ready"
    ABSENT = "absent"
    """Not there, which is no fault."""
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    section: str
    name: str
    state: State
    text: str


def _line(text: str) -> str:
    """The last line of a text that says something: of a traceback, what was raised."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""


def here() -> Iterator[Finding]:
    """The interpreter, the package, and its contracts."""
    yield Finding("here", "python", State.READY, f"{platform.python_version()}, {sys.executable}")
    yield Finding("here", "platform", State.READY, f"{platform.platform()}, {os.cpu_count()} cores")
    where = Path(__file__).resolve().parent.parent
    yield Finding("here", "ptychoparity", State.READY, f"{metadata.version('ptychoparity')}, {where}")
    yield Finding("here", "contracts", State.READY, f"{len(contracts())}")
    path = project.found(Path.cwd())
    state = State.READY if path else State.ABSENT
    yield Finding("here", project.NAME, state, str(path) if path else "none here or above; not needed")


def frameworks(names: Sequence[str]) -> Iterator[Finding]:
    """The frameworks of these backends, of all where none is named: the version, and whether it can be imported."""
    needed = {registry.find(name).requires for name in names}
    lines = {entry.requires: entry.install for entry in registry.BUILT_IN.values() if entry.requires}
    for name in ["numpy", *(one for one in sorted(lines) if not names or one in needed)]:
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield Finding("frameworks", name, State.ABSENT, f"not installed: {lines.get(name, '')}")
            continue
        yield _imported(name, version)


def _imported(name: str, version: str) -> Finding:
    """A framework that is installed."""
    begin = time.perf_counter()
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    words = [sys.executable, "-P", "-c", PROBE, name]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=START_TIMEOUT, env=quiet, check=False)
    except subprocess.TimeoutExpired:
        return Finding("frameworks", name, State.BROKEN, f"{version}, not imported within {START_TIMEOUT:g} s")
    if done.returncode:
        why = _line(done.stderr) or f"its process ended with exit code {done.returncode}"
        return Finding("frameworks", name, State.BROKEN, f"{version}, cannot be imported: {why}")
    told = json.loads(_line(done.stdout))
    seconds = time.perf_counter() - begin
    text = f"{told['version']}, {Path(told['file']).parent}, finds {', '.join(told['devices'])} ({seconds:.1f} s)"
    if name != "numpy" and not missing("cuda") and not any(one.startswith("cuda") for one in told["devices"]):
        text += "; this machine has a GPU that it does not find: is it a build for the CPU?"
    return Finding("frameworks", name, State.READY, text)


def devices() -> Iterator[Finding]:
    """What this machine has, whatever frameworks find of it."""
    yield Finding("devices", "cpu", State.READY, platform.processor() or platform.machine())
    for device in ("cuda", "mps"):
        why = missing(device)
        yield Finding("devices", device, State.ABSENT if why else State.READY, why or "there is a driver")


def space(runs: Path) -> Iterator[Finding]:
    """Room for results, for inputs, and for arrays that go from process to process."""
    there = next(folder for folder in (runs.absolute(), *runs.absolute().parents) if folder.is_dir())
    yield _space("results", there, LEAST_DISK, "free some, or name another folder with --runs")
    yield _space("temporary", Path(tempfile.gettempdir()), LEAST_DISK, "free some, or set TMPDIR")
    shared = Path("/dev/shm")
    if not shared.is_dir():
        yield Finding("space", "shared memory", State.ABSENT, "none; arrays go through the temporary folder")
    else:
        yield _space("shared memory", shared, LEAST_SHARED, "give the container more (docker run --shm-size=1g)")


def _space(name: str, folder: Path, least: int, mend: str) -> Finding:
    """The room in a folder."""
    if not os.access(folder, os.W_OK):
        return Finding("space", name, State.BROKEN, f"{folder} cannot be written to; {mend}")
    free = shutil.disk_usage(folder).free
    text = f"{free / GIB:.1f} GiB free in {folder}"
    if free < least:
        return Finding("space", name, State.BROKEN, f"{text}, expected at least {least / GIB:g} GiB; {mend}")
    return Finding("space", name, State.READY, text)


def backends(names: Sequence[str]) -> Iterator[Finding]:
    """Whether each backend starts on the CPU, one after another, and why not."""
    for name in names:
        try:
            entry = registry.find(name)
        except registry.UnknownBackend as error:
            yield Finding("backends", name, State.BROKEN, error.reason)
            continue
        begin = time.perf_counter()
        with Pool() as pool:
            target = pool.add(entry, "cpu")
            if target.status == "ready":
                target.start()
            if target.status != "ready":
                state = State.ABSENT if target.status == "skipped" else State.BROKEN
                yield Finding("backends", name, state, " ".join(target.reason.split()))
                continue
            info, loaded = target.description["info"], target.description["loaded"]
            seconds = time.perf_counter() - begin
            text = f"{info['framework']} {info['framework_version']}, {len(target.operations)} operations, "
            yield Finding("backends", name, State.READY, text + f"{loaded['executable']} ({seconds:.1f} s)")


def findings(names: Sequence[str], runs: Path) -> Iterator[Finding]:
    """Everything, as it is found; of the backends, those of these names, or all there are."""
    for name in names:
        registry.find(name)
    yield from here()
    yield from frameworks(names)
    yield from devices()
    yield from space(runs)
    yield from backends(names or registry.names())


def unready(found: Sequence[Finding]) -> list[Finding]:
    """What is there and does not work."""
    return [one for one in found if one.state is State.BROKEN]
