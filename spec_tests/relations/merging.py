"""HOUSE.MERGE.COMASKED, REASM.GS_GT1: what a merged group shows."""

import numpy as np

from ptychoparity.spec_tests.relations.call import Call, Inputs, Options
from ptychoparity.spec_tests.relations.rounding import apart
from ptychoparity.spec_tests.relations.stitching import affine_object, untouched_by_borders


def constant_survives_the_merge(call: Call, inputs: Inputs, options: Options) -> None:
    """Patches of one constant merge to that constant wherever anything reaches, and to 0 elsewhere."""
    value = np.complex64(0.7 - 0.2j)
    given = {**inputs, "patches": np.full_like(inputs["patches"], value)}
    answer = call("merge_patches", given)
    reached = answer["weight"] > 1e-3
    one_sum = apart("merge_patches", "merged", given, answer, "numerator and weight are one sum, rounded twice")
    expected, merged = np.where(reached, value, 0), np.where(reached, answer["merged"], 0)
    call.hold("merged constant where weight > 1e-3", expected, merged, one_sum)
    call.hold("merged where nothing reaches", np.zeros_like(answer["merged"]),
              np.where(answer["weight"] == 0, answer["merged"], 0),
              {"atol": 0.0, "why": "0 where no window reaches"})  # fmt: skip
    _small_weights_count(call, inputs, value)


def _small_weights_count(call: Call, inputs: Inputs, value: np.complex64) -> None:
    """Windows that reach a row of pixels by 3e-4 of one: the constant is there, too."""
    aside = np.where(np.arange(inputs["coords_relative"].shape[3]) % 2, -3e-4, 3e-4)
    relative = (np.round(inputs["coords_relative"]) + aside).astype(inputs["coords_relative"].dtype)
    patches = np.full_like(inputs["patches"], value)
    answer = call("merge_patches", {**inputs, "patches": patches, "coords_relative": relative})
    weighted = {"atol": 4e-6, "why": "numerator and weight, each a sum of float32 products; no weight is too small"}
    weight = answer["weight"].astype(float)
    call.hold("merged constant * weight, at every weight", value * weight, answer["merged"] * weight, weighted)


def merged_truth_is_the_object(call: Call, inputs: Inputs, options: Options) -> None:
    """Patches cut from an affine object at a group's members, merged, give the object about the group's centre."""
    N, L, random = inputs["patches"].shape[1], inputs["L"], call.random
    groups, channels = inputs["patches"].shape[0], inputs["patches"].shape[3]
    # far apart, so that much of the canvas is seen by some members alone: where all see it, an affine object
    # cannot tell a group from its mirror image
    members = random.uniform([66, 78], [86, 90], (groups, channels, 2))
    coords_nn = members.transpose(0, 2, 1)[:, None]
    offsets = coords_nn.mean(axis=3, keepdims=True)
    relative = -(coords_nn - offsets)
    obj, at = affine_object((2 * N + 60, 2 * N + 20))
    cut = call("extract_patches", {"object": obj, "coords_offsets": offsets, "coords_relative": relative, "N": N})
    answer = call(
        "merge_patches",
        {"patches": cut["patches"], "coords_relative": relative, "L": L, "probe_big": inputs["probe_big"]},
    )
    side = N if inputs["probe_big"] else N // 2
    for b in range(groups):
        x0, y0 = offsets[b, 0, :, 0] - L / 2
        truth = at(np.arange(L)[:, None] + y0, np.arange(L)[None, :] + x0)
        centred = members[b] - offsets[b, 0, :, 0]
        clean = (answer["weight"][b] > 0.999) & untouched_by_borders(centred, np.zeros(2), L, side)
        call.hold(
            f"merged[{b}] against the object, weight > 0.999", np.where(clean, truth, 0),
            np.where(clean, answer["merged"][b], 0),
            {"peak_rtol": 4e-6, "why": "bilinear interpolation is exact on an affine object: float32 rounding, twice"},
        )  # fmt: skip


def members_are_placed(call: Call, inputs: Inputs, options: Options) -> None:
    """One bright pixel in the middle of each member is seen where that member was measured, and nowhere else.

    Every window reaches every middle, so a pixel is its own brightness over the number of members. What a divisor has
    beside them (a thousandth, say) is another clause's business: a hundredth of the brightest is allowed.
    """
    patches = np.zeros_like(inputs["patches"])
    N, L, (groups, channels) = patches.shape[1], inputs["L"], (patches.shape[0], patches.shape[3])
    relative = call.random.integers(-6, 7, (groups, 1, 2, channels)).astype(np.float64)
    relative[:, 0, 0] = np.arange(channels) * 2 - 3  # no two members at one place
    brightness = 1.0 + np.arange(channels)
    patches[:, N // 2, N // 2, :] = brightness
    expected = np.zeros((groups, L, L), patches.dtype)
    for b in range(groups):
        columns, rows = (L // 2 - relative[b, 0]).astype(int)
        expected[b, rows, columns] = brightness / channels
    given = {**inputs, "patches": patches, "coords_relative": relative}
    merged = call("merge_patches", given)["merged"]
    placed = {"peak_rtol": 1e-2, "why": "positions are whole pixels; a constant in the divisor is allowed here"}
    call.hold("merged of one bright pixel per member", expected, merged, placed)


def merging_brightens_nothing(call: Call, inputs: Inputs, options: Options) -> None:
    """Of patches of ones no merged pixel is brighter than 1, to a hundredth: overlaps are divided by their count."""
    given = {**inputs, "patches": np.ones_like(inputs["patches"])}
    merged = np.abs(call("merge_patches", given)["merged"])
    mean = {"rtol": 1e-2, "why": "a mean of ones is 1; a constant in the divisor makes it less"}
    call.hold("merged of ones, what is above 1", np.ones_like(merged), np.maximum(merged, 1.0), mean)


RELATIONS = (
    constant_survives_the_merge, merged_truth_is_the_object, members_are_placed, merging_brightens_nothing,
)  # fmt: skip
