"""PARAMS.BIGN: how far a group spans."""

import numpy as np

from ptychoparity.spec_tests.relations.call import Call, Inputs, Options

EXACT = {"atol": 0.0, "why": "sums of whole numbers"}


def span_grows_by_the_offset(call: Call, inputs: Inputs, options: Options) -> None:
    """A single patch spans N; each further one along a side adds the offset; jitter moves nothing of it."""
    one = call("padded_size", {**inputs, "gridsize": 1})["bigN"]
    call.hold("bigN at gridsize 1", np.asarray(inputs["N"]), one, EXACT)
    here = call("padded_size", inputs)["bigN"]
    after = call("padded_size", {**inputs, "gridsize": inputs["gridsize"] + 1})["bigN"]
    call.hold("bigN one patch wider", here + inputs["offset"], after, EXACT)
    call.hold("bigN", np.asarray(inputs["N"] + (inputs["gridsize"] - 1) * inputs["offset"]), here, EXACT)
    still = call("padded_size", {**inputs, "max_position_jitter": inputs["max_position_jitter"] + 7})["bigN"]
    call.hold("bigN with more jitter", here, still, EXACT)


RELATIONS = (span_grows_by_the_offset,)
