"""`ptychoparity show NAME`: the reference page of an operation or of a clause."""

import sys
from pathlib import Path

from ptychoparity.core.errors import UsageError
from ptychoparity.core.nearest import did_you_mean
from ptychoparity.harness.show import clause, operation, results
from ptychoparity.reports.events import RunError
from ptychoparity.spec_tests.catalogue import catalogue
from ptychoparity.spec_tests.contract import contracts

MOST_BELOW = 40
"""Clauses of a prefix that are named."""


def found(name: str) -> str:
    """The operation or clause that `name` means; case does not count. Raises UsageError."""
    known = [*contracts(), *catalogue()]
    if name in known:
        return name
    same = [one for one in known if one.lower() == name.lower()]
    if same:
        return same[0]
    below = [one for one in catalogue() if one.lower().startswith(f"{name.lower().rstrip('.')}.")]
    if below:
        left = f" and {len(below) - MOST_BELOW} more" if len(below) > MOST_BELOW else ""
        raise UsageError(f"no clause {name!r}; below it are {', '.join(below[:MOST_BELOW])}{left}")
    hint = did_you_mean(name, known) or "`ptychoparity list contracts` and `ptychoparity list clauses` name all"
    raise UsageError(f"no operation or clause {name!r}; {hint}")


def run(name: str, run_folder: Path | None, runs: Path) -> int:
    """Print the page; with the results of `run_folder`, by default of the latest run where there is one."""
    name = found(name)
    page = operation.page_of(contracts()[name]) if name in contracts() else clause.page_of(catalogue()[name])
    folder = run_folder or results.latest(runs)
    if folder is not None:
        try:
            results.add(page, folder, lambda check: name == check.operation or name in check.clauses, name)
        except RunError as error:
            if run_folder is not None:
                raise
            print(f"ptychoparity: no results are shown: {error}", file=sys.stderr)
    page.show()
    return 0
