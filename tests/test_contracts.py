"""The documents: whole, without ghosts and orphans, refused with file, pointer and reason when broken."""

import copy
import json
import re
from collections import Counter
from importlib import resources

import numpy as np
import pytest

from ptychoparity.core.kinds import Kind
from ptychoparity.core.levels import Level
from ptychoparity.core.profiles import MINIMUM_CHECKS
from ptychoparity.reference import dispatch
from ptychoparity.spec_tests import checks, contract, generate
from ptychoparity.spec_tests.catalogue import catalogue
from ptychoparity.spec_tests.contract import ContractError, contracts, parse
from ptychoparity.spec_tests.relations import inputs_tried, relations

FILES = sorted(f.name for f in resources.files("ptychoparity.spec_tests").joinpath("contracts").iterdir())
DIFFRACT = json.loads(resources.files("ptychoparity.spec_tests").joinpath("contracts/diffract.json").read_text())

PINNED_IDS = [
    "describe/smoke/info/numpy@cpu",
    "diffract/smoke/default/numpy@cpu",
    "diffract/example/constant-field/numpy@cpu",
    "diffract/boundary/B=17/numpy@cpu",
    "diffract/boundary/N=256/numpy@cpu",
    "diffract/error/odd-size/numpy@cpu",
    "diffract/golden/N64/numpy@cpu",
    "diffract/property/against-oracle/numpy@cpu",
    "diffract/relation/energy_is_conserved/numpy@cpu",
    "translate/example/delta-right/numpy@cpu",
    "translate/boundary/images.complex64/numpy@cpu",
    "extract_patches/example/members-not-reflected/numpy@cpu",
    "group_scan/relation/grouping_depends_on_its_seed_alone/numpy@cpu",
    "load_scan/relation/reading_leaves_the_file_alone/numpy@cpu",
    "reassemble_position/relation/no_weight_is_lost/numpy@cpu",
]

HELD_BY_SCHEMA = {
    "PHYS.UNITS.DTYPES", "TOL.SHAPES", "DATA.GROUP.CALL", "DATA.GROUP.NO_LOCAL", "DATA.GROUP.OFFSETS",
    "DATA.GROUP.RELATIVE", "DATA.GROUP.COORDS_NN", "DATA.GROUP.CHANNELS",
}  # fmt: skip
"""Clauses of keys, shapes and dtypes: every answer is held against them, so no case needs to name them."""


def _set(pointer: str, value):
    """A change of the document at `pointer`; the value None takes the key away."""

    def change(document):
        *parents, last = pointer.strip("/").split("/")
        node = document
        for part in parents:
            node = node[int(part) if isinstance(node, list) else part]
        key = int(last) if isinstance(node, list) else last
        if value is None:
            del node[key]
        else:
            node[key] = value

    return change


def _twice(section):
    return lambda document: document[section].append(copy.deepcopy(document[section][0]))


