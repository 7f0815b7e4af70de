"""NORM.SYMMETRY.*, LOSS.POISSON.LABELS, LOSS.TORCH_MODE: the photon scale on both sides of a network."""

import numpy as np

from ptychoparity.spec_tests.relations.call import Call, Inputs, Options
from ptychoparity.spec_tests.relations.rounding import apart

FACTOR = 4.0
"""A power of two: float32 multiplies by it without rounding."""

ROUNDING = {"rtol": 5e-7, "why": "two products in float32, each with a scalar kept there at worst"}
SQUARES = {"rtol": 1e-6, "why": "squares of such products"}


def labels_are_the_input_and_its_square(call: Call, inputs: Inputs, options: Options) -> None:
    """Input and amplitude label are one array, and the intensity label is its square."""
    answer = call("training_scale", inputs)
    call.hold("amplitude_label against model_input", answer["model_input"], answer["amplitude_label"], ROUNDING)
    square = answer["model_input"].astype(float) ** 2
    call.hold("intensity_label against model_input^2", square, answer["intensity_label"], SQUARES)


def a_factor_moves_from_data_to_scale(call: Call, inputs: Inputs, options: Options) -> None:
    """Data four times as large at a quarter of the scale: the same photons, in the input and in every label."""
    once = call("training_scale", inputs)
    moved = {"X": (FACTOR * inputs["X"]).astype(np.float32), "intensity_scale": inputs["intensity_scale"] / FACTOR}
    again = call("training_scale", moved)
    for name in once:
        call.hold(f"{name} with a factor moved from the scale to X", once[name], again[name], SQUARES)


def the_network_sees_the_data_again(call: Call, inputs: Inputs, options: Options) -> None:
    """What is put on for training is taken off inside: the network is given X."""
    scale = inputs["intensity_scale"]
    given = call("training_scale", inputs)["model_input"]
    inside = call("model_scale", {"model_input": given, "amplitude": inputs["X"], "intensity_scale": scale})
    call.hold("network_input against X", inputs["X"], inside["network_input"], ROUNDING)


def the_scale_cancels_inside(call: Call, inputs: Inputs, options: Options) -> None:
    """Input and scale four times as large: the network sees the same, and its prediction leaves four times as large."""
    once = call("model_scale", inputs)
    larger = {"model_input": (FACTOR * inputs["model_input"]).astype(np.float32), "amplitude": inputs["amplitude"],
              "intensity_scale": FACTOR * inputs["intensity_scale"]}  # fmt: skip
    again = call("model_scale", larger)
    call.hold("network_input at four times input and scale", once["network_input"], again["network_input"], ROUNDING)
    for name, power in (("predicted_amplitude", 1), ("predicted_intensity", 2)):
        call.hold(f"{name} at four times the scale", FACTOR**power * once[name].astype(float), again[name], SQUARES)


def a_perfect_prediction_is_its_label(call: Call, inputs: Inputs, options: Options) -> None:
    """A network that answers X predicts the labels, in counts."""
    X, scale = inputs["amplitude"], inputs["intensity_scale"]
    labels = call("training_scale", {"X": X, "intensity_scale": scale})
    told = call("model_scale", {"model_input": labels["model_input"], "amplitude": X, "intensity_scale": scale})
    call.hold("predicted_amplitude of X", labels["amplitude_label"], told["predicted_amplitude"], ROUNDING)
    call.hold("predicted_intensity of X", labels["intensity_label"], told["predicted_intensity"], SQUARES)


def the_mode_chooses_the_loss(call: Call, inputs: Inputs, options: Options) -> None:
    """'poisson' is poisson_nll of the squares in counts, 'mae' is amplitude_mae of the amplitudes."""
    scale = inputs["intensity_scale"]
    here, there = (scale * inputs[name].astype(float) for name in ("predicted", "observed"))
    poisson = {"rate": (here**2).astype(np.float32), "counts": (there**2).astype(np.float32)}
    mae = {"predicted": here.astype(np.float32), "observed": there.astype(np.float32)}
    for mode, operation, pair in (("poisson", "poisson_nll", poisson), ("mae", "amplitude_mae", mae)):
        given = {**inputs, "torch_loss_mode": mode}
        chosen, plain = call("training_objective", given), call(operation, pair)
        rounding = apart("training_objective", "loss", given, chosen, "the loss's own tolerance, twice")
        call.hold(f"loss of {mode!r} against {operation}", plain["loss"], chosen["loss"], rounding)


RELATIONS = (
    labels_are_the_input_and_its_square, a_factor_moves_from_data_to_scale, the_network_sees_the_data_again,
    the_scale_cancels_inside, a_perfect_prediction_is_its_label, the_mode_chooses_the_loss,
)  # fmt: skip
