"""How much of an expensive operation is enough: `budget` and `timeout` of a contract, as a run applies them."""

from collections.abc import Mapping
from typing import Any

from ptychoparity.core.limits import CALL_SECONDS


def at_most(contract: Any, what: str, wanted: int) -> int:
    """`wanted`, or what the contract's budget says is enough: `examples`, `relation_inputs`, `boundaries`, `parity`,
    `checks`.
    """
    return min(wanted, budget(contract).get(what, wanted))


def budget(contract: Any) -> Mapping[str, int]:
    return contract.get("budget", {})


def spread(cases: list[Any], count: int) -> list[Any]:
    """`count` of the cases, evenly from first to last; all where there are no more."""
    if len(cases) <= count:
        return cases
    return [cases[round(at * (len(cases) - 1) / max(1, count - 1))] for at in range(count)]


def seconds(contract: Any, asked: float) -> float:
    """The limit of a call: `asked` (--timeout), or the contract's `timeout` scaled as --timeout is to its default.

    A machine on which everything takes three times as long needs one option, not one per operation.
    """
    return contract["timeout"] * asked / CALL_SECONDS if contract.get("timeout") else asked
