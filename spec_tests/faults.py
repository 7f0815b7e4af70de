"""The clauses that a fault breaks, and how binding it is for that.

A check is as binding as the clauses it tests: a wrong dtype in a check of a sign breaks what is said of dtypes, and not
the clause on the sign. What the spec does not ask for (extra outputs, the words of a refusal) is a decision of the
house.
"""

import re
from collections.abc import Iterable

from ptychoparity.core.events import Fault
from ptychoparity.spec_tests.catalogue import clause, level_of
from ptychoparity.spec_tests.contract import Contract
from ptychoparity.spec_tests.facets import CLASSES, FORM, WORDS, Facet
from ptychoparity.spec_tests.found import Found

REFUSED = "HOUSE.INPUT.REFUSED"
OF_FORM = frozenset({Facet.SHAPE, Facet.DTYPE, Facet.TYPE, Facet.EXTRA})


def broken(contract: Contract | None, tested: tuple[str, ...], found: Found) -> tuple[str, ...]:
    """The clauses that a fault breaks, of a check that tests `tested`."""
    if found.clauses:
        return found.clauses
    if contract is not None and contract.added and found.facet in (Facet.WORDS, Facet.ACCEPTED):
        return tested  # what a user's contract says of bad input is its own
    if found.facet is Facet.WORDS:
        return tuple(name for name in tested if "words" in clause(name).about) or (WORDS,)
    if found.facet is Facet.ACCEPTED:
        return tuple(name for name in tested if "accepted" in clause(name).about) or (REFUSED,)
    if found.facet is Facet.EFFECT:
        return tuple(name for name in tested if "effect" in clause(name).about) or tested
    if contract is not None and found.operation == contract.operation:
        tested = contract.general
    if found.facet in OF_FORM:
        of_form = _of_form(contract, contract["clauses"] if contract is not None else (), found)
        if not found.unusable or of_form != (FORM,):
            return of_form if _binds_more(tested, of_form) else (FORM,)
    if found.of_relation and (found.unusable or found.facet is Facet.MISSING):
        return _of_delivery(contract, tested, found)
    about = _values(tested)
    return _of_output(contract, about, found) or about or tested or (FORM,)


def _values(tested: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the clauses that are about values."""
    return tuple(name for name in tested if "value" in clause(name).about)


def _of_delivery(contract: Contract | None, tested: tuple[str, ...], found: Found) -> tuple[str, ...]:
    """What is broken where a relation got nothing that it could judge: what is said of the output."""
    if contract is None:
        return (FORM,)
    general = _values(contract.general)
    wanted = _of_output(contract, general, found) or general
    return wanted if wanted and _binds_more(tested, wanted) else (FORM,)


def _of_output(contract: Contract | None, about: tuple[str, ...], found: Found) -> tuple[str, ...]:
    """The clauses that speak of the output that is wrong, where the contract says which do; of several those tested.

    A place inside an output (a key, a file's member) may be spoken of apart. What none speaks of is the house's.
    """
    binds = contract.get("binds", {}) if contract is not None else {}
    for name in (found.output, _name(found)):
        if Facet.VALUE in binds.get(name, {}):
            stated = tuple(binds[name][Facet.VALUE]) or (FORM,)
            mine = tuple(one for one in stated if one in about)
            return mine or (stated if _binds_more(about, stated) else about)
    return ()


def _binds_more(tested: tuple[str, ...], stated: tuple[str, ...]) -> bool:
    """Whether the clauses tested bind as much as those of an output: no check binds more than what it tests."""
    return bool(tested) and level_of(tested).rank <= level_of(stated).rank


def _of_form(contract: Contract | None, general: Iterable[str], found: Found) -> tuple[str, ...]:
    """What is said of the form of an output: by its own description, else by the contract's clauses."""
    if contract is None:
        return (FORM,)
    if found.facet is Facet.EXTRA:
        return tuple(contract.get("forbidden", {}).get(found.output, (FORM,)))
    stated = contract.get("binds", {}).get(_name(found), {})
    if found.facet in stated:
        return tuple(stated[found.facet]) or (FORM,)
    about = tuple(name for name in general if found.facet in clause(name).about)
    return about or (contract.general if contract.added else (FORM,))


def _name(found: Found) -> str:
    """The output that a fault is in; a fault may name a place inside it: `weights["conv1"]`, `defaults['N']`."""
    return re.split(r"[\[ ]", found.output, maxsplit=1)[0]


def judged(contract: Contract | None, tested: tuple[str, ...], found: Found, framework: str) -> Fault:
    """A fault as the event stream has it, for a backend of that framework."""
    clauses = broken(contract, tested, found)
    return Fault(
        fault_class=CLASSES[found.facet], message=found.message, clauses=clauses, level=level_of(clauses, framework),
        output=found.output, hints=found.hints, operation=found.operation,
    )  # fmt: skip
