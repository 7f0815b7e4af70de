"""Expectations: what is expected does not gate; what makes the record untrue does, and says so."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ptychoparity.core.events import CheckFinished
from ptychoparity.core.outcomes import Outcome
from ptychoparity.core.profiles import PROFILES
from ptychoparity.core.verdicts import Known
from ptychoparity.harness import expectations, expectations_update
from ptychoparity.harness.expectations import BadExpectations
from ptychoparity.harness.session import Session
from ptychoparity.harness.settings import Selection, Settings
from ptychoparity.reports import events, junit, markdown, queries
from ptychoparity.reports.html import render
from ptychoparity.spec_tests import generate
from tests import sample_run
from tests.running import check, ptychoparity

NAME = "tests.miniatures.wrong:SwapsXAndY"
CASE = "translate/relation/impulse_moves_in_x"
SIGNATURE = r"fail: translated: an impulse at .* moved by \[\+0, \+1\]"
ISSUE = "https://example.org/issues/7"
FAILING = (CASE, "translate/relation/integer_shift_is_a_copy", "translate/relation/impulse_moves_in_y")
PASSING = "translate/relation/batch_independence"
DAY = date(2026, 11, 22)


def entry(case: str = CASE, **fields: str) -> str:
    given = {"check": f"'{case}'", "owner": "'optics team'", "issue": f"'{ISSUE}'", "expires": "2999-01-31",
             "signature": f"'{SIGNATURE}'"} | fields  # fmt: skip
    return "[[expectation]]\n" + "".join(f"{name} = {value}\n" for name, value in given.items() if value) + "\n"


def write(folder: Path, *entries: str, backend: str = NAME) -> Path:
    path = folder / "known.toml"
    path.write_text(f"backend = '{backend}'\n# a comment\n" + "".join(entries))
    return path


def run_of(folder: Path, *entries: str, cases=(CASE,), selection: str = "a part", version: str = "0.1.0"):
    """A run of these checks in this process: (run, exit code)."""
    found = expectations.read(write(folder, *entries)).entries
    settings = Settings((NAME,), PROFILES["quick"], runs=folder / "runs", selection=Selection(other=selection),
                        optional_devices=frozenset(), expectations=found)  # fmt: skip
    session = Session(settings)
    session.start()
    session._versions = dict.fromkeys(session._versions, version)
    for one in generate.checks([(NAME, "cpu")], ["translate"]):
        if one.case.id in cases:
            session.run(one)
    code = session.finish()
    return events.read(session.folder), code


def only(run: events.Run) -> CheckFinished:
    (one,) = run.checks
    return one


# -- met ----------------------------------------------------------------------------------------------------


def test_an_expected_failure_does_not_gate_and_keeps_what_it_measured(tmp_path):
    run, code = run_of(tmp_path, entry(), cases=(CASE, PASSING))
    check = next(c for c in run.checks if c.outcome is Outcome.XFAIL)
    assert code == 0 and run.footer.counts == {"xfail": 1, "pass": 1}
    assert check.message.startswith("translated: an impulse at") and (run.directory / check.failure_file).exists()
    assert check.expectation.to_json() == {
        "owner": "optics team", "issue": ISSUE, "expires": "2999-01-31", "signature": SIGNATURE, "state": "met",
        "outcome": "fail", "file": check.expectation.file, "entry": 1,
    }  # fmt: skip
    verdict = run.footer.verdicts[0]
    assert (verdict.verdict, verdict.why) == (
        "conforms", "1 selected check passes; 1 check fails as expected",
    )  # fmt: skip
    assert run.footer.verdict.startswith(f"{NAME}@cpu conforms but for 1 expected failure")
    for text in (markdown.render(run), render.render(run), junit.render(run)):
        assert "optics team" in text and ISSUE in text and "2999-01-31" in text
    assert 'skipped message="translated: an impulse' in junit.render(run)


def test_nothing_but_expected_failures_is_no_conformance(tmp_path):
    run, code = run_of(tmp_path, entry())
    assert code == 2 and run.footer.verdicts[0].why == "no check passes that is not expected to fail"


# -- the four bad kinds -------------------------------------------------------------------------------------

BAD = {
    "another signature": (
        entry(signature="'fail: translated: shape'"), CASE, "fail", "other-signature",
        "1 check fails in translate; 1 fails otherwise than expected",
        "known.toml, entry 1 wants /fail: translated: shape/, which is not in 'fail: translated: an impulse at",
    ),
    "expired": (
        entry(expires="2026-01-31"), CASE, "fail", "expired",
        "1 check fails in translate; 1 expectation has expired",
        "the expectation expired on 2026-01-31: ",
    ),
    "passes": (
        entry(PASSING), PASSING, "xpass", "passes", "1 expected failure passes",
        "expects a failure until 2999-01-31 (owner optics team, https://example.org/issues/7); "
        "remove it: ptychoparity expectations update ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_what_makes_an_expectation_untrue_gates_and_says_how(kind, tmp_path):
    text, case, outcome, state, why, says = BAD[kind]
    run, code = run_of(tmp_path, text, cases=(case,))
    check = only(run)
    assert (code, check.outcome, check.expectation.state) == (1, outcome, state)
    assert run.footer.verdicts[0].why == why
    assert says in check.message and "optics team" in check.message and ISSUE in check.message
    assert "optics team" in markdown.render(run) and "optics team" in junit.render(run)
    assert "<failure" in junit.render(run)


def test_a_stale_expectation_gates_a_whole_run_and_not_a_part(tmp_path):
    stale = entry("translate/relation/renamed_since")
    run, code = run_of(tmp_path, stale, cases=(PASSING,), selection="")
    (kept,) = run.footer.stale_expectations
    assert (kept.check, kept.entry, kept.columns) == ("translate/relation/renamed_since", 1, (f"{NAME}@cpu",))
    assert code == 1 and run.footer.verdicts[0].why == "1 expectation is stale"
    (line,) = queries.stale_texts(run)
    assert f"'translate/relation/renamed_since' covers no check of {NAME}@cpu (owner optics team" in line
    for text in (markdown.render(run), junit.render(run), render.render(run)):
        assert "translate/relation/renamed_since" in text
    assert 'type="stale"' in junit.render(run)
    part = tmp_path / "part"
    part.mkdir()
    run, code = run_of(part, stale, cases=(PASSING,))
    assert (code, run.footer.stale_expectations) == (0, ())


def test_bad_expectations_gate_below_the_gate_too(tmp_path):
    """batch_independence is HOUSE, the gate of a foreign backend is MUST."""
    run, code = run_of(tmp_path, entry(PASSING), cases=(PASSING,))
    assert (only(run).level, code) == ("HOUSE", 1)


# -- what an entry covers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "version", "covered"),
    [
        ({"device": "'cuda'"}, "0.1.0", False),
        ({"device": "'cpu'"}, "0.1.0", True),
        ({"versions": "'>=0.1,<0.3'"}, "0.1.0", True),
        ({"versions": "'>=0.1,<0.3'"}, "0.2.dev3", True),
        ({"versions": "'>=0.1,<0.3'"}, "0.3", False),
        ({"versions": "'>=0.1'"}, "no version", False),
        ({"check": "'translate/*/impulse_moves_in_?'"}, "0.1.0", True),
        ({"check": "'translate/*/impulse_moves_in_y'"}, "0.1.0", False),
    ],
)
def test_device_versions_and_pattern_say_what_is_covered(fields, version, covered, tmp_path):
    run, code = run_of(tmp_path, entry(**fields), version=version)
    assert only(run).outcome == ("xfail" if covered else "fail")
    assert (only(run).expectation is not None) == covered and code == (2 if covered else 1)


def test_other_devices_and_versions_are_ignored_silently(tmp_path):
    texts = entry("no/such/check", device="'cuda'"), entry("no/such/check", versions="'>9'")
    run, code = run_of(tmp_path, *texts, cases=(PASSING,), selection="")
    assert run.footer.stale_expectations == () and code == 2  # too little was asked for a verdict


def test_what_was_not_asked_judges_no_expectation(tmp_path):
    found = expectations.read(write(tmp_path, entry())).entries
    event = sample_run.check("translate", "relation", "impulse_moves_in_x", NAME, "cpu", outcome=Outcome.NOT_RUN,
                             message="three strikes")  # fmt: skip
    known = {f"{NAME}@cpu": "0.1.0"}
    assert expectations.judged(found, event, known, DAY) == event
    assert expectations.stale(found, [event], known) == ()


def test_checks_that_need_a_scan_or_a_pair_are_never_stale(tmp_path):
    path = write(tmp_path, entry("scan/example/grouping"), entry("translate/parity/default"))
    assert expectations.stale(expectations.read(path).entries, [], {f"{NAME}@cpu": "0.1.0"}) == ()


def test_one_entry_that_is_met_is_enough(tmp_path):
    run, _ = run_of(tmp_path, entry(signature="'nothing like it'"), entry(expires="2000-01-01"), entry())
    assert (only(run).outcome, only(run).expectation.entry) == ("xfail", 3)


def test_the_last_day_counts():
    one = expectations.Expectation("f", 1, NAME, CASE, "o", ISSUE, DAY, "fail: x")
    event = sample_run.check("translate", "smoke", "default", NAME, "cpu", outcome=Outcome.FAIL, message="x")
    assert expectations._state(one, event, DAY) == "met"
    assert expectations._state(one, event, date(2026, 11, 23)) == "expired"


# -- files that cannot be used ------------------------------------------------------------------------------

MISTAKES = {
    "known.toml is not TOML: ": "backend = ",
    "known.toml: backend: is missing": entry(),
    "known.toml: backend: no backend 'nope'; there are ": "backend = 'nope'\n",
    "known.toml: backnd: no such field; there are backend, expectation": f"backend = '{NAME}'\nbacknd = 'x'\n",
    "known.toml, entry 1: owner: is missing": entry(owner=""),
    "known.toml, entry 2: expires: is missing": entry() + entry(expires=""),
    "known.toml, entry 1: signatur: no such field": entry(signature="", signatur="'x'"),
    "known.toml, entry 1: experies: no such field; there are check, ": entry(experies="2027-01-31"),
    "known.toml, entry 1: expires: 'soon' is no date (expires = 2027-01-31)": entry(expires="'soon'"),
    "known.toml, entry 1: expires: '2027-01-31 10:00:00' is no date": entry(expires="2027-01-31T10:00:00"),
    "known.toml, entry 1: signature: 'a(' is no regular expression: missing )": entry(signature="'a('"),
    "known.toml, entry 1: signature: is empty": entry(signature="''"),
    "known.toml, entry 1: versions: '0.1 or so' is no version range": entry(versions="'0.1 or so'"),
    'known.toml, entry 1: device: "gpu" is none of *, cpu, cuda, cuda:N, mps': entry(device="'gpu'"),
    'known.toml, entry 1: issue: "#12" is no http(s) address': entry(issue="'#12'"),
    "known.toml, entry 1: owner: 7 is no string": entry(owner="7"),
    "known.toml, entry 1: owner: \" \" is empty": entry(owner="' '"),
}  # fmt: skip


@pytest.mark.parametrize("says", MISTAKES)
def test_a_bad_file_is_one_clear_line(says, tmp_path):
    text = MISTAKES[says]
    with_name = text if text.startswith("backend") or "backend: is missing" in says else f"backend = '{NAME}'\n{text}"
    path = tmp_path / "known.toml"
    path.write_text(with_name)
    with pytest.raises(BadExpectations) as caught:
        expectations.read(path)
    assert says in str(caught.value) and len(str(caught.value).splitlines()) == 1


def test_every_command_refuses_a_bad_file_with_exit_2(tmp_path):
    path = write(tmp_path, entry(owner=""))
    for arguments in (("check", "--backend", "numpy", "--expectations"), ("expectations", "check")):
        done = ptychoparity(*arguments, str(path))
        assert (done.exit, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 1 and "entry 1: owner: is missing" in done.stderr


# -- update -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A run of a few checks, as if it had been whole, with a file that is wrong in every way."""
    folder = tmp_path_factory.mktemp("kept")
    pattern = entry("translate/relation/*", signature="'^fail: translated'")
    stale, cuda = entry("translate/relation/renamed"), entry("translate/relation/renamed", device="'cuda'")
    run, _ = run_of(folder, pattern, stale, entry(PASSING), cuda, cases=(*FAILING, PASSING), selection="")
    return folder / "known.toml", run


