"""Who passes: what a run says of some checks, backend by backend."""

from collections.abc import Callable
from pathlib import Path

from ptychoparity.core.events import CheckFinished
from ptychoparity.harness.show.page import Page
from ptychoparity.reports import events
from ptychoparity.reports.queries import columns, counts
from ptychoparity.reports.text import first_line

MOST = 10
"""Failures that are named one by one, per backend."""


def latest(runs: Path) -> Path | None:
    """The latest run below a folder of runs, where there is one."""
    found = runs / "latest"
    return found if (found / "events.jsonl").is_file() else None


def add(page: Page, folder: Path, takes: Callable[[CheckFinished], bool], about: str) -> None:
    """Add what a run says of the checks that `takes` takes. Raises RunError for a run that cannot be read."""
    run = events.read(folder)
    page.heading(f"Results in {folder} ({run.header.started}, {run.header.profile} profile)")
    said = False
    for column in columns(run):
        mine = [check for check in run.checks if check.column == column and takes(check)]
        if mine:
            said = True
            _backend(page, column, mine)
    if not said:
        page.say(f"no check of {about} was run")


def _backend(page: Page, column: str, checks: list[CheckFinished]) -> None:
    """One backend: its counts, and what fails."""
    told = ", ".join(f"{number} {outcome}" for outcome, number in counts(checks).items())
    bad = [check for check in checks if check.outcome.bad]
    asked = [check for check in checks if check.outcome.asked]
    verdict = "fails" if bad else "passes" if asked else "was not asked"
    page.say(f"{column} {verdict}: {told}", style="red" if bad else "green" if asked else "")
    for check in bad[:MOST]:
        page.say(f"{check.outcome} {check.id}: {first_line(check.message)}", 2)
    if len(bad) > MOST:
        page.say(f"and {len(bad) - MOST} more", 2)
