"""The map as a whole, and its document."""

import json

import pytest

from ptychoparity.audit import parity_map
from ptychoparity.audit.citations import CitationError, Citations
from ptychoparity.audit.documents import text
from ptychoparity.audit.documents.parity_map import compose
from ptychoparity.audit.index import read_trees
from ptychoparity.audit.mapping import Mapping
from ptychoparity.core.outcomes import Outcome
from tests import sample_run
from tests.audit.pair import files, read_pair, spec_of
from tests.audit.sources import write


def built(root, client=True, spec=True, run=None):
    sources = read_pair(root, client)
    return sources, parity_map.build(sources, spec_of(root) if spec else None, run)


@pytest.fixture
def root(tmp_path):
    return files(tmp_path)


def by_name(rows):
    return {row.name: row for row in rows}


def test_every_touched_symbol_has_a_row_and_the_class_of_a_touched_member(root):
    _, found = built(root)
    names = [row.name for row in found.rows]
    assert names == sorted(names)
    assert set(names) >= {"ref", "ref.config.ModelConfig", "ref.config.ModelConfig.N", "ref.loader.Container",
                          "ref.flow.vanished", "ref.params.cfg", "ref.lazy.net"}  # fmt: skip
    assert "ref.params.put" not in names
    assert by_name(found.rows)["ref.flow.Adapter"].touches == ()


def test_statuses(root):
    _, found = built(root)
    status = {row.name: row.status for row in found.rows}
    assert status["ref.params.get"] == "present"
    assert status["ref.flow.save_all"] == "missing"
    assert status["ref.flow.run_example"] == "diverging"
    assert status["ref.config.TrainingConfig"] == "partial"
    assert status["ref.config.TrainingConfig.gone"] == "missing"
    assert status["ref.config.TrainingConfig.nepochs"] == "present"
    needs = {row.name: row.status for row in found.needs}
    assert needs["cand.config_params.TrainingConfig"] == "partial"
    assert needs["cand.config_params.TrainingConfig.warmup"] == "missing"
    assert needs["cand.formats.Formats"] == "diverging"
    assert needs["cand.net.Net.load_from_checkpoint"] == "present"


def test_what_is_there_and_what_is_not(root):
    _, found = built(root)
    absent = {row.name for row in (*found.rows, *found.needs) if not row.there}
    assert absent == {
        "ref.config.ModelConfig.unknown", "ref.flow.vanished", "ref.lazy.absent", "ref.loader.Container.lost",
        "cand.config_params.TrainingConfig.warmup",
    }  # fmt: skip
    assert absent <= {row.name for row in found.gaps}


def test_client_paths_of_a_class_are_those_of_its_members_too(root):
    _, found = built(root)
    rows = by_name(found.rows)
    assert rows["ref.config.ModelConfig.N"].paths == ("cli.tf.child.build", "cli.tf.child.train")
    assert rows["ref.config.ModelConfig"].paths == ("cli.tf.child.build", "cli.tf.child.train")
    assert rows["ref.loader.Container"].paths == ("cli.tf.child.train",)


def test_gaps_by_client_paths_then_must_clauses_then_name(root):
    _, found = built(root)
    order = [(-len(row.paths), -len(row.musts), row.name) for row in found.gaps]
    assert order == sorted(order)
    assert all(row.is_gap for row in found.gaps)
    assert found.gaps[0].name == "ref.config.TrainingConfig"


def test_without_client_and_spec_the_public_surface_is_compared(root):
    _, found = built(root, client=False, spec=False)
    assert {row.name for row in found.rows} >= {"ref.flow.run_example", "ref.params.put", "ref.loader.Container"}
    assert any("Neither a client nor a spec" in note for note in found.notes)
    assert found.needs == ()


def test_with_a_spec_alone_only_what_it_names_is_in_the_map(root):
    _, found = built(root, client=False)
    assert {one.who for row in found.rows for one in row.touches} == {"spec"}
    assert "ref.params.get" not in by_name(found.rows)


def check(number, outcome, backend="pytorch", operation="load_container"):
    return sample_run.ended(number, Outcome(outcome), backend, operation)


