"""HOUSE.METRIC.*, PHYS.PHASE.EVAL_ALIGN: the whole chain of evaluation against its steps, and what it must not see."""

import numpy as np

from ptychoparity.spec_tests.relations.call import Call, Inputs, Options

ORDER = ["mae", "mse", "psnr", "ssim", "ms_ssim", "frc50", "frc1over7", "frc"]
CLOSE = {"rtol": 2e-5, "atol": 5e-6, "why": "steps hand on float32, the chain keeps what it computes in"}
CURVE = {"atol": 1e-4, "why": "float32 between the steps is noise on the faintest rings"}
DECIBEL = {"atol": 5e-4, "why": "10 / ln 10 times a relative error of 4e-5 of the mse, and a float32 answer"}

ROUNDING = 1e-12
"""A squared error up to this is the rounding of complex64, and so are its decibels."""


def _cut(image: np.ndarray, edge: int) -> np.ndarray:
    return np.ascontiguousarray(image[edge : image.shape[0] - edge, edge : image.shape[1] - edge])


def evaluation_is_made_of_its_steps(call: Call, inputs: Inputs, options: Options) -> None:
    """Trimmed, scaled and freed of a plane one operation at a time, the same objects have the same metrics."""
    whole = call("evaluate_object", inputs)
    truth, prediction = (_cut(inputs[name], inputs["offset"] // 2)[None] for name in ("truth", "prediction"))
    amplitude = call("scale_amplitude", {"truth": np.abs(truth), "prediction": np.abs(prediction)})
    amplitudes = {"truth": np.abs(truth), "prediction": amplitude["scaled"]}
    mode = inputs["phase_align"]
    angles = [np.angle(image).astype(np.float32) for image in (truth, prediction)]
    left = [call("remove_phase", {"phase": angle, "mode": mode})["phase"] for angle in angles]
    phases = dict(zip(("truth", "prediction"), left, strict=True))
    more = {"peak": inputs["peak"], "data_range": None, "levels": 5}
    for place, images, sigma in ((0, amplitudes, 1.0), (1, phases, 0.0)):
        named = "phase" if place else "amplitude"
        if place and inputs["peak"] is None:
            more["peak"] = 2 * np.pi
        alone = call("image_metrics", {**images, **more, "sigma": sigma})
        call.hold(f"mae of {named}", alone["mae"][0], whole["mae"][place], CLOSE)
        call.hold(f"mse of {named}", alone["mse"][0], whole["mse"][place], CLOSE)
        if alone["mse"][0] > ROUNDING:
            call.hold(f"psnr of {named}", alone["psnr"][0], whole["psnr"][place], DECIBEL)
        rings = call("frc", images)
        call.hold(f"frc of {named}", rings["curve"][0], whole["frc"][place], CURVE)
        if place:
            mapped = {k: ((v + np.pi) / (2 * np.pi)).astype(np.float32) for k, v in images.items()}
            alone = call("image_metrics", {**mapped, **more, "data_range": 1.0, "sigma": sigma})
        call.hold(f"ssim of {named}", alone["ssim"][0], whole["ssim"][place], CLOSE)
        call.hold(f"ms_ssim of {named}", alone["ms_ssim"][0], whole["ms_ssim"][place], CLOSE)
    call.hold("factor", amplitude["factor"][0], whole["factor"], CLOSE)


def evaluation_names_its_steps(call: Call, inputs: Inputs, options: Options) -> None:
    """The answer lists the requested steps, in their order, and no others."""
    none = {"register": False, "scale_amplitude": False, "phase_align": "none", "offset": 0}
    every = {"register": True, "scale_amplitude": True, "phase_align": "mean", "offset": 4}
    for asked in (inputs, {**inputs, **none}, {**inputs, **every}):
        wanted = {
            "register": asked["register"], "trim": asked["register"] or asked["offset"] > 0,
            "scale_amplitude": asked["scale_amplitude"],
            f"remove_phase:{asked['phase_align']}": asked["phase_align"] != "none",
        }  # fmt: skip
        names = [name for name, taken in wanted.items() if taken]
        said = call("evaluate_object", asked)["steps"]
        if said != names:
            call.fail(f"steps: expected {names}, got {said}")


def metrics_come_in_the_public_order(call: Call, inputs: Inputs, options: Options) -> None:
    """The answer begins as the public evaluation's does, each metric under its name, as (amplitude, phase)."""
    said = list(call("evaluate_object", inputs))
    if said[: len(ORDER)] != ORDER:
        call.fail(f"the answer: expected {ORDER} first, got {said[: len(ORDER)]}")


def gain_is_seen_by_the_absolute_metric_alone(call: Call, inputs: Inputs, options: Options) -> None:
    """Three times the reconstruction: after amplitude scaling all metrics are the same, the absolute error is not."""
    once = call("evaluate_object", {**inputs, "prediction": inputs["truth"]})
    more = call("evaluate_object", {**inputs, "prediction": 3 * inputs["truth"]})
    for name in ("mae", "mse", "ssim", "ms_ssim", "frc"):
        call.hold(f"{name} at three times the truth", once[name], more[name], CLOSE)
    call.hold("absolute_error of the truth", np.asarray(0.0), once["absolute_error"], CLOSE)
    call.hold("absolute_error of three times the truth", np.asarray(2.0), more["absolute_error"], CLOSE)


def what_cannot_be_known_is_invisible(call: Call, inputs: Inputs, options: Options) -> None:
    """A constant phase is not seen once the mean or the plane is gone, a tilt not once the plane is; without, both are.

    Phases stay within pi, where nothing wraps.
    """
    y, x = np.indices(inputs["truth"].shape)
    tilt = 0.5 * (x / x.max() - 0.5) - 0.4 * (y / y.max() - 0.5)
    turns = {"mean": 0.75 + 0 * tilt, "plane": 0.75 + tilt}
    for align, turn in turns.items():
        turned = (inputs["prediction"] * np.exp(1j * turn)).astype(np.complex64)
        asked = {**inputs, "phase_align": align}
        once, more = (call("evaluate_object", {**asked, "prediction": p}) for p in (inputs["prediction"], turned))
        for name in ("mae", "mse", "ssim", "ms_ssim"):
            call.hold(f"{name} of a phase turned round, {align} removed", once[name], more[name], CLOSE)
    seen = call("evaluate_object", {**inputs, "phase_align": "none", "prediction": turned})
    flat = call("evaluate_object", {**inputs, "phase_align": "none"})
    if abs(float(seen["mae"][1]) - float(flat["mae"][1])) < 1e-3:
        call.fail("phase_align none: 0.75 rad and a tilt change nothing, where nothing was to be removed")


def the_evaluations_peak_is_named(call: Call, inputs: Inputs, options: Options) -> None:
    """At every peak the PSNR is 20 log10(peak / (root of the mse + 2^-52)) of the peak that the answer names."""
    for peak in (255.0, 1.0, None):
        answer = call("evaluate_object", {**inputs, "peak": peak})
        named = answer["peak"].astype(float)
        if peak is not None and (named != peak).any():
            call.fail(f"peak = {named.tolist()} where {peak} was given")
        by_hand = 20 * np.log10(named / (np.sqrt(answer["mse"].astype(float)) + 2.0**-52))
        call.hold(f"psnr at peak {peak}", by_hand, answer["psnr"], DECIBEL)


RELATIONS = (
    evaluation_is_made_of_its_steps, evaluation_names_its_steps, metrics_come_in_the_public_order,
    gain_is_seen_by_the_absolute_metric_alone, what_cannot_be_known_is_invisible, the_evaluations_peak_is_named,
)  # fmt: skip
