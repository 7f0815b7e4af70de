"""Kinds of fault a suite is easily blind to: of every operation, what looks for them, or why nothing can.

docs/kinds.md is made from the contracts' cases: `python -m tests.test_kinds` writes it again.
"""

import sys
from pathlib import Path

import pytest

from ptychoparity.spec_tests.checks import of_contract
from ptychoparity.spec_tests.contract import contracts
from ptychoparity.spec_tests.kinds_of_fault import FINDERS, KINDS, WHY_NOT, alone, fixed_inputs, found, why_not

PAGE = Path(__file__).resolve().parent.parent / "docs/kinds.md"
HEAD = """# Kinds of fault that a suite is easily blind to

Of every operation, the checks that look for each kind, and why there is none where there is none. The table is read off
the contracts' cases (`spec_tests/kinds_of_fault.py`); `python -m tests.test_kinds` writes it, and `tests/test_kinds.py`
fails where it is not what the contracts say. `tests/miniatures/holes.py` has a narrow fault of each kind, and
`tests/data/holes.json` says which checks find it.

| kind | fault | what looks for it |
|---|---|---|
"""
LOOKS = {
    1: "the upper half of each integer dtype, numbers below 0, positions beyond 32,767 px, magnitudes of 1e-15, 1e20",
    2: "a dimension of 128 or more: `many` and `edges` of the contract, batches of 300",
    3: "the same sizes in every further dtype of the input",
    4: "of each array: not finite, below its minimum, another kind of number, another rank, a length out of step",
    5: "draws and cases, in which every input has several values",
    6: "examples and draws of random outputs, held against their law",
    7: "Fortran order, views with steps, read-only, the other byte order (`HOUSE.INPUT.LAYOUT`)",
    8: "checks whose clauses are carried by checks of another kind, too",
}


def _cell(kind: int, operation: str, checks: list[str]) -> str:
    if not checks:
        return f"none: {why_not(kind, operation)}"
    more = f" and {len(checks) - 1} more" if len(checks) > 1 else ""
    return f"`{checks[0]}`{more}"


def document() -> str:
    """The whole page."""
    lines = [HEAD, *(f"| {kind} | {KINDS[kind]} | {looks} |\n" for kind, looks in LOOKS.items()), "\n"]
    for operation, contract in contracts().items():
        cases = of_contract(contract)
        lines.append(f"## {operation}\n\n| kind | checks |\n|---|---|\n")
        lines += [f"| {kind} | {_cell(kind, operation, checks)} |\n" for kind, checks in found(contract).items()]
        single = alone(contract, cases)
        lines.append(f"\n{len(single)} of {len(contract.clauses)} clauses are carried by checks of one kind alone.\n\n")
    return "".join(lines).rstrip() + "\n"


def test_the_page_is_what_the_contracts_say():
    assert PAGE.read_text() == document(), "write it again: python -m tests.test_kinds"


@pytest.mark.parametrize("operation", contracts())
def test_every_kind_is_looked_for_or_cannot_be(operation):
    open_kinds = [kind for kind, checks in found(contracts()[operation]).items() if not checks]
    assert [kind for kind in open_kinds if not why_not(kind, operation)] == []
    assert fixed_inputs(contracts()[operation]) == []


def test_arrays_in_the_input_leave_no_way_out():
    """The reasons for nothing are for operations without arrays: with arrays kinds 4 and 7 are always asked."""
    for operation, contract in contracts().items():
        if any("ndarray" in schema for schema in contract["input"]["properties"].values()):
            there = found(contract)
            assert there[4] and there[7], operation
            assert there[2] or not any("many" in spec for spec in contract["dims"].values()), operation


def test_kinds_have_one_list():
    assert set(KINDS) == set(FINDERS) == set(LOOKS) and set(WHY_NOT) <= set(KINDS)
    assert all(reason.count(" ") > 3 for reasons in WHY_NOT.values() for reason in reasons.values())


if __name__ == "__main__":
    PAGE.write_text(document())
    sys.stdout.write(f"{PAGE.name}: {len(contracts())} operations\n")
