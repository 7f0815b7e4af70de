"""What the candidate has in place of a symbol: each kind of evidence, and what it is worth."""

import json
from importlib import resources

import pytest

from ptychoparity.audit.counterparts import ACCEPTED, Matcher
from ptychoparity.audit.evidence import WEIGHTS, Evidence, confidence, plain_name
from ptychoparity.audit.mapping import Mapping, mapping_of, operations, renamed, rows, unknown
from tests.audit.pair import files, read_pair
from tests.audit.sources import read, write

NONE = Mapping({})


def matcher(tmp_path, mine=NONE, theirs=NONE):
    sources = read_pair(files(tmp_path), client=False)
    return Matcher(sources["reference"], sources["candidate"], (mine, theirs), sources)


def kinds(counterpart):
    return {one.kind: one.strength for one in counterpart.evidence}


def pair(tmp_path, reference, candidate, mine=NONE, theirs=NONE):
    write(tmp_path, {f"ref/{name}": text for name, text in reference.items()})
    write(tmp_path, {f"cand/{name}": text for name, text in candidate.items()})
    sources = read(tmp_path, "ref", "cand")
    return Matcher(sources["ref"], sources["cand"], (mine, theirs), sources)


def test_confidence_is_that_of_independent_reasons():
    assert confidence(()) == 0
    assert confidence((Evidence("same name", 1.0, ""),)) == WEIGHTS["same name"] == 0.6
    both = (Evidence("same name", 1.0, ""), Evidence("signature", 0.5, ""))
    assert confidence(both) == pytest.approx(1 - 0.4 * 0.8)


@pytest.mark.parametrize(
    ("name", "plain"),
    [("run_cdi_example_torch", "runcdiexample"), ("RawDataTorch", "rawdata"), ("tf_helper", "helper"),
     ("_flat", "flat"), ("torch", "torch"),
     ("gridsize", "gridsize"), ("grid_size", "gridsize"), ("PtychoPINN_Lightning", "ptychopinn")],
)  # fmt: skip
def test_a_plain_name_has_no_case_no_underscores_and_no_framework(name, plain):
    assert plain_name(name) == plain


def test_name_signature_calls_and_module_speak_for_a_function(tmp_path):
    best = matcher(tmp_path).best("ref.flow.run_example")
    assert best.symbol == "cand.flow.run_example_torch"
    assert kinds(best) == {"like name": 1.0, "signature": 0.8, "calls": 1.0, "same module": 1.0}
    assert best.confidence == pytest.approx(1 - 0.55 * (1 - 0.4 * 0.8) * 0.65 * 0.85, abs=1e-3)


def test_calls_alone_are_too_little(tmp_path):
    body = "():\n    rescale(1)\n    group(1)\n    stitch(1)\n    fit(1)\n"
    helpers = "".join(f"def {name}(x): ...\n" for name in ("rescale", "group", "stitch", "fit"))
    found = pair(tmp_path, {"a.py": f"def one{body}{helpers}"}, {"b.py": f"def two{body}{helpers}"}).match("ref.a.one")
    assert [(one.symbol, kinds(one)) for one in found] == [("cand.b.two", {"calls": 1.0})]
    assert found[0].confidence < ACCEPTED


def test_a_row_of_the_mapping_counts_most(tmp_path):
    reference = {"a.py": "def first(x): ...\ndef second(x): ...\n"}
    candidate = {"b.py": "def other(x): ...\ndef one_more(x): ...\ndef first(x): ...\n"}
    mine, theirs = Mapping({"op": ("ref.a.first",)}), Mapping({"op": ("cand.b.other", "cand.b.one_more")})
    found = pair(tmp_path, reference, candidate, mine, theirs)
    assert [one.symbol for one in found.match("ref.a.first")] == ["cand.b.other", "cand.b.one_more", "cand.b.first"]
    assert kinds(found.best("ref.a.first"))["contract mapping"] == 1.0
    assert found.best("ref.a.second") is None


def test_of_several_on_both_sides_the_first_are_a_pair_and_those_alike_in_name(tmp_path):
    reference = {"a.py": "def one(): ...\ndef two(): ...\ndef three(): ...\n"}
    candidate = {"b.py": "def uno(): ...\ndef two_torch(): ...\n"}
    mine = Mapping({"op": ("ref.a.one", "ref.a.two", "ref.a.three")})
    found = pair(tmp_path, reference, candidate, mine, Mapping({"op": ("cand.b.uno", "cand.b.two_torch")}))
    assert found.best("ref.a.one").symbol == "cand.b.uno"
    assert found.best("ref.a.two").symbol == "cand.b.two_torch"
    assert found.best("ref.a.three") is None


def test_the_references_own_counts_where_the_candidate_uses_it_and_has_none(tmp_path):
    found = matcher(tmp_path)
    shared = found.best("ref.params.get")
    assert (shared.symbol, shared.own, shared.confidence) == ("ref.params.get", False, 0.8)
    assert (str(shared.evidence[0].place), shared.evidence[0].expected) == ("cand/flow.py:5", "get")
    beside = found.best("ref.params.put")  # not used, but in a module that is imported
    assert (beside.own, beside.confidence) == (False, 0.6)
    assert found.best("ref.flow.save_all") is None


