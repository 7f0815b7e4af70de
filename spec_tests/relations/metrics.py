"""HOUSE.METRIC.*, PHYS.PHASE.EVAL_ALIGN: what metrics see of a reconstruction, and what they must not see."""

import numpy as np

from ptychoparity.spec_tests.relations.call import Call, Inputs, Options

SAME = {"rtol": 2e-6, "atol": 2e-6, "why": "the same terms in another order, at best in float32"}
SIZE = {"rtol": 2e-6, "why": "the same terms in another order, at best in float32, in units of the images"}
DECIBEL = {"atol": 5e-5, "why": "twice the 2e-5 dB of one answer"}
RING = {"atol": 2e-6, "why": "twice the 1e-6 of one curve"}


def an_image_is_like_itself(call: Call, inputs: Inputs, options: Options) -> None:
    """No error, similarity 1, and the PSNR that the 2^-52 beside the error leaves: 20 log10(peak * 2^52)."""
    answer = call("image_metrics", {**inputs, "prediction": inputs["truth"]})
    ones = np.ones(len(inputs["truth"]))
    for name, value in (("mae", 0 * ones), ("mse", 0 * ones), ("ssim", ones), ("ms_ssim", ones)):
        call.hold(f"{name} of an image and itself", value, answer[name], SIZE if name in ("mae", "mse") else SAME)
    call.hold("psnr of an image and itself", 20 * np.log10(answer["peak"].astype(float) * 2.0**52),
              answer["psnr"], DECIBEL)  # fmt: skip


def image_errors_are_symmetric(call: Call, inputs: Inputs, options: Options) -> None:
    """Truth and prediction exchanged: with the data range named, nothing changes."""
    there = call("image_metrics", inputs)
    back = call("image_metrics", {**inputs, "truth": inputs["prediction"], "prediction": inputs["truth"]})
    for name in ("mae", "mse", "ssim", "ms_ssim"):
        call.hold(f"{name} exchanged", there[name], back[name], SIZE if name in ("mae", "mse") else SAME)
    call.hold("psnr exchanged", there["psnr"], back["psnr"], DECIBEL)


def psnr_moves_with_its_peak(call: Call, inputs: Inputs, options: Options) -> None:
    """From one peak to another the PSNR moves by 20 log10 of their ratio, and each answer names its own."""
    found = {peak: call("image_metrics", {**inputs, "peak": peak}) for peak in (1.0, 255.0)}
    for peak, answer in found.items():
        call.hold("peak named", np.full(len(inputs["truth"]), peak), answer["peak"], {"atol": 0.0, "why": "as given"})
    moved = found[255.0]["psnr"].astype(float) - found[1.0]["psnr"]
    call.hold("psnr at 255 less that at 1", np.full(moved.shape, 20 * np.log10(255.0)), moved, DECIBEL)
    own = call("image_metrics", {**inputs, "peak": None})
    by_hand = 20 * np.log10(own["peak"].astype(float) / 255.0) + found[255.0]["psnr"]
    call.hold("psnr at the peak that the answer names", by_hand, own["psnr"], DECIBEL)


def similarity_has_no_units(call: Call, inputs: Inputs, options: Options) -> None:
    """Both images four times as bright: the same similarity, PSNR at the data range, and four times the errors."""
    once = call("image_metrics", inputs)
    more = call("image_metrics", {**inputs, "truth": 4 * inputs["truth"], "prediction": 4 * inputs["prediction"]})
    if (once["data_range"] == 1).any():  # zero images have a range of 1 at any brightness
        return
    for name in ("ssim", "ms_ssim"):
        call.hold(f"{name} at four times the brightness", once[name], more[name], SAME)
    for name, factor in (("mae", 4), ("mse", 16), ("data_range", 4)):
        call.hold(f"{name} at four times the brightness", factor * once[name].astype(float), more[name], SIZE)


