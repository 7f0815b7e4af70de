"""Kinds of fault that a suite is easily blind to: each narrow fault of tests/miniatures/holes.py is found.

data/holes.json says by which checks, and in which words.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from ptychoparity.core.outcomes import Outcome
from tests.miniatures import holes
from tests.running import check

TABLE = json.loads((Path(__file__).parent / "data/holes.json").read_text())
ROWS = {row["backend"]: row for row in TABLE}


def _class(backend: str) -> str:
    """The name of a miniature's class, of a backend's id."""
    return backend.rpartition(":")[2].partition("+")[0].partition("[")[0]


def _operation(row: dict) -> str:
    return row["found_by"][0].partition("/")[0]


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> Callable[[str, str], dict[tuple[str, str], dict]]:
    """How each check of some rows ended, by backend and check; a run for each operation and switch."""

    @cache
    def made(operation: str, switch: str) -> dict[tuple[str, str], dict]:
        rows = [row for row in TABLE if (_operation(row), row.get("environment", "")) == (operation, switch)]
        words = [word for row in rows for word in ("--backend", f"tests.miniatures.holes:{row['backend']}")]
        words += ["--env", switch] if switch else []
        asked = sorted({one for row in rows for one in row["found_by"]})
        done = check(tmp_path_factory.mktemp(operation), *words, *(f"--only={one}/*" for one in asked))
        return {
            (_class(c["backend"]), f"{c['operation']}/{c['kind']}/{c['case']}"): c
            for c in done.checks if c["kind"] != "parity"
        }  # fmt: skip

    return made


@pytest.mark.parametrize("name", ROWS)
def test_the_hole_is_closed(name, found):
    row = ROWS[name]
    ended = [found(_operation(row), row.get("environment", ""))[name, one] for one in row["found_by"]]
    assert [one["case"] for one in ended if not Outcome(one["outcome"]).bad] == [], [one["message"] for one in ended]
    assert row["says"] in ended[0]["message"]


def test_every_narrow_fault_is_in_the_table():
    there = {name for name, one in vars(holes).items() if isinstance(one, type) and one.__module__ == holes.__name__}
    assert there - {"Narrow"} == set(ROWS)


def test_every_kind_has_a_fault():
    assert {row["kind"] for row in TABLE} == {1, 2, 3, 4, 5, 6, 7}
    assert sum(len({one.split("/")[1] for one in row["found_by"]}) > 1 for row in TABLE) >= 6  # kind 8: by two kinds