BROKEN = {
    "missing section": (_set("/tolerance", None), "/", "'tolerance' is a required property"),
    "unknown section": (_set("/tollerance", {}), "/", "tollerance"),
    "unknown clause": (_set("/clauses/0", "PHYS.NO.SUCH"), "/clauses/0", "'PHYS.NO.SUCH' is not in the clause"),
    "clause of a case not the contract's": (
        _set("/examples/0/clauses/0", "REASM.CANVAS"), "/examples/0/clauses", "'REASM.CANVAS' is not among"),
    "example twice": (_twice("examples"), "/examples/4", "'constant-field' is used twice"),
    "relation twice": (_twice("relations"), f"/relations/{len(DIFFRACT['relations'])}", "conserved' is used twice"),
    "output without tolerance": (
        lambda d: d["output"]["properties"].update(phase={"ndarray": {"dtype": "float32", "shape": ["B"]}}),
        "/tolerance", "output 'phase' has no tolerance"),
    "tolerance without output": (
        _set("/tolerance/phase", {"rtol": 1e-6, "why": "none at all"}), "/tolerance/phase", "no such output"),
    "tolerance without why": (_set("/tolerance/amplitude/why", None), "/tolerance/amplitude", "'why' is a required"),
    "unknown dtype": (
        _set("/input/properties/field/ndarray/dtype", "float31"),
        "/input/properties/field/ndarray/dtype", "float31"),
    "unknown units": (
        _set("/output/properties/amplitude/ndarray/units", "furlongs"),
        "/output/properties/amplitude/ndarray/units", "furlongs"),
    "unknown relation": (
        _set("/relations/1/name", "energy_is_lost"),
        "/relations/1/name", "no relation 'energy_is_lost'"),
    "unknown family": (
        _set("/generate/field/2/family", "discs"),
        "/generate/field/2/family", "family 'discs' is not one of"),
    "unknown family in a case": (
        _set("/examples/1/given/arrays/field/family", "disc"), "/examples/1/given/arrays/field/family", "'disc'"),
    "error without message": (_set("/errors/0/message", []), "/errors/0/message", "[]"),
    "dim without default": (_set("/dims/B/default", None), "/dims/B", "'default' is a required property"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_document_is_refused_with_file_pointer_and_reason(name):
    change, pointer, reason = BROKEN[name]
    document = copy.deepcopy(DIFFRACT)
    change(document)
    with pytest.raises(ContractError) as caught:
        parse(json.dumps(document), "diffract.json")
    assert caught.value.file == "diffract.json"
    assert (caught.value.pointer or "/") == pointer
    assert reason in caught.value.reason
    assert str(caught.value).startswith(f"diffract.json at {pointer}: ")


def test_a_written_files_members_are_outputs_that_need_a_tolerance():
    document = json.loads(resources.files("ptychoparity.spec_tests").joinpath("contracts/save_scan.json").read_text())
    for change, reason in (
        (_set("/tolerance/Y", None), "at /tolerance: output 'Y' has no tolerance"),
        (_set("/tolerance/Z", {"rtol": 0, "why": "none at all"}), "at /tolerance/Z: there is no such output"),
        (_set("/input/properties/path/target", "../scan.npz"), "at /input/properties/path/target: '../scan.npz'"),
        (_set("/output/properties/path/npz/properties/Y/ndarray/dtype", "text"), "'text'"),
    ):
        broken = copy.deepcopy(document)
        change(broken)
        with pytest.raises(ContractError, match=re.escape(reason)):
            parse(json.dumps(broken), "save_scan.json")


def test_a_key_that_stands_twice_is_refused():
    text = json.dumps(contracts()["translate"].data)
    with pytest.raises(ContractError, match=r"^x\.json at /: the key 'title' stands twice in one object"):
        parse(text.replace('"title":', '"title": "Another title", "title":'), "x.json")


def test_text_that_is_no_json_is_refused_with_its_line():
    with pytest.raises(ContractError, match=r"^x\.json at line 2: "):
        parse('{"operation": "x",\n "title" 1}', "x.json")


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ContractError, match=r"^absent\.json at /: cannot be read: No such file"):
        contract.load(tmp_path / "absent.json")


def test_every_document_loads_and_bears_its_operations_name():
    assert sorted(f"{name}.json" for name in contracts()) == FILES
    assert len(contracts()) >= 6


def test_the_unchanged_document_is_accepted():
    assert parse(json.dumps(DIFFRACT), "diffract.json").operation == "diffract"


def test_the_catalogue_knows_its_levels():
    assert {c.level for c in catalogue().values()} <= set(Level)


def test_every_relation_is_cited_and_every_citation_exists():
    cited = {r["name"] for c in contracts().values() for r in c["relations"]}
    assert cited == set(relations())


def test_relations_call_only_operations_there_are():
    needed = {op for c in contracts().values() for r in c["relations"] for op in r.get("needs", [])}
    assert needed <= set(contracts())


@pytest.mark.parametrize("operation", contracts())
def test_every_clause_of_a_contract_is_held_by_a_case_of_its_own(operation):
    """A clause that only the all-embracing kinds carry was copied, not encoded."""
    document = contracts()[operation]
    held = {
        clause
        for section in ("examples", "errors", "relations", "goldens", "boundaries")
        for case in document.get(section, [])
        for clause in case["clauses"]
    }
    assert {c for c in document.clauses if c not in held} <= HELD_BY_SCHEMA


@pytest.mark.parametrize("operation", contracts())
def test_a_contract_asks_enough_of_every_kind(operation):
    found = Counter(case.kind for case in checks.of_contract(contracts()[operation]))
    assert sum(found.values()) >= MINIMUM_CHECKS
    assert {"smoke", "example", "boundary", "error", "golden", "property", "relation"} <= set(found)
    assert found[Kind.BOUNDARY] >= 10


def test_ids_are_unique_and_the_same_every_time():
    pairs = [("numpy", "cpu"), ("tensorflow", "cpu"), ("numpy", "cuda")]
    ids = [check.id for check in generate.checks(pairs)]
    assert len(ids) == len(set(ids))
    assert ids == [check.id for check in generate.checks(pairs)]


def test_pinned_ids_are_still_there():
    """An id that changes breaks every record of the past: expectations, histories, links."""
    ids = {check.id for check in generate.checks([("numpy", "cpu")])}
    assert not [name for name in PINNED_IDS if name not in ids]


def test_checks_come_in_phases():
    kinds = [check.case.shown for check in generate.checks([("numpy", "cpu"), ("pytorch", "cpu")])]
    assert kinds == sorted(kinds, key=lambda kind: kind.phase)


def test_two_backends_are_compared_once_per_device():
    pairs = [("a", "cpu"), ("b", "cpu"), ("a", "cuda"), ("b", "cuda")]
    found = [c for c in generate.checks(pairs, ["diffract"]) if c.case.kind == "parity" and c.case.name == "default"]
    assert sorted(c.id.removeprefix("diffract/parity/default/") for c in found) == [
        "a~a@cpu@cuda", "b~a@cpu", "b~a@cuda", "b~b@cpu@cuda",
    ]  # fmt: skip


def test_one_changed_byte_changes_the_version_of_the_contracts():
    text = json.dumps(DIFFRACT)
    assert parse(text, "diffract.json").digest != parse(text + " ", "diffract.json").digest


def test_the_overlap_outputs_of_a_successor_may_be_there_and_need_not():
    """METRIC.OVERLAP.OUT_EXTRA: two names without a formula; anything else is too much."""
    contract = contracts()["compute_overlap_metrics"]
    inputs = {"coords": np.zeros((4, 2)), "gridsize": 1, "s_img": 1.0, "n_groups": 1, "probe_diameter_px": 9.0}
    answer = dispatch.call("compute_overlap_metrics", inputs)
    more = {"geometry_acceptance_bound": 0.5, "effective_min_acceptance": 0.25}
    assert contract.output_errors(inputs, answer) == contract.output_errors(inputs, answer | more) == []
    assert contract.output_errors(inputs, answer | {"acceptance": 0.5})
    assert contract.output_errors(inputs, answer | {"effective_min_acceptance": "low"})


def test_relations_about_manners_take_a_share_of_the_inputs():
    """Three at least, where the profile has as many; every other relation takes all."""
    assert [inputs_tried("nothing_is_left_behind", wanted) for wanted in (2, 3, 12, 60)] == [2, 3, 3, 15]
    assert [inputs_tried("batch_independence", wanted) for wanted in (3, 12)] == [3, 4]
    assert inputs_tried("energy_is_conserved", 12) == 12
    assert all(type(inputs_tried(name, 12)) is int and 3 <= inputs_tried(name, 12) <= 12 for name in relations())
