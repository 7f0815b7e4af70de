"""What a user gets wrong is one clear line on stderr, exit code 2, and no traceback."""

import pytest

from tests.running import ptychoparity

MISTAKES = [
    (["check", "--backend", "nope"], "no backend 'nope'; there are numpy, "),
    (["check", "--backend", "numpy,"], "no backend ''"),
    (["check", "--backend", "numpy@/no/such/python"], "there is no interpreter /no/such/python"),
    (
        ["check", "--backend", "numpy", "--operation", "nope"],
        "no operation 'nope'; there are amplitude_mae, ",
    ),
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
    assert done.exit == 2 and "invalid choice: 'thorough'" in done.stderr and "Traceback" not in done.stderr
