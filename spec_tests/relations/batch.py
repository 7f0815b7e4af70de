"""HOUSE.BATCH.INDEPENDENT: a sample's answer does not know its companions."""

import numpy as np

from ptychoparity.spec_tests.relations.call import Call, Inputs, Options

# Another batch size may pick another kernel with another order of summation: a few eps of the peak.
ROUNDING = {"peak_rtol": 1e-6, "why": "another batch size may sum in another order: a few eps of the peak"}


def batch_independence(call: Call, inputs: Inputs, options: Options) -> None:
    """Sample i is the same alone, in a batch of any size, and beside other companions."""
    operation, batched = options["operation"], options["batched"]
    size = len(inputs[batched[0]])
    whole = call(operation, inputs)
    backwards = call(operation, {**inputs, **{name: inputs[name][::-1].copy() for name in batched}})
    for name in options["outputs"]:
        call.hold(f"{name} with its companions in reverse order", whole[name], backwards[name][::-1], ROUNDING)
    for count in options["sizes"]:
        if count >= size:
            continue
        part = call(operation, {**inputs, **{name: np.ascontiguousarray(inputs[name][:count]) for name in batched}})
        for name in options["outputs"]:
            call.hold(f"{name} in a batch of {count} instead of {size}", whole[name][:count], part[name], ROUNDING)


INPUTS_SHARE = 1 / 3
"""Of the inputs a profile tries: every one is asked in a dozen batches."""
RELATIONS = (batch_independence,)
