"""How a mutant misbehaves: wrappers around a backend's call, run in the backend's own process.

A wrapper is `wrapper(call, inputs, **options) -> outputs`; `call(inputs)` asks the backend itself.
Needs NumPy only, so that it runs wherever a backend does.
"""

import builtins
import warnings
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np

from ptychoparity.harness.mutants import hdf5
from ptychoparity.harness.mutants.changes import apply
from ptychoparity.harness.mutants.faults import FAULTS
from ptychoparity.harness.mutants.metric_faults import METRIC_FAULTS

Call = Callable[[dict[str, Any]], dict[str, Any]]
REFUSALS = (ValueError, KeyError, OSError, TypeError)


def _named(error: Exception, naming: list[str]) -> bool:
    return all(fragment in str(error) for fragment in naming)


def inert(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Does nothing: no check may kill it."""
    return call(inputs)


def before(call: Call, inputs: dict[str, Any], *, changes: dict[str, Any]) -> dict[str, Any]:
    """Inputs are changed on their way in."""
    return call({**inputs, **{name: apply(inputs[name], steps) for name, steps in changes.items()}})


def after(call: Call, inputs: dict[str, Any], *, changes: dict[str, Any]) -> dict[str, Any]:
    """Outputs are changed on their way out."""
    outputs = call(inputs)
    return {**outputs, **{name: apply(outputs[name], steps) for name, steps in changes.items()}}


def both(call: Call, inputs: dict[str, Any], *, ins: dict[str, Any], outs: dict[str, Any]) -> dict[str, Any]:
    """Inputs and outputs are changed."""
    return after(lambda changed: before(call, changed, changes=ins), inputs, changes=outs)


def copied(call: Call, inputs: dict[str, Any], *, outputs: dict[str, str]) -> dict[str, Any]:
    """An output holds what belongs under another name."""
    answer = call(inputs)
    return {**answer, **{name: answer[other] for name, other in outputs.items()}}


def taken(call: Call, inputs: dict[str, Any], *, inputs_from: dict[str, str]) -> dict[str, Any]:
    """An input is mistaken for another."""
    return call({**inputs, **{name: inputs[other] for name, other in inputs_from.items()}})


def passes_on(call: Call, inputs: dict[str, Any], *, outputs: dict[str, str]) -> dict[str, Any]:
    """An output is an input, as it came."""
    return {**call(inputs), **{name: inputs[other].copy() for name, other in outputs.items()}}


def dropped(call: Call, inputs: dict[str, Any], *, outputs: list[str]) -> dict[str, Any]:
    """Outputs are missing."""
    return {name: value for name, value in call(inputs).items() if name not in outputs}


def listed(call: Call, inputs: dict[str, Any]) -> Any:
    """The outputs without their names."""
    return list(call(inputs).values())


def accepts(call: Call, inputs: dict[str, Any], *, naming: list[str]) -> dict[str, Any]:
    """An input that is refused in words that hold all of `naming` is accepted."""
    try:
        return call(inputs)
    except REFUSALS as error:
        if _named(error, naming):
            return {}
        raise


def raises_as(call: Call, inputs: dict[str, Any], *, naming: list[str], type: str) -> dict[str, Any]:
    """The same refusal under another exception type."""
    try:
        return call(inputs)
    except REFUSALS as error:
        if _named(error, naming):
            raise getattr(builtins, type)(str(error)) from None
        raise


def mumbles(call: Call, inputs: dict[str, Any], *, naming: list[str]) -> dict[str, Any]:
    """A refusal that does not say what is wrong."""
    try:
        return call(inputs)
    except REFUSALS as error:
        if _named(error, naming):
            raise type(error)("bad input") from None
        raise


def unmoved(call: Call, inputs: dict[str, Any], *, names: list[str]) -> dict[str, Any]:
    """What should have been changed is as it was given."""
    return {**call(inputs), **{name: inputs[name] for name in names}}


def first_wins(call: Call, inputs: dict[str, Any], *, name: str) -> dict[str, Any]:
    """An object is filled up, and what it held before stays."""
    answer = call(inputs)
    return {**answer, name: {**answer[name], **inputs[name]}}


def refuses(call: Call, inputs: dict[str, Any], *, where: dict[str, Any]) -> dict[str, Any]:
    """Refuses a good input: all of those named in `where` are as described there."""
    if all(_holds(inputs[name], wanted) for name, wanted in where.items()):
        raise ValueError(f"not supported: {', '.join(where)}")
    return call(inputs)


def spoils(call: Call, inputs: dict[str, Any], *, name: str) -> dict[str, Any]:
    """Works in place on the array it was given."""
    outputs = call(inputs)
    if isinstance(inputs[name], np.ndarray):
        if not inputs[name].flags.writeable:
            inputs[name] = inputs[name].copy()
        inputs[name] += 1
    return outputs


def litters(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Leaves a file in the working directory."""
    with open("cache.bin", "wb") as file:
        file.write(b"cache")
    return call(inputs)


def global_random(call: Call, inputs: dict[str, Any], *, reads: bool) -> dict[str, Any]:
    """Draws from NumPy's global state; with `reads` the groups depend on it, too."""
    drawn = int(np.random.randint(2**31))
    return call({**inputs, "seed": drawn} if reads else inputs)


def says(call: Call, inputs: dict[str, Any], **info: str) -> dict[str, Any]:
    """Says something false of itself: see `ptychoparity.harness.mutants.backend`."""
    return call(inputs)


def hushed(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Warnings are swallowed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(inputs)


def warned(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Warns of integers whatever it was given."""

    class IntegerAmplitudeWarning(UserWarning):
        """As the protocol's, by name."""

    warnings.warn("diff3d is integer", IntegerAmplitudeWarning, stacklevel=2)
    return call(inputs)


def _holds(value: Any, wanted: dict[str, Any]) -> bool:
    """Whether an input is as described: its `value`, its size along an `axis`, the `kind` of its dtype."""
    if value is None:
        return wanted.get("value", ...) is None
    if "value" in wanted:
        return not isinstance(value, np.ndarray) and value == wanted["value"]
    if "kind" in wanted:
        return value.dtype.kind in wanted["kind"]
    if "dtype" in wanted:
        return value.dtype == wanted["dtype"]
    size = value.shape[wanted["axis"]] if value.ndim > wanted["axis"] else 0
    return size == wanted["size"] if "size" in wanted else size > wanted["above"]


def sometimes(
    call: Call, inputs: dict[str, Any], *, where: dict[str, Any], ins: dict[str, Any], outs: dict[str, Any]
) -> dict[str, Any]:
    """Inputs and outputs are changed, but only where all inputs named in `where` are as described there."""
    if all(_holds(inputs[name], wanted) for name, wanted in where.items()):
        return both(call, inputs, ins=ins, outs=outs)
    return call(inputs)


_ALL: tuple[Callable[..., Any], ...] = (
    inert, before, after, both, sometimes, copied, taken, passes_on, dropped, listed, accepts, raises_as, mumbles,
    refuses, unmoved, first_wins, spoils, litters, global_random, says, hushed, warned, *FAULTS, *hdf5.FAULTS,
    *METRIC_FAULTS,
)  # fmt: skip
WRAPPERS: MappingProxyType[str, Callable[..., Any]] = MappingProxyType({one.__name__: one for one in _ALL})
