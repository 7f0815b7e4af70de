"""Contracts of the user's own, judged by the real engine as a user runs it: each ability at work, and seen failing.

The contracts stand in `contracts/`, what is expected of each backend of `miniatures/models.py` in
data/own_contracts.json.
"""

import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from ptychoparity.core.errors import UsageError
from ptychoparity.core.outcomes import Outcome
from ptychoparity.harness import cli
from ptychoparity.reports import events
from ptychoparity.spec_tests import budgets
from ptychoparity.spec_tests.additions import Additions
from tests.running import PROJECT, Ended, check, command, ptychoparity, run

TABLE = json.loads((Path(__file__).parent / "data/own_contracts.json").read_text())
ROWS = {f"{row['backend']}-{row['operation']}": row for row in TABLE}
REPLAYED = ("OneKernelOff-scale_weights", "TestsOnTheTrainingSet-fit_line", "KeepsModelsInMemory-load_model")
"""One of each ability: replays take time."""
OWN = ("--contracts", "tests/contracts", "--oracle", "tests.miniatures.models:oracle")


def models(name: str) -> tuple[str, str]:
    return "--backend", f"tests.miniatures.models:{name}"


@pytest.fixture(scope="module")
def run_of(tmp_path_factory) -> Callable[[str], Ended]:
    """The run of a row, made when it is first wanted."""

    @cache
    def made(name: str) -> Ended:
        row = ROWS[name]
        return check(tmp_path_factory.mktemp(name), *models(row["backend"]), "--operation", row["operation"], *OWN)

    return made


@pytest.mark.parametrize("name", ROWS)
def test_the_fault_is_seen_and_nothing_else_is(name, run_of):
    row, done = ROWS[name], run_of(name)
    assert done.exit == row["exit"], done.stdout + done.stderr
    told = events.read(done.folder)
    bad = [c for c in told.checks if c.outcome.bad]
    assert sorted({c.kind for c in bad}) == row["kinds"]
    assert {c.outcome for c in told.checks} <= {"pass", row["outcome"]}
    assert not bad or any(row["says"] in c.message for c in bad), [c.message for c in bad]
    for one in bad:
        assert one.clauses and (done.folder / one.failure_file).is_file()
        assert "--contracts tests/contracts --oracle tests.miniatures.models:oracle" in one.reproduce[1]
    assert bad or "pass" in {c.outcome for c in told.checks if c.operation == row["operation"]}
    assert (done.folder / "index.html").is_file()


@pytest.mark.parametrize("name", REPLAYED)
def test_replay_says_failing_or_fixed(name, run_of, capfd, monkeypatch):
    """The command runs in this process, where everything is imported by now."""
    done = run_of(name)
    monkeypatch.chdir(PROJECT)
    file = next(c["failure_file"] for c in done.checks if Outcome(c["outcome"]).bad)
    for backend, code, word in (((), 1, "failing: "), (models("Models"), 0, "fixed: ")):
        capfd.readouterr()
        assert cli.main(["replay", str(done.folder / file), *OWN, *backend]) == code, (file, capfd.readouterr())
        assert capfd.readouterr().out.startswith(word), file


def test_a_failure_of_own_contracts_is_replayed_with_those_that_its_file_names(tmp_path):
    done = check(tmp_path, *models("ForgetsTheBias"), *OWN, "--only", "train_model/example/*")
    file = done.folder / done.checks[-1]["failure_file"]
    assert ptychoparity("replay", str(shutil.copy(file, tmp_path))).exit == 1
    file.write_text(file.read_text().replace("tests/contracts", "tests/nowhere"))
    assert ptychoparity("replay", str(file)).exit == 2


# -- scenarios ---------------------------------------------------------------------------------------------------

STEPS = {"train", "before", "save", "load", "after", "again"}
SCENARIO = ("--only", "load_model/scenario/predicts*")


def test_a_crash_names_its_step(tmp_path):
    died = check(tmp_path / "died", *models("DiesWhenLoading"), *OWN, *SCENARIO)
    (crash,) = died.checks
    assert (crash["outcome"], crash["level"]) == ("crash", "MUST")
    assert crash["message"] == "step 'load': load_model: its process ended with exit code 3"


def test_a_scenario_is_judged_twice_alike_and_tells_every_step(tmp_path, run_of):
    (alone,) = check(tmp_path, *models("Models"), *OWN, *SCENARIO).checks
    (among,) = [c for c in run_of("Models-load_model").checks if c["id"] == alone["id"]]
    assert alone["outcome"] == among["outcome"] == "pass"
    assert alone["digest"] == among["digest"] != ""
    assert alone["calls"] == 6
    assert {row["name"].partition(".")[0] for row in alone["inputs"]} == STEPS


