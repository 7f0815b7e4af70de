"""Running the command line as a user does, in a process of its own."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Ended:
    """A command that ended, and the run it left."""

    exit: int
    stdout: str
    stderr: str
    seconds: float
    folder: Path | None = None

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "events.jsonl").read_text().splitlines()]

    @property
    def checks(self) -> list[dict[str, Any]]:
        return [e for e in self.events if e["event"] == "check-finished"]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "ptychoparity.harness.cli", *arguments]


def ptychoparity(*arguments: str, folder: Path = PROJECT, **variables: str) -> Ended:
    """Any command; what it says and how it ends."""
    begin = time.perf_counter()
    done = subprocess.run(
        command(*arguments), cwd=folder, env={**os.environ, "PYTHONPATH": str(PROJECT), **variables},
        capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout, done.stderr, time.perf_counter() - begin)


def check(runs: Path, *arguments: str, **options: Any) -> Ended:
    """`ptychoparity check` on the CPU, quick, with its results below `runs`."""
    done = ptychoparity("check", "--device", "cpu", "--profile", "quick", "--runs", str(runs), *arguments, **options)
    latest = next((f for f in sorted(runs.glob("2*")) if f.is_dir()), None)
    return Ended(done.exit, done.stdout, done.stderr, done.seconds, latest)