def test_members_are_looked_for_in_the_counterpart_of_the_class(tmp_path):
    found = matcher(tmp_path)
    owner = found.best("ref.config.ModelConfig")
    assert owner.symbol == "cand.config_params.ModelConfig"
    same = found.best("ref.config.ModelConfig.gridsize")
    assert (same.symbol, same.confidence) == ("cand.config_params.ModelConfig.gridsize", owner.confidence)
    like = found.best("ref.config.ModelConfig.N")
    assert (like.symbol, kinds(like)) == ("cand.config_params.ModelConfig.n", {"like name": 1.0})
    assert like.confidence == pytest.approx(0.85 * owner.confidence, abs=1e-3)
    assert found.best("ref.config.ModelConfig.extra") is None
    held = found.best("ref.loader.Container.local_offsets")
    assert held.symbol == "cand.loader.ContainerTorch.local_offsets"


def test_a_member_may_lie_in_another_class_that_the_mapping_names(tmp_path):
    reference = {"a.py": "class Conf:\n    x: int = 1\n    y: int = 2\n"}
    candidate = {"b.py": "class Conf:\n    x: int = 1\nclass Data:\n    y: int = 2\n"}
    mine, theirs = Mapping({"op": ("ref.a.Conf",)}), Mapping({"op": ("cand.b.Conf", "cand.b.Data")})
    found = pair(tmp_path, reference, candidate, mine, theirs)
    assert found.best("ref.a.Conf").symbol == "cand.b.Conf"
    assert found.best("ref.a.Conf.y").symbol == "cand.b.Data.y"


def test_the_configuration_bridge_renames_fields():
    assert renamed("nepochs", "ptycho_torch") == ("epochs", "TBRIDGE.EPOCHS")
    assert renamed("nepochs", "cand") == renamed("other", "ptycho_torch") == ("", "")


def test_what_is_asked_of_an_answer_is_asked_of_the_counterparts_answer(tmp_path):
    text = "class Net:\n    def predict(self): ...\ndef load{}():\n    return Net(), {{}}\n"
    found = pair(tmp_path, {"a.py": text.format("")}, {"b.py": text.format("_torch")},
                 Mapping({"op": ("ref.a.load",)}), Mapping({"op": ("cand.b.load_torch",)}))  # fmt: skip
    assert found.best("ref.a.load()[0].predict").symbol == "cand.b.Net.predict"
    assert found.best("ref.a.load()[0].lost") is None


def test_an_answer_that_source_does_not_tell_is_no_counterpart(tmp_path):
    found = pair(tmp_path, {"a.py": "def load(): ...\n"}, {"b.py": "def load(x):\n    return x\n"},
                 Mapping({"op": ("ref.a.load",)}), Mapping({"op": ("cand.b.load",)}))  # fmt: skip
    assert found.best("ref.a.load()[0].predict") is None


def test_a_module_is_where_the_counterparts_lie(tmp_path):
    found = matcher(tmp_path)
    found.module("ref.config", ["ref.config.ModelConfig", "ref.config.TrainingConfig"])
    best = found.best("ref.config")
    assert (best.symbol, kinds(best)) == ("cand.config_params", {"members": 1.0})
    found.module("ref.loader", ["ref.loader.Container", "ref.loader.load"])
    assert kinds(found.best("ref.loader")) == {"same name": 1.0, "members": 0.5}


def test_something_absent_may_still_have_a_namesake(tmp_path):
    found = matcher(tmp_path).match("ref.flow.run_example_tf")
    assert [(one.symbol, one.confidence) for one in found] == [("cand.flow.run_example_torch", 0.45)]


# the mapping's rows


def test_rows_name_operations_of_contracts_and_fields_name_clauses():
    from ptychoparity.spec_tests.catalogue import clause

    assert set(rows()["operations"]) <= set(operations())
    assert all(packages for packages in rows()["operations"].values())
    for row in rows()["fields"].values():
        assert clause(row["clause"])


def test_a_symbol_is_listed_once_in_a_row_and_lies_in_its_package():
    for part in ("operations", "surfaces"):
        for topic, packages in rows()[part].items():
            for package, symbols in packages.items():
                if package != "section":
                    assert len(set(symbols)) == len(symbols), topic
                    assert all(one.startswith(f"{package}.") for one in symbols), topic


def test_our_backends_are_mapped_by_the_names_of_their_operations(tmp_path):
    (tmp_path / "ptychoparity").mkdir()  # in the checkout the folders of the package stand side by side
    (tmp_path / "ptychoparity/__init__.py").touch()
    (tmp_path / "ptychoparity/backends").symlink_to(resources.files("ptychoparity.backends").joinpath(""))
    sources = read(tmp_path, "ptychoparity.backends.tensorflow", "ptychoparity.backends.pytorch")
    claimed = json.loads(json.dumps(operations()))
    torch = mapping_of(sources["ptychoparity.backends.pytorch"]).topics
    assert set(torch) == set(claimed) - {"load_count_scan"}  # the count profile is claimed by the oracle alone
    assert torch["update_legacy_dict"][0] == "ptychoparity.backends.pytorch.settings.operations.update_legacy_dict"
    assert set(claimed) - set(mapping_of(sources["ptychoparity.backends.tensorflow"]).topics) == {
        "bridge_config", "load_count_scan",
    }  # fmt: skip
    assert unknown(sources["ptychoparity.backends.pytorch"]) == []


def test_a_package_without_rows_has_no_mapping(tmp_path):
    sources = read_pair(files(tmp_path), client=False)
    assert mapping_of(sources["reference"]).topics == {}
