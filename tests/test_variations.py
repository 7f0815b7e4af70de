"""Right implementations that differ from ours conform: the table of legitimate variations, judged as a user runs it.

`variations/table.json` says of each what it differs in, and why it is right. What the engine still refuses is pending,
with the reason, and is held to fail: so that a row leaves the list when it passes.
"""

import json
from pathlib import Path

import pytest

from ptychoparity.reports import events
from ptychoparity.spec_tests.contract import contracts
from tests import variations
from tests.running import check

TABLE = json.loads((Path(variations.__file__).parent / "table.json").read_text())
CONFORM = [row for row in TABLE if "pending" not in row]
PENDING = [row for row in TABLE if "pending" in row]


def judged(row, folder):
    asked = [word for operation in row["operations"] for word in ("--operation", operation)]
    backend = f"tests.variations.{row['backend']}"
    return check(folder, "--backend", backend, "--gate", "house", *asked)


@pytest.mark.parametrize("row", CONFORM, ids=lambda row: row["backend"])
def test_a_right_implementation_conforms(row, tmp_path):
    done = judged(row, tmp_path)
    run = events.read(done.folder)
    assert [f"{one.id}: {one.message}" for one in run.checks if one.outcome.bad] == []
    assert {one.operation for one in run.checks if one.outcome == "pass"} >= set(row["operations"])
    assert done.exit == 0, done.stdout + done.stderr


@pytest.mark.parametrize("row", PENDING, ids=lambda row: row["backend"])
def test_what_is_pending_is_still_refused(row, tmp_path):
    assert judged(row, tmp_path).exit == 1, f"{row['backend']} conforms: take its `pending` out of the table"


def test_the_table_names_what_there_is():
    assert len({row["backend"] for row in TABLE}) == len(TABLE)
    for row in TABLE:
        assert set(row["operations"]) <= contracts().keys() and len(row["why"].split()) > 5