def test_the_last_run_is_told_by_operation_and_backend(root, monkeypatch):
    checks = (
        check(1, "pass"),
        check(2, "fail"),
        check(3, "pass", "tensorflow"),
        check(4, "pass", operation="x"),
    )
    loaded = {
        "pytorch": {"adapter": "/somewhere/cand/adapter.py"}, "other": None,
        "tensorflow": {"adapter": "/somewhere/adapters/a.py", "file": "/site/ref/__init__.py"},
    }  # fmt: skip
    run = sample_run.run_of(root, "2026-01-02T030405Z", loaded, [*checks, check(5, "fail", "other")])
    mapped = Mapping({"load_container": ("ref.loader.load",)})
    monkeypatch.setattr(parity_map, "mapping_of", lambda tree: mapped if tree.role == "reference" else Mapping({}))
    sources, found = built(root, run=run)
    assert found.run == "2026-01-02T030405Z"
    several = by_name(found.rows)["ref.loader.load"].results
    assert [(one.backend, one.outcomes, one.failing) for one in several] == [
        ("pytorch@cpu", {"pass": 1, "fail": 1}, ("load_container/example/2/pytorch@cpu",)),
        ("tensorflow@cpu", {"pass": 1}, ()),
    ]
    shown = text.render(compose(found, sources, Citations(sources)))
    assert "last run, load\\_container on pytorch@cpu: 1 pass, 1 fail; failing: `load_container/example/2" in shown


def test_a_run_that_judged_neither_package_is_said_to_tell_nothing(root, monkeypatch):
    mapped = Mapping({"load_container": ("ref.loader.load",)})
    monkeypatch.setattr(parity_map, "mapping_of", lambda tree: mapped if tree.role == "reference" else Mapping({}))
    run = sample_run.run_of(root, "2026-01-02T030405Z", {"pytorch": {"adapter": "/backends/a.py"}}, [check(1, "pass")])
    _, found = built(root, run=run)
    assert all(row.results == () for row in found.rows)
    assert any("judged pytorch: none is ref or cand, so nothing is said of results" in note for note in found.notes)


# the document


def composed(root):
    sources, found = built(root)
    citations = Citations(sources)
    return found, citations, compose(found, sources, citations)


def test_every_citation_holds_and_every_touch_is_cited(root):
    found, citations, document = composed(root)
    assert citations.verify() == len(citations)
    shown = text.render(document)
    assert shown.isascii()
    for row in (*found.rows, *found.needs):
        for one in row.touches:
            assert f"`{one.place}`" in shown
        if row.symbol is not None:
            assert f"`{row.symbol.place}`" in shown


def test_a_citation_that_does_not_hold_is_an_error(root):
    _, citations, _ = composed(root)
    (root / "cli/tf/child.py").write_text("\n" + (root / "cli/tf/child.py").read_text())
    with pytest.raises(CitationError, match=r"cli/tf/child\.py"):
        citations.verify()


def test_the_same_sources_make_the_same_document(root):
    shown = [text.render(composed(root)[2]) for _ in range(2)]
    assert shown[0] == shown[1]
    data = [json.dumps(composed(root)[2].data, sort_keys=True) for _ in range(2)]
    assert data[0] == data[1]


def test_the_json_says_what_the_document_says(root):
    found, _, document = composed(root)
    data = json.loads(json.dumps(document.data))
    assert [row["name"] for row in data["rows"]] == [row.name for row in found.rows]
    row = next(row for row in data["rows"] if row["name"] == "ref.config.ModelConfig.N")
    assert (row["status"], row["gap"], row["there"]) == ("diverging", True, True)
    assert row["misfits"][0]["place"] == {"tree": "client", "path": "cli/tf/child.py", "line": 16}
    assert row["symbol"]["signature"] == "N: int = 64"


def test_source_cannot_become_markup(root):
    (root / "ref/flow.py").write_text("def run_example(a='<b>|`x`'): ...\n")
    (root / "cand/flow.py").write_text("def run_example(a='*y*|`z`'): ...\n")
    _, citations, document = composed(root)
    citations.verify()
    shown = text.render(document)
    assert "``run_example(a='<b>|`x`')``" in shown
    assert "``'<b>|`x`'`` there, default ``'*y*|`z`'`` here" in shown
    rows = [line for line in shown.splitlines() if line.startswith("| ") and "by" not in line and "<b>" in line]
    assert all("\\|" in line for line in rows)


