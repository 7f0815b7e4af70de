"""NORM.*, PHYS.SCALE.*, PHYS.PROBE.SCALE: what scaling does and what it forgets."""

import numpy as np

from ptychoparity.spec_tests.relations.call import Call, Inputs, Options

ROUNDING = {"rtol": 4e-6, "why": "two scalars kept at best in float32, two products in float32"}


def normalised_energy(call: Call, inputs: Inputs, options: Options) -> None:
    """The mean energy of the normalised patterns is (N/2)^2, and `scale` is the factor between them."""
    diffraction = inputs["diffraction"].astype(float)
    answer = call("normalize_diffraction", inputs)
    normalised = answer["normalized"].astype(float)
    energy = np.mean(np.sum(normalised**2, axis=(1, 2)))
    call.hold("mean energy", np.asarray((diffraction.shape[1] / 2) ** 2), np.asarray(energy), ROUNDING)
    call.hold("scale * diffraction against normalized", float(answer["scale"]) * diffraction, normalised, ROUNDING)


def normalising_forgets_the_dose(call: Call, inputs: Inputs, options: Options) -> None:
    """Seven times the amplitude is normalised to the same: photon scale and statistics do not mix."""
    once = call("normalize_diffraction", inputs)["normalized"]
    more = call("normalize_diffraction", {"diffraction": (7 * inputs["diffraction"]).astype(np.float32)})["normalized"]
    call.hold("normalized at seven times the amplitude", once, more, ROUNDING)


def scaled_field_has_the_photons(call: Call, inputs: Inputs, options: Options) -> None:
    """s^2 times the mean energy of the exit waves is nphotons."""
    scale = float(call("intensity_scale", inputs)["scale"])
    energy = np.mean(np.sum(np.abs(inputs["field"].astype(complex)) ** 2, axis=(1, 2)))
    call.hold("s^2 * mean energy", np.asarray(inputs["nphotons"]), np.asarray(scale**2 * energy), ROUNDING)


def both_modes_agree_on_normalised_data(call: Call, inputs: Inputs, options: Options) -> None:
    """For exit waves of mean energy (N/2)^2 the closed form and the data's scale are one number."""
    field, N = inputs["field"].astype(complex), inputs["N"]
    energy = np.mean(np.sum(np.abs(field) ** 2, axis=(1, 2)))
    normalised = (field * (N / 2) / np.sqrt(energy)).astype(np.complex64)
    closed = call("intensity_scale", {**inputs, "field": None})["scale"]
    measured = call("intensity_scale", {**inputs, "field": normalised})["scale"]
    call.hold("closed form against the data's scale", closed, measured,
              {"rtol": 1e-5, "why": "the field was rounded to complex64; the clause allows 1e-3"})  # fmt: skip


def scale_goes_with_the_root_of_the_dose(call: Call, inputs: Inputs, options: Options) -> None:
    """Four times the photons, twice the scale."""
    once = call("intensity_scale", inputs)["scale"]
    more = call("intensity_scale", {**inputs, "nphotons": 4 * inputs["nphotons"]})["scale"]
    call.hold("scale at four times the photons", 2 * np.asarray(once, dtype=float), more, ROUNDING)


def gauge_is_idempotent(call: Call, inputs: Inputs, options: Options) -> None:
    """A normalised probe, normalised once more, stays: the gauge is a place, not a step."""
    once = call("normalize_probe", inputs)
    twice = call("normalize_probe", {**inputs, "probe": once["probe"]})
    call.hold("norm of a normalised probe", np.asarray(1.0), twice["norm"], ROUNDING)
    peak = {"peak_rtol": 2e-6, "why": "two divisions in float32"}
    call.hold("probe normalised twice", once["probe"], twice["probe"], peak)


def gauge_forgets_the_probes_scale(call: Call, inputs: Inputs, options: Options) -> None:
    """A probe three times as bright is normalised to the same, its norm three times as large."""
    once = call("normalize_probe", inputs)
    bright = call("normalize_probe", {**inputs, "probe": (3 * inputs["probe"]).astype(np.complex64)})
    call.hold("norm of three times the probe", 3 * np.asarray(once["norm"], dtype=float), bright["norm"], ROUNDING)
    peak = {"peak_rtol": 2e-6, "why": "two divisions in float32"}
    call.hold("three times the probe, normalised", once["probe"], bright["probe"], peak)


RELATIONS = (
    normalised_energy, normalising_forgets_the_dose, scaled_field_has_the_photons, both_modes_agree_on_normalised_data,
    scale_goes_with_the_root_of_the_dose, gauge_is_idempotent, gauge_forgets_the_probes_scale,
)  # fmt: skip