def test_update_removes_what_is_untrue_and_shrinks_a_pattern_to_what_fails(kept):
    path, run = kept
    found = expectations_update.update(expectations.read(path), run.header, run.checks, DAY)
    assert {e.check for e in found.entries if e.device == "*"} == set(FAILING)
    assert [e.check for e in found.entries if e.device == "cuda"] == ["translate/relation/renamed"]
    assert any("renamed: stale, it covers no check" in text for text in found.removed)
    assert sum(text == f"{PASSING} on {NAME}@cpu: passes" for text in found.removed) == 2
    assert found.added == ()


def test_update_of_a_part_leaves_patterns_and_what_was_not_asked(kept):
    path, run = kept
    header = replace(run.header, selection="a part")
    found = expectations_update.update(expectations.read(path), header, run.checks, DAY)
    assert [e.check for e in found.entries] == ["translate/relation/*", *["translate/relation/renamed"] * 2]
    assert "translate/relation/*: passes in part, and only part was asked" in found.kept


def test_update_adds_new_failures_only_for_somebody(kept, tmp_path):
    path, run = kept
    file = replace(expectations.read(path), entries=(), path=tmp_path / "new.toml")
    renewed = {"owner": 'o "x"', "issue": ISSUE, "expires": date(2027, 1, 31)}
    found = expectations_update.update(file, run.header, run.checks, DAY, renewed)
    assert {e.check for e in found.entries} == set(FAILING) and {e.device for e in found.entries} == {"cpu"}
    expectations_update.write(file, found.entries)
    read = expectations.read(file.path).entries
    assert [replace(e, file="", entry=0) for e in read] == [replace(e, file="", entry=0) for e in found.entries]
    known = expectations.versions(run.header.backends)
    for one in (replace(c, outcome=c.ended, expectation=None) for c in run.checks):
        told = expectations.judged(read, one, known, DAY).expectation
        assert (told and told.state) == (Known.MET if one.outcome is Outcome.FAIL else None)


