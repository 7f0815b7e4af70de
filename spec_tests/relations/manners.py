"""HOUSE.INPUT.UNTOUCHED, HOUSE.NO_STRAY_FILES: what a call does beside answering."""

from ptychoparity.spec_tests.facets import Facet
from ptychoparity.spec_tests.relations.call import Call, Inputs, Options


def inputs_are_left_alone(call: Call, inputs: Inputs, options: Options) -> None:
    """A call changes none of its inputs in place: whoever asked still needs them."""
    call(options["operation"], inputs, watch=True)
    if call.answer.changed_inputs:
        call.fail(
            f"{options['operation']} changed its inputs in place: {', '.join(call.answer.changed_inputs)}", Facet.EFFECT
        )


def nothing_is_left_behind(call: Call, inputs: Inputs, options: Options) -> None:
    """A call writes no file where it was not told to."""
    call(options["operation"], inputs)
    if call.answer.stray:
        stray = ", ".join(call.answer.stray)
        call.fail(f"{options['operation']} left files in the working directory: {stray}", Facet.EFFECT)


INPUTS_SHARE = 1 / 4
"""Of the inputs a profile tries: how a call behaves hardly depends on the numbers in its arrays."""
RELATIONS = (inputs_are_left_alone, nothing_is_left_behind)
