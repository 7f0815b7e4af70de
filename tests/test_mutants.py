"""Every clause has a check that bites: the mutants are sound data, and each dies of its own clause."""

import json
from dataclasses import replace

import pytest

from ptychoparity.harness import cli
from ptychoparity.harness.commands import mutate
from ptychoparity.harness.mutants import catalogue
from ptychoparity.harness.mutants.catalogue import Mutant, MutantError, carriers, mutants, parse
from ptychoparity.harness.mutants.changes import CHANGES
from ptychoparity.harness.mutants.hunt import Hunt
from ptychoparity.harness.mutants.wrappers import WRAPPERS
from ptychoparity.spec_tests.catalogue import clause
from ptychoparity.spec_tests.checks import judge
from ptychoparity.spec_tests.outcomes import CheckFailed, StopExploration
from tests.running import PROJECT, ptychoparity

INERT = Mutant("inert", "PHYS.FFT.NORM", "diffract", "does nothing", "inert")
MISLABELLED = Mutant(
    "mislabelled", "HOUSE.NO_STRAY_FILES", "diffract", "returns intensity, but says it leaves files",
    "after", {"changes": {"amplitude": ["power", 2]}},
)  # fmt: skip


@pytest.fixture(scope="module")
def hunt():
    with Hunt("numpy") as open_hunt:
        yield open_hunt


def document(**row) -> str:
    good = {"id": "one", "clause": "PHYS.FFT.NORM", "does": "does nothing at all", "how": "inert"}
    return json.dumps({"operation": "diffract", "mutants": [{**good, **row}]})


def test_every_binding_clause_has_a_mutant_in_every_operation_that_carries_it():
    assert catalogue.without_mutant(mutants()) == []
    there = {(m.clause, m.operation) for m in mutants()}
    binding = set(catalogue.binding_clauses())
    assert [pair for pair in carriers() if pair[0] in binding and pair not in there] == []


def test_every_wrapper_and_every_change_is_used():
    assert {m.how for m in mutants()} | {"inert"} == set(WRAPPERS)
    steps = [s for m in mutants() for key in ("changes", "ins", "outs") for s in m.options.get(key, {}).values()]
    assert {name for s in steps for name, *_ in ([s] if isinstance(s[0], str) else s)} == set(CHANGES)


def test_few_mutants_are_declared_equivalent():
    assert sum(bool(m.equivalent) for m in mutants()) <= len(mutants()) // 50


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "line 1"),
        (document(does="short"), "/mutants/0/does"),
        (document(clause="PHYS.NO.SUCH"), "not in the clause catalogue"),
        (document(clause="REASM.PLACE"), "no check of diffract carries REASM.PLACE"),
        (document(how="teleports"), "no wrapper 'teleports'"),
        (document(options={"factor": 2}), "takes the options []"),
        (document(how="after"), "takes the options ['changes']"),
        (document(how="after", options={"changes": {"amplitude": ["melt"]}}), "no change 'melt'"),
    ],
)
def test_bad_mutants_are_refused_by_name(text, words):
    with pytest.raises(MutantError) as caught:
        parse(text, "diffract.json")
    assert "diffract.json" in str(caught.value) and words in str(caught.value)


def test_a_mutant_that_does_nothing_survives(hunt):
    result = hunt.hunt(INERT)
    assert result.outcome == "survived" and not result.by
    every = sum(case.operation == "diffract" for case in catalogue.asked())
    assert result.asked == every  # nothing of the operation was left unasked
    assert mutate.judge([result], []) == 1


def test_a_mutant_that_dies_of_another_clause_is_said_to(hunt):
    result = hunt.hunt(MISLABELLED)
    assert result.outcome == "wrong clause" and MISLABELLED.clause not in result.clauses and result.by
    assert mutate.judge([result], []) == 1


def test_equivalents_must_survive(hunt):
    why = "the same numbers by another way, to the last bit"
    assert hunt.hunt(replace(INERT, equivalent=why)).outcome == "equivalent"
    assert hunt.hunt(replace(MISLABELLED, equivalent=why)).outcome == "not equivalent"


def test_a_backend_that_fails_without_a_mutant_is_not_judged():
    with Hunt("tests.miniatures.wrong:AlwaysWrong") as wrong:
        result = wrong.hunt(next(m for m in mutants() if m.clause == "PHYS.FFT.NORM"))
    assert result.outcome == "not judged" and "without any mutant" in result.message
    assert mutate.judge([result], []) == 2


