"""LOSS.*: losses and their slopes."""

import numpy as np

from ptychoparity.spec_tests.relations.call import Call, Inputs, Options
from ptychoparity.spec_tests.relations.rounding import allowance, apart

STEP = 0.25
"""Width of the finite difference: exact in float32, and far above the loss's rounding."""


def gradient_is_the_slope(call: Call, inputs: Inputs, options: Options) -> None:
    """The gradient, along a random direction, is the loss's central difference."""
    operation, name = options["operation"], options["variable"]
    point = inputs[name].astype(float)
    direction = call.random.choice([-1.0, 1.0], point.shape)
    ahead, behind = ((point + sign * STEP * direction).astype(np.float32) for sign in (1, -1))
    after, before = (call(operation, {**inputs, name: at}) for at in (ahead, behind))
    gradient = call(operation, inputs)["gradient"].astype(float)
    slope = (float(after["loss"]) - float(before["loss"])) / (2 * STEP)
    # the third derivative of counts * ln(rate) over rates of at least 0.5; and the loss's own rounding
    bend = 0.0 if operation == "amplitude_mae" else STEP**2 / 3 * float(np.mean(np.abs(inputs["counts"] / point**3)))
    noise = sum(float(allowance(operation, "loss", {**inputs, name: at}, found)) / (2 * STEP)
                for at, found in ((ahead, after), (behind, before)))  # fmt: skip
    call.hold(
        f"slope of {operation} along a direction", np.asarray(slope), np.asarray(np.sum(gradient * direction)),
        {"atol": 4 * bend + noise, "why": "a central difference: its bend, and the rounding of two losses"},
    )  # fmt: skip


def poisson_is_least_at_the_counts(call: Call, inputs: Inputs, options: Options) -> None:
    """At rate = counts the loss has no slope, and any other rate costs more."""
    counts = inputs["counts"] + 1
    best = call("poisson_nll", {"rate": counts, "counts": counts})
    call.hold("gradient at rate = counts", np.zeros_like(counts), best["gradient"],
              {"atol": 1e-6 / counts.size, "why": "1 - counts/rate cancels to an eps"})  # fmt: skip
    for factor in (0.5, 2.0):
        other = call("poisson_nll", {"rate": (factor * counts).astype(np.float32), "counts": counts})
        if not float(other["loss"]) > float(best["loss"]):
            call.fail(f"loss: {float(other['loss'])} at {factor} times the counts, {float(best['loss'])} at the counts")


def a_dark_rate_is_positive_all_the_same(call: Call, inputs: Inputs, options: Options) -> None:
    """What a zero rate is taken for can be read off the loss: for n counts c at rate r it is r - c ln r."""
    counts = inputs["counts"] + 1
    loss = float(call("poisson_nll", {"rate": np.zeros_like(counts), "counts": counts})["loss"])
    rate = np.exp(-loss / float(np.mean(counts.astype(float))))
    # an error of 2e-6 in the loss is one of 6e-5 in its rate
    if not 0.999e-12 < rate < 1e-6:
        call.fail(f"loss: expected a rate of zero to be taken for a little more than 1e-12, got {rate:.6g}")


def mae_is_symmetric(call: Call, inputs: Inputs, options: Options) -> None:
    """Prediction and observation exchanged: the same loss, the gradient turned round."""
    there = call("amplitude_mae", inputs)
    back = call("amplitude_mae", {"predicted": inputs["observed"], "observed": inputs["predicted"]})
    call.hold("loss exchanged", there["loss"], back["loss"], {"rtol": 1e-6, "why": "the same terms"})
    call.hold("gradient exchanged", -there["gradient"], back["gradient"], {"rtol": 1e-6, "why": "the same signs"})


def variation_is_quadratic(call: Call, inputs: Inputs, options: Options) -> None:
    """Twice the object has four times the variation, and turning its phase changes nothing."""
    once = call("total_variation", inputs)["loss"]
    twice = call("total_variation", {"object": 2 * inputs["object"]})["loss"]
    sums = {"rtol": 1e-5, "why": "sums of float32 squares"}
    call.hold("variation of twice the object", 4 * np.asarray(once, dtype=float), twice, sums)
    turned = call("total_variation", {"object": (1j * inputs["object"]).astype(np.complex64)})["loss"]
    call.hold("variation of i times the object", np.asarray(once, dtype=float), turned, sums)


