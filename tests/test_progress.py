"""Progress while a run goes on: a moving bar on a terminal, sparse lines in a pipe, though pytest captures both."""

import contextlib
import fcntl
import os
import pty
import re
import struct
import termios
from pathlib import Path

from tests.processes import GROUPS
from tests.running import PROJECT, check, command, environment

WORDS = ("--backend", "numpy", "--operation", "diffract")
BAR = re.compile(r"numpy@cpu [━╸╺ ]*(\d+)/(\d+) +(\d+) failing +(\d:\d\d:\d\d)( about \d+ s left)?")


def _on_a_terminal(runs: Path, *words: str, columns: int = 120, **variables: str) -> tuple[int, str]:
    """The exit code of a check whose output is a terminal, and all that was drawn on it."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    made = {name: value for name, value in environment(TERM="xterm-256color", **variables).items() if name != "CI"}
    words = (*command("check", "--device", "cpu", "--profile", "quick", "--runs", str(runs)), *WORDS, *words)
    process = GROUPS.start(words, cwd=PROJECT, env={**made, **variables}, stdout=slave, stderr=slave)
    os.close(slave)
    drawn = b""
    with contextlib.suppress(OSError):  # the terminal closes with the last who writes to it
        while chunk := os.read(master, 65536):
            drawn += chunk
    os.close(master)
    return process.wait(60), drawn.decode()


def _plain(drawn: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn)


def test_a_bar_moves_on_a_terminal_and_says_how_long_it_takes(tmp_path):
    code, drawn = _on_a_terminal(tmp_path)
    bars = BAR.findall(_plain(drawn))
    assert code == 0 and len({done for done, *_ in bars}) > 2, drawn
    assert bars[-1][0] == bars[-1][1] and any(left for *_, left in bars)
    assert "\x1b[2K" in drawn, "a bar is drawn over the one before"
    assert _plain(drawn).index("numpy@cpu conforms") > _plain(drawn).rindex("failing")


def test_no_line_of_a_bar_is_wider_than_the_terminal(tmp_path):
    _, drawn = _on_a_terminal(tmp_path, "--kind", "smoke", columns=70)
    bars = [line for line in re.split(r"[\r\n]+", _plain(drawn)) if " failing " in line]
    assert bars and max(map(len, bars)) <= 70


def test_where_ci_is_set_a_terminal_gets_lines(tmp_path):
    code, drawn = _on_a_terminal(tmp_path, "--kind", "smoke", CI="true")
    assert code == 0 and "\x1b[2K" not in drawn and re.search(r"numpy@cpu: 2/2 checks, 0 failing", drawn)


def test_a_pipe_gets_sparse_lines_with_the_time_left(tmp_path):
    done = check(tmp_path, *WORDS)
    lines = done.stderr.splitlines()
    form = re.compile(r"numpy@cpu: (\d+)/(\d+) checks, 0 failing(, about \d+ (s|min) left)?")
    found = [form.fullmatch(line) for line in lines]
    assert all(found) and 2 < len(lines) <= 12, done.stderr
    assert found[0][3] and found[-1][1] == found[-1][2] == str(len(done.checks)) and not found[-1][3]
    assert "checks, 0 failing" not in done.stdout


def test_failures_are_named_as_they_come(tmp_path):
    done = check(tmp_path, "--backend", "tests.miniatures.wrong:AlwaysWrong", "--operation", "diffract")
    assert re.search(r"^fail: diffract/example/impulse/\S+@cpu: amplitude", done.stderr, re.MULTILINE)
    assert len(done.stderr.splitlines()) < 25


def test_nothing_folds_in_a_pipe(tmp_path):
    done = check(tmp_path, "--backend", "tests.miniatures.wrong:AlwaysWrong", "--operation", "diffract")
    lines = done.stdout.splitlines()
    assert any(done.events[-1]["verdicts"][0]["why"] in line for line in lines)
    shown = {line.partition(" ")[2] for line in lines if line.startswith("FAIL ")}
    messages = [c["message"].splitlines()[0] for c in done.checks if c["id"] in shown]
    assert messages and max(map(len, messages)) > 80
    assert all(any(message in line for line in lines) for message in messages), done.stdout
