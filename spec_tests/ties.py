"""Several right answers: which of equally near neighbours form a group (HOUSE decision 15).

Where distances tie, a search may take either neighbour, and two searches differ. So a group is not held against the
oracle's members but against their distances: each member must be as far from the group's seed as the oracle's is.
All other outputs follow from the members, and are then compared with what the oracle says of those very groups, also
where the groups are other ones: another draw is one fault, and not one of every output.
Where nothing ties there is one right answer, and it is compared exactly.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ptychoparity.reference import grouping
from ptychoparity.reference.operations import groups
from ptychoparity.reference.settings import store
from ptychoparity.spec_tests.contract import Contract
from ptychoparity.spec_tests.neighbours import equally_near, precision

Outputs = Mapping[str, Any]

DESCRIBED = ("xcoords", "ycoords", "xcoords_start", "ycoords_start", "diff3d", "objectGuess", "Y", "N")
DRAWING = ("K", "nsamples", "seed", "sequential_sampling", "enable_oversampling", "neighbor_pool_size")


def _positions(inputs: Mapping[str, Any]) -> np.ndarray:
    return np.column_stack([inputs["xcoords"], inputs["ycoords"]]).astype(float)


def _of_a_scan(inputs: Mapping[str, Any]) -> grouping.Groups:
    gridsize = grouping.chosen_gridsize(inputs["gridsize"], inputs.get("params_gridsize"))
    return grouping.draw_groups(_positions(inputs), gridsize=gridsize, **{name: inputs[name] for name in DRAWING})


def _said_of_a_scan(inputs: Mapping[str, Any], members: np.ndarray) -> Outputs:
    return groups.describe_groups(members, **{name: inputs[name] for name in DESCRIBED})


def _of_the_store(inputs: Mapping[str, Any]) -> grouping.Groups:
    return store.groups_bridged(**inputs)


def _said_of_the_store(inputs: Mapping[str, Any], members: np.ndarray) -> Outputs:
    return {"nn_indices": members}


DRAWS: Mapping[str, tuple[Callable[..., grouping.Groups], Callable[..., Outputs]]] = {
    "group_scan": (_of_a_scan, _said_of_a_scan),
    "group_bridged": (_of_the_store, _said_of_the_store),
}
"""Per operation, the oracle's draw, and what it says of groups that are given."""


def _are_groups(members: Any, wanted: Any, count: int) -> bool:
    """Whether these are as many groups of positions that there are."""
    members = np.asarray(members)
    there = members.dtype.kind in "iu" and members.shape == np.shape(wanted)
    return there and bool(members.size) and members.min() >= 0 and members.max() < count


def settled(contract: Contract, inputs: Mapping[str, Any], expected: Outputs, actual: Outputs) -> Outputs:
    """What to hold `actual` against: `expected`, or, where it chose other neighbours that are equally near, the
    oracle's answer for its choice.

    `expected` may be another backend's answer: it, too, must be as good as the oracle's.
    """
    tied = [name for name, tolerance in contract["tolerance"].items() if tolerance.get("ties") == "neighbours"]
    for name in tied:
        if name not in expected or name not in actual or np.array_equal(expected[name], actual[name]):
            continue
        draw, said = DRAWS[contract.operation]
        drawn, positions = draw(inputs), _positions(inputs)
        coordinates = [answer["coords_nn"] for answer in (expected, actual) if "coords_nn" in answer]
        eps = precision(inputs["xcoords"], inputs["ycoords"], *coordinates)
        near = all(equally_near(positions, drawn, answer[name], eps) for answer in (expected, actual))
        if near or _are_groups(actual[name], expected[name], len(positions)):
            chosen = dict(said(inputs, np.asarray(actual[name])))
            if not near:  # other groups are a fault of their own; what follows from them is judged by them
                chosen[name] = expected[name]
            return {output: chosen.get(output, value) for output, value in expected.items()}
    return expected
