"""DATA.CONTAINER.*, CFG.TRAIN.subsample_seed: containers of grouped scans, and thinned-out scans."""

import numpy as np

from ptychoparity.spec_tests.facets import Facet
from ptychoparity.spec_tests.relations.call import Call, Inputs, Options

COPY = {"atol": 0.0, "why": "a copy"}
PAIRS = ("coords_offsets", "coords_relative", "coords_start_offsets", "coords_start_relative")


def a_container_of_a_scan(call: Call, inputs: Inputs, options: Options) -> None:
    """What group_scan says of a scan is what its container says, under the container's names."""
    n, N = 12, inputs["X_full"].shape[1]
    random = call.random
    x, y = random.uniform(20, 60, (2, n))
    scan = {
        "xcoords": x, "ycoords": y, "xcoords_start": x + 0.5, "ycoords_start": y - 0.25,
        "diff3d": random.uniform(0, 3, (n, N, N)).astype(np.float32), "objectGuess": None, "Y": None, "N": N,
        "K": 4, "nsamples": 5, "seed": 3, "gridsize": 2, "sequential_sampling": False,
        "enable_oversampling": False, "neighbor_pool_size": None,
    }  # fmt: skip
    groups = call("group_scan", scan)
    given = {name: groups[name] for name in ("X_full", "Y", *PAIRS, "nn_indices")}
    container = call("load_container", {**given, "probe": inputs["probe"], "which": "train"})
    call.hold("X against X_full", groups["X_full"], container["X"], COPY)
    call.hold("nn_indices", groups["nn_indices"], container["nn_indices"], COPY)
    call.hold("global_offsets against coords_offsets", groups["coords_offsets"], container["global_offsets"], COPY)
    call.hold("local_offsets against coords_relative", groups["coords_relative"], container["local_offsets"], COPY)
    # start positions are half a pixel off for every member alike, which is seen in the centres only
    moved = groups["coords_start_offsets"] - groups["coords_offsets"]
    call.hold("start centre against centre", np.broadcast_to([[[0.5], [-0.25]]], moved.shape), moved,
              {"atol": 1e-4, "why": "centres up to 60 px, at best in float32"})  # fmt: skip
    if container["truth_given"]:
        call.fail("truth_given is True for a scan without an object")


def two_parts_make_the_whole(call: Call, inputs: Inputs, options: Options) -> None:
    """Train and test, one after the other, are the container without a split, group by group.

    `train`: fractions and how many groups they are, worked out by hand; 0.29 * 100 is 28.999999999999996.
    """
    groups = len(inputs["X_full"])
    whole = call("load_container", {**inputs, "train_fraction": None})
    for share, first in options["train"]:
        asked = {**inputs, "train_fraction": share}
        train, test = (call("load_container", {**asked, "which": which}) for which in ("train", "test"))
        if len(train["X"]) != first:
            call.fail(f"train_fraction = {share:g} of {groups} groups trains on {len(train['X'])}, not on {first}")
        for name, value in whole.items():
            if name in ("probe", "truth_given"):
                continue
            call.hold(f"{name} of both parts", value, np.concatenate([train[name], test[name]]), COPY)
        call.hold("probe of a part", whole["probe"], test["probe"], COPY)


def subsampling_depends_on_its_seed_alone(call: Call, inputs: Inputs, options: Options) -> None:
    """Equal seeds keep the same patterns whatever NumPy's global state, which is left alone; no pattern twice."""
    first = call("subsample_scan", inputs, numpy_seed=1)["sample_indices"]
    if call.answer.random_state_changed:
        call.fail("subsample_scan changed NumPy's global random state", Facet.EFFECT)
    again = call("subsample_scan", inputs, numpy_seed=2)["sample_indices"]
    call.hold("sample_indices under another global random state", first, again, COPY)
    if len(set(first.tolist())) != len(first):
        call.fail(f"sample_indices = {first.tolist()}: a pattern is kept twice")
    if first.tolist() != sorted(first.tolist()):
        call.fail(f"sample_indices = {first.tolist()}: not in the scan's order")
    seeds = [(inputs["subsample_seed"] + k) % 2**32 for k in (1, 2, 3)]
    others = [call("subsample_scan", {**inputs, "subsample_seed": seed})["sample_indices"] for seed in seeds]
    if all(np.array_equal(first, other) for other in others):
        call.fail(f"seeds {inputs['subsample_seed']} to {seeds[-1]} keep the same patterns: is the seed used?")


RELATIONS = (a_container_of_a_scan, two_parts_make_the_whole, subsampling_depends_on_its_seed_alone)
