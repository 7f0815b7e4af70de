"""What the last run says of a symbol: outcomes of the operations it is mapped to, backend by backend.

Only of backends that are the audited package: that another implementation passes says nothing of this one.
"""

from dataclasses import dataclass

from ptychoparity.audit.mapping import rows
from ptychoparity.core.events import CheckFinished
from ptychoparity.core.outcomes import Outcome
from ptychoparity.reports.events import Run
from ptychoparity.reports.queries import counts


@dataclass(frozen=True, slots=True)
class Result:
    """One operation on one backend."""

    operation: str
    backend: str
    """`backend@device`."""
    outcomes: dict[Outcome, int]
    failing: tuple[str, ...]
    """Ids of checks that count against the backend, sorted."""


def backends_of(run: Run, package: str) -> tuple[str, ...]:
    """Names of the run's backends that are `package`: the mapping says so, or their process loaded it from there."""
    folder = f"/{package.replace('.', '/')}/"
    named = rows()["backends"].get(package, ())
    found = []
    for backend in run.header.backends:
        loaded = backend.loaded or {}
        if backend.name in named or any(folder in (loaded.get(what) or "") for what in ("adapter", "file")):
            found.append(backend.name)
    return tuple(dict.fromkeys(found))


def unjudged(run: Run, *packages: str) -> str:
    """Why a run says nothing of the packages; empty where it does."""
    if any(backends_of(run, package) for package in packages):
        return ""
    there = ", ".join(dict.fromkeys(backend.name for backend in run.header.backends))
    return f"run {run.header.run} judged {there}: none is {' or '.join(packages)}, so nothing is said of results"


def results(run: Run, *packages: str) -> dict[str, tuple[Result, ...]]:
    """Operation to its results, by backend; of the backends that are one of the packages."""
    mine = {name for package in packages for name in backends_of(run, package)}
    grouped: dict[tuple[str, str], list[CheckFinished]] = {}
    for check in run.checks:
        if check.backend not in mine:
            continue
        grouped.setdefault((check.operation, check.column), []).append(check)
    found: dict[str, list[Result]] = {}
    for (operation, backend), checks in sorted(grouped.items()):
        failing = tuple(sorted(check.id for check in checks if check.outcome.bad))
        found.setdefault(operation, []).append(Result(operation, backend, counts(checks), failing))
    return {operation: tuple(several) for operation, several in found.items()}
