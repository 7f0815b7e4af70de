"""`ptychoparity show`: what a reference page must hold, of every operation and clause, and who passes."""

import pytest

from ptychoparity.core import nearest
from ptychoparity.harness import cli
from ptychoparity.harness.commands import show
from ptychoparity.harness.show import clause as clause_page
from ptychoparity.harness.show import operation as operation_page
from ptychoparity.harness.show.page import Page
from ptychoparity.spec_tests.catalogue import catalogue
from ptychoparity.spec_tests.contract import contracts
from ptychoparity.spec_tests.unchecked import carried
from tests.running import check


@pytest.mark.parametrize("operation", contracts())
def test_a_page_holds_the_whole_contract(operation):
    contract = contracts()[operation]
    text = operation_page.page_of(contract).text()
    lines = [line.strip() for line in text.splitlines()]
    assert "".join(contract["definition"].split()) in "".join(text.split())
    for side in ("input", "output"):
        for name in contract[side]["properties"]:
            assert any(line == name or line.startswith(f"{name} ") for line in lines), name
    for section in ("examples", "errors", "relations", "goldens", "boundaries", "scenarios"):
        for case in contract.get(section, []):
            name = case.get("id", case.get("name"))
            assert any(line.startswith(f"{name}:") or line.startswith(f"{name} [") for line in lines), name
    for rule in contract["tolerance"].values():
        assert rule["why"] in text
    for clause_id in contract.clauses:
        cited = catalogue()[clause_id]
        row = next(line for line in lines if line.split()[:2] == [cited.level, clause_id])
        assert cited.section in row and cited.statement.split("\n")[0] in row
    for schema in (sub["ndarray"] for sub in contract["input"]["properties"].values() if "ndarray" in sub):
        assert schema.get("units", "") in text


@pytest.mark.parametrize("name", catalogue())
def test_a_clause_says_what_it_is_and_what_covers_it(name):
    clause = catalogue()[name]
    text = clause_page.page_of(clause).text()
    for part in (name, clause.level, clause.statement, clause.section, clause.ambiguity):
        assert part.split("\n")[0] in text
    cases = carried().get(name, ())
    for case in cases:
        assert case.operation in text and (len(cases) > clause_page.FEW or " ".join(case.name.split()) in text)
    assert (f"Checks: {len(cases)} in " if cases else "none: ") in text
    assert "\n".join(line for line in text.splitlines() if len(line) > 5000) == ""


def test_a_pipe_is_not_folded_and_a_terminal_is():
    page = Page()
    page.say("word " * 100)
    assert len(page.text().splitlines()) == 1
    folded = page.text(60).splitlines()
    assert len(folded) > 5 and all(len(line) <= 60 for line in folded)
    assert folded[0].startswith("  word") and folded[1].startswith("      word")


@pytest.mark.parametrize(("given", "meant"), [("diffract", "diffract"), ("phys.fft.norm", "PHYS.FFT.NORM")])
def test_case_does_not_count(given, meant):
    assert show.found(given) == meant


def test_who_passes_in_the_latest_run_or_the_named_one(tmp_path, capsys):
    words = ("--operation", "diffract", "--kind", "example", "--kind", "smoke")
    red = check(tmp_path / "red", "--backend", "tests.miniatures.wrong:AlwaysWrong", *words)
    green = check(tmp_path / "green", "--backend", "numpy", *words)
    assert (red.exit, green.exit) == (1, 0)

    def shown(*arguments):
        assert cli.main(["show", *map(str, arguments)]) == 0
        return capsys.readouterr().out

    found = shown("diffract", "--runs", tmp_path / "green")
    assert f"Results in {tmp_path / 'green' / 'latest'}" in found and "numpy@cpu passes: 5 pass" in found
    found = shown("PHYS.FFT.SHIFT", "--runs", tmp_path / "green", "--run", red.folder)
    assert "tests.miniatures.wrong:AlwaysWrong@cpu fails: " in found
    assert "fail diffract/example/constant-field/tests.miniatures.wrong:AlwaysWrong@cpu: " in found
    assert "no check of translate was run" in shown("translate", "--run", red.folder)
    assert "Results" not in shown("translate", "--runs", tmp_path / "nothing")


def test_a_latest_run_that_was_cut_off_is_said_and_not_shown(tmp_path, capsys):
    (tmp_path / "latest").mkdir()
    (tmp_path / "latest" / "events.jsonl").write_text("")
    assert cli.main(["show", "diffract", "--runs", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert "no results are shown: " in said.err and "holds no event" in said.err and "Definition" in said.out


def test_only_near_names_are_suggested():
    assert nearest.nearest("difract", contracts()) == ["diffract"]
    assert nearest.did_you_mean("zzz", contracts()) == ""
    assert (
        nearest.unknown("colour", "zzz", ["red", "green"], ", or none")
        == "no colour 'zzz'; there are red, green, or none"
    )
