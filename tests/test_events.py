"""Events: what is written is read again, what is wrong is refused in a line, and old streams stay readable."""

import dataclasses
import json
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ptychoparity.core import events as core
from ptychoparity.core.errors import UsageError
from ptychoparity.core.events_header import VERSION
from ptychoparity.core.events_migrations import STEPS
from ptychoparity.core.exits import Exit
from ptychoparity.core.kinds import Kind
from ptychoparity.core.levels import Level
from ptychoparity.core.outcomes import Outcome
from ptychoparity.core.schema import schema
from ptychoparity.core.verdicts import Judgement
from ptychoparity.reports import events, junit, markdown
from ptychoparity.reports.html import render
from tests import sample_run
from tests.running import ptychoparity

OLD = Path(__file__).parent / "data" / "events_version_1.jsonl"


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[dict]:
    path = sample_run.build(tmp_path_factory.mktemp("run"))
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _stream(folder: Path, lines: list[dict]) -> Path:
    path = folder / "events.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path


# -- there and back -----------------------------------------------------------------------------------------


def test_an_event_is_the_same_after_json(lines):
    assert {line["event"] for line in lines} == set(core.KINDS)
    for line in lines:
        event = core.from_json(line)
        assert core.to_json(event) == line and list(core.to_json(event)) == list(line)
        assert core.from_json(json.loads(json.dumps(core.to_json(event)))) == event


def test_events_are_frozen(lines):
    event: Any = core.from_json(lines[0])
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(event, "run", "another")  # noqa: B010
    with pytest.raises((AttributeError, TypeError)):
        setattr(event, "unheard_of", 1)  # noqa: B010


