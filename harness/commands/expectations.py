"""`ptychoparity expectations check FILE` and `ptychoparity expectations update FILE --run RUN`."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from ptychoparity.core.errors import UsageError
from ptychoparity.harness import expectations, expectations_update
from ptychoparity.reports import events


def check(path: Path) -> int:
    """Validate a file, and say what is in it."""
    file, today = expectations.read(path), expectations.today()
    expired = [entry for entry in file.entries if today > entry.expires]
    many = f"{len(file.entries)} expectation{'' if len(file.entries) == 1 else 's'}"
    print(f"{path}: {many} of {file.backend}" + (f", {len(expired)} expired" if expired else ""))
    for entry in expired:
        print(f"  entry {entry.entry}: {entry.check} expired on {entry.expires} (owner {entry.owner}, {entry.issue})")
    return 0


def _renewed(arguments: argparse.Namespace) -> dict[str, Any] | None:
    """Who answers for new entries; None where none are to be added."""
    given = {name: getattr(arguments, name) for name in ("owner", "issue", "expires")}
    if not any(given.values()):
        return None
    absent = [f"--{name}" for name, value in given.items() if not value]
    if absent:
        raise UsageError(f"to add failures, {', '.join(absent)} must be given too")
    try:
        expires = date.fromisoformat(given["expires"])
    except ValueError as error:
        raise UsageError(f"--expires {given['expires']}: no date like 2027-01-31") from error
    if not given["issue"].startswith(("http://", "https://")) or given["issue"].split() != [given["issue"]]:
        raise UsageError(f"--issue {given['issue']}: no http(s) address")
    return {**given, "expires": expires}


def _file(path: Path, run: events.Run, renewed: dict[str, Any] | None) -> expectations.File:
    """The file; where there is none yet and failures are to be added, an empty one for the run's only backend."""
    if path.exists() or renewed is None:
        return expectations.read(path)
    names = sorted({one.name.partition("@")[0] for one in run.header.backends})
    if len(names) != 1:
        raise UsageError(f"{path} does not exist: begin it with a line backend = ..., one of {', '.join(names)}")
    return expectations.File(path, names[0], ())


def update(path: Path, arguments: argparse.Namespace) -> int:
    """Rewrite the file from a run; what was removed, kept and added is printed."""
    renewed = _renewed(arguments)
    run = events.read(arguments.run_folder.resolve())
    file = _file(path, run, renewed)
    if not any(one.name.partition("@")[0] == file.backend.partition("@")[0] for one in run.header.backends):
        raise UsageError(f"{path} is about {file.backend}, which is not in the run {run.header.run}")
    found = expectations_update.update(file, run.header, run.checks, expectations.today(), renewed)
    for word in ("removed", "kept", "added"):
        for text in getattr(found, word):
            print(f"{word} {text}")
    if found.entries == file.entries and path.exists():
        print(f"{path}: nothing to change")
    else:
        expectations_update.write(file, found.entries)
        print(f"{path}: {len(found.removed)} removed, {len(found.kept)} kept, {len(found.added)} added")
    return 0


def run(arguments: argparse.Namespace) -> int:
    return check(arguments.file) if arguments.action == "check" else update(arguments.file, arguments)
