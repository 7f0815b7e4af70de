"""Right implementations that differ from ours conform: the table of legitimate variations, judged as a user runs it.

`variations/table.json` says of each what it differs in, and why it is right; `kinds` are those checks that can tell.
"""

import json
from pathlib import Path

import pytest

from ptychoparity.reports import events
from ptychoparity.spec_tests.contract import contracts
from tests import variations
from tests.running import check

TABLE = json.loads((Path(variations.__file__).parent / "table.json").read_text())


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["backend"])
def test_a_right_implementation_conforms(row, tmp_path):
    backend, asked = f"tests.variations.{row['backend']}", []
    for operation in row["operations"]:
        patterns = [f"{operation}/{kind}/*" for kind in row.get("kinds", ["*"])]
        asked += [word for pattern in patterns for word in ("--only", pattern)]
    done = check(tmp_path, "--backend", backend, "--gate", "house", *asked)
    run = events.read(done.folder)
    assert [f"{one.id}: {one.message}" for one in run.checks if one.outcome.bad] == []
    assert {one.operation for one in run.checks if one.outcome == "pass"} >= set(row["operations"])
    assert done.exit == 0, done.stdout + done.stderr


def test_the_table_names_what_there_is():
    assert len({row["backend"] for row in TABLE}) == len(TABLE)
    for row in TABLE:
        assert set(row["operations"]) <= contracts().keys() and len(row["why"].split()) > 4
