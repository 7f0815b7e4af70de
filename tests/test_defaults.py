"""Defaults of three layers: where they disagree is known, and shown."""

import json

import fixtures
from reports import events, facts, markdown
from reports.html import render
from spec_tests.catalogue import catalogue
from spec_tests.defaults import ABSENT, LAYERS, conflicts, defaults, measured
from spec_tests.tables import tables
from tests import sample_run


def test_the_store_disagrees_with_the_classes_where_the_clause_says_so():
    """The clause's list is of the spec's reader; ours is computed from the tables and the measured store."""
    of_the_store = {
        one.legacy_key for one in conflicts() if one.legacy_key and one.meanings[0] != one.meanings[1]
    }  # fmt: skip
    assert of_the_store == set(catalogue()["PARAMS.DEFAULTS"].values["dataclass_differs"])


def test_what_was_measured_of_the_classes_is_in_the_tables():
    file = fixtures.goldens() / "legacy_params.json"
    for name, fields in json.loads(file.read_text())["declared_defaults"].items():
        for field, value in fields.items():
            row = tables()[name][field]
            assert row.get("required") if value == "<required>" else row["default"] == value, field


def test_torch_words_are_translated_before_they_are_compared():
    found = {one.setting: one for one in defaults()}
    assert not found["ModelConfig.model_type"].disagrees  # "Unsupervised" is "pinn"
    assert found["ModelConfig.model_type"].values[2] == "Unsupervised"
    grid = found["ModelConfig.gridsize"]
    assert grid.disagrees and (grid.values, grid.meanings) == ((1, 2, [2, 2]), (1, 2, 2))
    assert found["TrainingConfig.neighbor_count"].torch_key == "torch_data.K"
    assert found["ModelConfig.probe_scale"].values == (4.0, 10.0, 4.0) and measured()["probe_scale"] == 10.0


def test_a_layer_without_the_setting_has_no_value():
    one = next(one for one in conflicts() if one.setting == "TrainingConfig.positions_provided")
    assert one.values[2] is ABSENT
    assert one.event()["values"] == {LAYERS[0]: True, LAYERS[1]: False}


def test_the_page_and_the_summary_show_them(tmp_path):
    run = events.read(sample_run.build(tmp_path / "run"))
    rows = facts.defaults(run).rows
    assert [row["setting"] for row in rows] == [one["setting"] for one in run.header["defaults"]]
    assert rows[0]["cells"][1] == {"value": "128", "key": "N"} and rows[2]["cells"][2] is None
    page, summary = render.render(run), markdown.render(run)
    assert "Defaults that disagree" in page and "probe.mask" in page and "3 defaults that disagree" in summary
    del run.header["defaults"]
    assert "Defaults that disagree" not in render.render(run)


def test_every_real_run_says_so(tmp_path):
    from harness.profiles import PROFILES
    from harness.session import Session, Settings

    session = Session(Settings(("numpy",), PROFILES["quick"], runs=tmp_path, selection="a part"))
    session.start()
    session.finish()
    told = events.read(session.folder).header["defaults"]
    assert told == [one.event() for one in conflicts()] and len(told) > 10
