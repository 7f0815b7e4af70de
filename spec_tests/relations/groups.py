"""DATA.GROUP.*: groups of neighbours, and what is written down of them."""

from typing import Any

import numpy as np

from ptychoparity.spec_tests.facets import Facet
from ptychoparity.spec_tests.neighbours import precision, rounding
from ptychoparity.spec_tests.relations.call import Call, Inputs, Options
from ptychoparity.spec_tests.relations.rounding import apart, within


def members_are_neighbours(call: Call, inputs: Inputs, options: Options) -> None:
    """Every group lies within the K nearest of some position, itself counted or not, and has no member twice."""
    C, K = inputs["gridsize"] ** 2, inputs["K"]
    if C == 1:
        return
    answer = call("group_scan", inputs)
    positions = np.column_stack([inputs["xcoords"], inputs["ycoords"]]).astype(float)
    distance = np.hypot(*(positions[:, None] - positions[None]).transpose(2, 0, 1))
    eps = precision(inputs["xcoords"], inputs["ycoords"], answer["coords_nn"])
    for number, group in enumerate(answer["nn_indices"]):
        if len(set(group.tolist())) != C:
            call.fail(f"nn_indices[{number}] = {group.tolist()}: a member comes twice")
        if group.min() < 0 or group.max() >= len(positions):
            call.fail(f"nn_indices[{number}] = {group.tolist()}: there are positions 0 to {len(positions) - 1}")
        # the farthest member of a group is at most the K-th neighbour of its seed
        kth = np.sort(distance, axis=1)[:, min(K, len(positions) - 1)]
        if not (distance[:, group].max(axis=1) <= kth + rounding(positions, kth, eps)).any():
            call.fail(f"nn_indices[{number}] = {group.tolist()}: no position has all of them among its {K} nearest")


def relative_coordinates_sum_to_zero(call: Call, inputs: Inputs, options: Options) -> None:
    """coords_offsets is the members' mean, coords_relative = -(coords_nn - mean), and so sums to zero."""
    answer = call("group_scan", inputs)
    for prefix in ("coords_", "coords_start_"):
        members = answer[prefix + "nn"].astype(float)
        mean = members.mean(axis=3, keepdims=True)
        sizes = np.abs(members) + np.abs(members).mean(axis=3, keepdims=True)
        rounding = within(6 * 2.0**-24 * sizes, "members, their mean and the difference each rounded to float32")
        near = within(6 * 2.0**-24 * np.abs(members).mean(axis=3, keepdims=True), "a mean in float32")
        call.hold(prefix + "offsets against the mean of its members", mean, answer[prefix + "offsets"], near)
        call.hold(
            prefix + "relative against -(members - mean)", -(members - mean), answer[prefix + "relative"], rounding
        )
        total = answer[prefix + "relative"].astype(float).mean(axis=3)
        call.hold(f"mean of {prefix}relative", np.zeros_like(total), total,
                  within(6 * 2.0**-24 * sizes.mean(axis=3), "a mean of such differences"))  # fmt: skip


def channels_describe_one_point(call: Call, inputs: Inputs, options: Options) -> None:
    """diffraction[b,:,:,c], coords_nn[b,0,:,c] and nn_indices[b,c] are the same scan point."""
    answer = call("group_scan", inputs)
    index = answer["nn_indices"]
    call.hold(
        "tags of the patterns against nn_indices",
        index + 1,
        answer["diffraction"][:, 0, 0, :],
        {"atol": 0.0, "why": "pattern j carries j + 1 at [0, 0]"},
    )
    for axis, name in enumerate(("xcoords", "ycoords")):
        call.hold(
            f"coords_nn[:, 0, {axis}] against {name}[nn_indices]",
            inputs[name][index].astype(float),
            answer["coords_nn"][:, 0, axis, :],
            {"rtol": 1.2e-7, "why": "a copy, at best in float32"},
        )


def energy_is_normalised(call: Call, inputs: Inputs, options: Options) -> None:
    """The mean over groups and channels of the summed X_full^2 is (N/2)^2, by one scalar for all."""
    answer = call("group_scan", inputs)
    X, D, N = answer["X_full"].astype(float), answer["diffraction"].astype(float), inputs["N"]
    energy = np.mean(np.sum(X**2, axis=(1, 2)))
    call.hold(
        "mean energy of X_full",
        np.array((N / 2) ** 2),
        np.array(energy),
        {"rtol": 1e-4, "why": "the clause's own allowance"},
    )
    lit = D > 0
    ratio = X[lit] / D[lit]
    call.hold(
        "X_full / diffraction, the same everywhere",
        np.full_like(ratio, np.median(ratio)),
        ratio,
        {"rtol": 1e-6, "why": "one scalar; two roundings to float32"},
    )


