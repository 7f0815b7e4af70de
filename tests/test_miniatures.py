"""Backends with one fault each, judged by the real engine as a user runs it: every fault must be seen.

What is expected of each stands in data/miniatures.json: the worst outcome, the kinds of check that see it,
the exit code, and what the first message says.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ptychoparity.core.outcomes import Outcome
from ptychoparity.reports import events
from tests.running import Ended, check, ptychoparity

TABLE = json.loads((Path(__file__).parent / "data/miniatures.json").read_text())
NAMES = [f"{row['backend'].partition(':')[2]}-{row['operation'] or 'all'}" for row in TABLE]
FAULTY = [n for n, row in zip(NAMES, TABLE, strict=True) if Outcome(row["outcome"]).bad]
TIMEOUT = 2.0


def _run(row: dict, runs: Path) -> Ended:
    operation = ["--operation", row["operation"]] if row["operation"] else []
    return check(runs, "--backend", f"tests.miniatures.{row['backend']}", "--timeout", str(TIMEOUT), *operation)


def _replay(done: Ended) -> tuple[str, Ended, Ended]:
    """The first failure again: on the backend that failed, and on one that conforms."""
    file = next(c["failure_file"] for c in done.checks if Outcome(c["outcome"]).bad)
    path = str(done.folder / file)
    return (
        file, ptychoparity("replay", path, "--timeout", str(TIMEOUT)),
        ptychoparity("replay", path, "--backend", "numpy"),
    )  # fmt: skip


def _selected(request: pytest.FixtureRequest) -> set[str]:
    """The miniatures that the tests of this session name, so that one test alone runs one of them."""
    mine = [i for i in request.session.items if i.path == request.path and hasattr(i, "callspec")]
    return {i.callspec.params["name"] for i in mine}


@pytest.fixture(scope="module")
def pool():
    with ThreadPoolExecutor(2) as workers:
        yield workers


@pytest.fixture(scope="module")
def runs(request, pool, tmp_path_factory):
    """Every miniature's run, begun side by side; a test waits for its own."""
    wanted = _selected(request)
    return {
        name: pool.submit(_run, row, tmp_path_factory.mktemp(name))
        for name, row in zip(NAMES, TABLE, strict=True)
        if name in wanted
    }


@pytest.fixture(scope="module")
def replays(request, pool, runs):
    mine = [i for i in request.session.items if i.path == request.path and i.name.startswith("test_replay_")]
    named = [i.callspec.params["name"] for i in mine]
    return {name: pool.submit(lambda n: _replay(runs[n].result()), name) for name in named}


@pytest.mark.parametrize("name", NAMES)
def test_the_fault_is_seen(name, runs):
    row, done = TABLE[NAMES.index(name)], runs[name].result()
    assert done.exit == row["exit"], done.stdout + done.stderr
    run = events.read(done.folder)  # whole and valid, whatever the backend did
    assert run.footer.exit == row["exit"]
    seen = [c for c in run.checks if c.outcome == row["outcome"]]
    assert seen, sorted({c.outcome for c in run.checks})
    assert row["says"] in seen[0].message.split("\n")[0]
    bad = [c for c in run.checks if c.outcome.bad]
    assert sorted({c.kind for c in bad}) == row["kinds"]
    for one in bad:
        assert one.clauses and (done.folder / one.failure_file).is_file()
    assert bool(bad) == Outcome(row["outcome"]).bad


@pytest.mark.parametrize("name", FAULTY)
def test_replay_says_failing_or_fixed(name, replays):
    file, again, elsewhere = replays[name].result()
    assert again.exit == 1 and again.stdout.startswith("failing: "), (file, again)
    assert elsewhere.exit == 0 and elsewhere.stdout.startswith("fixed: "), (file, elsewhere)
    assert not again.stderr and not elsewhere.stderr


@pytest.mark.parametrize("name", ["PrintsToStdout-diffract"])
def test_what_is_printed_is_kept_beside_the_check(name, runs):
    done = runs[name].result()
    smoke = next(c for c in done.checks if c["kind"] == "smoke" and c["operation"] == "diffract")
    for line in ("printed by Python", "complained by Python", "written to descriptor 1", "written to descriptor 2"):
        assert smoke["captured"].count(line) == 1
    assert "printed by Python" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["Hangs-diffract"])
def test_a_hang_ends_within_its_budget_and_leaves_no_process(name, runs):
    done = runs[name].result()
    hung = [c for c in done.checks if c["outcome"] == "timeout"]
    assert len(hung) == 3  # strikes
    rest = [c for c in done.checks if c["operation"] == "diffract" and c["outcome"] != "timeout"]
    assert rest and {c["outcome"] for c in rest} == {"not-run"}
    assert all(c["seconds"] < TIMEOUT + 5 for c in hung)
    assert done.seconds < 3 * TIMEOUT + 20
    pids = {line.split()[1] for c in hung for line in c["captured"].splitlines() if line.startswith("pid ")}
    assert len(pids) == 3  # each strike had a fresh process
    assert not [pid for pid in pids if Path("/proc", pid).exists()]


@pytest.mark.parametrize("name", ["Crashes-diffract"])
def test_last_words_of_a_crash_are_kept(name, runs):
    crash = next(c for c in runs[name].result().checks if c["outcome"] == "crash")
    assert "last words" in crash["captured"]


def test_changed_inputs_are_seen(tmp_path):
    """ptychoparity.backends.protocol: a call never changes its inputs. A HOUSE clause: it gates where the user asks."""
    rude = ("--backend", "tests.miniatures.rude:MutatesInputs", "--operation", "diffract", "--gate", "house")
    done = check(tmp_path, *rude)
    assert done.exit == 1
    (caught,) = [c for c in done.checks if c["outcome"] == "fail"]
    assert caught["id"].startswith("diffract/relation/inputs_are_left_alone/")
    assert "field" in caught["message"]


@pytest.mark.parametrize("name", ["FailsToStart-diffract"])
def test_a_backend_that_does_not_start_says_why(name, runs):
    events = runs[name].result().events
    verdict = events[-1]["verdicts"][0]
    assert verdict["verdict"] == "could not be judged"
    assert verdict["why"] == "it did not start: RuntimeError: no licence found"
    assert "dishonest.py" in events[0]["backends"][0]["detail"]  # and where
