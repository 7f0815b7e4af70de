"""The suite computes how much of its spec it checks, and what is wrong with that turns something red.

Entries of the lists whose clauses are encoded by now are taken out by: python -m tests.test_coverage
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ptychoparity.core.errors import UsageError
from ptychoparity.core.profiles import PROFILES
from ptychoparity.harness import cli, coverage, ghosts
from ptychoparity.harness.mutants.catalogue import mutants
from ptychoparity.harness.mutants.hunt import Hunt
from ptychoparity.harness.session import Session
from ptychoparity.harness.settings import Selection, Settings
from ptychoparity.reports import events
from ptychoparity.spec_tests import generate
from ptychoparity.spec_tests import unchecked as lists
from ptychoparity.spec_tests.catalogue import catalogue, clause, level_of
from ptychoparity.spec_tests.contract import version
from ptychoparity.spec_tests.unchecked import (
    NOT_CHECKABLE,
    NOT_YET,
    Unchecked,
    UncheckedError,
    carried,
    parse,
    unchecked,
)
from tests.running import PROJECT, ptychoparity

LISTS = PROJECT / "spec_tests" / "unchecked"
LATER = "operations on configurations"
WHY = "A statement on two documents: no answer of a backend can keep or break it."


def document(**entries) -> str:
    return json.dumps({"clauses": {name.replace("__", "."): entry for name, entry in entries.items()}})


def written(entries: dict[str, dict[str, str]]) -> str:
    """A list as it is stored: a clause a line, so that taking one out is taking out a line."""
    rows = ",\n".join(f"  {json.dumps(id)}: {json.dumps(entry, ensure_ascii=False)}" for id, entry in entries.items())
    return f'{{\n "clauses": {{\n{rows}\n }}\n}}\n'


@pytest.fixture
def orphan(monkeypatch) -> str:
    """A MUST of which nothing is said."""
    lost = "CLI.NO_MANUAL"
    monkeypatch.setattr(coverage, "unchecked", lambda: {id: e for id, e in unchecked().items() if id != lost})
    return lost


# -- the project's own --------------------------------------------------------------------------------------


def test_the_suite_has_no_fault():
    assert coverage.faults(coverage.standings(), ghosts.find(PROJECT)) == []


def test_every_clause_of_any_level_is_in_exactly_one_state():
    found = coverage.standings()
    assert [one.clause.id for one in found] == list(catalogue())
    assert not [one.clause.id for one in found if one.state == coverage.ORPHAN]
    assert not set(carried()) & set(unchecked())


@pytest.mark.parametrize("path", sorted(LISTS.glob("*.json")), ids=lambda path: path.name)
def test_a_list_is_stored_a_clause_a_line(path):
    assert path.read_text() == written(json.loads(path.read_text())["clauses"])


# -- lists that cannot be used ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "line 1"),
        (document(PHYS__NO__SUCH={"later": LATER}), "/clauses/PHYS.NO.SUCH: the clause is not in the catalogue"),
        (document(CFG__EXEC__CLASS={"later": LATER}), "the clause belongs in cfg.json"),
        (document(PHYS__FFT__NORM={"why": WHY}), "encoded after all: PHYS.FFT.NORM by diffract; take them out:"),
        (document(PHYS__NONGOALS={"why": ""}), "/clauses/PHYS.NONGOALS/why: '' "),
        (document(PHYS__NONGOALS={"why": "not needed"}), "/clauses/PHYS.NONGOALS/why: 'not needed' is too short"),
        (document(PHYS__NONGOALS={"why": WHY, "later": LATER}), "/clauses/PHYS.NONGOALS"),
        (document(PHYS__NONGOALS={}), "/clauses/PHYS.NONGOALS"),
        (document(PHYS__NONGOALS={"maybe": WHY}), "'maybe' was unexpected"),
        ('{"clauses": {"PHYS.NONGOALS": {"later": "a b c d"}, "PHYS.NONGOALS": {"later": "a b c d"}}}', "listed twice"),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_used_is_refused_in_one_line(text, words):
    with pytest.raises(UncheckedError) as caught:
        parse(text, "phys.json")
    assert words in str(caught.value) and str(caught.value).startswith("spec_tests/unchecked/phys.json at ")
    assert "\n" not in str(caught.value) and isinstance(caught.value, UsageError)


def test_a_stale_entry_stops_a_run_and_the_command(monkeypatch, capsys, tmp_path):
    def refuse():
        return parse(document(PHYS__FFT__NORM={"why": WHY}), "phys.json")

    monkeypatch.setattr(coverage, "unchecked", refuse)
    monkeypatch.setattr("ptychoparity.harness.commands.check.unchecked", refuse)
    for command in (["coverage"], ["check", "--backend", "numpy", "--runs", str(tmp_path)]):
        assert cli.main(command) == 2
        said = capsys.readouterr().err
        assert "encoded after all: PHYS.FFT.NORM by diffract" in said and said.count("\n") == 1


def test_what_is_encoded_by_now_is_taken_out(tmp_path):
    path = tmp_path / "phys.json"
    path.write_text(written({"PHYS.NONGOALS": {"why": WHY}, "PHYS.FFT.NORM": {"later": LATER}}))
    (tmp_path / "tol.json").write_text(written({"TOL.SHAPES": {"later": LATER}}))
    assert mend(tmp_path) == ["PHYS.FFT.NORM", "TOL.SHAPES"]
    assert path.read_text() == written({"PHYS.NONGOALS": {"why": WHY}})
    assert [entry.clause for entry in parse(path.read_text(), path.name)] == ["PHYS.NONGOALS"]
    assert not (tmp_path / "tol.json").exists() and mend(tmp_path) == []


# -- ghosts, orphans, a long list ---------------------------------------------------------------------------


def checkout(root: Path, **texts: str) -> Path:
    (root / "docs").mkdir()
    (root / "harness").mkdir()
    (root / "pyproject.toml").touch()
    (root / "docs" / "decisions.md").write_text(texts.get("decisions", ""))
    (root / "harness" / "code.py").write_text(texts.get("code", ""))
    return root


def test_a_ghost_in_a_docstring_or_a_document_is_found_where_it_is(tmp_path):
    root = checkout(tmp_path, decisions="# x\n**PHYS.FFT.NORMAL**: text.\n", code='"""HOUSE.NO_SUCH: a\nFOO.BAR.baz"""')
    found = {(ghost.id, ghost.where) for ghost in ghosts.find(root)}
    assert found == {("PHYS.FFT.NORMAL", "docs/decisions.md:2"), ("HOUSE.NO_SUCH", "harness/code.py:1"),
                     ("FOO.BAR.baz", "harness/code.py:2")}  # fmt: skip


def test_families_patterns_code_and_fenced_examples_are_no_ghosts(tmp_path):
    decisions = "PHYS.FFT, PHYS.FFT.*, DATA.GROUP.OVERSAMPLE_*, PHYS.FFT.NORM.\n```\nPHYS.NO.SUCH\n```\n`README.md`"
    code = "ET.SubElement(x); np.int.MAX; os.path.SEP_OF\n# PHYS.FFT.SHIFT"
    assert ghosts.find(checkout(tmp_path, decisions=decisions, code=code)) == []
    assert [word for word, _ in ghosts.within("PHYS.FFT.NO PHYS.FFT.NO_*", frozenset(catalogue()))] == [
        "PHYS.FFT.NO", "PHYS.FFT.NO_",
    ]  # fmt: skip


def test_a_ghost_turns_the_exit_code(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(ghosts, "checkout", lambda: checkout(tmp_path, decisions="see HOUSE.NO_SUCH"))
    assert cli.main(["coverage"]) == 1
    assert (
        "docs/decisions.md:1 cites HOUSE.NO_SUCH, which the clause catalogue does not hold" in capsys.readouterr().out
    )


def test_an_orphan_must_turns_the_exit_code(orphan, capsys):
    assert cli.main(["coverage"]) == 1
    said = capsys.readouterr().out
    assert f"{orphan} is a MUST that no check carries and no list" in said and "not yet checked, 1 orphan" in said


def test_an_orphan_of_another_level_is_counted_and_no_fault(monkeypatch):
    monkeypatch.setattr(coverage, "unchecked", lambda: {i: e for i, e in unchecked().items() if i != "POLICY.TERMS"})
    found = coverage.standings()
    assert coverage.counts(found)["orphan"] == 1 and coverage.faults(found, []) == []


def test_too_long_a_list_turns_the_exit_code(monkeypatch, capsys):
    musts = sum(one.level == "MUST" for one in catalogue().values())
    open_musts = [id for id, entry in unchecked().items() if entry.state == NOT_YET and clause(id).level == "MUST"]
    argued = sum(e.state == NOT_CHECKABLE and clause(id).level == "MUST" for id, e in unchecked().items())
    allowed = int(musts * coverage.MOST_NOT_CHECKABLE) - argued

    def grown(by: int):
        more = {id: Unchecked(id, NOT_CHECKABLE, WHY) for id in open_musts[:by]}
        return lambda: {**unchecked(), **more}

    monkeypatch.setattr(coverage, "unchecked", grown(allowed))
    assert cli.main(["coverage"]) == 0
    monkeypatch.setattr(coverage, "unchecked", grown(allowed + 1))
    assert cli.main(["coverage"]) == 1
    assert "of the MUSTs are listed as not checkable, more than 5 %" in capsys.readouterr().out


@pytest.mark.parametrize(("selection", "code"), [("", 2), ("a part", 0)])
def test_a_whole_run_of_a_suite_with_an_orphan_judges_nobody(selection, code, orphan, tmp_path):
    name = "tests.miniatures.dishonest:ClaimsLittle"
    session = Session(Settings((name,), PROFILES["quick"], runs=tmp_path, selection=Selection(other=selection)))
    session.start()
    for check in generate.checks([(name, "cpu")], ["diffract"]):
        assert session.run(check).outcome == "pass"
    assert session.finish() == code
    run = events.read(session.folder)
    (verdict,) = run.footer.verdicts
    assert (orphan in verdict.why) == (code == 2) and len(run.header.coverage.faults) == 1
    assert verdict.verdict == ("could not be judged" if code else "conforms")


# -- the command --------------------------------------------------------------------------------------------


def test_the_command_is_quick_and_loads_no_framework():
    done = ptychoparity("coverage", "--runs", "/nonexistent")
    assert done.exit == 0 and done.stderr == "" and done.processor < 10
    assert re.search(r"^all +MUST +468 ", done.stdout, re.MULTILINE)
    code = "import sys; from ptychoparity.harness import cli as c; c.main(['coverage'])"
    code += "; print({'torch', 'tensorflow'} & set(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True)
    assert ended.stdout.endswith("set()\n")


def test_an_area_is_listed_clause_by_clause(capsys):
    assert cli.main(["coverage", "--area", "NORM"]) == 0
    said = capsys.readouterr().out
    for one in catalogue().values():
        assert (one.id in said) == (one.area == "NORM")


def hunt_file(folder: Path, **more) -> Path:
    rows = [{"clause": "PHYS.FFT.NORM", "outcome": o} for o in ("killed", "survived", "equivalent", "not applicable")]
    told = {"backend": "numpy", "finished": "2026-11-22T03:01:00+00:00", "contracts": {}, "mutants": rows, **more}
    folder.mkdir(parents=True)
    (folder / "mutants.json").write_text(json.dumps(told))
    return folder / "mutants.json"


def test_the_newest_hunt_under_these_contracts_is_counted(tmp_path):
    now = version()
    hunt_file(tmp_path / "2026-01-01T000000Z-mutants", contracts=now, backend="old")
    hunt_file(tmp_path / "2026-01-02T000000Z-mutants", contracts=now, backend="new")
    hunt_file(tmp_path / "2026-01-03T000000Z-mutants")
    (tmp_path / "2026-01-04T000000Z-mutants").mkdir()
    found = coverage.newest_hunt(tmp_path)
    assert (found.backend, dict(found.asked), dict(found.killed)) == ("new", {"PHYS.FFT.NORM": 2}, {"PHYS.FFT.NORM": 1})
    assert coverage.newest_hunt(tmp_path / "none") is None


def test_everything_is_written_as_json_with_a_hunt_and_a_run(tmp_path, capsys):
    name = "tests.miniatures.dishonest:ClaimsLittle"
    session = Session(Settings((name,), PROFILES["quick"], runs=tmp_path, selection=Selection(other="a part")))
    session.start()
    (smoke,) = [c for c in generate.checks([(name, "cpu")], ["diffract"]) if c.id.startswith("diffract/smoke")]
    session.run(smoke)
    session.finish()
    hunt, file = hunt_file(tmp_path / "hunt"), tmp_path / "coverage.json"
    given = ["--mutants", str(hunt), "--run", str(session.folder), "--json", str(file)]
    assert cli.main(["coverage", *given]) == 0
    assert "it hunted under other contracts than these" in capsys.readouterr().out
    told = json.loads(file.read_text())
    rows = {row["id"]: row for row in told["clauses"]}
    one, later = rows["PHYS.FFT.NORM"], next(row for row in told["clauses"] if row["state"] == NOT_YET)
    assert (one["passed"], one["checks"], one["asked"], one["killed"]) == (1, 1, 2, 1)
    assert "diffract" in one["operations"] and one["cases"] > 10 and (later["state"], later["checks"]) == (NOT_YET, 0)
    assert told["faults"] == told["ghosts"] == [] and len(rows) == len(catalogue())


@pytest.mark.parametrize(
    "given", [("--area", "PHYSICS"), ("--run", "nowhere"), ("--mutants", "nowhere"), ("--mutants", "pyproject.toml")]
)
def test_bad_input_is_one_line(given, capsys):
    assert cli.main(["coverage", *given]) == 2
    said = capsys.readouterr().err
    assert said.startswith("ptychoparity: ") and said.count("\n") == 1


# -- whom a clause is about ---------------------------------------------------------------------------------


def test_a_clause_binds_backends_of_the_framework_it_is_about():
    tensorflow, torch, everyone = clause("TENSOR.TOGRID"), clause("DATA.NPZ.ALIAS"), clause("PHYS.FFT.NORM")
    harness = clause("RECON.FILTERS")
    bound = {
        framework: [one.applies(framework) for one in (tensorflow, torch, everyone, harness)]
        for framework in ("tensorflow", "torch", "numpy", "")
    }
    assert bound == {
        "tensorflow": [True, False, True, False], "torch": [False, True, True, False],
        "numpy": [True, True, True, False], "": [True, True, True, False],
    }  # fmt: skip


def test_a_check_has_the_level_of_the_clauses_that_apply():
    assert level_of(("TENSOR.TOGRID",), "tensorflow") == level_of(("TENSOR.TOGRID",), "numpy") == "MUST"
    assert level_of(("TENSOR.TOGRID",), "torch") == "HOUSE", "claimed, so promised to us and not to the spec"
    assert level_of(("TENSOR.TOGRID", "TENSOR.CHANNEL_MAP"), "torch") == "MUST"
    assert level_of(("DATA.NPZ.ALIAS_TF",), "torch") == "INFO", "never more than it was"


def test_a_mutant_of_a_clause_about_another_framework_is_not_hunted():
    mutant = next(m for m in mutants() if m.clause == "TENSOR.TOGRID")
    with Hunt("numpy") as hunt:
        assert hunt.hunt(mutant).outcome == "killed"
        hunt._framework = "torch"
        result = hunt.hunt(mutant)
    assert (result.outcome, result.asked) == ("not applicable", 0) and "tensorflow" in result.message


# -- taking out what is encoded -----------------------------------------------------------------------------


def mend(folder: Path) -> list[str]:
    """Take out of the lists below a folder what is encoded by now; what was taken out. An empty list goes."""
    gone: list[str] = []
    for path in sorted(folder.glob("*.json")):
        entries = json.loads(path.read_text())["clauses"]
        if here := lists.stale(entries, carried()):
            kept = {id: entry for id, entry in entries.items() if id not in here}
            path.write_text(written(kept)) if kept else path.unlink()
            gone += here
    return gone


if __name__ == "__main__":
    print("\n".join(mend(LISTS)) or "nothing to take out")
