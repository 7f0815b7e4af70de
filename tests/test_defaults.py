"""Defaults of three layers: where they disagree is known, and shown."""

import json
from dataclasses import replace

from ptychoparity import fixtures
from ptychoparity.core.profiles import PROFILES
from ptychoparity.harness.session import Session
from ptychoparity.harness.settings import Selection, Settings
from ptychoparity.reports import events, markdown
from ptychoparity.reports.html import render
from ptychoparity.spec_tests.catalogue import catalogue
from ptychoparity.spec_tests.defaults import LAYERS, conflicts, defaults, measured
from ptychoparity.spec_tests.tables import tables
from tests import sample_run

OURS, LEGACY, TORCH = LAYERS


def test_the_store_disagrees_with_the_classes_where_the_clause_says_so():
    """The clause's list is of the spec's reader; ours is computed from the tables and the measured store."""
    of_the_store = {
        one.keys[LEGACY] for one in conflicts() if one.meanings.get(LEGACY, one.meanings[OURS]) != one.meanings[OURS]
    }
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
    assert found["ModelConfig.model_type"].values[TORCH] == "Unsupervised"
    grid = found["ModelConfig.gridsize"]
    assert grid.disagrees and [*grid.values.values()] == [1, 2, [2, 2]] and [*grid.meanings.values()] == [1, 2, 2]
    assert found["TrainingConfig.neighbor_count"].keys[TORCH] == "torch_data.K"
    assert found["ModelConfig.probe_scale"].values == {OURS: 4.0, LEGACY: 10.0, TORCH: 4.0}
    assert measured()["probe_scale"] == 10.0


def test_a_conflict_names_what_each_layer_calls_it():
    one = next(one for one in conflicts() if one.setting == "ModelConfig.probe_big")
    assert one.event()["layers"] == [
        {"key": "probe_big", "value": True}, {"key": "probe.big", "value": False},
        {"key": "torch_model.probe_big", "value": True},
    ]  # fmt: skip


def test_a_layer_without_the_setting_has_no_value():
    one = next(one for one in conflicts() if one.setting == "TrainingConfig.neighbor_count")
    assert LEGACY not in one.values
    told = [{"key": "neighbor_count", "value": 4}, None, {"key": "torch_data.K", "value": 6}]
    assert one.event()["layers"] == told


def test_the_page_and_the_summary_show_them(tmp_path):
    """Each value under its own layer, though the first setting is in two of three."""
    run = events.read(sample_run.build(tmp_path / "run"))
    page, summary = render.render(run), markdown.render(run)
    section = page[page.index('id="defaults"') :]
    row = section[section.index("TrainingConfig.K") :].partition("</tr>")[0]
    places = [row.index(text) for text in ("<code>4</code>", "–", "<code>6</code> <small>data.K")]
    assert places == sorted(places)
    assert "probe.mask" in section and "3 defaults that disagree" in summary and "| `4` | – | `6` |" in summary
    run = replace(run, header=replace(run.header, defaults=None))
    assert "Defaults that disagree" not in render.render(run) and "disagree" not in markdown.render(run)


def test_every_real_run_says_so(tmp_path):
    session = Session(Settings(("numpy",), PROFILES["quick"], runs=tmp_path, selection=Selection(other="a part")))
    session.start()
    session.finish()
    told = events.read(session.folder).header.defaults
    assert told.to_json() == {"layers": list(LAYERS), "conflicts": [one.event() for one in conflicts()]}
    assert len(told.conflicts) > 10
