"""TENSOR.*, PHYS.OBJECT.COMPLEX, PHYS.PHASE.RANGE: layouts there and back, objects apart and together."""

from typing import Any

import numpy as np

from ptychoparity.spec_tests.relations.call import Call, Inputs, Options

MOVED = {"atol": 0.0, "why": "numbers are moved, none is computed"}
TURNED = {"peak_rtol": 4e-6, "why": "a sine, a cosine and an arctangent in float32"}


def _asked(call: Call, operation: str, name: str, value: np.ndarray, gridsize: int) -> dict[str, Any]:
    """One transform; those from a flat stack need the gridsize."""
    return call(operation, {name: value} | ({"gridsize": gridsize} if name == "flat" else {}))


def _gridsize(inputs: Inputs, source: str) -> int:
    value = inputs[source]
    if source == "flat":
        return inputs["gridsize"]
    return value.shape[1] if source == "grid" else round(value.shape[3] ** 0.5)


def there_and_back(call: Call, inputs: Inputs, options: Options) -> None:
    """A transform and its inverse leave every number where it was."""
    source, target = options["source"], options["target"]
    gridsize = _gridsize(inputs, source)
    there = _asked(call, options["operation"], source, inputs[source], gridsize)[target]
    back = _asked(call, options["back"], target, there, gridsize)[source]
    call.hold(f"{source} after {options['operation']} and {options['back']}", inputs[source], back, MOVED)


def two_ways_to_channels(call: Call, inputs: Inputs, options: Options) -> None:
    """From a grid to channels directly, and by way of the flat stack: one answer."""
    direct = call("grid_to_channel", inputs)["channels"]
    flat = call("grid_to_flat", inputs)["flat"]
    detour = call("flat_to_channel", {"flat": flat, "gridsize": inputs["grid"].shape[1]})["channels"]
    call.hold("channels by way of the flat stack", direct, detour, MOVED)


def ramps_stay_ramps(call: Call, inputs: Inputs, options: Options) -> None:
    """Patches that rise by 1 along columns and by 100 along rows still do."""
    source, target = options["source"], options["target"]
    axes = {"flat": (1, 2), "grid": (3, 4), "channels": (1, 2)}
    value = inputs[source]
    where = np.indices(value.shape, dtype=np.float32)
    ramp = 100 * where[axes[source][0]] + where[axes[source][1]]
    moved = _asked(call, options["operation"], source, ramp, _gridsize(inputs, source))[target]
    for axis, step in zip(axes[target], (100, 1), strict=True):
        rise = np.diff(moved, axis=axis)
        call.hold(f"rise of {target} along axis {axis}", np.full_like(rise, step), rise, MOVED)


def translating_by_flat_coords(call: Call, inputs: Inputs, options: Options) -> None:
    """What comes out is what `translate` takes: a pixel at the middle moves by [x, y], whole pixels here."""
    coords = np.rint(np.clip(inputs["coords"], -7, 7))
    offsets = call("flatten_coords", {"coords": coords})["offsets"]
    images = np.zeros((len(offsets), 16, 16), np.float32)
    images[:, 8, 8] = 1
    moved = call("translate", {"images": images, "offsets": offsets})["translated"]
    for b, c in np.ndindex(coords.shape[0], coords.shape[3]):
        x, y = coords[b, 0, :, c].astype(int)
        found = np.argwhere(moved[b * coords.shape[3] + c])
        if found.tolist() != [[8 + y, 8 + x]]:
            call.fail(f"offsets: member {c} of group {b} at [{x}, {y}] moved [8, 8] to {found.tolist()}")


def apart_and_together(call: Call, inputs: Inputs, options: Options) -> None:
    """An object taken apart and put together again is the object."""
    obj = call("combine_object", inputs)["object"]
    parts = call("split_object", {"object": obj})
    call.hold("object after split and combine", obj, call("combine_object", parts)["object"], TURNED)


def together_and_apart(call: Call, inputs: Inputs, options: Options) -> None:
    """The same from the other side: modulus and phase of an object make it."""
    parts = call("split_object", inputs)
    call.hold("object of its own parts", inputs["object"], call("combine_object", parts)["object"], TURNED)


def a_whole_turn_changes_nothing(call: Call, inputs: Inputs, options: Options) -> None:
    """Phases that differ by 2 pi make one object."""
    once = call("combine_object", inputs)["object"]
    turned = (inputs["Y_phi"].astype(float) + 2 * np.pi).astype(np.float32)
    # the phase itself is rounded again: an eps of up to 27 rad
    call.hold("object a whole turn on", once, call("combine_object", {**inputs, "Y_phi": turned})["object"], TURNED)


def phases_stay_within_pi(call: Call, inputs: Inputs, options: Options) -> None:
    """Turning an object by any angle turns its phase by it, back into [-pi, pi]; the modulus stays."""
    angle = call.random.uniform(0, 2 * np.pi)
    before = call("split_object", inputs)
    after = call("split_object", {"object": (inputs["object"] * np.exp(1j * angle)).astype(np.complex64)})
    call.hold("modulus of the turned object", before["Y_I"], after["Y_I"], {"rtol": 1e-6, "why": "a turn in float32"})
    lit = before["Y_I"] > 0
    turned = np.exp(1j * (before["Y_phi"].astype(float) + angle))[lit]
    call.hold("exp(i phase) of the turned object", turned, np.exp(1j * after["Y_phi"].astype(float))[lit],
              {"atol": 2e-6, "why": "two arctangents and a turn in float32"})  # fmt: skip


RELATIONS = (
    there_and_back, two_ways_to_channels, ramps_stay_ramps, translating_by_flat_coords, apart_and_together,
    together_and_apart, a_whole_turn_changes_nothing, phases_stay_within_pi,
)  # fmt: skip
