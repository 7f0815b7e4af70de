"""Which clauses hang on a symbol, by which evidence."""

import dataclasses

from ptychoparity.audit.clauses import Clauses, citations, framework
from ptychoparity.audit.index import read_trees
from ptychoparity.audit.named import spec_touches
from ptychoparity.audit.specs import read_specs
from ptychoparity.spec_tests.catalogue import catalogue, meta
from tests.audit.sources import write

SOURCE = {
    "tfpkg/config.py": (
        "import tensorflow\nfrom dataclasses import dataclass\n@dataclass\nclass ModelConfig:\n    N: int = 64\n"
        "    nothing: int = 1\n\ndef update_legacy_dict(cfg, dataclass_obj):\n    return cfg\n\ndef plain(): ...\n"
    ),
    "tfpkg/loader.py": "class PtychoDataContainer:\n    def __init__(self, X): self.X = X\n    def shape(self): ...\n",
    "ptpkg/config.py": "import torch\nclass ModelConfig:\n    N: int = 64\ndef update_legacy_dict(a): ...\n",
}


def read(tmp_path):
    write(tmp_path, SOURCE)
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/ptychodus_api_spec.md").write_text("## 2.3. Bridge\n\n`update_legacy_dict` fills it.\n")
    sources = read_trees({"reference": f"{tmp_path}:tfpkg", "candidate": f"{tmp_path}:ptpkg"})
    specs = read_specs([tmp_path / "specs/ptychodus_api_spec.md"], [tmp_path])
    return sources, specs


def named(clauses, tree, name, touches=()):
    return {(one.clause, one.evidence) for one in clauses.of(tree.symbols.get(name), name, touches) if one.named}


def test_statement_values_and_tables(tmp_path):
    sources, specs = read(tmp_path)
    tree = sources["reference"]
    clauses = Clauses(tree, sources["candidate"], specs)
    assert ("CFG.MODEL.N", "table of fields") in named(clauses, tree, "tfpkg.config.ModelConfig.N")
    assert ("BRIDGE.FUNCTION", "statement") in named(clauses, tree, "tfpkg.config.update_legacy_dict")
    assert named(clauses, tree, "tfpkg.loader.PtychoDataContainer.X") == {("DATA.CONTAINER.X", "values")}
    assert named(clauses, tree, "tfpkg.config.plain") == set()
    assert named(clauses, tree, "tfpkg.config.ModelConfig.nothing") == set()


def test_of_a_name_both_have_the_catalogue_speaks_of_the_reference(tmp_path):
    sources, specs = read(tmp_path)
    tree = sources["candidate"]
    clauses = Clauses(tree, sources["reference"], specs)
    for name in ("ptpkg.config.ModelConfig.N", "ptpkg.config.update_legacy_dict", "ptpkg.config.ModelConfig"):
        assert named(clauses, tree, name) == set()


def test_the_section_that_names_a_symbol_is_weaker_evidence(tmp_path):
    sources, specs = read(tmp_path)
    tree = sources["reference"]
    touches = spec_touches(specs, tree)
    found = Clauses(tree, sources["candidate"], specs).of(
        tree.symbols["tfpkg.config.update_legacy_dict"], "tfpkg.config.update_legacy_dict", touches
    )
    weak = [one for one in found if not one.named]
    assert {one.evidence for one in weak} == {"section API 2.3"}
    assert {str(one.place) for one in weak} == {"specs/ptychodus_api_spec.md:3"}
    assert len({one.clause for one in found}) == len(found)
    assert all("§2.3" in catalogue()[one.clause].section for one in weak)


def test_lines_that_the_catalogue_cites():
    cited = dataclasses.replace(catalogue()["BRIDGE.FUNCTION"], code_says="a/b.py:3-5, 9,11-12 and c.py:7; not d:8")
    assert citations(cited) == [("a/b.py", 3, 5), ("a/b.py", 9, 9), ("a/b.py", 11, 12), ("c.py", 7, 7)]


def test_cited_lines_count_at_the_commit_of_the_catalogue_only(tmp_path, monkeypatch):
    sources, specs = read(tmp_path)
    tree, other = sources["reference"], sources["candidate"]
    about = {
        "A.DEF": ("config.py:8", ("tensorflow",)), "A.INSIDE": ("tfpkg/config.py:9", ("all",)),
        "A.CLASS": ("config.py:3-6", ("tensorflow",)), "A.FIELD": ("config.py:5", ("tensorflow",)),
        "A.TORCH": ("config.py:4", ("pytorch",)), "A.BEYOND": ("config.py:99", ("tensorflow",)),
    }  # fmt: skip
    base = catalogue()["BRIDGE.FUNCTION"]
    made = {
        name: dataclasses.replace(base, id=name, statement="", values={}, code_says=said, applies_to=to)
        for name, (said, to) in about.items()
    }
    monkeypatch.setattr("ptychoparity.audit.clauses.catalogue", lambda: made)
    monkeypatch.setattr("ptychoparity.audit.clauses._texts", lambda: ())

    def cited(name, of=tree, beside=other):
        return {one.clause for one in Clauses(of, beside, specs).of(of.symbols[name], name, ()) if one.named}

    assert cited("tfpkg.config.update_legacy_dict") == set()
    monkeypatch.setattr("ptychoparity.audit.clauses.meta", lambda: {**meta(), "spec": "x @ 1234"})
    for one in (tree, other):
        monkeypatch.setattr(one, "source", dataclasses.replace(one.source, version="1234+dirty"))
    assert cited("tfpkg.config.update_legacy_dict") == {"A.DEF", "A.INSIDE"}
    assert cited("tfpkg.config.ModelConfig") == {"A.CLASS"}
    assert cited("tfpkg.config.ModelConfig.N") == {"A.FIELD"}
    assert cited("ptpkg.config.update_legacy_dict", other, tree) == {"A.TORCH"}


def test_what_the_contract_of_an_operation_asks_of_the_function_that_does_it(tmp_path):
    sources, specs = read(tmp_path)
    tree = sources["reference"]
    name = "tfpkg.config.plain"
    found = Clauses(tree, sources["candidate"], specs).of(tree.symbols[name], name, (), ("diffract",))
    assert {one.evidence for one in found} == {"contract of diffract"}
    assert {"PHYS.FFT.NORM", "PHYS.FFT.SHIFT"} <= {one.clause for one in found}
    assert not {one.clause.partition(".")[0] for one in found} & {"HOUSE", "TOL", "ERR"}


def test_the_framework_of_a_tree_is_what_it_imports(tmp_path):
    sources, _ = read(tmp_path)
    assert [framework(sources[role]) for role in ("reference", "candidate")] == ["tensorflow", "pytorch"]
