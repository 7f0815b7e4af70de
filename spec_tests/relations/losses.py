"""LOSS.*: losses and their slopes."""

import numpy as np

STEP = 0.25
"""Width of the finite difference: exact in float32, and far above the loss's rounding."""


def gradient_is_the_slope(call, inputs, options):
    """The gradient, along a random direction, is the loss's central difference."""
    operation, name = options["operation"], options["variable"]
    point = inputs[name].astype(float)
    direction = call.random.choice([-1.0, 1.0], point.shape)
    ahead, behind = ((point + sign * STEP * direction).astype(np.float32) for sign in (1, -1))
    after = float(call(operation, {**inputs, name: ahead})["loss"])
    before = float(call(operation, {**inputs, name: behind})["loss"])
    gradient = call(operation, inputs)["gradient"].astype(float)
    slope = (after - before) / (2 * STEP)
    # the third derivative of counts * ln(rate) over rates of at least 0.5; and the loss's own rounding
    bend = 0.0 if operation == "amplitude_mae" else STEP**2 / 3 * float(np.mean(np.abs(inputs["counts"] / point**3)))
    noise = 1e-6 * max(abs(after), abs(before), 1.0) / STEP
    call.hold(
        f"slope of {operation} along a direction", np.asarray(slope), np.asarray(np.sum(gradient * direction)),
        {"atol": 4 * bend + noise, "why": "a central difference: its bend, and the rounding of two losses"},
    )  # fmt: skip


def poisson_is_least_at_the_counts(call, inputs, options):
    """At rate = counts the loss has no slope, and any other rate costs more."""
    counts = inputs["counts"] + 1
    best = call("poisson_nll", {"rate": counts, "counts": counts})
    call.hold("gradient at rate = counts", np.zeros_like(counts), best["gradient"],
              {"atol": 1e-6 / counts.size, "why": "1 - counts/rate cancels to an eps"})  # fmt: skip
    for factor in (0.5, 2.0):
        other = call("poisson_nll", {"rate": (factor * counts).astype(np.float32), "counts": counts})
        if not float(other["loss"]) > float(best["loss"]):
            call.fail(f"loss: {float(other['loss'])} at {factor} times the counts, {float(best['loss'])} at the counts")


def a_dark_rate_is_positive_all_the_same(call, inputs, options):
    """What a zero rate is taken for can be read off the loss: for n counts c at rate r it is r - c ln r."""
    counts = inputs["counts"] + 1
    loss = float(call("poisson_nll", {"rate": np.zeros_like(counts), "counts": counts})["loss"])
    rate = np.exp(-loss / float(np.mean(counts.astype(float))))
    # an error of 2e-6 in the loss is one of 6e-5 in its rate
    if not 0.999e-12 < rate < 1e-6:
        call.fail(f"loss: a rate of zero is taken for {rate:.6g}; 1e-12 and a little more is asked for")


def mae_is_symmetric(call, inputs, options):
    """Prediction and observation exchanged: the same loss, the gradient turned round."""
    there = call("amplitude_mae", inputs)
    back = call("amplitude_mae", {"predicted": inputs["observed"], "observed": inputs["predicted"]})
    call.hold("loss exchanged", there["loss"], back["loss"], {"rtol": 1e-6, "why": "the same terms"})
    call.hold("gradient exchanged", -there["gradient"], back["gradient"], {"rtol": 1e-6, "why": "the same signs"})


def variation_is_quadratic(call, inputs, options):
    """Twice the object has four times the variation, and turning its phase changes nothing."""
    once = call("total_variation", inputs)["loss"]
    twice = call("total_variation", {"object": 2 * inputs["object"]})["loss"]
    sums = {"rtol": 1e-5, "why": "sums of float32 squares"}
    call.hold("variation of twice the object", 4 * np.asarray(once, dtype=float), twice, sums)
    turned = call("total_variation", {"object": (1j * inputs["object"]).astype(np.complex64)})["loss"]
    call.hold("variation of i times the object", np.asarray(once, dtype=float), turned, sums)


def variation_ignores_a_constant(call, inputs, options):
    """A constant added to the object changes no difference."""
    # on a grid that float32 adds without rounding
    obj = (np.rint(inputs["object"] * 64) / 64).astype(np.complex64)
    once = call("total_variation", {"object": obj})["loss"]
    moved = call("total_variation", {"object": obj + np.complex64(8 - 4j)})["loss"]
    call.hold("variation of object + constant", once, moved, {"rtol": 1e-5, "atol": 1e-6, "why": "sums of squares"})


RELATIONS = (
    gradient_is_the_slope, a_dark_rate_is_positive_all_the_same, poisson_is_least_at_the_counts, mae_is_symmetric,
    variation_is_quadratic, variation_ignores_a_constant,
)  # fmt: skip
