"""PHYS.PROBE.MASK.*, PHYS.PROBE.DEFAULT: what any mask and any built-in probe is, soft-edged ones too."""

import numpy as np

from ptychoparity.spec_tests.relations.call import Call, Inputs, Options

INNER, OUTER = 3.0, 4.0
"""Pixels inside and outside the radius between which the text leaves a mask's edge open."""

AREA = {64: 812, 128: 3228, 256: 12892}
"""Pixels of the hard disk: half-integer points closer than N//4, counted in whole numbers."""

EXACT = {"atol": 0.0, "why": "zeros, ones, and copies"}


def _distance(N: int) -> np.ndarray:
    k = np.arange(N) - N / 2 + 0.5
    return np.hypot(k[:, None], k[None, :])


def mask_is_a_disk(call: Call, inputs: Inputs, options: Options) -> None:
    """About 1 well inside N/4, about 0 well outside, the same all round, and never brighter farther out."""
    mask = call("probe_mask", inputs)["mask"].astype(float)
    N = len(mask)
    distance = _distance(N)
    inside, outside = distance < N // 4 - INNER, distance > N // 4 + OUTER
    if mask[inside].min() < 0.99:
        call.fail(f"mask at less than N/4 - {INNER:g} px from the centre: expected 1, got {mask[inside].min():.3g}")
    if mask[outside].max() > 0.01:
        call.fail(f"mask at more than N/4 + {OUTER:g} px from the centre: expected 0, got {mask[outside].max():.3g}")
    rounding = {"atol": 1e-5, "why": "sums of an edge's weights in float32, in another order"}
    for name, turned in (("turned over", mask[::-1]), ("mirrored", mask[:, ::-1]), ("transposed", mask.T)):
        call.hold(f"mask {name}", mask, turned, rounding)
    outward = np.diff(mask[:, N // 2 :], axis=1)
    if outward.max() > 1e-5:
        call.fail(f"mask: grows by {outward.max():.3g} from one pixel to the next on the way out")


def mask_multiplies_the_probe(call: Call, inputs: Inputs, options: Options) -> None:
    """With the mask on the probe is mask * probe; off, it is the plain probe."""
    probe = inputs["probe"]
    on, off = (call("probe_mask", {**inputs, "masked": masked}) for masked in (True, False))
    product = {"rtol": 2e-7, "atol": 1e-37, "why": "one product in float32, whose smallest numbers may be flushed to 0"}
    call.hold("probe under the mask", probe * on["mask"], on["probe"], product)
    call.hold("probe without a mask", probe, off["probe"], product)
    if "mask" in off:  # a backend may have none where none is in force
        call.hold("mask where there is none", np.ones_like(off["mask"]), off["mask"], EXACT)


def illumination_has_the_same_mask(call: Call, inputs: Inputs, options: Options) -> None:
    """An empty object under the probe is the probe as it is in force, in every mode."""
    probe = inputs["probe"]
    N = len(probe)
    light = {"object": np.ones((1, N, N, 1), np.complex64), "probe": probe, "masked": inputs["masked"], "sigma": 0.0}
    field = call("illuminate", light)["field"][0, :, :, 0]
    product = {"rtol": 4e-7, "atol": 1e-37, "why": "two products in float32, its smallest numbers flushed to 0"}
    call.hold("exit wave of an empty object", call("probe_mask", inputs)["probe"], field, product)


def illumination_is_cut_by_the_hard_disk(call: Call, inputs: Inputs, options: Options) -> None:
    """A masked exit wave is the plain one inside the disk and nothing outside, up to the last pixel."""
    plain, cut = (call("illuminate", {**inputs, "masked": masked})["field"] for masked in (False, True))
    N = plain.shape[1]
    inside = (_distance(N) < N // 4)[None, :, :, None]
    call.hold("exit wave under the mask", np.where(inside, plain, 0), cut,
              {"rtol": 2e-7, "atol": 1e-37, "why": "one product in float32"})  # fmt: skip


def mask_is_hard(call: Call, inputs: Inputs, options: Options) -> None:
    """Zeros and ones, as many ones as the disk has pixels: the mask of the gauge."""
    mask = call("probe_mask", inputs)["mask"]
    call.hold("mask", (_distance(len(mask)) < len(mask) // 4).astype(float), mask, EXACT)
    call.hold("pixels in the mask", np.asarray(AREA[len(mask)]), np.asarray(np.count_nonzero(mask)), EXACT)


def default_probe_is_a_disk(call: Call, inputs: Inputs, options: Options) -> None:
    """Real and never negative, bright in the middle, its energy within the mask's reach, centred."""
    probe = call("default_probe", inputs)["probe"].astype(complex)
    N = len(probe)
    if np.abs(probe.imag).max() > 1e-6 * np.abs(probe).max() or probe.real.min() < 0:
        call.fail(f"probe: real parts from {probe.real.min():.3g}, imaginary ones to {np.abs(probe.imag).max():.3g}")
    value, distance = probe.real, _distance(N)
    middle = value[distance < N / 32].min()
    if middle < value.max() / 2:
        call.fail(f"probe: {middle:.3g} in the middle, {value.max():.3g} elsewhere")
    energy = value**2 / np.sum(value**2)
    within = float(energy[distance < N // 4 + OUTER].sum())
    if within < 0.9:
        call.fail(
            f"probe: expected at least 0.9 of its energy within N/4 + {OUTER:g} px of the centre, got {within:.3g}"
        )
    k = np.arange(N) - N / 2 + 0.5
    y, x = (float(np.sum(energy * axis)) for axis in (k[:, None], k[None, :]))
    if np.hypot(y, x) > 1:
        call.fail(f"probe: its centre lies {y:.3g} px down and {x:.3g} px right of the frame's")


def default_probe_is_in_the_gauge(call: Call, inputs: Inputs, options: Options) -> None:
    """`normalized` is what normalize_probe makes of `probe`."""
    answer = call("default_probe", inputs)
    again = call("normalize_probe", {"probe": answer["probe"], "probe_scale": float(inputs["probe_scale"])})
    call.hold("the built-in probe in the gauge", again["probe"], answer["normalized"],
              {"peak_rtol": 4e-6, "why": "two divisions in float32 by a norm kept at best in float32"})  # fmt: skip


RELATIONS = (
    mask_is_a_disk, mask_multiplies_the_probe, illumination_has_the_same_mask, illumination_is_cut_by_the_hard_disk,
    mask_is_hard, default_probe_is_a_disk, default_probe_is_in_the_gauge,
)  # fmt: skip
