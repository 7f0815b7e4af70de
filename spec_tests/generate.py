"""Cases x backends -> checks, each with an id that never changes between runs.

<operation>/<kind>/<case>/<backend>@<device>
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.catalogue import level_of
from ptychoparity.spec_tests.checks import every_case, kind_of, place
from ptychoparity.spec_tests.contract import contracts


@dataclass(frozen=True)
class Check:
    """A case asked of one backend on one device."""

    case: Case
    backend: str
    device: str
    against: str = ""
    """The other backend, of a kind that needs one."""

    @property
    def id(self) -> str:
        pair = f"~{self.against}" if self.against else ""
        return f"{self.case.id}/{self.backend}{pair}@{self.device}"

    def level(self, framework: str) -> str:
        """Of its most binding clause that applies."""
        return level_of(self.case.clauses, framework)


def checks(
    backends: Sequence[tuple[str, str]], operations: Sequence[str] | None = None, *, scan: bool = False
) -> list[Check]:
    """Every check for the given (backend, device) pairs, in phases; for each pair of backends where a kind needs one.

    With `scan` those of a scan, too. Neighbours in the list share a case, so that inputs and the oracle's answers are
    made once.
    """
    found: list[Check] = []
    for case in every_case():
        kind = kind_of(case)
        chosen = operations is None or case.operation in operations or case.operation not in contracts()
        if chosen and (scan or not kind.needs_scan):
            found += _pairs(case, backends) if kind.needs_other else [Check(case, b, d) for b, d in backends]
    return sorted(found, key=lambda check: place(check.case))


def _pairs(case: Case, backends: Sequence[tuple[str, str]]) -> Iterable[Check]:
    """Two backends on one device, or one backend on two."""
    for i, (first, first_device) in enumerate(backends):
        for second, device in backends[i + 1 :]:
            other = first if first_device == device else f"{first}@{first_device}"
            if first == second or first_device == device:
                yield Check(case, second, device, against=other)
