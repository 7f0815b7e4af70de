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


def many_answer_as_few(call: Call, inputs: Inputs, options: Options) -> None:
    """The same samples again and again, `count` in all: each time the same answer, beyond any chunk's end, too."""
    operation, batched, count = options["operation"], options["batched"], options["count"]
    few = call(operation, inputs)
    size = len(inputs[batched[0]])
    again = np.arange(count) % size
    many = call(operation, {**inputs, **{name: inputs[name][again] for name in batched}})
    for name in options["outputs"]:
        of_each = few[name].reshape(size, -1, *few[name].shape[1:])  # a sample may have several rows of the answer
        expected = of_each[again].reshape(-1, *few[name].shape[1:])
        call.hold(f"{name} of {count} samples, {size} of them different", expected, many[name], ROUNDING)


INPUTS_SHARE = 1 / 3
"""Of the inputs a profile tries: every one is asked in a dozen batches."""
RELATIONS = (batch_independence, many_answer_as_few)
