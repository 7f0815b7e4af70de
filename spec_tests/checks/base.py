"""What a kind of checks is."""

from collections.abc import Iterable
from typing import Any, ClassVar

from ptychoparity.core.kinds import Kind
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.contract import Contract
from ptychoparity.spec_tests.trial import Trial


class CheckKind:
    """Makes the cases of one kind and judges them. Stateless; what is under way is in the `Trial`."""

    kind: ClassVar[Kind]
    shown: ClassVar[Kind | None] = None
    """The kind it is displayed as, where that is another one."""
    cost: ClassVar[int]
    """Rank when one failure is enough (mutants): the cheapest and most telling kinds are asked first."""
    needs_other: ClassVar[bool] = False
    """A check asks a second target, too."""
    needs_scan: ClassVar[bool] = False
    """A check is about the scan that the run was started with."""
    shows_pictures: ClassVar[bool] = False
    """A check keeps arrays for the page."""

    @property
    def ahead(self) -> bool:
        """Whether a check can be judged in the prefetching process of its only target."""
        return not (self.needs_other or self.needs_scan or self.shows_pictures)

    @property
    def conditional(self) -> bool:
        """Whether a run may have no way to ask: it needs a scan or a second target."""
        return self.needs_other or self.needs_scan

    def of_contract(self, contract: Contract) -> Iterable[Case]:
        """The cases that one contract asks."""
        return ()

    def without_contract(self) -> Iterable[Case]:
        """The cases that no contract asks: those of a scan, or of what a backend says of itself."""
        return ()

    def case(self, operation: str, name: str, clauses: Iterable[str], data: dict[str, Any] | None = None) -> Case:
        """A case of this kind."""
        return Case(operation, self.kind, name, tuple(clauses), self.shown or self.kind, data or {})

    def operations(self, case: Case) -> tuple[str, ...]:
        """The operations that a target must claim."""
        return (case.operation, *case.data.get("needs", ()))

    def judge(self, trial: Trial, case: Case) -> str:
        """Return when the check passes, with what is to be said of it (often nothing).

        Raises CheckFailed, CheckErrored, SuspectInput, NotApplicable or StopExploration.
        """
        raise NotImplementedError
