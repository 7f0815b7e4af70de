"""The extra `audit`: without it everything else works, and the command says what installs it."""

import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement

from ptychoparity.audit.requirements import EXTRA
from tests.running import PROJECT

MASKED = """
import sys
for name in {names!r}:
    sys.modules[name] = None  # an import of it fails, as where it is not installed
from ptychoparity.harness.cli import main
sys.exit(main(sys.argv[1:]))
"""


def without(names: tuple[str, ...], *arguments: str) -> subprocess.CompletedProcess:
    words = [sys.executable, "-P", "-c", MASKED.format(names=names), *arguments]
    return subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("arguments", [(), ("--reference", "a:b"), ("diff", "a", "b")], ids=len)
def test_an_audit_without_the_extra_says_what_installs_it(arguments):
    done = without(EXTRA, "audit", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "ptychoparity: audit needs griffe, grimp, jedi: pip install 'ptychoparity[audit]'\n"


@pytest.mark.parametrize("name", EXTRA)
def test_each_of_them_is_needed(name):
    done = without((name,), "audit")
    assert done.returncode == 2 and done.stderr.startswith(f"ptychoparity: audit needs {name}: pip install")


CHECK = ("check", "--backend", "numpy", "--device", "cpu", "--operation", "padded_size", "--runs", "{folder}")


@pytest.mark.parametrize("arguments", [("--help",), ("audit", "--help"), ("list",), CHECK], ids=" ".join)
def test_everything_else_works_without_it(arguments, tmp_path):
    done = without(EXTRA, *(word.format(folder=tmp_path) for word in arguments))
    assert done.returncode == 0, done.stderr


def test_the_extra_and_the_message_name_the_same():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert {Requirement(one).name for one in project["optional-dependencies"]["audit"]} == set(EXTRA)
    assert not {Requirement(one).name for one in project["dependencies"]} & set(EXTRA)