def an_image_correlates_with_itself(call: Call, inputs: Inputs, options: Options) -> None:
    """On every ring the correlation with itself is 1, and no threshold is crossed."""
    answer = call("frc", {**inputs, "prediction": inputs["truth"]})
    curve = answer["curve"]
    call.hold("curve of an image and itself", np.ones(curve.shape), curve, RING)
    for name in ("frc50", "frc1over7", "half_bit", "one_bit"):
        call.hold(f"{name} of an image and itself", np.full(len(curve), float(curve.shape[1])), answer[name], RING)


def ring_correlation_is_symmetric(call: Call, inputs: Inputs, options: Options) -> None:
    """Truth and prediction exchanged: the same curve."""
    there = call("frc", inputs)
    back = call("frc", {"truth": inputs["prediction"], "prediction": inputs["truth"]})
    call.hold("curve exchanged", there["curve"], back["curve"], RING)


def ring_correlation_forgets_the_gain(call: Call, inputs: Inputs, options: Options) -> None:
    """Minus twice the prediction: the same curve."""
    once = call("frc", inputs)
    more = call("frc", {**inputs, "prediction": -2 * inputs["prediction"]})
    call.hold("curve at minus twice the prediction", once["curve"], more["curve"], RING)


def rings_cover_every_frequency_once(call: Call, inputs: Inputs, options: Options) -> None:
    """The rings hold the n^2 samples of the square, and lie at k / n cycles per pixel, to the corner's sqrt(1/2)."""
    answer = call("frc", inputs)
    n = min(inputs["truth"].shape[1:])
    call.hold(
        "samples of all rings", np.asarray(n * n), np.asarray(answer["count"].sum()), {"atol": 0.0, "why": "whole"}
    )
    ring, allowed = answer["ring"].astype(float), {"rtol": 1e-6, "why": "one quotient in float32"}
    call.hold("ring", np.arange(len(ring), dtype=float), ring, {"atol": 0.0, "why": "whole numbers"})
    call.hold("frequency", ring / n, answer["frequency"], allowed)
    for name in ("frc50", "frc1over7", "half_bit", "one_bit"):
        call.hold(f"{name} in cycles per pixel", answer[name].astype(float) / n, answer[f"{name}_frequency"], allowed)


