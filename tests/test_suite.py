"""The test command: every part runs, every exit code counts, and the last line is true of all of them."""

import os
import signal
import sys
from collections import Counter

import pytest

from tests import suite
from tests.processes import GROUPS
from tests.running import PROJECT, environment, until

GREEN = "import pytest\ndef test_one(): ...\ndef test_two(): ...\n@pytest.mark.skip\ndef test_three(): ...\n"
RED = "def test_one(): ...\ndef test_two(): assert 0\n"
DIES = "import os\ndef test_one(): os._exit(3)\n"


@pytest.fixture
def parts(tmp_path, monkeypatch):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    for name, text in {"green": GREEN, "red": RED, "dies": DIES}.items():
        (tmp_path / f"test_{name}.py").write_text(text)
    there = {name: (str(tmp_path / f"test_{name}.py"), "-q") for name in ("green", "red", "dies")}
    monkeypatch.setattr(suite, "PARTS", there)
    monkeypatch.delenv(suite.TOTALS, raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("names", "code", "says"),
    [
        (["green"], 0, " 2 passed, 1 skipped in "),
        (["green", "green"], 0, " 4 passed, 2 skipped in "),
        (["red", "green"], 1, " 1 failed, 3 passed, 1 skipped in "),
        (["green", "red"], 1, " 1 failed, 3 passed, 1 skipped in "),
        (["dies", "green"], 3, " 2 passed, 1 skipped, 1 error in "),
    ],
)
def test_every_part_runs_and_counts(names, code, says, parts, capfd):
    assert suite.main(names) == code
    last = capfd.readouterr().out.splitlines()[-1]
    assert says in last and last.startswith("=") and last.endswith("=")


def test_totals_go_on_from_call_to_call(parts, monkeypatch, capfd):
    file = parts / "totals"
    file.touch()
    monkeypatch.setenv(suite.TOTALS, str(file))
    assert (suite.main(["red"]), suite.main(["green"]), suite.main([])) == (1, 0, 0)
    ends = [line for line in capfd.readouterr().out.splitlines() if line.startswith("=") and " in " in line]
    assert " 1 failed, 1 passed in " in ends[0] and " 1 failed, 3 passed, 1 skipped in " in ends[1] == ends[2]


def test_a_part_that_fails_by_itself_is_an_error(tmp_path):
    assert suite.counted(tmp_path / "absent", 4) == Counter(error=1)
    assert suite.counted(tmp_path / "absent", 0) == Counter()
    report = tmp_path / "junit.xml"
    report.write_text('<testsuites><testsuite tests="3" errors="0" failures="0" skipped="1"/></testsuites>')
    assert suite.counted(report, 1) == Counter(passed=2, skipped=1, error=1)
    assert "no tests ran" in suite.closing_line(Counter(), 0)


def test_parts_are_named(capsys):
    assert suite.main(["shared", "chekcs"]) == 2
    assert capsys.readouterr().err == "no part chekcs; there are shared, alone, checks, long\n"


SLOW = """
import signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell does to what it starts in the background
sys.path.insert(0, {project!r})
from tests import suite
suite.PARTS["slow"] = ({file!r}, "-p", "tests.conftest")
sys.exit(suite.script())
"""


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_part_that_runs_and_what_would_follow(parts, ending):
    """`make` hands SIGTERM to this process alone; Ctrl-C reaches the whole group, however that was started."""
    text = (
        f"import time, pathlib\ndef test_one():\n    pathlib.Path({str(parts / 'on')!r}).touch()\n    time.sleep(600)\n"
    )
    (parts / "test_slow.py").write_text(text)
    script = SLOW.format(project=str(PROJECT), file=str(parts / "test_slow.py"))
    process = GROUPS.start([sys.executable, "-c", script, "slow", "slow"], env=environment(), stdout=-1, text=True)
    until((parts / "on").exists)
    process.send_signal(ending) if ending == signal.SIGTERM else os.killpg(process.pid, ending)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130 and "KeyboardInterrupt" in output
    assert output.count("$ pytest") == 1, "the part that would follow is not begun"
