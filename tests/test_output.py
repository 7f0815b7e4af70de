"""A reader that goes away changes neither verdict nor reports."""

import os
import subprocess
import sys

import pytest

from ptychoparity.harness.output import Tolerant, unbroken
from tests.running import PROJECT, command, environment

QUICK = ("check", "--device", "cpu", "--profile", "quick", "--operation", "translate", "--kind", "smoke")


def _closed(*arguments: str, both: bool = False) -> subprocess.CompletedProcess:
    """A command whose standard output, and with `both` its errors, nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return subprocess.run(
            command(*arguments), cwd=PROJECT, stdout=writer, stderr=writer if both else subprocess.PIPE, text=True,
            timeout=120, env=environment(),
        )  # fmt: skip
    finally:
        os.close(writer)


@pytest.mark.parametrize(
    ("backend", "code"),
    [("numpy", 0), ("tests.miniatures.wrong:AlwaysWrong", 1), ("tests.miniatures.dishonest:NoSuchClass", 2)],
)
@pytest.mark.parametrize("both", [False, True])
def test_the_exit_code_is_the_verdicts(backend, code, both, tmp_path):
    kind = ("--kind", "example") if code == 1 else ()
    done = _closed(*QUICK, *kind, "--backend", backend, "--runs", str(tmp_path), both=both)
    assert done.returncode == code
    written = {file.name for file in (tmp_path / "latest").iterdir()}
    assert {"events.jsonl", "index.html", "junit.xml", "summary.md"} <= written
    assert both or ("Traceback" not in done.stderr and "BrokenPipe" not in done.stderr)


@pytest.mark.parametrize(
    "arguments",
    [("list", "clauses"), ("coverage",), ("goldens", "fixtures/goldens", "--backend", "numpy"), ("--help",)],
)
def test_every_command_ends_as_it_would_with_a_reader(arguments):
    done = _closed(*arguments)
    assert done.returncode == 0 and not done.stderr


def test_what_is_written_before_the_reader_goes_arrives(capfd):
    with unbroken():
        print("first")
        print("an error", file=sys.stderr)
    assert capfd.readouterr() == ("first\n", "an error\n")


def test_other_errors_of_writing_are_not_hidden():
    with Tolerant(os.open("/dev/full", os.O_WRONLY), "w") as full, pytest.raises(OSError, match="No space left"):
        full.write(b"x")