def _surface(removed: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """a x + b y + c of each [a, b, c]."""
    y, x = np.indices(shape[1:])
    a, b, c = (removed[:, k, None, None].astype(float) for k in range(3))
    return a * x + b * y + c


def what_was_removed_can_be_put_back(call: Call, inputs: Inputs, options: Options) -> None:
    """Phase = what is left + the plane that the answer names; what is left has no mean, and no plane, any more."""
    answer = call("remove_phase", inputs)
    size = {"peak_rtol": 4e-6, "atol": 1e-5, "why": "a phase and three coefficients, at best in float32, over 40 px"}
    whole = answer["phase"] + _surface(answer["removed"], inputs["phase"].shape)
    call.hold("what is left and what was removed", inputs["phase"], whole, size)
    again = call("remove_phase", {**inputs, "phase": answer["phase"]})
    call.hold("phase, removed once more", answer["phase"], again["phase"], size)


def removed_phase_is_invisible(call: Call, inputs: Inputs, options: Options) -> None:
    """A constant is not seen after either removal; a tilt is not seen after a plane's, and is after a mean's."""
    y, x = np.indices(inputs["phase"].shape[1:])
    size = {"atol": 2e-5, "why": "phases of up to 30 rad in float32"}
    for mode, added in (("mean", 0.75), ("plane", 0.75 + 0.125 * x - 0.25 * y)):
        once = call("remove_phase", {"phase": inputs["phase"], "mode": mode})
        tilted = (inputs["phase"] + added).astype(inputs["phase"].dtype)
        more = call("remove_phase", {"phase": tilted, "mode": mode})
        call.hold(f"phase with something to remove, mode {mode}", once["phase"], more["phase"], size)
    kept = call("remove_phase", {"phase": tilted, "mode": "mean"})["phase"]
    if np.abs(kept - once["phase"]).max() < 0.05:
        call.fail("mode mean: a tilt of 1/8 and 1/4 rad per pixel is gone, where only the mean was to be removed")


def scaled_means_agree(call: Call, inputs: Inputs, options: Options) -> None:
    """After scaling both have one mean, and the answer's factor is what lies between before and after."""
    answer = call("scale_amplitude", inputs)
    truth, scaled = (image.astype(float).mean(axis=(1, 2)) for image in (inputs["truth"], answer["scaled"]))
    call.hold("mean of the scaled prediction", truth, scaled, SIZE)
    factor = answer["factor"][:, None, None].astype(float)
    call.hold("factor * prediction", factor * inputs["prediction"], answer["scaled"], SIZE)


def scaling_forgets_the_gain(call: Call, inputs: Inputs, options: Options) -> None:
    """Three times the prediction: scaled to the same, by a third of the factor."""
    once = call("scale_amplitude", inputs)
    more = call("scale_amplitude", {**inputs, "prediction": 3 * inputs["prediction"]})
    call.hold("scaled, at three times the prediction", once["scaled"], more["scaled"], SIZE)
    call.hold("factor at three times the prediction", once["factor"].astype(float) / 3, more["factor"], SIZE)


def registering_recovers_a_shift(call: Call, inputs: Inputs, options: Options) -> None:
    """A periodic image moved by whole pixels and by fractions of them is found and brought back."""
    shape = inputs["truth"].shape[1:]
    image = 5 + 0.3 * call.random.standard_normal(shape)
    upsampling = 50
    for shift in (np.array([3.0, -4.0]), np.rint(call.random.uniform(-6, 6, 2) * upsampling) / upsampling):
        ky, kx = (np.fft.fftfreq(n) for n in shape)
        turn = np.exp(-2j * np.pi * (ky[:, None] * shift[0] + kx * shift[1]))
        moved = np.fft.ifft2(np.fft.fft2(image) * turn).real
        asked = {"truth": image[None].astype(np.float32), "prediction": moved[None].astype(np.float32)}
        answer = call("register", {**asked, "upsampling": upsampling, "crop": 0})
        call.hold(f"shift that undoes {shift.tolist()}", -shift[None], answer["shift"],
                  {"atol": 1e-5, "why": "the truth is a point of the search's grid"})  # fmt: skip
        call.hold(f"prediction moved by {shift.tolist()}, registered", asked["truth"], answer["registered"],
                  {"peak_rtol": 2e-6, "why": "images in float32, transforms of a few eps of the peak"})  # fmt: skip


def registering_forgets_gain_and_phase(call: Call, inputs: Inputs, options: Options) -> None:
    """2i times the prediction: the same shift, and what is registered is turned with it."""
    once = call("register", inputs)
    more = call("register", {**inputs, "prediction": (2j * inputs["prediction"]).astype(np.complex64)})
    call.hold("shift at 2i times the prediction", once["shift"], more["shift"], {"atol": 1e-5, "why": "a grid point"})
    call.hold("2i times the registered prediction", 2j * once["registered"], more["registered"],
              {"peak_rtol": 4e-6, "why": "two answers of 2e-6 of the peak"})  # fmt: skip


RELATIONS = (
    an_image_is_like_itself, image_errors_are_symmetric, psnr_moves_with_its_peak, similarity_has_no_units,
    an_image_correlates_with_itself, ring_correlation_is_symmetric, ring_correlation_forgets_the_gain,
    rings_cover_every_frequency_once, what_was_removed_can_be_put_back, removed_phase_is_invisible,
    scaled_means_agree, scaling_forgets_the_gain, registering_recovers_a_shift, registering_forgets_gain_and_phase,
)  # fmt: skip