def counts_and_floats_scale_alike(call: Call, inputs: Inputs, options: Options) -> None:
    """uint16 and float32 patterns of equal values have equal X_full: squares are taken in floating point."""
    as_counts = call("group_scan", inputs)["X_full"]
    as_floats = call("group_scan", {**inputs, "diff3d": inputs["diff3d"].astype(np.float32)})["X_full"]
    call.hold("X_full from uint16 against float32", as_floats, as_counts, {"rtol": 1.2e-6, "why": "ten roundings each"})


def grouping_depends_on_its_seed_alone(call: Call, inputs: Inputs, options: Options) -> None:
    """Equal seeds, equal groups, whatever NumPy's global state; that state is left alone; other seeds differ."""
    inputs = {**inputs, "sequential_sampling": False, "nsamples": min(6, len(inputs["xcoords"]))}
    first = call("group_scan", inputs, numpy_seed=1)
    if call.answer.random_state_changed:
        call.fail("nn_indices: the call changed NumPy's global random state", Facet.EFFECT)
    second = call("group_scan", inputs, numpy_seed=2)
    call.hold(
        "nn_indices under another global random state",
        first["nn_indices"],
        second["nn_indices"],
        {"atol": 0.0, "why": "the seed alone decides"},
    )
    others = [call("group_scan", {**inputs, "seed": (inputs["seed"] + k) % 2**32}) for k in (1, 2, 3)]
    if all(np.array_equal(first["nn_indices"], other["nn_indices"]) for other in others):
        call.fail(f"nn_indices: seeds {inputs['seed']} to {inputs['seed'] + 3} give the same groups: is the seed used?")


def sequential_ignores_the_seed(call: Call, inputs: Inputs, options: Options) -> None:
    """Sequential seeds are the first positions, with one answer whatever the seed."""
    inputs = {**inputs, "sequential_sampling": True}
    first = call("group_scan", inputs)["nn_indices"]
    second = call("group_scan", {**inputs, "seed": inputs["seed"] + 11}, numpy_seed=5)["nn_indices"]
    call.hold("nn_indices with another seed, sequential", first, second, {"atol": 0.0, "why": "the seed is not used"})
    if inputs["gridsize"] == 1:
        call.hold(
            "nn_indices at gridsize 1, sequential",
            np.arange(len(first))[:, None],
            first,
            {"atol": 0.0, "why": "the first positions in order"},
        )


def truth_is_cut_at_the_members(call: Call, inputs: Inputs, options: Options) -> None:
    """Y is what extract_patches cuts at the same groups."""
    answer = call("group_scan", inputs)
    where = {
        "object": inputs["objectGuess"],
        "coords_offsets": answer["coords_offsets"],
        "coords_relative": answer["coords_relative"],
        "N": inputs["N"],
    }
    cut = call("extract_patches", where)
    # the coordinates that the answer tells may be rounded, and those it cut at may not
    call.hold(
        "Y against extract_patches",
        cut["patches"],
        answer["Y"],
        apart("extract_patches", "patches", where, cut, "the same interpolation, at coordinates told in float32"),
    )


def _hold_all(call: Call, what: str, expected: dict[str, Any], actual: dict[str, Any]) -> None:
    for name, value in expected.items():
        if value is not None:
            call.hold(f"{name} {what}", value, actual[name], {"atol": 0.0, "why": "the same call"})


def gridsize_argument_before_the_store(call: Call, inputs: Inputs, options: Options) -> None:
    """An explicit gridsize counts whatever the store holds; without one the store's counts."""
    gridsize = inputs["gridsize"]
    expected = call("group_scan", inputs)
    for stored in (1, 2, 3):
        answer = call("group_scan", {**inputs, "params_gridsize": stored})
        _hold_all(call, f"with gridsize {gridsize}, the store holding {stored}", expected, answer)
    answer = call("group_scan", {**inputs, "gridsize": None, "params_gridsize": gridsize})
    _hold_all(call, f"without an argument, the store holding {gridsize}", expected, answer)


def nphotons_changes_no_data(call: Call, inputs: Inputs, options: Options) -> None:
    """A store that expects another photon count groups the same data to the same numbers."""
    expected = call("group_scan", {**inputs, "params_nphotons": 1e9})
    for nphotons in (1e5, 1.0, 4e9):
        answer = call("group_scan", {**inputs, "params_nphotons": nphotons})
        _hold_all(call, f"at nphotons {nphotons:g} against 1e+09", expected, answer)


RELATIONS = (
    members_are_neighbours,
    relative_coordinates_sum_to_zero,
    channels_describe_one_point,
    energy_is_normalised,
    counts_and_floats_scale_alike,
    grouping_depends_on_its_seed_alone,
    sequential_ignores_the_seed,
    truth_is_cut_at_the_members,
    gridsize_argument_before_the_store,
    nphotons_changes_no_data,
)
