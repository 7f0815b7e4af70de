"""METRIC.OVERLAP.*: what the overlap of a scan's positions depends on, and what it must not."""

from typing import Any

import numpy as np

from ptychoparity.spec_tests.relations.call import Call, Inputs, Options

OPERATION = "compute_overlap_metrics"
IMAGES, GROUPS = "metric_2_image_based_avg", "metric_3_group_to_group_avg"
SHARE = {"atol": 2e-6, "why": "two means of shares, 1e-6 each"}


def _averages(answer: dict[str, Any]) -> dict[str, float]:
    return {name: value for name, value in answer.items() if name.endswith("_avg")}


def _hold_averages(call: Call, what: str, expected: dict[str, Any], actual: dict[str, Any]) -> None:
    for name, value in _averages(expected).items():
        call.hold(f"{name} {what}", value, actual[name], SHARE)


def overlap_has_no_units(call: Call, inputs: Inputs, options: Options) -> None:
    """Positions and diameter four times as large: the same overlap."""
    once = call(OPERATION, inputs)
    larger = {"coords": 4 * inputs["coords"], "probe_diameter_px": 4 * inputs["probe_diameter_px"]}
    _hold_averages(call, "with everything four times as large", once, call(OPERATION, {**inputs, **larger}))


def overlap_falls_with_distance(call: Call, inputs: Inputs, options: Options) -> None:
    """Two images drawn apart: from 1 down to 0 at the diameter, always less, the same in every direction."""
    D = 16.0
    asked = {"gridsize": 1, "s_img": 1.0, "n_groups": 1, "neighbor_count": 1, "probe_diameter_px": D,
             "rng_seed_subsample": None}  # fmt: skip
    before = 1.0
    for step in (1, 4, 9, 15, 17):
        turn = call.random.uniform(0, 2 * np.pi)
        pair = np.array([[3.0, 4.0], [3 + step * np.cos(turn), 4 + step * np.sin(turn)]])
        found = call(OPERATION, {**asked, "coords": pair})[IMAGES]
        if not found < before:
            call.fail(f"{IMAGES}: {found} at {step} px, {before} nearer, for a diameter of {D:g} px")
        back = pair[::-1].copy()
        call.hold("share the other way round", found, call(OPERATION, {**asked, "coords": back})[IMAGES], SHARE)
        before = found
        half = np.arccos(min(1.0, step / D))
        call.hold(f"share at {step} of {D:g} px", (2 * half - np.sin(2 * half)) / np.pi, found, SHARE)


def exact_copies_count_once(call: Call, inputs: Inputs, options: Options) -> None:
    """An exact copy of every position changes nothing of metric 2; one 1e-9 px off is another image."""
    coords = inputs["coords"].astype(np.float64)
    asked = {**inputs, "coords": coords, "neighbor_count": 1, "probe_diameter_px": 5.0}
    once = call(OPERATION, asked)[IMAGES]
    twice = call(OPERATION, {**asked, "coords": np.concatenate([coords, coords])})[IMAGES]
    call.hold(f"{IMAGES} with every position twice", once, twice, SHARE)
    beside = call(OPERATION, {**asked, "coords": np.concatenate([coords, coords + np.array([1e-9, 0.0])])})[IMAGES]
    call.hold(f"{IMAGES} with a copy 1e-9 px beside each", 1.0, beside, SHARE)


def overlap_depends_on_its_arguments_alone(call: Call, inputs: Inputs, options: Options) -> None:
    """Equal seeds, equal answers, whatever NumPy's global state, which is left alone, and whatever was asked before."""
    first = call(OPERATION, inputs, numpy_seed=1)
    if call.answer.random_state_changed:
        call.fail(f"{OPERATION} changed NumPy's global random state")
    seed = inputs["rng_seed_subsample"]
    others = [call(OPERATION, {**inputs, "rng_seed_subsample": seed + k}) for k in (1, 2, 3)]
    again = call(OPERATION, inputs, numpy_seed=2)
    for name, value in first.items():
        if again[name] != value:
            call.fail(f"{name} is {value}, and {again[name]} when it is asked again: the arguments are the same")
    if all(_averages(other) == _averages(first) for other in others):
        call.fail(f"seeds {seed} to {seed + 3} keep the same half of the images: is the seed used?")


def overlap_has_its_defaults(call: Call, inputs: Inputs, options: Options) -> None:
    """Left out, neighbor_count is 6 and is recorded as 6, and rng_seed_subsample is None."""
    left_out = {k: v for k, v in inputs.items() if k not in ("neighbor_count", "rng_seed_subsample")}
    said = call(OPERATION, left_out)
    given = call(OPERATION, {**inputs, "neighbor_count": 6, "rng_seed_subsample": None})
    if (said["neighbor_count"], said["rng_seed_subsample"]) != (6, None):
        got = f"{said['neighbor_count']} and {said['rng_seed_subsample']}"
        call.fail(f"neighbor_count and rng_seed_subsample, neither given: expected 6 and None, got {got}")
    _hold_averages(call, "with neighbor_count left out", given, said)


def groups_are_the_images_at_gridsize_1(call: Call, inputs: Inputs, options: Options) -> None:
    """At gridsize 1 the requested number of groups changes nothing but its own record."""
    few, many = (call(OPERATION, {**inputs, "n_groups": count}) for count in (1, 50))
    _hold_averages(call, "at another n_groups", few, many)
    if (few["n_groups"], many["n_groups"]) != (1, 50):
        call.fail(f"n_groups = {few['n_groups']} and {many['n_groups']} are recorded where 1 and 50 were given")


RELATIONS = (
    overlap_has_no_units, overlap_falls_with_distance, exact_copies_count_once,
    overlap_depends_on_its_arguments_alone, overlap_has_its_defaults, groups_are_the_images_at_gridsize_1,
)  # fmt: skip
