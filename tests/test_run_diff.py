"""`ptychoparity diff OLD NEW`: every way two runs differ, and that equal ones do not."""

from dataclasses import replace

import pytest

from ptychoparity.core.levels import Level
from ptychoparity.core.outcomes import Outcome
from ptychoparity.harness import cli
from ptychoparity.reports import events
from ptychoparity.reports.diff import Difference, differences
from tests import sample_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return events.read(sample_run.build(tmp_path_factory.mktemp("run"), pictures=False))


def test_a_run_does_not_differ_from_itself(run):
    assert differences(run, run) == []


@pytest.mark.parametrize(("changed", "what", "new"), [
    ({"outcome": Outcome.CRASH}, "outcome", "crash"), ({"level": Level.MAY}, "level", "MAY"),
    ({"digest": "0123"}, "inputs", "0123"),
])  # fmt: skip
def test_what_is_compared_of_a_check_is_told_with_both_values(run, changed, what, new):
    first, *others = run.checks
    old = {"outcome": first.outcome.value, "level": first.level.value, "inputs": first.digest}[what]
    assert old != new
    found = differences(run, replace(run, checks=(replace(first, **changed), *others)))
    assert found == [Difference(first.id, what, old, new)]
    assert found[0].sentence() == f"{what}  {first.id}: {old} -> {new}"


def test_times_and_words_are_not_compared(run):
    slower = tuple(replace(check, seconds=check.seconds + 9, message="other words") for check in run.checks)
    assert differences(run, replace(run, checks=slower)) == []


def test_checks_that_came_and_went_are_named(run):
    first, *others = run.checks
    fewer = replace(run, checks=tuple(others))
    assert differences(run, fewer) == [Difference(first.id, "removed", first.outcome.value)]
    assert differences(fewer, run) == [Difference(first.id, "added", "", first.outcome.value)]


def test_the_exit_code_says_whether_they_differ(run, tmp_path, capsys):
    stream = run.directory / "events.jsonl"
    assert cli.main(["diff", str(stream), str(run.directory)]) == 0
    assert f"{len(run.checks)} checks before, {len(run.checks)} after: no difference" in capsys.readouterr().out
    (tmp_path / "events.jsonl").write_text(stream.read_text().replace('"level": "MUST"', '"level": "MAY"'))
    assert cli.main(["diff", str(run.directory), str(tmp_path)]) == 1
    assert "level  " in capsys.readouterr().out
    assert cli.main(["diff", str(run.directory), str(tmp_path / "none")]) == 2
    assert "cannot be read" in capsys.readouterr().err