def variation_ignores_a_constant(call: Call, inputs: Inputs, options: Options) -> None:
    """A constant added to the object changes no difference."""
    # on a grid that float32 adds without rounding
    obj = (np.rint(inputs["object"] * 64) / 64).astype(np.complex64)
    once = call("total_variation", {"object": obj})["loss"]
    moved = call("total_variation", {"object": obj + np.complex64(8 - 4j)})["loss"]
    call.hold("variation of object + constant", once, moved, {"rtol": 1e-5, "why": "sums of squares"})


def complex_gradient_is_the_slope(call: Call, inputs: Inputs, options: Options) -> None:
    """The gradient, along a random direction, is the loss's central difference, in real and imaginary part alike."""
    step = 1 / 64
    observed = (inputs["observed"] / np.maximum(np.abs(inputs["observed"]), 1e-6)).astype(np.complex64)
    # far from every tip of the loss: brighter everywhere, and turned by half a radian to two either way
    brightness = call.random.uniform(3, 5, observed.shape)
    turn = call.random.uniform(0.5, 2, observed.shape) * call.random.choice([-1.0, 1.0], observed.shape)
    point = (np.where(observed == 0, 1, observed) * brightness * np.exp(1j * turn)).astype(np.complex64)
    given = {**inputs, "observed": np.where(observed == 0, 1, observed).astype(np.complex64)}
    direction = call.random.choice([-1.0, 1.0], point.shape) + 1j * call.random.choice([-1.0, 1.0], point.shape)
    ahead, behind = ((point + sign * step * direction).astype(np.complex64) for sign in (1, -1))
    sides = [({**given, "predicted": at}, call("complex_mae", {**given, "predicted": at})) for at in (ahead, behind)]
    after, before = (float(answer["loss"]) for _, answer in sides)
    noise = sum(float(allowance("complex_mae", "loss", *side)) for side in sides) / (2 * step)
    gradient = call("complex_mae", {**given, "predicted": point})["gradient"].astype(complex)
    expected = (after - before) / (2 * step)
    actual = np.sum(gradient.real * direction.real + gradient.imag * direction.imag)
    # the third derivatives of root and angle are below 2/|p|^3 per |direction|^3 = 2.83; |p| is at least 3
    call.hold(
        "slope of complex_mae along a direction", np.asarray(expected), np.asarray(actual),
        {"atol": step**2 * 2.83 * 4 / 27 / 6 + noise, "why": "a central difference: its bend, and two roundings"},
    )  # fmt: skip


def border_counts_with_a_large_probe_alone(call: Call, inputs: Inputs, options: Options) -> None:
    """Another border changes the loss in large-probe mode, and neither loss nor gradient otherwise."""
    point, N = inputs["predicted"], inputs["predicted"].shape[1]
    border = np.ones((N, N), bool)
    border[N // 4 : N - N // 4, N // 4 : N - N // 4] = False
    other = np.where(border[None, :, :, None], point + 20, point).astype(np.complex64)
    small, big = ({**inputs, "probe_big": big} for big in (False, True))
    once, again = call("complex_mae", small), call("complex_mae", {**small, "predicted": other})
    same = {"rtol": 1e-6, "atol": 1e-9, "why": "the same pixels"}
    for name in ("loss", "gradient"):
        call.hold(f"{name} with another border", once[name], again[name], same)
    if np.abs(again["gradient"][:, border]).max() > 0:
        call.fail("gradient: pixels of the border have a slope though they do not count")
    more = float(call("complex_mae", {**big, "predicted": other})["loss"])
    less = float(call("complex_mae", big)["loss"])
    if not more > less + 1:
        call.fail(f"loss: {less:.6g} with the large probe, {more:.6g} with 20 more on the border: it does not count")


def a_phase_on_both_is_invisible(call: Call, inputs: Inputs, options: Options) -> None:
    """Prediction and observation turned together are as far apart as before: an angle has no seam."""
    phase = np.complex64(np.exp(1j * call.random.uniform(0.5, 5.5)))
    once = call("complex_mae", inputs)
    turned = {name: (inputs[name] * phase).astype(np.complex64) for name in ("predicted", "observed")}
    again = call("complex_mae", {**inputs, **turned})
    for name in ("amplitude", "phase"):
        rounding = apart("complex_mae", name, inputs, once, "two products in float32 turn a pixel by an eps at most")
        call.hold(f"{name} after a phase on both", once[name], again[name], rounding)


RELATIONS = (
    gradient_is_the_slope, poisson_is_least_at_the_counts, mae_is_symmetric, variation_is_quadratic,
    variation_ignores_a_constant, complex_gradient_is_the_slope, border_counts_with_a_large_probe_alone,
    a_phase_on_both_is_invisible, a_dark_rate_is_positive_all_the_same,
)  # fmt: skip
