"""Criteria from a TOML file, facts measured from source, scores that say how they come about."""

import pytest

from ptychoparity.audit import assets, criteria, decision, measures
from ptychoparity.audit.citations import Citations
from ptychoparity.audit.documents import decision as document
from ptychoparity.audit.documents import text
from ptychoparity.audit.index import read_trees
from ptychoparity.core.errors import UsageError
from tests.audit.sources import write

FILES = {
    "ref/base.py": "def load(path, n): ...\n",
    "cand/api.py": "from cand import low\ndef run(x):\n    return low.step(x)\ndef other(): ...\n",
    "cand/low.py": "import mlflow\nfrom cand.io import load\ndef update_legacy_dict(a, b): ...\n"
    "def step(x):\n    update_legacy_dict(x, 1)\n    update_legacy_dict(x, 2)\n    return load(x, 3)\n",
    "cand/io.py": "def load(path, n):\n    with open(path, 'w') as file:\n        return file\n",
    "tests/test_api.py": "from cand.api import run\n",
    "client/use.py": "from cand.api import run\nrun(1)\n",
}
CRITERIA = """
bridge = ["update_legacy_dict"]
[[criterion]]
fact = "call_depth"
weight = 1
better = "lower"
[[criterion]]
fact = "tested_share"
weight = 3
better = "higher"
[[option]]
title = "api"
entries = ["cand.api"]
[[option]]
title = "load"
entries = ["cand.io.load"]
[[policy]]
title = "MLflow"
question = "May it be missing?"
facts = ["dependency:mlflow", "file_writes"]
"""


def sources_of(root):
    write(root, FILES)
    specs = {"reference": f"{root}:ref", "candidate": f"{root}:cand", "client": f"{root}:client"}
    return read_trees(specs, tests=True)


def read(root, content=CRITERIA):
    file = root / "mine.toml"
    file.write_text(content)
    return criteria.read(file, "cand", measures.FACTS)


def build(root, content=CRITERIA, **given):
    sources = sources_of(root)
    tree = sources["candidate"]
    return sources, decision.build(sources, tree, assets.build(sources, tree), read(root, content), **given)


def fact(root, name, entries):
    sources = sources_of(root)
    tree = sources["candidate"]
    modules, symbols, _ = measures.entries_of(sources, tree, entries)
    inventory = assets.build(sources, tree)
    one = measures.Reached(sources, tree, inventory, ("update_legacy_dict",), tuple(modules), tuple(symbols))
    return measures.measure(name, one)


@pytest.mark.parametrize(
    ("name", "entries", "value", "lines"),
    [
        ("call_depth", ["cand.api"], 2, ["cand/io.py:1"]),
        ("touched_modules", ["cand.api"], 3, []),
        ("reached_symbols", ["cand.api.run"], 4, []),
        ("duplicated_signatures", ["cand.api"], 1, ["cand/io.py:1", "ref/base.py:1"]),
        ("optional_dependencies", ["cand.api"], 1, ["cand/low.py:1"]),
        ("optional_dependencies", ["cand.io"], 0, []),
        ("bridge_calls", ["cand.api"], 2, ["cand/low.py:5", "cand/low.py:6"]),
        ("bridge_calls", ["cand.io"], 0, []),
        ("file_writes", ["cand.api"], 1, ["cand/io.py:2"]),
        ("tested_share", ["cand.api"], 0.5, []),
        ("client_touches", ["cand.api"], 1, ["cand/api.py:2"]),
        ("missing_names", ["cand.api"], 0, []),
        ("dependency:mlflow", ["cand.api"], 2, ["cand/low.py:1"]),
    ],
)
def test_facts_are_measured_from_source(tmp_path, name, entries, value, lines):
    found = fact(tmp_path, name, entries)
    assert (found.value, [str(place) for place, _ in found.places]) == (value, lines)


def test_a_fact_nobody_can_measure_says_why(tmp_path):
    assert fact(tmp_path, "dependency:jax", ["cand.api"]).value is None
    assert "jax" in fact(tmp_path, "dependency:jax", ["cand.api"]).text


