"""What a backend's process may import of ours: looked at in the process itself, by `sys.modules` and by trying."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ptychoparity.backends import registry
from ptychoparity.backends.protocol import Returned
from ptychoparity.backends.worker import Worker
from ptychoparity.harness.mutants.hunt import mutated

FRAMEWORKS = {"tensorflow": "tensorflow", "pytorch": "torch"}
"""Backends whose processes are closed, with the module that shows that the framework is there."""

FIELD = {"field": np.ones((1, 64, 64), np.complex64)}

LOOK = """
import importlib, sys
tried = {}
for name in channel.receive():
    try:
        importlib.import_module(name)
        tried[name] = ""
    except ImportError as error:
        tried[name] = str(error)
channel.send([tried, sorted(sys.modules)])
"""


def looked(worker: Worker, *names: str) -> tuple[dict[str, str], list[str]]:
    """What each import says in the worker's process, "" for nothing wrong; and the modules there."""
    answer = worker.call("diffract", FIELD, timeout=60)
    assert isinstance(answer, Returned) and worker._group is not None, answer
    channel = next(iter(worker._group)).remote_exec(LOOK)
    channel.send(list(names))
    return channel.receive(60)


@pytest.fixture(scope="module")
def closed():
    """The framework backends there are, and their mutated forms, side by side: a framework takes seconds to load."""
    entries = [registry.BUILT_IN[name] for name in FRAMEWORKS if not registry.BUILT_IN[name].missing()]
    workers = {entry.name: Worker(entry, "cpu") for one in entries for entry in (one, mutated(one))}
    for worker in workers.values():
        worker.launch()
    for worker in workers.values():
        worker.start()
    yield workers
    for worker in workers.values():
        worker.stop()


@pytest.mark.parametrize("form", ["{}", "{}, mutated"])
@pytest.mark.parametrize("name", FRAMEWORKS)
def test_the_oracle_is_closed_to_a_framework_backend(name, form, closed):
    if form.format(name) not in closed:
        pytest.skip(registry.BUILT_IN[name].missing())
    names = ("ptychoparity.reference", "ptychoparity.reference.dispatch", "ptychoparity.backends.host.checks")
    tried, there = looked(closed[form.format(name)], *names)
    assert tried == {
        **{name: f"{name} is closed to the process of this backend" for name in names[:1]},
        names[1]: "ptychoparity.reference is closed to the process of this backend",
        names[2]: "",
    }
    assert FRAMEWORKS[name] in there and f"ptychoparity.backends.{name}.adapter" in there
    assert [module for module in there if module.startswith("ptychoparity.reference")] == []


@pytest.mark.parametrize("form", [lambda entry: entry, mutated], ids=["numpy", "numpy, mutated"])
def test_the_oracle_is_open_to_the_numpy_backend(form):
    worker = Worker(form(registry.find("numpy")), "cpu")
    tried, there = looked(worker, "ptychoparity.reference.dispatch")
    worker.stop()
    assert tried == {"ptychoparity.reference.dispatch": ""} and "ptychoparity.reference.operations.waves" in there


def test_the_oracle_is_open_to_a_miniature_that_wraps_the_numpy_backend():
    worker = Worker(registry.find("tests.miniatures.wrong:AlwaysWrong"), "cpu")
    tried, _ = looked(worker, "ptychoparity.reference.dispatch")
    worker.stop()
    assert tried == {"ptychoparity.reference.dispatch": ""}


# -- another interpreter ------------------------------------------------------------------------------------

ROOMS = ("audit", "benchmarks", "core", "fixtures", "harness", "reference", "reports", "spec_tests")
STUB = """
import numpy as np
from ptychoparity import Backend, BackendInfo


class Adapter:
    def __init__(self, device="cpu"):
        pass

    def info(self):
        return BackendInfo("mine", "1", "numpy", np.__version__, "cpu", "float64")

    def operations(self):
        return frozenset({"diffract"})

    def call(self, operation, inputs):
        assert isinstance(self, Backend)
        return {"amplitude": inputs["field"].real}

    def synchronize(self):
        pass
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory) -> Path:
    """Another interpreter, with NumPy and nothing else."""
    folder = tmp_path_factory.mktemp("elsewhere")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in ("numpy", "numpy.libs"):
        if (Path(np.__file__).parent.parent / name).exists():
            (packages / name).symlink_to(Path(np.__file__).parent.parent / name)
    return folder / "bin/python"


def _rooms(worker: Worker) -> set[str]:
    """The rooms of ours that can be imported in a worker."""
    tried, _ = looked(worker, *(f"ptychoparity.{room}" for room in ROOMS), "ptychoparity.backends", "execnet")
    assert tried.pop("execnet") == "No module named 'execnet'", "the interpreter has what ours has: nothing is shown"
    return {name.removeprefix("ptychoparity.") for name, problem in tried.items() if not problem}


def test_another_interpreter_gets_the_backends_folder_alone(elsewhere, tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(STUB)
    monkeypatch.chdir(tmp_path)
    worker = Worker(registry.find(f"mine:Adapter@{elsewhere}"), "cpu")
    rooms = _rooms(worker)
    worker.stop()
    assert rooms == {"backends"}


def test_the_numpy_backend_gets_the_oracle_and_the_contracts_too(elsewhere):
    worker = Worker(registry.find(f"numpy@{elsewhere}"), "cpu")
    answer = worker.call("diffract", FIELD, timeout=60)
    rooms = _rooms(worker)
    worker.stop()
    assert isinstance(answer, Returned), answer
    assert answer.outputs["amplitude"].dtype == np.float32 and answer.outputs["amplitude"][0, 32, 32] == 64
    assert rooms == {"backends", "core", "reference", "spec_tests"}  # the oracle may use the words of core
