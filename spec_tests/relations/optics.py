"""PHYS.FFT.*, PHYS.AMPLITUDE: what a far field keeps and forgets."""

import numpy as np

from ptychoparity.spec_tests.relations.call import Call, Inputs, Options

PEAK = {"peak_rtol": 2e-6, "why": "two float32 transforms, each within 1e-6 of the peak (TOL.FORWARD)"}


def energy_is_conserved(call: Call, inputs: Inputs, options: Options) -> None:
    """Parseval: the summed squared amplitude is the field's energy."""
    field = inputs["field"]
    amplitude = call("diffract", {"field": field})["amplitude"].astype(float)
    expected = np.sum(np.abs(field.astype(complex)) ** 2, axis=(1, 2))
    call.hold(
        "sum of amplitude^2 per pattern", expected, np.sum(amplitude**2, axis=(1, 2)),
        {"rtol": 4e-6, "why": "amplitudes err by 1e-6 of the peak at most, their squares by twice that"},
    )  # fmt: skip


def global_phase_is_invisible(call: Call, inputs: Inputs, options: Options) -> None:
    """A constant phase on the field changes no amplitude."""
    field = inputs["field"]
    phase = call.random.uniform(0.1, 6.2)
    before = call("diffract", {"field": field})["amplitude"]
    after = call("diffract", {"field": (field * np.exp(1j * phase)).astype(np.complex64)})["amplitude"]
    call.hold(f"amplitude after a global phase of {phase:.3f} rad", before, after, PEAK)


def circular_shift_is_invisible(call: Call, inputs: Inputs, options: Options) -> None:
    """Rolling the field over its edges changes phases in the far field, and no amplitude."""
    field = inputs["field"]
    shift = tuple(int(s) for s in call.random.integers(1, field.shape[-1], 2))
    before = call("diffract", {"field": field})["amplitude"]
    after = call("diffract", {"field": np.roll(field, shift, axis=(1, 2))})["amplitude"]
    call.hold(f"amplitude after rolling the field by {shift}", before, after, PEAK)


def amplitude_scales_with_field(call: Call, inputs: Inputs, options: Options) -> None:
    """Twice the field is twice the amplitude: it is no intensity, and nothing is normalised away."""
    field = inputs["field"]
    before = call("diffract", {"field": field})["amplitude"]
    after = call("diffract", {"field": 2 * field})["amplitude"]
    call.hold("amplitude of twice the field", 2 * before, after, PEAK)


def illumination_is_linear(call: Call, inputs: Inputs, options: Options) -> None:
    """Twice the probe, or twice the object, is twice the exit wave; a phase on either is a phase on it."""
    once = call("illuminate", inputs)["field"]
    for name in ("probe", "object"):
        turned = call("illuminate", {**inputs, name: (2j * inputs[name]).astype(np.complex64)})["field"]
        call.hold(f"exit wave with 2i times the {name}", 2j * once, turned, PEAK)


def smoothing_damps(call: Call, inputs: Inputs, options: Options) -> None:
    """Smoothing takes energy from noise and none from nothing: less than before, more than a ninth."""
    smoothed = call("illuminate", inputs)["field"]
    plain = call("illuminate", {**inputs, "sigma": 0.0})["field"]
    before, after = (float(np.sum(np.abs(f.astype(complex)) ** 2)) for f in (plain, smoothed))
    if not before / 9 < after < 0.9 * before:
        call.fail(f"field: energy {before:.6g} became {after:.6g} by smoothing with sigma {inputs['sigma']}")


RELATIONS = (
    energy_is_conserved,
    global_phase_is_invisible,
    circular_shift_is_invisible,
    amplitude_scales_with_field,
    illumination_is_linear,
    smoothing_damps,
)
