"""One name in an environment: what the wheel holds, and what importing it needs."""

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.processes import GROUPS
from tests.running import PROJECT

SETUP = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["setuptools"]
FOLDERS = set(SETUP["package-dir"].values())


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout: there is nothing to hold a wheel against")
    return [name for name in listed.stdout.splitlines() if (PROJECT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built from what git knows alone, as from a fresh clone."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in _tracked():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((PROJECT / name).read_bytes())
    words = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", built, source]
    done = GROUPS.run(words)
    assert done.returncode == 0, done.stderr
    (found,) = built.glob("*.whl")
    return found


def test_the_wheel_holds_every_file_of_the_package_under_one_name(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {name.split("/")[0] for name in held if ".dist-info/" not in name} == {"ptychoparity"}
    tracked = [name for name in _tracked() if name.split("/")[0] in FOLDERS and not name.endswith(".md")]
    wanted = {f"ptychoparity/{name.removeprefix('ptychoparity/')}" for name in tracked}
    found = {name for name in held if name.startswith("ptychoparity/")}
    assert found - wanted == set() and wanted - found == set()


def test_the_command_and_the_module_are_the_same(wheel):
    archive = zipfile.ZipFile(wheel)
    (points,) = [n for n in archive.namelist() if n.endswith("entry_points.txt")]
    assert "ptychoparity = ptychoparity.harness.cli:main" in archive.read(points).decode()


BARE = """
import sys
sys.path[:0] = {path!r}
import ptychoparity
from ptychoparity import Backend, BackendInfo
print(ptychoparity.__file__)
print(*sorted({{name.partition('.')[0] for name in sys.modules}} - set(sys.stdlib_module_names)))
"""


def test_an_adapter_needs_numpy_alone(wheel, tmp_path):
    """`ptychoparity/__init__` runs in every backend's process, a foreign interpreter's too."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    (tmp_path / "numpy_alone").mkdir()
    packages = Path(np.__file__).parent.parent
    for name in ("numpy", "numpy.libs"):
        if (packages / name).exists():
            (tmp_path / "numpy_alone" / name).symlink_to(packages / name)
    path = [str(tmp_path / "installed"), str(tmp_path / "numpy_alone")]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", BARE.format(path=path)], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    where, loaded = done.stdout.splitlines()
    assert where == str(tmp_path / "installed/ptychoparity/__init__.py")
    assert {name for name in loaded.split() if "cython" not in name} <= {"__main__", "numpy", "ptychoparity"}


# -- installed into an empty environment --------------------------------------------------------------------


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The commands of an environment that holds the wheel, what it needs, and nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    words = [
        folder / "bin/python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--constraint",
        PROJECT / "constraints.txt",
        wheel,
    ]
    done = GROUPS.run(words)
    assert done.returncode == 0, done.stderr
    return folder / "bin"


def _says(command: list[str | Path], folder: Path) -> subprocess.CompletedProcess:
    """A command of a user in their own folder, who has set nothing up for us."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PTYCHOPARITY"))}
    return GROUPS.run(command, cwd=folder, env=ours)


@pytest.mark.long
def test_a_users_own_package_called_backends_is_checked(installed, tmp_path):
    (tmp_path / "backends").mkdir()
    (tmp_path / "backends/__init__.py").touch()
    source = (PROJECT / "docs/examples/first_backend.py").read_text(encoding="utf-8")
    (tmp_path / "backends/mine.py").write_text(source.replace("class FirstBackend", "class Adapter"), encoding="utf-8")
    done = _says(
        [installed / "ptychoparity", "check", "--backend", "backends.mine:Adapter", "--device", "cpu"], tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "backends.mine:Adapter@cpu: conforms" in done.stdout
    (run,) = (tmp_path / "runs").glob("2*")
    header = json.loads((run / "events.jsonl").read_text(encoding="utf-8").partition("\n")[0])
    assert header["backends"][0]["loaded"]["adapter"] == str(tmp_path / "backends/mine.py")


NAMES = """
from importlib.metadata import packages_distributions
print(*(name for name, of in packages_distributions().items() if "ptychoparity" in of))
"""


@pytest.mark.long
def test_an_environment_gets_one_name(installed, tmp_path):
    done = _says([installed / "python", "-c", NAMES], tmp_path)
    assert done.stdout.split() == ["ptychoparity"], done.stderr


@pytest.mark.long
def test_the_audit_is_an_extra(installed, tmp_path):
    done = _says([installed / "ptychoparity", "audit"], tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "ptychoparity: audit needs griffe, grimp, jedi: pip install 'ptychoparity[audit]'\n"
    assert _says([installed / "ptychoparity", "--help"], tmp_path).returncode == 0