def test_a_mutant_of_an_operation_that_is_not_claimed_is_not_hunted():
    with Hunt("tests.miniatures.dishonest:ClaimsLittle") as little:
        result = little.hunt(next(m for m in mutants() if m.operation == "translate"))
    assert (result.outcome, result.asked) == ("not claimed", 0) and "does not claim translate" in result.message
    assert mutate.judge([result], []) == 2, "nothing was hunted"
    assert mutate.judge([result, replace(result, outcome="killed")], []) == 0, "and what was hunted stands"


def test_survivors_turn_the_exit_code(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(catalogue, "mutants", lambda: (INERT,))
    assert cli.main(["mutate", "--operation", "diffract", "--runs", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "SURVIVED  diffract/inert [PHYS.FFT.NORM] does nothing" in said and "1 survived (exit 1)" in said


def test_clauses_without_a_mutant_turn_the_exit_code(monkeypatch, tmp_path, capsys):
    (one,) = [m for m in mutants() if m.name == "diffract/intensity"]
    monkeypatch.setattr(catalogue, "mutants", lambda: (one,))
    assert cli.main(["mutate", "--runs", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "NO MUTANT  REASM.PLACE" in said and "NO MUTANT  PHYS.AMPLITUDE" not in said


@pytest.mark.long
def test_the_quick_subset_dies_of_its_own_clauses(tmp_path):
    done = ptychoparity("mutate", "--quick", "--runs", str(tmp_path))
    assert done.exit == 0, done.stdout + done.stderr
    (file,) = tmp_path.glob("*-mutants/mutants.json")
    told = json.loads(file.read_text())
    # a clause about the harness alone binds no backend: its mutant is not hunted
    bound = [row for row in told["mutants"] if clause(row["clause"]).applies_to != ("harness",)]
    assert {row["outcome"] for row in bound} == {"killed"}
    assert {row["outcome"] for row in told["mutants"] if row not in bound} <= {"not applicable"}
    assert all(row["clause"] in row["clauses"] for row in bound)
    assert {row["clause"] for row in told["mutants"]} >= set(catalogue.binding_clauses())
    assert told["clauses_without_mutant"] == [] and told["exit"] == 0
    assert done.processor < 0.35 * len(told["mutants"])


def test_mistakes_are_one_line():
    broken = ("--backend", "tests.miniatures.dishonest:FailsToStart", "--operation", "translate")
    others = (("--quick", "--backend", "pytorch"), ("--clause", "PHYS.NO.SUCH"), ("--backend", "nobody"))
    for arguments in (broken, *others):
        done = ptychoparity("mutate", *arguments)
        assert done.exit == 2 and done.stderr.startswith("ptychoparity: ") and done.stderr.count("\n") == 1


def test_what_earlier_calls_left_beside_the_file_hides_nothing(hunt):
    mutant = next(m for m in mutants() if m.how == "litters_beside")
    cases = {c.name: c for c in catalogue.asked() if c.operation == "load_scan"}
    assert hunt._failure(cases["every-key"], mutant) == ""
    assert "left a file beside" in hunt._failure(cases["reading_leaves_the_file_alone"], mutant)


def test_goldens_are_as_they_were(hunt):
    """A mutant that writes to the file it reads is given copies."""
    stored = PROJECT / "fixtures" / "goldens" / "scan.npz"
    before = stored.read_bytes()
    assert hunt.hunt(next(m for m in mutants() if m.how == "touches_file")).outcome == "killed"
    case = next(c for c in carriers()["DATA.NPZ.DIFF3D", "load_scan"] if c.kind == "golden")
    assert hunt._failure(case, next(m for m in mutants() if m.how == "touches_file")) == ""
    assert stored.read_bytes() == before


def test_a_new_process_on_request_has_the_mutant_too(hunt):
    mutant = next(m for m in mutants() if m.operation == "diffract" and not m.equivalent)
    case = carriers()[mutant.clause, "diffract"][0]
    assert hunt._failure(case, mutant)
    before = hunt._target.description
    hunt._target.restart()
    assert hunt._target.description is not before
    with pytest.raises((CheckFailed, StopExploration)):
        judge(hunt._runner.trial(hunt._target), case)
    assert not hunt._failure(case, None)
