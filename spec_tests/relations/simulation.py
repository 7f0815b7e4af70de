"""PHYS.POISSON.SAMPLE, PHYS.SCALE.*, HOUSE.SIM.SEED, HOUSE.DIFFRACT.INCOHERENT: what a simulated detector shows."""

import numpy as np

from ptychoparity.spec_tests.facets import Facet
from ptychoparity.spec_tests.relations.call import Call, Inputs, Options

SIGMAS = 7
"""As the law's: a true draw is farther off with a chance of 5e-11."""

SEED_STEPS = (1, 2, 3, 2**8, 2**15, 2**16, 2**24, 2**31)
"""From one seed to another: near, and where a seed kept in fewer bits is the same again."""

PEAK = {"peak_rtol": 2e-6, "why": "two float32 transforms, each within 1e-6 of the peak (TOL.FORWARD)"}


def observed_amplitude_is_the_root_of_the_counts(call: Call, inputs: Inputs, options: Options) -> None:
    """(X * intensity_scale)^2 is the counts: one draw, told twice."""
    answer = call("observe", inputs)
    back = (answer["X"].astype(float) * float(answer["intensity_scale"])) ** 2
    call.hold("(X * intensity_scale)^2 against counts", answer["counts"].astype(float), back,
              {"rtol": 1e-6, "why": "X and the scale are each rounded to float32, and squared"})  # fmt: skip


def the_photons_arrive(call: Call, inputs: Inputs, options: Options) -> None:
    """A pattern has nphotons counts on average."""
    counts, nphotons = call("observe", inputs)["counts"].astype(float), inputs["nphotons"]
    patterns = counts.shape[0] * counts.shape[3]
    # Bernstein's bound for a Poisson total, and the scale's own allowance
    noise = SIGMAS * np.sqrt(patterns * nphotons) + SIGMAS**2 / 3
    call.hold("mean counts per pattern", np.asarray(nphotons), np.asarray(counts.sum() / patterns),
              {"atol": float(noise / patterns + 2e-6 * nphotons), "why": "seven sigmas of the total"})  # fmt: skip


def the_seed_decides_the_noise(call: Call, inputs: Inputs, options: Options) -> None:
    """Equal seeds, equal counts, whatever NumPy's global state, which is left alone; other seeds, other counts."""
    first = call("observe", inputs, numpy_seed=1)
    if call.answer.random_state_changed:
        call.fail("counts: the call changed NumPy's global random state", Facet.EFFECT)
    again = call("observe", inputs, numpy_seed=2)
    for name in ("counts", "X"):
        call.hold(f"{name} under another global random state", first[name], again[name],
                  {"atol": 0.0, "why": "the seed alone decides"})  # fmt: skip
    for step in SEED_STEPS:
        seed = (inputs["seed"] + step) % 2**32
        if np.array_equal(first["counts"], call("observe", {**inputs, "seed": seed})["counts"]):
            call.fail(f"counts: seeds {inputs['seed']} and {seed} give the same noise: is the seed used?")


def every_pattern_has_noise_of_its_own(call: Call, inputs: Inputs, options: Options) -> None:
    """Equal patterns, along the batch and along the channels: no two of them have the same counts.

    Only where the light is spread: two draws for a single lit pixel are equal once in a thousand times.
    """
    groups, channels = options["groups"], options["channels"]
    patch = inputs["object"][:1, :, :, :1]
    counts = call("observe", {**inputs, "object": np.tile(patch, (groups, 1, 1, channels))})["counts"]
    seen: dict[bytes, tuple[int, int]] = {}
    for b, c in np.ndindex(groups, channels):
        first = seen.setdefault(counts[b, :, :, c].tobytes(), (b, c))
        if first != (b, c):
            call.fail(f"counts: equal patterns {list(first)} and {[b, c]} (group, channel) have the same noise")


def labels_know_no_dose(call: Call, inputs: Inputs, options: Options) -> None:
    """Nine times the photons: three times the scale, and the same labels."""
    few = call("observe", inputs)
    many = call("observe", {**inputs, "nphotons": 9 * inputs["nphotons"]})
    rounding = {"rtol": 2e-6, "why": "two products and two scales, each in float32 at worst"}
    scale = 3 * np.asarray(few["intensity_scale"], dtype=float)
    call.hold("intensity_scale at nine times the photons", scale, many["intensity_scale"], rounding)
    for name in ("Y_I", "Y_phi"):
        call.hold(f"{name} at nine times the photons", few[name], many[name], rounding)


# -- modes ------------------------------------------------------------------------------------------------


def _amplitude(call: Call, field: np.ndarray) -> np.ndarray:
    return call("diffract_modes", {"field": np.ascontiguousarray(field)})["amplitude"].astype(float)


def intensities_of_modes_add(call: Call, inputs: Inputs, options: Options) -> None:
    """The intensity of all modes is the sum of each one's alone."""
    field = inputs["field"]
    alone = [_amplitude(call, field[:, mode : mode + 1]) for mode in range(field.shape[1])]
    together = np.sqrt(sum(amplitude**2 for amplitude in alone))
    call.hold("amplitude of all modes against the root of their summed intensities", together,
              _amplitude(call, field), PEAK)  # fmt: skip


def the_same_mode_twice(call: Call, inputs: Inputs, options: Options) -> None:
    """Two identical modes are sqrt(2) times one, not 2 times."""
    once = inputs["field"][:, :1]
    call.hold("amplitude of a mode given twice", np.sqrt(2) * _amplitude(call, once),
              _amplitude(call, np.repeat(once, 2, axis=1)), PEAK)  # fmt: skip


def order_and_phases_of_modes_are_invisible(call: Call, inputs: Inputs, options: Options) -> None:
    """Modes in another order, each under a phase of its own: the same amplitude."""
    field = inputs["field"]
    modes = field.shape[1]
    phases = np.exp(1j * call.random.uniform(0.1, 6.2, modes))[:, None, None]
    turned = (field * phases).astype(np.complex64)[:, call.random.permutation(modes)]
    call.hold("amplitude with other phases, in another order", _amplitude(call, field), _amplitude(call, turned), PEAK)


def one_mode_is_a_field(call: Call, inputs: Inputs, options: Options) -> None:
    """A single mode diffracts as a field does."""
    once = np.ascontiguousarray(inputs["field"][:, 0])
    plain = call("diffract", {"field": once})["amplitude"]
    call.hold("amplitude of one mode against diffract", plain, _amplitude(call, once[:, None]), PEAK)


RELATIONS = (
    observed_amplitude_is_the_root_of_the_counts, the_photons_arrive, the_seed_decides_the_noise,
    every_pattern_has_noise_of_its_own, labels_know_no_dose, intensities_of_modes_add, the_same_mode_twice,
    order_and_phases_of_modes_are_invisible, one_mode_is_a_field,
)  # fmt: skip
