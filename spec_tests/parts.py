"""Parts of an operation that a backend may leave out of its claim, or has to claim expressly.

    "parts": {"oversampling": {"when": "nsamples > n", "claimed": true, "why": "..."}}

`when` says which inputs ask for the part: an expression over scalar inputs and dimensions, or of one input {"input":
NAME, "has": [KEYS]} of an object, "is": [VALUES], or "given": whether it is not None; a list of these means any. With
`claimed` false a backend that says nothing does not claim it. With `clauses` a fault on such inputs breaks those.
"""

from collections.abc import Mapping
from typing import Any

from ptychoparity.spec_tests import vocabulary
from ptychoparity.spec_tests.contract import Contract
from ptychoparity.spec_tests.expressions import ExpressionError, evaluate


def unclaimed(contract: Contract, inputs: Mapping[str, Any], said: Mapping[str, bool]) -> list[str]:
    """The parts that these inputs ask for and that are not claimed; `said` is what the backend says of them."""
    stated = contract.get("parts", {})
    open_parts = [name for name, part in stated.items() if not said.get(name, part["claimed"])]
    return [name for name in open_parts if _asks(contract, inputs, stated[name]["when"])]


def clauses(contract: Contract, inputs: Mapping[str, Any]) -> tuple[str, ...]:
    """The clauses of the parts that these inputs ask for, of those parts that have any of their own."""
    own = [part for part in contract.get("parts", {}).values() if "clauses" in part]
    return tuple(one for part in own if _asks(contract, inputs, part["when"]) for one in part["clauses"])


def _asks(contract: Contract, inputs: Mapping[str, Any], when: Any) -> bool:
    if isinstance(when, list):
        return any(_asks(contract, inputs, one) for one in when)
    if isinstance(when, Mapping):
        value = inputs.get(when["input"])
        if "given" in when:
            return (value is not None) == when["given"]
        if "is" in when:
            return any(type(value) is type(one) and value == one for one in when["is"])
        return isinstance(value, Mapping) and any(key in value for key in when["has"])
    numbers = {name: value for name, value in inputs.items() if isinstance(value, (int, float))}
    try:
        symbols = vocabulary.bind(contract["input"], inputs, dims=contract.get("dims", {}))
        return bool(evaluate(when, {**numbers, **symbols}))
    except (ExpressionError, TypeError):
        return False


def sentences(contract: Contract, said: Mapping[str, bool]) -> list[str]:
    """What is partial in a claim: `group_scan without oversampling`."""
    return [
        f"{contract.operation} without {name}"
        for name, part in contract.get("parts", {}).items()
        if not said.get(name, part["claimed"])
    ]
