"""What a finding says: what was asked, which checks fail likewise, whose it is."""

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from ptychoparity.core.events import CheckFinished
from ptychoparity.reports import events, markdown, terminal
from ptychoparity.reports.html import payload
from tests import sample_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> events.Run:
    return events.read(sample_run.build(tmp_path_factory.mktemp("run")))


def _failing(kind: str, case: str, **more: Any) -> CheckFinished:
    return CheckFinished.from_json({
        "id": f"diffract/{kind}/{case}/pytorch@cpu", "operation": "diffract", "kind": kind,
        "case": case, "backend": "pytorch", "device": "cpu", "clauses": ["PHYS.FFT.NORM"], "level": "MUST",
        "outcome": "fail", "message": "amplitude: has dtype float64, expected float32", "seconds": 0.1,
        "faults": [{"class": "shape or dtype", "message": "amplitude: has dtype float64, expected float32",
                    "clauses": ["TOL.DTYPES"], "level": "MUST", "output": "amplitude"}],
        "adapter_seconds": 0.1, "oracle_seconds": 0.1, "calls": 1, "examples": 1, "descriptor": None, "inputs": [],
        "digest": "", "comparisons": [], "raised": None, "captured": "", "warnings": [], "reproduce": [], **more,
    })  # fmt: skip


def test_a_finding_says_what_was_asked_and_which_checks_fail_likewise(run: events.Run) -> None:
    inputs = [
        {"name": "field", "dtype": "complex64", "shape": [2, 64, 64], "summary": "0 to 1"},
        {"name": "sigma", "summary": "0.5"},
        {"name": "seed", "summary": "None"},
    ]
    checks = [
        _failing(kind, case, inputs=inputs)
        for kind, case in [("smoke", "default"), ("boundary", "B=1"), ("boundary", "B=16"), ("golden", "N64")]
    ]
    told = replace(run, checks=tuple(checks))
    written = io.StringIO()
    console = Console(width=120, file=written)
    terminal.print_summary(told, console)
    said = written.getvalue()
    assert "  asked with field complex64 (2, 64, 64); sigma = 0.5\n" in said
    assert "  and 3 more checks (1 golden, 2 boundary) of diffract\n" in said
    assert "Asked with `field complex64 (2, 64, 64); sigma = 0.5`." in markdown.render(told)


def test_an_id_that_says_nothing_new_is_put_together_by_the_page(run: events.Run) -> None:
    check = _failing("smoke", "default")
    data = json.loads(payload.fit(replace(run, checks=(check, replace(check, id="another"))), 10_000)[0])
    place = {column["name"]: number for number, column in enumerate(data["columns"])}
    assert [row[place["id"]] for row in data["checks"]] == ["", "another"]
    assert data["table"][data["checks"][0][place["message"]]] == check.message
