"""How much of each tolerance was used: the worst over everything tried, per contract's output."""

import io
from dataclasses import replace

from rich.console import Console

from ptychoparity.core.kinds import Kind
from ptychoparity.core.outcomes import Outcome
from ptychoparity.core.profiles import PROFILES
from ptychoparity.harness.session import Session
from ptychoparity.harness.settings import Selection, Settings
from ptychoparity.reports import events, markdown, terminal, usage
from ptychoparity.reports.html import render
from ptychoparity.spec_tests import generate, trial
from ptychoparity.spec_tests.compare import Comparison, compare_outputs
from tests import sample_run


def test_a_property_keeps_what_came_closest_to_its_tolerance(tmp_path, monkeypatch):
    seen: list[Comparison] = []

    def watched(*arguments):
        found = compare_outputs(*arguments)
        seen.extend(found)
        return found

    monkeypatch.setattr(trial, "compare_outputs", watched)
    session = Session(Settings(("numpy",), PROFILES["quick"], runs=tmp_path, selection=Selection(other="a part")))
    session.start()
    oracle = session.runner.oracle
    real = oracle.answer

    def a_little_off(*asked):
        return {name: value * (1 + 1e-9 * (len(seen) % 7)) for name, value in real(*asked).items()}

    monkeypatch.setattr(oracle, "answer", a_little_off)
    (asked,) = (c for c in generate.checks([("numpy", "cpu")], ["diffract"]) if c.case.kind == "property")
    event = session.run(asked)
    session.finish()
    assert event.outcome is Outcome.PASS and len(seen) == event.examples == 10
    (kept,) = event.comparisons
    assert kept.used == max(one.used for one in seen) > min(one.used for one in seen)


def test_the_budget_is_per_output_and_the_largest_comes_first(tmp_path):
    run = events.read(sample_run.build(tmp_path / "run"))
    table = usage.usage(run)
    assert {("diffract", "amplitude"), ("diffract", "phase"), ("diffract", usage.RELATIONS)} <= set(table)
    largest = [max(row.values()) for row in table.values()]
    assert largest == sorted(largest, reverse=True)
    assert table["diffract", "phase"] == {"pytorch@cpu": 0.2}
    assert table["diffract", "amplitude"]["pytorch@cpu vs tensorflow@cpu"] == 0.7
    assert table["reassemble_position", "canvas"] == {"pytorch@cpu": 2.0}


def test_the_budget_is_in_the_terminal_only_where_it_is_asked_for(tmp_path):
    run = events.read(sample_run.build(tmp_path / "run"))
    said = {}
    for budget in (False, True):
        console = Console(width=100, record=True, file=io.StringIO())
        terminal.print_summary(run, console, budget=budget)
        said[budget] = console.export_text()
    assert "Tolerance used at most" not in said[False] and "Tolerance used at most" in said[True]
    for text in (said[True], markdown.render(run), render.render(run)):
        assert "phase" in text and "20 %" in text and usage.RELATIONS in text


def test_outputs_that_are_as_good_as_equal_share_a_line(tmp_path):
    run = events.read(sample_run.build(tmp_path / "run"))
    exact = [
        replace(c, comparisons=(sample_run.comparison(0.00009),))
        for c in run.checks
        if c.operation == "load_scan" and c.kind is Kind.SMOKE
    ]
    only = events.Run(run.directory, run.header, run.footer, tuple(exact))
    assert usage.unused_text(usage.usage(only)) == "Below 0.01 %: load_scan amplitude."
    assert "Below 0.01 %: load_scan amplitude." in markdown.render(only).replace("\\", "")
