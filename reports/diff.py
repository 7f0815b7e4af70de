"""Compare two runs: checks that came, went, or ended differently."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ptychoparity.core.events import CheckFinished
from ptychoparity.reports.events import Run

COMPARED: Mapping[str, Callable[[CheckFinished], str]] = MappingProxyType(
    {
        "outcome": lambda check: check.outcome.value,
        "level": lambda check: check.level.value,
        "inputs": lambda check: check.digest,
    }
)
"""What is compared of a check, by the name a difference carries."""


@dataclass(frozen=True)
class Difference:
    """One thing that differs; `old` and `new` are empty where the check is in one run only."""

    check: str
    what: str
    """added, removed, or a name of COMPARED."""
    old: str = ""
    new: str = ""

    def sentence(self) -> str:
        return f"{self.what}  {self.check}" + (f": {self.old} -> {self.new}" if self.old or self.new else "")


def differences(old: Run, new: Run) -> list[Difference]:
    """Return every difference, checks of the old run first, in its order."""
    before = {check.id: check for check in old.checks}
    after = {check.id: check for check in new.checks}
    found = []
    for name, check in before.items():
        if name not in after:
            found.append(Difference(name, "removed", check.outcome.value))
            continue
        for what, value in COMPARED.items():
            if value(check) != value(after[name]):
                found.append(Difference(name, what, value(check), value(after[name])))
    return found + [
        Difference(name, "added", "", check.outcome.value) for name, check in after.items() if name not in before
    ]
