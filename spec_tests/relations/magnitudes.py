"""HOUSE.VALUE.RANGE: an answer that its dtype can hold is right at every magnitude of the input."""

from typing import Any

import numpy as np

from ptychoparity.spec_tests.relations.call import Call, Inputs, Options

FACTORS = (2.0**-50, 2.0**-40, 2.0**40, 2.0**66)
"""8.9e-16 to 7.4e19. Powers of two: float32 and float64 scale by them without rounding."""
LARGEST, SMALLEST = 1e37, 1e-30
"""What float32 holds with all its digits, and room for a sum."""
ROUNDING = {"peak_rtol": 1e-6, "why": "a power of two changes no digit of what is summed or multiplied"}


def answer_scales_with_input(call: Call, inputs: Inputs, options: Options) -> None:
    """f(c x) = c^k f(x), for c far from 1 in both directions.

    `scaled`: the inputs that are multiplied, together. `outputs`: the exponent k of each output. Inputs of whole
    numbers are cast to float32 first. What float32 cannot hold is not asked.
    """
    operation = options["operation"]
    at_one = {name: _floating(inputs[name]) for name in options["scaled"] if inputs[name] is not None}
    if not at_one:
        return
    plain = call(operation, {**inputs, **at_one})
    for factor in FACTORS:
        expected = {name: _wide(plain[name]) * factor**k for name, k in options["outputs"].items()}
        inside = [*expected.values(), *(_wide(array) * factor for array in at_one.values())]
        if any(_largest(values) > LARGEST for values in inside):
            continue
        scaled = {name: array * array.dtype.type(factor) for name, array in at_one.items()}
        answer = call(operation, {**inputs, **scaled})
        for name, values in expected.items():
            if _largest(values) == 0 or _largest(values) > SMALLEST:
                what = f"{name} with {' and '.join(scaled)} times {factor:.3g}"
                call.hold(what, values, np.asarray(answer[name]), ROUNDING)


def _floating(array: Any) -> np.ndarray:
    return array if array.dtype.kind in "fc" else array.astype(np.float32)


def _wide(values: Any) -> np.ndarray:
    values = np.asarray(values)
    return values.astype(np.complex128 if values.dtype.kind == "c" else np.float64)


def _largest(values: np.ndarray) -> float:
    return float(np.abs(values).max(initial=0.0))


INPUTS_SHARE = 1 / 4
"""Of the inputs a profile tries: each is asked at five magnitudes."""
RELATIONS = (answer_scales_with_input,)
