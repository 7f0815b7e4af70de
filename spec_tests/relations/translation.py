"""PHYS.TRANSLATE.*: content moves by +t."""

import numpy as np


def _impulse_moves(call, inputs, axis: int, word: str) -> None:
    images = np.zeros_like(inputs["images"])
    batch, height, width = images.shape
    room = (width if axis == 0 else height) - 1
    start = room // 3
    steps = np.array([1 + (b % max(1, room - start)) for b in range(batch)]) if room > start else np.zeros(batch, int)
    row, column = (height // 2, start) if axis == 0 else (start, width // 2)
    images[:, row, column] = 1
    offsets = np.zeros_like(inputs["offsets"])
    offsets[:, axis] = steps
    moved = np.abs(call("translate", {"images": images, "offsets": offsets})["translated"])
    for b, step in enumerate(steps):
        want = (row, column + step) if axis == 0 else (row + step, column)
        got = tuple(int(i) for i in np.unravel_index(int(np.argmax(moved[b])), moved[b].shape))
        if abs(moved[b][want] - 1) > 1e-5 or moved[b].sum() > 1 + 1e-4:
            seen = f"arrived at {got}" if moved[b].max() > 0.5 else "vanished"
            call.fail(
                f"translated: an impulse at (row {row}, column {column}) moved by {word} = +{step} px {seen}, "
                f"expected {want}: content must move by +offset in {word}"
            )


def impulse_moves_in_x(call, inputs, options):
    """[+dx, 0] moves an impulse dx columns to the right and no row."""
    _impulse_moves(call, inputs, 0, "dx")


def impulse_moves_in_y(call, inputs, options):
    """[0, +dy] moves an impulse dy rows down and no column."""
    _impulse_moves(call, inputs, 1, "dy")


def integer_shift_is_a_copy(call, inputs, options):
    """At whole pixels nothing is interpolated: the answer is the input, moved, zeros where nothing was."""
    images = inputs["images"]
    _, height, width = images.shape
    dx, dy = (min(3, width - 1), -min(2, height - 1))
    offsets = np.tile(np.array([dx, dy], dtype=inputs["offsets"].dtype), (len(images), 1))
    moved = call("translate", {"images": images, "offsets": offsets})["translated"]
    expected = np.zeros_like(images)
    expected[:, : height + dy, dx:] = images[:, -dy:, : width - dx]
    call.hold(f"translated by [{dx}, {dy}]", expected, moved, {"atol": 0.0, "why": "whole pixels are copied"})


RELATIONS = (impulse_moves_in_x, impulse_moves_in_y, integer_shift_is_a_copy)
