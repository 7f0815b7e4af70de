"""PHYS.TRANSLATE.*: content moves by +t."""

import numpy as np

from ptychoparity.spec_tests.relations.call import Call, Inputs, Options
from ptychoparity.spec_tests.relations.rounding import allowance, within

HEIGHT, WIDTH = 21, 25
CENTRE = (10, 12)


def _impulse_moves(call: Call, inputs: Inputs, axis: int, word: str) -> None:
    """An impulse in the middle of a frame large enough that a wrong answer shows where it went."""
    batch = len(inputs["images"])
    images = np.zeros((batch, HEIGHT, WIDTH), dtype=inputs["images"].dtype)
    images[:, CENTRE[0], CENTRE[1]] = 1
    offsets = np.zeros((batch, 2), dtype=inputs["offsets"].dtype)
    offsets[:, axis] = 1 + np.arange(batch) % 7
    moved = np.abs(call("translate", {"images": images, "offsets": offsets})["translated"])
    for sample, step in zip(moved, offsets[:, axis].astype(int).tolist(), strict=True):
        want = (CENTRE[0], CENTRE[1] + step) if axis == 0 else (CENTRE[0] + step, CENTRE[1])
        if abs(sample[want] - 1) > 1e-5 or sample.sum() > 1 + 1e-4:
            call.fail(f"translated: {_whereabouts(sample, step, word, want)}")


def _whereabouts(sample: np.ndarray, step: int, word: str, want: tuple[int, int]) -> str:
    """Where the impulse went, in words."""
    row, column = (int(i) for i in np.unravel_index(int(np.argmax(sample)), sample.shape))
    down, right = row - CENTRE[0], column - CENTRE[1]
    if (row, column) == want:
        arrived = f"arrived at (row {row}, column {column}) as {sample[want]:.6g}, in an image that sums to"
        return f"an impulse of 1 asked to move by {word} = +{step} px {arrived} {sample.sum():.6g}, expected 1 and 1"
    seen = f"moved by [{right:+d}, {down:+d}] to (row {row}, column {column})" if sample.max() > 0.5 else "vanished"
    wanted = f"(row {want[0]}, column {want[1]})"
    return f"an impulse at {CENTRE} asked to move by {word} = +{step} px {seen}, expected {wanted}"


def impulse_moves_in_x(call: Call, inputs: Inputs, options: Options) -> None:
    """[+dx, 0] moves an impulse dx columns to the right and no row."""
    _impulse_moves(call, inputs, 0, "dx")


def impulse_moves_in_y(call: Call, inputs: Inputs, options: Options) -> None:
    """[0, +dy] moves an impulse dy rows down and no column."""
    _impulse_moves(call, inputs, 1, "dy")


def integer_shift_is_a_copy(call: Call, inputs: Inputs, options: Options) -> None:
    """At whole pixels nothing is interpolated: the answer is the input, moved, zeros where nothing was."""
    images = inputs["images"]
    _, height, width = images.shape
    dx, dy = (min(3, width - 1), -min(2, height - 1))
    offsets = np.tile(np.array([dx, dy], dtype=inputs["offsets"].dtype), (len(images), 1))
    there = {"images": images, "offsets": offsets}
    moved = call("translate", there)["translated"]
    expected = np.zeros_like(images)
    expected[:, : height + dy, dx:] = images[:, -dy:, : width - dx]
    allowed = within(allowance("translate", "translated", there, {"translated": expected}), "whole pixels are copied")
    call.hold(f"translated by [{dx}, {dy}]", expected, moved, allowed)


RELATIONS = (impulse_moves_in_x, impulse_moves_in_y, integer_shift_is_a_copy)