def test_a_scenario_needs_every_operation_of_its_steps(tmp_path):
    done = check(tmp_path, *models("LoadsAlone"), *OWN, *SCENARIO)
    assert [(c["outcome"], c["message"]) for c in done.checks] == [
        ("not-run", "tests.miniatures.models:LoadsAlone@cpu does not claim train_model, predict, save_model")
    ]


# -- limits and budgets ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "asked", "limit"), [({}, 30, 30), ({}, 7, 7), ({"timeout": 120}, 30, 120), ({"timeout": 120}, 60, 240)]
)
def test_a_contracts_limit_scales_with_the_users(document, asked, limit):
    assert budgets.seconds(document, asked) == limit


def test_the_users_timeout_scales_a_contracts_limit(tmp_path):
    done = check(tmp_path, *models("Models"), *OWN, "--only", "wait_for/example/*", "--timeout", "1.5")
    (asked,) = [c for c in done.checks if c["operation"] == "wait_for"]
    assert asked["outcome"] == "timeout" and "no answer within 0.1 s" in asked["message"]


def test_a_budget_bounds_a_run_and_expensive_operations_come_last(tmp_path):
    wanted = [word for name in ("train_model", "predict") for word in ("--operation", name)]
    done = check(tmp_path, *models("Models"), *OWN, *wanted, "--profile", "default")
    train = [c for c in done.checks if c["operation"] == "train_model"]
    cheap = [c for c in done.checks if c["operation"] == "predict"]
    assert sum(c["calls"] for c in train) == 7  # smoke, example, 2 boundaries, 3 property inputs
    assert sum(c["calls"] for c in cheap) > 50
    assert [c for c in done.checks if c["operation"] != "describe"] == cheap + train


def test_a_run_within_its_budget_is_judged_and_one_below_it_is_not(tmp_path):
    """Without a selection: every operation that is claimed must be asked enough. One is asked 5 checks, which is
    enough for it, the other 3 of the 9 it now wants."""
    more = tmp_path / "contracts"
    more.mkdir()
    for file in (PROJECT / "tests" / "contracts").glob("*.json"):
        (more / file.name).write_text(file.read_text().replace('"checks": 3', '"checks": 9'))
    done = check(tmp_path / "runs", *models("TrainsAndWaits"), "--contracts", str(more), *OWN[2:])
    assert done.exit == 2
    assert done.events[-1]["emptiness"] == [
        "tests.miniatures.models:TrainsAndWaits@cpu: wait_for: only 3 checks ran; at least 9 are required"
    ]
    assert sum(c["outcome"] == "pass" for c in done.checks if c["operation"] == "train_model") == 5


# -- folders and oracles -----------------------------------------------------------------------------------------


def test_without_an_oracle_answers_are_held_to_their_contract_and_the_verdict_says_so(tmp_path):
    done = check(tmp_path / "a", *models("OneKernelOff"), *OWN[:2], "--operation", "scale_weights")
    assert done.exit == 0
    assert "(without an oracle: scale_weights)" in done.events[-1]["verdict"]
    seen = check(tmp_path / "b", *models("WidensInside"), *OWN[:2], "--operation", "scale_weights")
    assert seen.exit == 1


def test_pytest_itself_asks_own_contracts_too(tmp_path):
    done = run(
        command()[0], "-m", "pytest", "-q", "spec_tests", *models("ForgetsTheBias"), "--device", "cpu", *OWN,
        "--only", "train_model/example/*", "--runs", str(tmp_path),
    )  # fmt: skip
    assert done.exit == 1
    assert 'weights["dense/bias"][]: expected 5.0, got 0.0' in done.stdout


def test_own_checks_are_listed():
    listed = ptychoparity("list", "checks", *OWN[:2]).stdout.splitlines()
    assert "fit_line/boundary/test_path.y.normal-0" in listed
    assert not any(one.startswith("fit_line/") for one in ptychoparity("list", "checks").stdout.splitlines())


WRONG = {
    "no folder": ((["no/such/folder"], None), "--contracts .*: there is no such folder"),
    "no contracts": (([], "tests.miniatures.models:oracle"), "--oracle .*, and none is named"),
    "no module": ((["tests/contracts"], "no.such:thing"), "--oracle no.such:thing: No module"),
    "no function": ((["tests/contracts"], "tests.miniatures.models:thing"), "--oracle .* no attribute 'thing'"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_a_user_did_wrong_is_said(name, monkeypatch):
    monkeypatch.chdir(PROJECT)
    asked, reason = WRONG[name]
    with pytest.raises(UsageError, match=reason):
        Additions.of(*asked)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--contracts", "no/such/folder"), "there is no such folder"),
        (("--contracts", "tests/data"), "holes.json at /: "),
    ],
)
def test_it_is_one_line_and_nothing_runs(options, reason, tmp_path):
    done = check(tmp_path, *models("Models"), *options, "--only", "diffract/smoke/*")
    assert done.exit == 2 and done.folder is None
    assert done.stderr.count("\n") == 1 and reason in done.stderr and len(done.stderr) < 500, done.stderr
