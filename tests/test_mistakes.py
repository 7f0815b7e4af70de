"""What a user gets wrong is one clear line on stderr, exit code 2, and no traceback."""

import sys
from importlib.metadata import version

import pytest

from ptychoparity.harness import cli
from tests.running import ptychoparity, run

MISTAKES = [
    (["check", "--backend", "nope"], "no backend 'nope'; there are numpy, "),
    (["check", "--backend", "numpy,"], "no backend ''"),
    (["check", "--backend", "numpy@/no/such/python"], "there is no interpreter /no/such/python"),
    (
        ["check", "--backend", "numpy", "--operation", "nope"],
        "no operation 'nope'; there are amplitude_mae, ",
    ),
    (["check", "--operation", "difract"], "no operation 'difract'; did you mean diffract?"),
    (["check", "--backend", "nunpy"], "no backend 'nunpy'; did you mean numpy?"),
    (
        ["check", "--backend", "numpy", "--only", "translate"],
        "ids are OPERATION/KIND/CASE/BACKEND@DEVICE; did you mean --only 'translate/*'?",
    ),
    (["check", "--backend", "numpy", "--only", "diffract/smoke"], "did you mean --only 'diffract/smoke/*'?"),
    (["check", "--backend", "numpy", "--only", "difract/*"], "did you mean --only 'diffract/*'?"),
    (
        ["check", "--backend", "numpy", "--only", "diffract/*", "--only", "diffract/exmple/*"],
        "no check matches --only diffract/exmple/*; did you mean --only 'diffract/example/*'?",
    ),
    (["check", "--backend", "numpy", "--only", "scan/*"], "these checks need --scan"),
    (["mutate", "--operation", "difract"], "did you mean diffract"),
    (["mutate", "--clause", "PHYS.FFT.NROM"], "did you mean PHYS.FFT.NORM?"),
    (["coverage", "--area", "PHSY"], "no area 'PHSY'; did you mean PHYS?"),
    (["simulate", "simulatd", "--out", "x.npz"], "simulatd: no such recipe file; did you mean simulated?"),
    (["show", "difract"], "no operation or clause 'difract'; did you mean diffract?"),
    (["show", "phys.fft.nrom"], "did you mean PHYS.FFT.NORM?"),
    (["show", "PHYS.FFT"], "no clause 'PHYS.FFT'; below it are PHYS.FFT.NORM, PHYS.FFT.SHIFT"),
    (["show", "nothing like it at all"], "`ptychoparity list contracts` and `ptychoparity list clauses` name all"),
    (["show", "diffract", "--run", "ABSENT"], "ABSENT cannot be read: No such file"),
    (["check", "--backend", "numpy", "--timeout", "0"], "--timeout must be positive, got 0"),
    (["check", "--backend", "numpy", "--timeout", "nan"], "--timeout must be positive, got nan"),
    (["check", "--backend", "numpy", "--runs", "FILE/below"], "--runs FILE/below: no results can be kept there"),
    (["replay", "ABSENT"], "ABSENT cannot be read: No such file"),
    (["replay", "FOLDER"], "FOLDER cannot be read: Is a directory"),
    (["replay", "FILE"], "FILE is not JSON: line 1"),
    (["replay", "BINARY"], "BINARY cannot be read: "),
    (["replay", "JSON"], "JSON is no recorded failure: it lacks "),
    (["report", "ABSENT"], "ABSENT cannot be read: No such file"),
    (["report", "FOLDER"], "events.jsonl cannot be read: No such file"),
    (["report", "FILE"], "FILE, line 1: "),
]


@pytest.mark.parametrize(("arguments", "says"), MISTAKES, ids=lambda v: " ".join(v) if isinstance(v, list) else "")
def test_a_mistake_is_one_clear_line(arguments, says, tmp_path):
    (tmp_path / "FOLDER").mkdir()
    (tmp_path / "FILE").write_text("text\n")
    (tmp_path / "BINARY").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "JSON").write_text('{"id": 1}')
    done = ptychoparity(*arguments, folder=tmp_path)
    assert (done.exit, done.stdout) == (2, ""), done
    assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("ptychoparity: ") and says in done.stderr


def test_an_unknown_option_is_refused_with_its_usage():
    done = ptychoparity("check", "--profile", "thorough")
    assert done.exit == 2 and "Traceback" not in done.stderr
    assert "argument --profile: expected quick, default or nightly, got 'thorough'\n" in done.stderr


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["check", "--profile", "nightli"], "did you mean nightly?"), (["chek"], "did you mean check?"),
        (["check", "--kind", "exmple"], "did you mean example?"), (["check", "--gate", "mus"], "did you mean must?"),
        (["check", "--device", "cudda"], "did you mean cuda?"), (["list", "clases"], "did you mean clauses?"),
        (["check", "--bakend=x"], "unrecognized arguments: --bakend=x; did you mean --backend?"),
        (["expectations", "chekc", "f"], "did you mean check?"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)  # fmt: skip
def test_a_word_that_does_not_exist_gets_the_nearest(words, hint, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    said = capsys.readouterr().err.splitlines()[-1]
    assert ended.value.code == 2 and said.endswith(hint)


def test_pytest_gives_the_same_hint():
    done = run(sys.executable, "-m", "pytest", "spec_tests", "--profile", "nightli")
    assert done.exit == 4 and "got 'nightli'; did you mean nightly?" in done.stderr


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0 and capsys.readouterr().out == f"ptychoparity {version('ptychoparity')}\n"
