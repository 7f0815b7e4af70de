"""HOUSE.INPUT.LAYOUT: equal values are one array, however they lie in memory."""

import re
from typing import Any

import numpy as np

from ptychoparity.backends.protocol import LAYOUTS
from ptychoparity.spec_tests import exact
from ptychoparity.spec_tests.outcomes import CheckErrored
from ptychoparity.spec_tests.relations.call import Call, Inputs, Options

ROUNDING = {"peak_rtol": 1e-6, "why": "another layout may sum in another order: a few eps of the peak"}
OTHER_ORDER = "byte-swapped"
ALONE = ("fortran", "reversed")
"""Layouts that one array has by itself, too: two arrays read in the same wrong order may still fit each other."""
REFUSALS = ("TypeError", "ValueError")
NAMES_THE_ORDER = re.compile(r"dtype|byte.?order|endian|[<>=][iufc]\d", re.IGNORECASE)
"""Words of a refusal that say what it is about; `>f4` is how NumPy writes such a dtype."""


def _arrays(inputs: Inputs) -> list[str]:
    """The inputs that are arrays with axes, or dictionaries of arrays."""
    return [
        name for name, value in inputs.items()
        if (isinstance(value, np.ndarray) and value.ndim)
        or (isinstance(value, dict) and any(isinstance(one, np.ndarray) for one in value.values()))
    ]  # fmt: skip


def memory_layout_does_not_matter(call: Call, inputs: Inputs, options: Options) -> None:
    """Fortran order, steps, backward steps, read-only, other byte order: the answer is that of C order.

    Only the other byte order may be refused, in words that name the dtype or the byte order. `outputs` in the
    options: those that are compared, where some are random.
    """
    operation, names = options["operation"], _arrays(inputs)
    plain = call(operation, inputs)
    ways = [(f"all arrays {layout}", dict.fromkeys(names, layout)) for layout in LAYOUTS]
    if len(names) > 1:
        ways += [(f"{name} {layout}", {name: layout}) for name in names for layout in ALONE]
    for how, layout in ways:
        try:
            answer = call(operation, inputs, layout=layout)
        except CheckErrored as error:
            if OTHER_ORDER in layout.values() and _refuses_byte_order(error.raised or {}):
                continue
            call.fail(f"{operation} with {how}: {error.message}")
        for name in options.get("outputs", plain):
            _hold(call, f"{name} with {how}", plain[name], answer[name])


def _refuses_byte_order(raised: dict[str, Any]) -> bool:
    message = str(raised.get("message", ""))
    return raised.get("type") in REFUSALS and bool(NAMES_THE_ORDER.search(message))


def _hold(call: Call, what: str, plain: Any, answer: Any) -> None:
    if isinstance(plain, dict) and isinstance(answer, dict) and plain.keys() == answer.keys():
        for name, value in plain.items():
            _hold(call, f"{what}[{name!r}]", value, answer[name])
    elif isinstance(plain, list) and isinstance(answer, list) and len(plain) == len(answer):
        for number, value in enumerate(plain):
            _hold(call, f"{what}[{number}]", value, answer[number])
    elif isinstance(plain, (np.ndarray, float)) or plain is None:
        call.hold(what, plain, answer, ROUNDING)
    elif wrong := exact.difference(what, plain, answer):
        call.fail(f"{wrong[0]}: {wrong[1]}")


INPUTS_SHARE = 1 / 6
"""Of the inputs a profile tries: each is asked in a dozen layouts."""
RELATIONS = (memory_layout_does_not_matter,)
