"""`new-backend`: a file that starts, is never written over, and is one edit away from a green operation."""

import ast
import importlib.util
import sys

import pytest

from ptychoparity.harness import cli, new_backend
from tests.running import PROJECT, check, run

SCRIPT = PROJECT / "docs" / "examples" / "first_green.py"


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("framework", ["numpy", "torch", "tensorflow"])
def test_a_script_goes_from_nothing_to_the_first_green_operation(framework, tmp_path):
    if importlib.util.find_spec(framework) is None:
        pytest.skip(f"{framework} is not installed")
    done = run("env", "-u", "PYTHONPATH", sys.executable, SCRIPT, framework, tmp_path)
    assert done.exit == 0, done.stdout
    assert done.stdout.endswith(f"diffract of my_first:MyFirst is green ({framework})\n")
    shown = [line for line in done.stdout.splitlines() if line.startswith("$ ptychoparity ") and "replay" not in line]
    assert len([line for line in shown if "new-backend" in line or "describe" in line]) >= 2


def test_the_new_file_starts_and_claims_nothing(tmp_path, capsys):
    assert cli.main(["new-backend", "my-lab"]) == 0
    said = capsys.readouterr().out
    done = check(tmp_path / "runs", "--backend", "my_lab:MyLab", "--only", "describe/*", folder=tmp_path)
    assert done.exit == 0 and [c["outcome"] for c in done.checks] == ["pass"]
    (backend,) = done.events[0]["backends"]
    assert backend["operations"] == [] and backend["info"]["name"] == "my-lab"
    assert "--backend my_lab:MyLab --only 'describe/*'" in said


def test_a_file_that_is_there_is_left_alone(tmp_path, capsys):
    (tmp_path / "mine.py").write_text("precious")
    assert cli.main(["new-backend", "mine"]) == 2
    assert "mine.py exists already, and is left as it is" in capsys.readouterr().err
    assert (tmp_path / "mine.py").read_text() == "precious"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("json", "a module 'json' is installed already"), ("numpy", "a module 'numpy' is installed already"),
        ("9lives", "expected a name of letters"), ("a/b", "expected a name of letters"), ("..", "expected a name"),
        ("class", "is a word of Python's own"), ("a b", "expected a name of letters"),
    ],
)  # fmt: skip
def test_a_name_that_cannot_be_used_is_refused(name, says, tmp_path, capsys):
    assert cli.main(["new-backend", name]) == 2
    assert says in capsys.readouterr().err and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("framework", new_backend.FRAMEWORKS)
@pytest.mark.parametrize("name", ["mine", "my-lab", "My_Lab2"])
def test_every_file_is_sound_python(name, framework):
    names = new_backend.Names.of(name)
    text = new_backend.text(names, framework)
    tree = ast.parse(text)
    assert [node.name for node in tree.body if isinstance(node, ast.ClassDef)] == [names.class_name]
    assert "$" not in text and max(map(len, text.splitlines())) <= 120