def test_what_was_not_measured_is_left_out_and_what_was_is_there_even_where_it_is_nothing():
    told = core.Comparison(output="a", ok=False, note="no array")
    assert told.to_json() == {"output": "a", "ok": False, "note": "no array"}
    measured = core.Comparison(output="a", ok=True, elements=0, tolerance={})
    assert list(measured.to_json()) == [
        "output", "ok", "shape", "dtype", "elements", "differing", "worst", "used", "peak_error", "tolerance",
    ]  # fmt: skip
    assert core.Comparison.from_json(measured.to_json()) == measured


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        ("check-finished", {"outcome": "fine"}, "event 'check-finished' at /outcome: expected one of pass, fail, "),
        ("check-finished", {"outcome": ["pass"]}, "at /outcome: expected one of"),
        ("check-finished", {"kind": "guess"}, "at /kind: expected one of smoke, "),
        ("check-finished", {"calls": 1.5}, "at /calls: expected an integer, got 1.5"),
        ("check-finished", {"calls": True}, "at /calls: expected an integer, got True"),
        ("check-finished", {"seconds": "1"}, "at /seconds: expected a number, got '1'"),
        ("check-finished", {"clauses": "A.B"}, "at /clauses: expected an array, got 'A.B'"),
        ("check-finished", {"clauses": ["A", 1]}, "at /clauses/1: expected a string, got 1"),
        ("check-finished", {"comparisons": [{"output": "a"}]}, "at /comparisons/0: ok is missing"),
        ("check-finished", {"cals": 2}, "at /: unknown key 'cals'; there are id, operation, "),
        ("header", {"coverage": {"rows": []}}, "at /coverage: missing: share, most, hunt, unchecked, faults"),
        ("header", {"machine": []}, "at /machine: expected an object, got []"),
        ("footer", {"counts": {"fine": 1}}, "at /counts/fine: expected one of pass"),
        ("footer", {"exit": 7}, "at /exit: expected one of 0, 1, 2, got 7"),
        ("artifact", {"name": "portrait"}, "at /name: expected one of probe"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(kind, change, says, lines, tmp_path):
    found = [{**line, **change} if line["event"] == kind else line for line in lines]
    with pytest.raises(events.BadEvent) as caught:
        events.read(_stream(tmp_path, found))
    assert says in str(caught.value) and ", line " in str(caught.value) and "\n" not in str(caught.value)


NO_EVENTS = ["[]", "7", '{"event": "party"}', '{"event": null}', "{}", '{"event": "footer", "x": NaN}']


@pytest.mark.parametrize("line", NO_EVENTS)
def test_what_is_no_event_is_refused(line, lines, tmp_path):
    path = _stream(tmp_path, lines[:1])
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(events.BadEvent, match="line 2"):
        events.read(path)


def test_what_cannot_be_read_again_is_not_written(lines, tmp_path):
    writer = events.Writer(tmp_path / "events.jsonl")
    check = next(core.from_json(line) for line in lines if line["event"] == "check-finished")
    wrongs: list[dict[str, Any]] = [{"outcome": "fine"}, {"seconds": "1"}, {"clauses": (1,)}]
    for wrong in wrongs:
        with pytest.raises(events.BadEvent):
            writer.write(replace(check, **wrong))
    writer.close()
    assert (tmp_path / "events.jsonl").read_text() == ""


# -- versions -----------------------------------------------------------------------------------------------


def test_there_is_a_step_from_every_version():
    assert sorted(STEPS) == list(range(1, VERSION))


def test_a_run_of_version_1_is_readable_by_every_reader(tmp_path):
    told = [json.loads(line) for line in OLD.read_text(encoding="utf-8").splitlines()]
    assert told[0]["schema"] == 1
    path = tmp_path / "events.jsonl"
    path.write_text(OLD.read_text(encoding="utf-8"))
    run = events.read(path)
    assert run.header.schema == VERSION and run.footer.exit is Exit.CONFORMS
    assert [check.id for check in run.checks] == [line["id"] for line in told if line["event"] == "check-finished"]
    assert {check.outcome for check in run.checks} == {Outcome.PASS}
    for text in (junit.render(run), markdown.render(run), render.render(run)):
        assert "diffract" in text and run.header.contracts.digest[:12] in text


def test_what_version_1_did_not_require_is_filled_in(tmp_path):
    """The schema of version 1 required less than its runs had."""
    told = [json.loads(line) for line in OLD.read_text(encoding="utf-8").splitlines()]
    header, footer = told[0], told[-1]
    for name in ("seed", "coverage", "defaults"):
        del header[name]
    for backend in header["backends"]:
        del backend["detail"], backend["not_applicable"]
    del header["clauses"][0]["reading"], header["operations"][0]["tolerance"], footer["stale_expectations"]
    footer["timing"] = {"adapter_seconds": 1.5}
    check = next(line for line in told if line["event"] == "check-finished")
    for name in ("oracle_seconds", "descriptor", "inputs", "digest", "comparisons", "raised", "captured", "warnings",
                 "reproduce"):  # fmt: skip
        del check[name]
    check["expectation"] = {"owner": "o", "issue": "i", "expires": "2027-01-31", "signature": "s", "state": "expired"}
    run = events.read(_stream(tmp_path, told))
    assert run.header.coverage is None and run.header.backends[0].not_applicable == ()
    assert (run.checks[0].comparisons, run.checks[0].digest, run.checks[0].ended) == ((), "", Outcome.PASS)
    assert (run.footer.timing.adapter_seconds, run.footer.timing.startup_seconds) == (1.5, None)
    assert run.header.coverage is None and "Coverage" not in markdown.render(run)


@pytest.mark.parametrize(
    ("version", "says"),
    [
        (
            VERSION + 1,
            f"the events have version {VERSION + 1}; this ptychoparity reads 1 to {VERSION}: use a newer one",
        ),
        (0, f"the events have no known version: expected 1 to {VERSION}, got 0"),
        ("2", f"the events have no known version: expected 1 to {VERSION}, got '2'"),
        (None, f"the events have no known version: expected 1 to {VERSION}, got None"),
    ],
)
def test_an_unknown_version_is_refused_in_one_sentence(version, says, lines, tmp_path):
    path = _stream(tmp_path, [{**lines[0], "schema": version, "of the future": []}, *lines[1:]])
    with pytest.raises(events.OtherVersion) as caught:
        events.read(path)
    assert str(caught.value).endswith(says) and isinstance(caught.value, UsageError)
    done = ptychoparity("report", str(tmp_path))
    assert (done.exit, done.stderr) == (2, f"ptychoparity: {path}: {says}\n")


def test_a_broken_event_of_version_1_is_refused(tmp_path):
    told = [json.loads(line) for line in OLD.read_text(encoding="utf-8").splitlines()]
    del told[0]["backends"]
    with pytest.raises(events.BadEvent, match="line 1: event 'header' is none of version 1: KeyError 'backends'"):
        events.read(_stream(tmp_path, told))


# -- for other programs -------------------------------------------------------------------------------------


def test_the_schema_accepts_what_is_written_and_refuses_what_is_not(lines):
    validator = jsonschema.Draft202012Validator(schema())
    validator.check_schema(schema())
    for line in lines:
        validator.validate(line)
        wrong = {**line, "unheard of": 1}
        assert not validator.is_valid(wrong)
    check = next(line for line in lines if line["event"] == "check-finished")
    assert not validator.is_valid({**check, "outcome": "fine"})


@pytest.mark.parametrize("words", [Kind, Level, Outcome, Exit, Judgement])
def test_every_word_stands_in_the_schema(words: type[Enum]):
    assert schema()["$defs"][words.__name__] == {"enum": [one.value for one in words]}