def test_scores_follow_from_facts_and_weights(tmp_path):
    _, found = build(tmp_path)
    api, load = found.considered
    assert (api.facts["call_depth"].value, load.facts["call_depth"].value) == (2, 0)
    # lower is better: (1 + 0) / (1 + 2); higher is better: 0.5 / 0.5
    assert api.scores == {"call_depth": pytest.approx(1 / 3), "tested_share": 1.0}
    assert load.scores == {"call_depth": 1.0, "tested_share": 0.0}
    assert api.total == pytest.approx((1 / 3 + 3 * 1) / 4) and load.total == pytest.approx(1 / 4)


def test_what_cannot_be_measured_for_all_is_left_out(tmp_path):
    content = CRITERIA.replace('fact = "tested_share"', 'fact = "client_touches"')
    write(tmp_path, FILES)
    sources = read_trees({"reference": f"{tmp_path}:ref", "candidate": f"{tmp_path}:cand"})
    tree = sources["candidate"]
    found = decision.build(sources, tree, assets.build(sources, tree), read(tmp_path, content))
    assert [(one.fact, why) for one, why in found.left_out] == [("client_touches", "no client was given")]
    assert found.considered[1].total == 1.0


def test_special_entries_are_the_top_and_the_leaves(tmp_path):
    sources = sources_of(tmp_path)
    assert measures.entries_of(sources, sources["candidate"], ["@top"])[0] == ["cand.api"]
    assert measures.entries_of(sources, sources["candidate"], ["@leaves"])[0] == ["cand.io"]
    write(tmp_path, {"cand/io.py": FILES["cand/io.py"] + "def late():\n    import cand.api\n"})
    lazy = read_trees({"candidate": f"{tmp_path}:cand"})
    assert measures.entries_of(lazy, lazy["candidate"], ["@top"])[0] == ["cand.api"]
    assert measures.entries_of(lazy, lazy["candidate"], ["@leaves"])[0] == ["cand.io"]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"call_depth"', '"call_dept"', r"criterion 1: no fact 'call_dept'; the closest there is: 'call_depth'"),
        ('"file_writes"', '"file_write"', r"policy 1: no fact 'file_write'; the closest there is: 'file_writes'"),
        ('better = "lower"', 'beter = "lower"', r"criterion 1: no key 'beter'; the closest there is: 'better'"),
        ("weight = 1", "weight = 0", r"weight = 0: a number above 0"),
        ("weight = 1", "weight = true", r"weight = True: a number above 0"),
        ("weight = 1", "weight = nan", r"weight = nan: a number above 0"),
        ('better = "lower"', 'better = "least"', r"better = 'least': higher or lower"),
        ('entries = ["cand.api"]', "entries = []", r"option 1: entries: at least one"),
        ('entries = ["cand.api"]', 'entries = ["cand.ap"]', r"option 'api': cand has no 'cand.ap'"),
        ('title = "api"', "", r"option 1: 'title' is missing"),
        ("[[policy]]", "[policy]", r"policy: tables \[\[policy\]\]"),
        ("bridge = [", "bridge = [[", r"is no TOML"),
        ("[[criterion]]", "[[criteria]]", r"no key 'criteria'; the closest there is: 'criterion'"),
        ('["cand.api"]', '["@all"]', r"'@all' is neither"),
    ],
)
def test_what_is_wrong_in_a_users_file_is_named(tmp_path, old, new, why):
    with pytest.raises(UsageError, match=why):
        build(tmp_path, CRITERIA.replace(old, new, 1))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match=r"--criteria .*cannot be read"):
        criteria.read(tmp_path / "none.toml", "cand", measures.FACTS)


@pytest.mark.parametrize(("package", "titles"), [("ptycho_torch", ["A", "B", "C"]), ("anything", ["A", "B"])])
def test_our_own_file_has_options_for_every_candidate(package, titles):
    found = criteria.read(None, package, measures.FACTS)
    assert [one.title[0] for one in found.options] == titles
    assert {"MLflow policy", "Persistence strategy"} <= {one.title for one in found.policies}


def test_the_document_leaves_the_choice_open(tmp_path):
    sources, found = build(tmp_path, owner=lambda symbols: "somebody")
    citations = Citations(sources)
    made = document.compose(found, sources, citations)
    shown = text.render(made)
    assert citations.verify() and shown.isascii()
    assert made.data["choice"] is None and [one["choice"] for one in made.data["policies"]] == [None]
    assert "Choice of an option: open." in shown and "somebody" in shown and "2 (0.33)" in shown
