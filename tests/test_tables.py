"""Field tables: what they say is what the catalogue says, and the measured numbers where they are at hand."""

import json
import os
from pathlib import Path

import pytest

from ptychoparity.spec_tests.catalogue import catalogue
from ptychoparity.spec_tests.tables import edges, minimal, schema, tables

KINDS = {"ModelConfig": "CFG.MODEL", "TrainingConfig": "CFG.TRAIN", "InferenceConfig": "CFG.INFER",
         "PyTorchExecutionConfig": "EXEC"}  # fmt: skip
ROWS = [(kind, name, row) for kind in KINDS for name, row in tables()[kind].items()]


@pytest.mark.parametrize(("kind", "name", "row"), ROWS, ids=lambda v: v if isinstance(v, str) else "")
def test_a_row_says_what_its_clause_says(kind, name, row):
    values = catalogue()[row["clause"]].values
    assert values.get("field", name) == name
    if "default" in row:
        assert row["default"] == values["default"] or (name == "n_groups" and row["default"] is None)
    if "legacy" in row:
        assert row["legacy"] == values["legacy_key"]
    named = {*row.get("enum", ())} - {None}
    assert named >= {*values.get("enum", ())} or row["clause"] == "CFG.MODEL.N"


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_clause_has_a_row(kind):
    cited = {row["clause"] for row in tables()[kind].values()}
    prefix = KINDS[kind] + "."
    named = {c.id for c in catalogue().values() if c.id.startswith(prefix) and ("legacy_key" in c.values or (
        kind == "PyTorchExecutionConfig" and "default" in c.values and "field" in c.values))}  # fmt: skip
    assert named == cited


@pytest.mark.parametrize("name", tables())
def test_a_table_can_be_drawn_from(name):
    for field, row in tables()[name].items():
        assert "table" in row or row["draw"], field
    for _, value, _ in edges(tables()[name]):
        assert minimal(tables()[name]).keys() <= value.keys()


@pytest.mark.parametrize("name", [n for n in tables() if n != "params"])
def test_what_is_drawn_is_allowed(name):
    import jsonschema

    validator = jsonschema.Draft202012Validator(schema(name, True))
    for label, value, _ in edges(tables()[name]):
        assert not list(validator.iter_errors(value)), label


def test_the_tables_are_the_measured_ones():
    folder = os.environ.get("PTYCHOPARITY_GOLDENS")
    if not folder:
        pytest.skip("PTYCHOPARITY_GOLDENS names no folder")
    measured = json.loads((Path(folder) / "legacy_params.json").read_text())
    for kind in ("ModelConfig", "TrainingConfig", "InferenceConfig"):
        declared = {n: r.get("default", "<required>") for n, r in tables()[kind].items()}
        assert declared == measured["declared_defaults"][kind]
    renamed = {n: r["legacy"] for kind in KINDS for n, r in tables()[kind].items() if r.get("legacy", n) != n}
    assert renamed == measured["KEY_MAPPINGS"]
    store = {n: r["default"] for n, r in tables()["params"].items() if "default" in r}
    assert store == measured["params_cfg_after_importing_ptycho_params"]
