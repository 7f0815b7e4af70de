"""What the last run says of a symbol: outcomes of the operations it is mapped to, backend by backend."""

from dataclasses import dataclass

from reports.events import BAD_OUTCOMES, Run
from reports.facts import counts, key


@dataclass(frozen=True, slots=True)
class Result:
    """One operation on one backend."""

    operation: str
    backend: str
    """`backend@device`."""
    outcomes: dict[str, int]
    failing: tuple[str, ...]
    """Ids of checks that count against the backend, sorted."""


def results(run: Run) -> dict[str, tuple[Result, ...]]:
    """Operation to its results, by backend."""
    grouped: dict[tuple[str, str], list[dict]] = {}
    for check in run.checks:
        grouped.setdefault((check["operation"], key(check)), []).append(check)
    found: dict[str, list[Result]] = {}
    for (operation, backend), checks in sorted(grouped.items()):
        failing = tuple(sorted(check["id"] for check in checks if check["outcome"] in BAD_OUTCOMES))
        found.setdefault(operation, []).append(Result(operation, backend, counts(checks), failing))
    return {operation: tuple(several) for operation, several in found.items()}
