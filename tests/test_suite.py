"""tests/suite.py decides whether CI is red: every part is run, and every part's exit code counts."""

import pytest

from tests import suite

ALONE = ("-c", "/dev/null", "-p", "no:cacheprovider", "--import-mode=importlib", "--rootdir")


@pytest.fixture
def parts(tmp_path, monkeypatch):
    """A green part of two tests, a red one of two, one that finds nothing, and one that cannot start."""
    (tmp_path / "test_green.py").write_text("def test_one(): ...\n\n\ndef test_two(): ...\n")
    (tmp_path / "test_red.py").write_text("def test_one(): ...\n\n\ndef test_two(): assert False\n")
    (tmp_path / "test_none.py").write_text("")
    found = {name: (str(tmp_path / f"test_{name}.py"), *ALONE, str(tmp_path)) for name in ("green", "red", "none")}
    monkeypatch.setattr(suite, "PARTS", {**found, "broken": ("--no-such-option",)})
    monkeypatch.delenv(suite.TOTALS, raising=False)


def closing(capfd) -> str:
    return capfd.readouterr().out.strip().splitlines()[-1].strip("= ").partition(" in ")[0]


@pytest.mark.parametrize(("names", "code", "told"), [
    (["green"], 0, "2 passed"),
    (["red", "green"], 1, "1 failed, 3 passed"),  # the green part was run all the same, and hides nothing
    (["green", "red"], 1, "1 failed, 3 passed"),
    (["green", "none"], 5, "2 passed, 1 error"),
    (["broken", "green"], 4, "2 passed, 1 error"),
])  # fmt: skip
def test_every_part_is_run_and_counts(parts, names, code, told, capfd):
    assert suite.main(names) == code
    assert closing(capfd) == told


def test_totals_add_up_over_calls(parts, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv(suite.TOTALS, str(tmp_path / "totals.json"))
    assert (suite.main(["green"]), suite.main(["red"]), suite.main([])) == (0, 1, 0)
    assert closing(capfd) == "1 failed, 3 passed"


def test_a_part_that_does_not_exist_is_refused(parts, capfd):
    assert suite.main(["green", "gren"]) == 2
    assert "no part gren" in capfd.readouterr().err
