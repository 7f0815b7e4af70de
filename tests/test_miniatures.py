"""Backends with one fault each, judged by the real engine as a user runs it: every fault must be seen.

What is expected of each stands in data/miniatures.json: the worst outcome, the kinds of check that see it,
the exit code, and what the first message says.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from ptychoparity.core.outcomes import Outcome
from ptychoparity.harness import cli
from ptychoparity.reports import events
from tests.running import Ended, check

TABLE = json.loads((Path(__file__).parent / "data/miniatures.json").read_text())
ROWS = {f"{row['backend'].partition(':')[2]}-{row['operation'] or 'all'}": row for row in TABLE}
FAULTY = [name for name, row in ROWS.items() if Outcome(row["outcome"]).bad]
HANG = 2.0
"""Seconds until a miniature that never answers is given up. The others get the default: a busy machine is no hang."""


def each(*names: str) -> pytest.MarkDecorator:
    """A test of each of these miniatures; those of one share its run, and so a worker (tests/conftest.py)."""
    return pytest.mark.parametrize("name", names)


def _patience(row: dict) -> tuple[str, ...]:
    return ("--timeout", str(HANG)) if row["outcome"] == "timeout" else ()


@pytest.fixture(scope="module")
def run_of(tmp_path_factory) -> Callable[[str], Ended]:
    """The run of a miniature, made when it is first wanted."""

    @cache
    def made(name: str) -> Ended:
        row = ROWS[name]
        operation = ["--operation", row["operation"]] if row["operation"] else []
        backend = f"tests.miniatures.{row['backend']}"
        return check(tmp_path_factory.mktemp(name), "--backend", backend, *_patience(row), *operation)

    return made


@each(*ROWS)
def test_the_fault_is_seen(name, run_of):
    row, done = ROWS[name], run_of(name)
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


@each(*FAULTY)
def test_replay_says_failing_or_fixed(name, run_of, capfd):
    """The first failure again: on the backend that failed, and on one that conforms.

    The command runs in this process, where everything is imported by now: it starts fifty times.
    """
    done = run_of(name)
    file = next(c["failure_file"] for c in done.checks if Outcome(c["outcome"]).bad)
    for arguments, code, word in ((_patience(ROWS[name]), 1, "failing: "), (("--backend", "numpy"), 0, "fixed: ")):
        capfd.readouterr()
        assert cli.main(["replay", str(done.folder / file), *arguments]) == code, (file, capfd.readouterr())
        said, complaints = capfd.readouterr()
        assert said.startswith(word) and not complaints, (file, said, complaints)


@each("PrintsToStdout-diffract")
def test_what_is_printed_is_kept_beside_the_check(name, run_of):
    done = run_of(name)
    smoke = next(c for c in done.checks if c["kind"] == "smoke" and c["operation"] == "diffract")
    for line in ("printed by Python", "complained by Python", "written to descriptor 1", "written to descriptor 2"):
        assert smoke["captured"].count(line) == 1
    assert "printed by Python" not in done.stdout + done.stderr


def _hung(done: Ended) -> tuple[float, float]:
    """Hold a run of a backend that hangs to what must be; the seconds of its slowest check, and its own."""
    hung = [c for c in done.checks if c["outcome"] == "timeout"]
    assert len(hung) == 3  # strikes
    rest = [c for c in done.checks if c["operation"] == "diffract" and c["outcome"] != "timeout"]
    assert rest and {c["outcome"] for c in rest} == {"not-run"}
    pids = {line.split()[1] for c in hung for line in c["captured"].splitlines() if line.startswith("pid ")}
    assert len(pids) == 3  # each strike had a fresh process
    assert not [pid for pid in pids if Path("/proc", pid).exists()]
    return max(c["seconds"] for c in hung), done.seconds


@each("Hangs-diffract")
def test_a_hang_ends_within_its_budget_and_leaves_no_process(name, run_of):
    slowest, whole = _hung(run_of(name))
    for _ in range(2):  # other work on the machine only ever adds to it
        if slowest < HANG + 5 and whole < 3 * HANG + 20:
            break
        run_of.cache_clear()
        slowest, whole = _hung(run_of(name))
    assert slowest < HANG + 5 and whole < 3 * HANG + 20


@each("Crashes-diffract")
def test_last_words_of_a_crash_are_kept(name, run_of):
    crash = next(c for c in run_of(name).checks if c["outcome"] == "crash")
    assert "last words" in crash["captured"]


def test_changed_inputs_are_seen(tmp_path):
    """ptychoparity.backends.protocol: a call never changes its inputs. A HOUSE clause: it gates where the user asks."""
    rude = ("--backend", "tests.miniatures.rude:MutatesInputs", "--operation", "diffract", "--gate", "house")
    done = check(tmp_path, *rude)
    assert done.exit == 1
    caught = {c["case"]: c["message"] for c in done.checks if Outcome(c["outcome"]).bad}
    assert "field" in caught.pop("inputs_are_left_alone")
    assert caught.keys() == {"layout=read-only", "memory_layout_does_not_matter"}  # what cannot be written fails it


@each("FailsToStart-diffract")
def test_a_backend_that_does_not_start_says_why(name, run_of):
    events = run_of(name).events
    verdict = events[-1]["verdicts"][0]
    assert verdict["verdict"] == "could not be judged"
    assert verdict["why"] == "it did not start: RuntimeError: no licence found"
    assert "dishonest.py" in events[0]["backends"][0]["detail"]  # and where
