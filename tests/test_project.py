"""Names for backends, and `ptychoparity.toml`: no id holds a path, and whatever is wrong in a file is named."""

import argparse
import os
import shlex
import shutil
import sys

import pytest

from ptychoparity.backends import registry
from ptychoparity.harness import cli, project
from ptychoparity.harness.options import OPTIONS
from tests.running import PROJECT, check, ptychoparity, run

TABLE = '[backends.tf]\nadapter = "first_backend:FirstBackend"\n'
ONE = ("--operation", "diffract", "--kind", "smoke")


def _options(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for option in OPTIONS:
        option.add(parser.add_argument)
    return parser.parse_args(words)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a file, an adapter beside it, and a folder below from which it is found."""
    shutil.copy(PROJECT / "docs" / "examples" / "first_backend.py", tmp_path)
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    return tmp_path


def _applied(folder, text, *words):
    """The options that the command line and a file with this text make."""
    (folder / project.NAME).write_text(text)
    options = _options(*words)
    with project.applied(options):
        entries = {name: registry.find(name) for name in options.backend}
    return options, entries


def test_a_file_gives_what_the_command_line_leaves_open(folder):
    (folder / "known.toml").write_text("")
    (folder / "mine").mkdir()
    text = (
        'profile = "quick"\ngate = "should"\ntimeout = 5\nbackend = ["tf", "numpy"]\ndevice = "cpu"\n'
        'expectations = ["known.toml"]\ncontracts = "mine"\n' + TABLE
    )
    options, entries = _applied(folder, text)
    assert (options.profile, options.gate, options.timeout, options.device) == ("quick", "should", 5.0, ["cpu"])
    assert options.expectations == [str(folder / "known.toml")] and options.contracts == [str(folder / "mine")]
    assert list(entries) == ["tf", "numpy"] and entries["tf"].factory == "first_backend:FirstBackend"
    assert str(folder) in entries["tf"].path and not entries["tf"].ours
    options, _ = _applied(
        folder, text, "--profile", "nightly", "--gate", "must", "--timeout", "9", "--backend", "numpy",
        "--device", "cuda", "--expectations", "x", "--contracts", "y",
    )  # fmt: skip
    found = (options.profile, options.gate, options.timeout, options.backend, options.device)
    assert found == ("nightly", "must", 9.0, ["numpy"], ["cuda"]) and options.expectations == ["x"]
    assert options.contracts == ["y"]


def test_without_a_file_the_defaults_are_as_ever(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = _options()
    with project.applied(options):
        assert (options.profile, options.gate, options.timeout, options.backend) == ("default", None, 30.0, [])
        assert (options.contracts, options.expectations, options.device, options.runs) == ([], [], [], "runs")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("profile = 'quik'", "profile: expected quick, default or nightly, got 'quik'; did you mean quick?"),
        ("profile = 3", "profile: expected a text, got 3"), ("timeout = '5'", "timeout: expected a number, got '5'"),
        ("gate = 'mus'", "gate: expected must, should or house, got 'mus'; did you mean must?"),
        ("device = 'gpu'", "device: device: expected cpu, cuda, cuda:N or mps, got 'gpu'"),
        ("profil = 'quick'", "no key 'profil'; did you mean profile?"),
        ("oracle = 'm:f'", "no key 'oracle'; there are "),
        ("backend = 3", "backend: expected a text or a list of texts, got 3"),
        ("backend = [3]", "backend: expected a text or a list of texts, got [3]"),
        ("expectations = ['absent.toml']", "expectations: expected a path that exists, relative to the file's folder, "
         "got 'absent.toml'"),
        ("backends = 3", "backends: expected tables, [backends.NAME], got 3"),
        ("[backends]\ntf = 3", "backends.tf: expected a table [backends.tf] with adapter, python, env, got 3"),
        ("[backends.tf]", "backends.tf: adapter is missing; expected module:Class or a backend's name"),
        (TABLE + "pyhton = 'x'", "backends.tf: no key 'pyhton'; did you mean python?"),
        (TABLE + "python = 3", "backends.tf.python: expected a text, got 3"),
        (TABLE + "env = { A = 1 }", "backends.tf.env: expected a table of texts, { NAME = \"value\" }, got {'A': 1}"),
        ("[backends.tf]\nadapter = 'nunpy'", "backends.tf.adapter: expected module:Class or a backend's name, "
         "got 'nunpy': no backend 'nunpy'; did you mean numpy?"),
        ("[backends.numpy]\nadapter = 'm:C'", "'numpy' names a backend already; choose another name"),
        ("[backends.'a b']\nadapter = 'm:C'", "backends: expected a name of letters, digits, '.', '_' and '-', "
         "got 'a b'"),
        ("profile = ", "is not TOML: "),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_named(folder, text, says, capsys):
    (folder / project.NAME).write_text(text)
    assert cli.main(["check", "--backend", "numpy"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"ptychoparity: ../{project.NAME}") and says in said and said.count("\n") == 1, said


def test_an_interpreter_that_is_not_there_is_missed_when_it_is_used(folder, capsys):
    (folder / project.NAME).write_text(TABLE + 'python = "env/bin/python"\n')
    assert cli.main(["list"]) == 0
    assert "tf                   there is no interpreter" in capsys.readouterr().out
    assert cli.main(["check", "--backend", "tf"]) == 2
    said = capsys.readouterr().err
    assert "backend 'tf' ([backends.tf] in ../ptychoparity.toml): there is no interpreter" in said
    assert str(folder / "env/bin/python") in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--backend", "numpy=m:C"], "'numpy' names a backend already"),
        (["--backend", "a=m:C", "--backend", "a=m:D"], "--backend a=m:D: a is a=m:C already"),
        (["--backend", "a=nunpy"], "no backend 'nunpy'; did you mean numpy?"),
        (["--backend", "a=m:C@/no/python"], "there is no interpreter /no/python"),
    ],
)
def test_a_name_that_cannot_be_given_is_refused(words, says, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["check", *words]) == 2
    assert says in capsys.readouterr().err


def test_an_equals_sign_in_a_path_gives_no_name(tmp_path):
    python = tmp_path / "a=b" / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    options = _options("--backend", f"numpy@{python}")
    with project.applied(options):
        assert options.backend == [f"numpy@{python}"]
        assert registry.find(options.backend[0]).python == str(python)


@pytest.mark.parametrize("by", ["file", "option"])
def test_ids_and_commands_have_the_name_and_no_path(by, folder):
    python = folder / "env"
    python.write_text(f'#!/bin/sh\necho used >> {folder}/used\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    if by == "file":
        (folder / project.NAME).write_text(TABLE + 'python = "env"\nenv = { MARK = "here" }\n')
        backend = "tf"
    else:
        shutil.copy(folder / "first_backend.py", folder / "below")
        backend = f"tf=first_backend:FirstBackend@{python}"
    elsewhere = {"folder": folder / "below", "PYTHONPATH": ""}
    done = check(folder / "runs", "--backend", backend, *ONE, **elsewhere)
    assert done.exit == 0 and (folder / "used").exists(), done.stdout + done.stderr
    assert len(done.checks) == 2 and all(c["id"].endswith("/tf@cpu") for c in done.checks)
    again = next(c for c in done.checks if c["operation"] == "diffract")["reproduce"][-1]
    words = shlex.split(again)[1:]
    assert backend in words
    done = ptychoparity(*words, "--runs", str(folder / "again"), **elsewhere)
    assert done.exit == 0, done.stderr


def test_variables_are_part_of_the_name(folder):
    shutil.copy(folder / "first_backend.py", folder / "below")
    options = _options("--backend", "tf=first_backend:FirstBackend+A=1")
    with project.applied(options):
        assert options.backend == ["tf+A=1"] and registry.find("tf+A=1").environment == {"A": "1"}
        assert registry.spelled("tf+A=1") == "tf=first_backend:FirstBackend+A=1"
        assert registry.spelled("tf") == "tf=first_backend:FirstBackend" and registry.spelled("numpy") == "numpy"


def test_variables_of_a_file_reach_the_process(folder):
    module = "from tests.miniatures.foreign import Environment\nclass Mine(Environment): pass\n"
    (folder / "mine.py").write_text(module)
    (folder / project.NAME).write_text('[backends.tf]\nadapter = "mine:Mine"\nenv = { OMP_WAIT_POLICY = "ACTIVE" }\n')
    with project.applied(_options("--backend", "tf")):
        assert registry.find("tf").environment == {"OMP_WAIT_POLICY": "ACTIVE"}


def test_pytest_knows_the_names_and_the_file_too(folder):
    (folder / project.NAME).write_text('profile = "quick"\nbackend = "tf"\ndevice = "cpu"\n' + TABLE)
    suite = os.path.relpath(PROJECT / "spec_tests", folder / "below")
    words = [sys.executable, "-m", "pytest", suite, "-p", "ptychoparity.harness.plugin", *ONE, "-q", "-c", os.devnull,
             "--import-mode=importlib", "--rootdir", str(PROJECT / "spec_tests")]  # fmt: skip
    done = run(*words, folder=folder / "below")
    assert done.exit == 0 and "tf@cpu conforms" in done.stdout, done
