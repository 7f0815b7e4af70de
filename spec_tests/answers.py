"""Answers made ready to be judged: what is only another spelling is accepted, what cannot be used is set aside.

Accepted without a word: NumPy scalars for JSON numbers, Python numbers for 0-d arrays, any byte order, tuples for
lists. A wrong dtype is a fault, and the values are compared all the same after conversion; so are those of an array
whose shape differs in axes of length 1 alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ptychoparity.spec_tests import files, vocabulary
from ptychoparity.spec_tests.contract import Contract
from ptychoparity.spec_tests.facets import Facet
from ptychoparity.spec_tests.outcomes import NotApplicable
from ptychoparity.spec_tests.vocabulary import Misfit

USABLE = frozenset({Facet.DTYPE, Facet.VALUE, Facet.EXTRA})
"""What may be wrong with an output whose values can still be compared."""


class Outputs(dict[str, Any]):
    """The usable outputs of an answer; asking for another one ends a check that cannot be judged without it."""

    def __init__(self, operation: str, outputs: Mapping[str, Any], unusable: Mapping[str, str]) -> None:
        super().__init__(outputs)
        self.operation, self.unusable = operation, dict(unusable)

    def __missing__(self, name: str) -> Any:
        if name not in self.unusable:
            raise KeyError(name)
        why = self.unusable[name]
        raise NotApplicable(f"could not be judged without {name} of {self.operation}: {why}", "not-run")


@dataclass(frozen=True)
class Received:
    """An answer, ready to be judged."""

    outputs: Outputs
    wrong: tuple[Misfit, ...]
    left_out: frozenset[str]
    """Outputs that are not there, and need not be."""


def received(contract: Contract, inputs: dict[str, Any], answered: Mapping[str, Any], *, complete: bool) -> Received:
    """What was answered, of a backend that has to provide everything (`complete`) or may leave out what it may."""
    outputs = tidied(contract, answered)
    left_out = frozenset() if complete else contract.may_leave_out - outputs.keys()
    wrong = [one for one in contract.output_misfits(inputs, outputs) if one.name not in left_out]
    return Received(usable(contract, inputs, outputs, wrong), tuple(wrong), left_out)


def tidied(contract: Contract, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs, each in the spelling that its contract uses where it only was spelled otherwise."""
    described = contract["output"]["properties"]
    return {name: _tidy(value, described.get(name, {})) for name, value in outputs.items()}


def _tidy(value: Any, schema: Mapping[str, Any]) -> Any:
    if "ndarray" in schema:
        return _array(value, schema["ndarray"])
    if "arrays" in schema:
        return value
    return _plain(value)


def _array(value: Any, schema: Mapping[str, Any]) -> Any:
    if isinstance(value, (bool, int, float, complex)) and schema["shape"] == []:
        return np.asarray(value, dtype=_dtype_for(np.asarray(value), schema))
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "iufc" and not value.dtype.isnative:
        return np.asarray(value).astype(value.dtype.newbyteorder("="))
    return value


def _dtype_for(value: np.ndarray, schema: Mapping[str, Any]) -> np.dtype[Any]:
    """The first dtype of the schema that a Python number may become."""
    stated = schema["dtype"]
    names = [stated] if isinstance(stated, str) else list(stated) if isinstance(stated, list) else []
    return next((np.dtype(name) for name in names if np.can_cast(value.dtype, name, "same_kind")), value.dtype)


def _plain(value: Any) -> Any:
    """A JSON value without NumPy's scalars, and with lists for tuples."""
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return value.item()
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def usable(contract: Contract, inputs: dict[str, Any], outputs: dict[str, Any], wrong: list[Misfit]) -> Outputs:
    """The outputs whose values can be judged, those in files among them."""
    symbols = contract.output_symbols(inputs, outputs)
    arrays = {name: sub["ndarray"] for name, sub in contract["output"]["properties"].items() if "ndarray" in sub}
    kept, unusable = dict(outputs), {}
    for name in arrays.keys() & kept.keys():
        kept[name] = _converted(arrays[name], kept[name], symbols, inputs)
    reshaped = {name for name in arrays.keys() & kept.keys() if np.shape(kept[name]) != np.shape(outputs[name])}
    for one in wrong:
        if one.facet not in USABLE and not (one.facet is Facet.SHAPE and one.name in reshaped):
            unusable[one.name] = one.text
    read = files.with_readable_members(contract["output"], kept)
    for name, sub in contract["output"]["properties"].items():
        if name not in kept and name not in unusable:
            unusable[name] = "it is not provided"
        if name in read.readable:
            unusable.pop(name, None)  # what is wrong is a member's, and is compared like any other
        elif name in unusable and files.kind_of(sub):
            unusable |= dict.fromkeys(files.member_names(contract["output"], name).values(), unusable[name])
    return Outputs(contract.operation, {n: v for n, v in read.values.items() if n not in unusable}, unusable)


def _converted(schema: Mapping[str, Any], value: Any, symbols: Mapping[str, Any], inputs: Mapping[str, Any]) -> Any:
    """In the contract's dtype where nothing is lost but digits, and in its shape where only axes of 1 differ."""
    if not isinstance(value, (np.ndarray, np.generic)) or value.dtype.kind not in "biufc":
        return value
    value = np.asarray(value)
    names = vocabulary.dtype_names(schema["dtype"], inputs)
    if str(value.dtype) not in names:
        fitting = next((name for name in names if np.can_cast(value.dtype, name, "same_kind")), value.dtype)
        with np.errstate(over="ignore"):
            value = value.astype(fitting)
    shape = vocabulary.shape_of(schema, value, symbols)
    if shape is not None and value.shape != shape and _without_ones(value.shape) == _without_ones(shape):
        return value.reshape(shape)
    return value


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(length for length in shape if length != 1)