@pytest.mark.parametrize(
    ("message", "signature"),
    [
        ("Y: 12 of 12 values differ; worst at [0, 6]", r"^fail: Y: [-+.\de]+ of [-+.\de]+ values differ"),
        ("Y: has dtype complex128, where complex64 is asked for",
         "^fail: Y: has dtype complex128, where complex64 is asked for"),
        ("no answer (30 s)", r"^fail: no answer \([-+.\de]+ s\)"),
    ],
)  # fmt: skip
def test_a_new_signature_lets_numbers_be_others(message, signature):
    assert expectations_update.signature_of("fail", message) == signature


@pytest.mark.parametrize("text", ["a", "a\\d+", "it's \\d", 'a"b', "tab\t", "del\x7f", "é → 𝒇", "\\"])
def test_every_text_survives_being_written(text, tmp_path):
    one = expectations.Expectation("f", 1, NAME, CASE, text, ISSUE, DAY, ".", "cpu", ">=1")
    path = tmp_path / "a.toml"
    expectations_update.write(expectations.File(path, NAME, ()), [one])
    (read,) = expectations.read(path).entries
    assert replace(read, file="f") == one


def test_the_whole_way_from_a_red_run_to_a_gate_that_holds(tmp_path):
    """Commands as a user types them: check, record, check again, mend, be told."""
    path, runs = tmp_path / "known.toml", tmp_path / "runs"
    asked = ("--operation", "translate", "--kind", "relation")
    assert check(runs, "--backend", NAME, *asked).exit == 1
    who = ("--owner", "optics team", "--issue", ISSUE, "--expires", "2999-01-31")
    done = ptychoparity("expectations", "update", str(path), "--run", str(runs / "latest"), *who)
    assert done.exit == 0 and f"added {CASE}: /^fail: translated: an impulse at" in done.stdout, done
    done = check(runs, "--backend", NAME, *asked, "--expectations", str(path), "--budget")
    assert done.exit == 0 and "Expected failures: " in done.stdout and "Tolerance used at most" in done.stdout, done
    path.write_text(path.read_text() + entry(PASSING))
    done = check(runs, "--backend", NAME, *asked, "--expectations", str(path))
    assert done.exit == 1 and "1 expected failure passes" in " ".join(done.stdout.split()), done
    done = ptychoparity("expectations", "update", str(path), "--run", str(runs / "latest"))
    assert f"removed {PASSING} on {NAME}@cpu: passes" in done.stdout
    assert json.loads((runs / "latest" / "events.jsonl").read_text().splitlines()[-1])["exit"] == 1
    done = check(runs, "--backend", NAME, *asked, "--expectations", str(path))
    assert done.exit == 0, done
    done = ptychoparity("expectations", "check", str(path))
    assert done.exit == 0 and f"expectations of {NAME}" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--owner", "me"), "to add failures, --issue, --expires must be given too"),
        (("--owner", "me", "--issue", "12", "--expires", "2027-01-31"), "--issue 12: no http(s) address"),
        (("--owner", "me", "--issue", ISSUE, "--expires", "soon"), "--expires soon: no date like 2027-01-31"),
        (("--run", "ABSENT"), "cannot be read"),
    ],
)
def test_update_refuses_what_it_cannot_do_in_one_line(arguments, says, tmp_path):
    done = ptychoparity("expectations", "update", str(write(tmp_path)), *arguments, folder=tmp_path)
    assert done.exit == 2 and says in done.stderr and len(done.stderr.splitlines()) == 1
