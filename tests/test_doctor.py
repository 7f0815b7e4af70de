"""`ptychoparity doctor`: what is there, what does not work and why, and an exit code that says it."""

import json
from importlib import metadata

import pytest

from ptychoparity.backends import registry
from ptychoparity.harness import cli, doctor, project
from ptychoparity.harness.doctor import State


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def _told(capsys, *words: str) -> tuple[int, dict[str, dict[str, str]]]:
    """The exit code, and every finding by section and name."""
    code = cli.main(["doctor", "--json", *words])
    said = json.loads(capsys.readouterr().out)
    assert said["ready"] == (code == 0)
    found: dict[str, dict[str, str]] = {}
    for one in said["findings"]:
        found.setdefault(one["section"], {})[one["name"]] = f"{one['state']}: {one['text']}"
    return code, found


def test_a_machine_that_is_ready(capsys):
    code, found = _told(capsys, "--backend", "numpy")
    assert code == 0 and list(found) == ["here", "frameworks", "devices", "space", "backends"]
    assert found["backends"]["numpy"].startswith("ready: numpy ") and " operations, " in found["backends"]["numpy"]
    assert found["frameworks"].keys() == {"numpy"} and "finds cpu" in found["frameworks"]["numpy"]
    assert found["here"][project.NAME].startswith("absent: ")
    assert cli.main(["doctor", "--backend", "numpy"]) == 0
    said = capsys.readouterr().out
    assert said.endswith("\nall is ready that can be\n") and "  numpy " in said and "\x1b" not in said


def test_a_backend_that_does_not_start_is_told_with_its_reason(tmp_path, capsys):
    (tmp_path / "broken.py").write_text("import no_such_module\nclass A: pass\n")
    (tmp_path / project.NAME).write_text(
        '[backends.gone]\nadapter = "m:C"\npython = "no/python"\n[backends.bad]\nadapter = "broken:A"\n'
    )
    code, found = _told(capsys, "--backend", "bad,numpy")
    assert code == 2 and found["backends"]["numpy"].startswith("ready")
    assert found["backends"]["bad"] == "broken: ModuleNotFoundError: No module named 'no_such_module'"
    assert found["here"][project.NAME] == f"ready: {tmp_path / project.NAME}"
    names = [one.name for one in doctor.backends([])]
    assert names == []
    with registry.using(project.read(tmp_path / project.NAME).backends):
        (gone,) = doctor.backends(["gone"])
    assert gone.state is State.BROKEN and "there is no interpreter" in gone.text
    assert cli.main(["doctor", "--backend", "bad"]) == 2
    assert capsys.readouterr().out.endswith("\nnot ready: bad\n")


def test_a_name_that_does_not_exist_is_refused(capsys):
    assert cli.main(["doctor", "--backend", "nunpy"]) == 2
    assert "did you mean numpy?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("probe", "says"),
    [
        (
            "raise ImportError('libcudart.so.12: cannot open')",
            "cannot be imported: ImportError: libcudart.so.12: cannot",
        ),
        ("import os; os.abort()", "its process ended with exit code -6"),
    ],
)
def test_a_framework_that_cannot_be_imported_is_broken(probe, says, monkeypatch):
    monkeypatch.setattr(doctor, "PROBE", probe)
    found = doctor._imported("torch", "1.2")
    assert found.state is State.BROKEN and found.text.startswith("1.2, ") and says in found.text


def test_a_framework_that_is_not_installed_is_absent_with_the_line_that_installs_it(monkeypatch):
    def gone(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", gone)
    found = {one.name: one for one in doctor.frameworks(["pytorch"])}
    assert found["torch"].state is State.ABSENT and "pip install 'torch" in found["torch"].text


def test_a_gpu_that_a_framework_does_not_find_is_told(monkeypatch):
    monkeypatch.setattr(doctor, "missing", lambda device: "")
    monkeypatch.setattr(doctor, "PROBE", 'print(\'{"version": "2", "file": "/a/b.py", "devices": ["cpu"]}\')')
    assert "has a GPU that it does not find" in doctor._imported("torch", "2").text


def test_too_little_room_is_told_with_what_mends_it(tmp_path):
    found = doctor._space("shared memory", tmp_path, 1 << 60, "give it more")
    assert found.state is State.BROKEN and "expected at least 1.07374e+09 GiB; give it more" in found.text
    names = [one.name for one in doctor.space(tmp_path / "not" / "yet" / "there")]
    assert names == ["results", "temporary", "shared memory"]


def test_nothing_that_fails_is_called_ready():
    findings = [doctor.Finding("s", state.value, state, "") for state in State]
    assert [one.state for one in doctor.unready(findings)] == [State.BROKEN]