def test_files_that_cannot_be_parsed_do_not_stop_the_map(root):
    (root / "ref/params.py").write_text("def broken(:\n")
    (root / "cli/torch/child.py").write_text("also broken(\n")
    sources, found = built(root)
    citations = Citations(sources)
    compose(found, sources, citations)
    citations.verify()
    assert not by_name(found.rows)["ref.params.get"].there


def test_two_packages_without_any_client_or_counterpart(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"def {name}_only(a, b, c): ...\n")
    sources = read_trees({"reference": f"{tmp_path}:one", "candidate": f"{tmp_path}:two"})
    found = parity_map.build(sources)
    citations = Citations(sources)
    assert "Every public class and function, and what" in text.render(compose(found, sources, citations))
    citations.verify()


def test_two_versions_of_one_package(tmp_path):
    for name, extra in (("old", ""), ("new", ", c=1")):
        write(tmp_path / name, {"pkg/m.py": f"def f(a, b{extra}): ...\ndef only_{name}(): f(1, 2)\n"})
    write(tmp_path, {"cli/m.py": "from pkg.m import f, only_old\nf(1, 2)\nonly_old()\n"})
    roles = {"reference": f"{tmp_path / 'old'}:pkg", "candidate": f"{tmp_path / 'new'}:pkg"}
    sources = read_trees({**roles, "client": f"{tmp_path}:cli"})
    found = parity_map.build(sources)
    rows = by_name(found.rows)
    assert {name: row.status for name, row in rows.items()} == {"pkg.m.f": "present", "pkg.m.only_old": "missing"}
    assert rows["pkg.m.f"].target.place.tree == "candidate"
    assert found.needs == ()
    citations = Citations(sources)
    compose(found, sources, citations)
    citations.verify()


def test_what_is_not_there_is_owned_by_who_owns_what_it_was_looked_for_in(root):
    (root / "CODEOWNERS").write_text("* nobody@\ncand/config_params.py @settings\nref/flow.py @workflow\n")
    _, found = built(root)
    needs, rows = by_name(found.needs), by_name(found.rows)
    absent = needs["cand.config_params.TrainingConfig.warmup"]
    assert not absent.there and absent.owner.name == "@settings"
    assert absent.owner.why.startswith("of cand.config_params.TrainingConfig, where it is looked for: ")
    assert rows["ref.flow.vanished"].owner.name == "@workflow"


MANY = [f"do_{number}" for number in range(7)]


def test_the_same_difference_of_many_symbols_is_said_once(tmp_path):
    kept = "def kept(a): ...\n"
    files = {
        "ref/m.py": kept + "".join(f"def {one}(a: int, k{one}: Json): ...\n" for one in MANY),
        "cand/m.py": kept + "".join(f"def {one}(a: int, k{one}: Answer, *, device): ...\n" for one in MANY),
    }
    sources = read_trees({"reference": f"{tmp_path}:ref", "candidate": f"{write(tmp_path, files)}:cand"})
    made = parity_map.build(sources)
    names = tuple(f"ref.m.{one}" for one in MANY)
    assert [(one.text, one.names) for one in made.shared] == [
        ("needs 'device', keyword-only, which the reference has not", names),
        ("parameters are Json there, Answer here", names),
    ]
    citations = Citations(sources)
    document = compose(made, sources, citations)
    shown = text.render(document)
    assert "| 7 | needs `device`, keyword-only, which the reference has not | 0 | `m.do_0`, `m.do_1`" in shown
    assert "| 7 | parameters are `Json` there, `Answer` here |" in shown
    assert [len(one["symbols"]) for one in document.data["shared"]] == [7, 7]


def test_what_signatures_do_not_tell_is_said_and_is_no_gap(tmp_path):
    write(tmp_path, {"ref/m.py": "def f(a, b=1): ...\n", "cand/m.py": "def f(a, **options): ...\n"})
    sources = read_trees({"reference": f"{tmp_path}:ref", "candidate": f"{tmp_path}:cand"})
    made = parity_map.build(sources)
    assert [(row.status, row.is_gap) for row in made.rows] == [("present", False)]
    shown = text.render(compose(made, sources, Citations(sources)))
    assert "cannot be told from the signature: takes `b` through \\*\\*options if at all" in shown
