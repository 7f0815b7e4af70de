"""Faults as a check finds them, before it is known which clauses they break."""

from collections.abc import Iterable
from dataclasses import dataclass

from ptychoparity.spec_tests.facets import CLASSES, Facet

LISTED = 12
"""Faults that a check lists; the others are counted."""


@dataclass(frozen=True)
class Found:
    """One thing that is wrong."""

    facet: Facet
    message: str
    output: str = ""
    clauses: tuple[str, ...] = ()
    """Where it breaks others than its check tests."""
    operation: str = ""
    """The operation at fault, where it is not that of the check."""
    hints: tuple[str, ...] = ()
    unusable: bool = False
    """Whether the form of an output keeps its values from being compared."""
    of_relation: bool = False
    """Whether a relation found it: an answer that is unfit does not break the relation's clause."""

    @property
    def of_answer(self) -> bool:
        """Whether the values of an answer of the check's own operation are wrong, or not there.

        What a relation finds is another matter: it has several answers, to inputs of its own.
        """
        values = (Facet.VALUE, Facet.ROUNDING, Facet.MISSING, Facet.RAISED)
        return self.facet in values and not self.operation and not self.of_relation

    @property
    def grave(self) -> bool:
        """Whether more inputs would find nothing graver."""
        return self.facet in (Facet.VALUE, Facet.RAISED, Facet.ACCEPTED)


def gravest_first(faults: Iterable[Found]) -> tuple[Found, ...]:
    """The faults in the order of their classes, each sentence once."""
    once = {(one.output, one.message): one for one in faults}
    return tuple(sorted(once.values(), key=lambda one: CLASSES[one.facet].rank))


def together(messages: Iterable[str]) -> str:
    """The message of a check that found several faults: the first as it is, then a line for each of the others."""
    first, *others = messages
    return "\n".join([first, *(f"also: {one}" for one in others[: LISTED - 1])])
