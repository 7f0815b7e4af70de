"""The reference page of one clause: what it says, how it is read, and the checks that cover it."""

from collections.abc import Sequence

from ptychoparity.harness.show import values
from ptychoparity.harness.show.page import Page
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.catalogue import Clause, meta
from ptychoparity.spec_tests.contract import contracts
from ptychoparity.spec_tests.unchecked import carried, unchecked

FEW = 100
"""Checks of a clause that are named, all of them."""
MOST_NAMED = 6
"""Checks of one operation and kind that are named, of a clause with more."""
_APPLIES = {"all": "every backend"}


def page_of(clause: Clause) -> Page:
    """The page of a clause."""
    page = Page()
    page.title(f"{clause.id} ({clause.level})")
    page.heading("Statement")
    page.say(clause.statement)
    document = meta()["sections"].get(clause.section.partition(" ")[0])
    page.heading("Source")
    page.say(f"section {clause.section}" + (f", {document}" if document else ""))
    page.say(f"binds {', '.join(_APPLIES.get(one, one) for one in clause.applies_to)}")
    page.say(f"spec {meta()['spec']}")
    for heading, text in (
        ("Reading", clause.ambiguity), ("What the public code does", clause.code_says),
        ("Values", values.json_text(clause.values, 2000) if clause.values else ""),
        ("How it can be verified", clause.verify),
    ):  # fmt: skip
        if text:
            page.heading(heading)
            page.say(text)
    _checks(page, clause)
    return page


def _checks(page: Page, clause: Clause) -> None:
    """The checks that cover the clause, or why there is none."""
    cases = carried().get(clause.id, ())
    if not cases:
        page.heading("Checks")
        entry = unchecked().get(clause.id)
        page.say(f"none: {entry.state}: {entry.text}" if entry else "none, and no reason is recorded")
        return
    operations: dict[str, list[Case]] = {}
    for case in cases:
        operations.setdefault(case.operation, []).append(case)
    page.heading(f"Checks: {len(cases)} in {', '.join(operations)}")
    most = None if len(cases) <= FEW else MOST_NAMED
    for operation, mine in operations.items():
        page.say(f"{operation}: {_named(mine, most)}")
    whole = [name for name, one in contracts().items() if clause.id in one.general]
    if whole:
        page.say(f"any comparison with our float64 reference tests it in {', '.join(whole)}")


def _named(cases: Sequence[Case], most: int | None) -> str:
    """`example constant-field, impulse; golden N64`; of each kind so many are named."""
    kinds: dict[str, list[str]] = {}
    for case in cases:
        kinds.setdefault(case.shown, []).append(" ".join(case.name.split()))
    return "; ".join(f"{kind} {_listed(names, most)}" for kind, names in kinds.items())


def _listed(names: Sequence[str], most: int | None) -> str:
    left = 0 if most is None else len(names) - most
    return ", ".join(names[:most]) + (f" and {left} more" if left > 0 else "")
