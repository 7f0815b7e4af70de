"""Neighbours that are equally near: how far apart rounding may set equal distances."""

from typing import Any

import numpy as np

from ptychoparity.reference.grouping import Groups


def rounding(positions: np.ndarray, distance: Any, eps: float) -> np.ndarray:
    """How far two distances that are equal may seem apart, in px.

    A coordinate of at most M px is rounded by eps M / 2 in whoever's hands, a difference of two by eps M, a distance
    by sqrt(2) eps M; two of them are compared: 2.9 eps M. Subtracting, squaring, adding and taking the root round a
    distance d by 2 eps d, twice.
    """
    M = float(np.abs(positions).max(initial=0.0))
    return eps * (3 * M + 4 * np.asarray(distance))


def precision(*arrays: Any) -> float:
    """eps of the coarsest of some floating-point arrays."""
    dtypes = [np.asarray(array).dtype for array in arrays]
    return max(float(np.finfo(dtype).eps) for dtype in dtypes if dtype.kind == "f")


def equally_near(positions: np.ndarray, drawn: Groups, members: Any, eps: float) -> bool:
    """Whether groups `members` (B, C) are as good as the `drawn` ones: each member as far from the group's seed."""
    members = np.asarray(members)
    if members.shape != drawn.members.shape or members.dtype.kind not in "iu":
        return False
    if members.size and (members.min() < 0 or members.max() >= len(positions)):
        return False
    if any(len(set(group)) < len(group) for group in members.tolist()):
        return False
    if members.shape[1] == 1:  # a group of one is its seed
        return np.array_equal(members, drawn.members)
    seeds = positions[drawn.seeds][:, None]
    wanted, found = (np.hypot(*np.moveaxis(positions[one] - seeds, 2, 0)) for one in (drawn.members, members))
    return bool((np.abs(found - wanted) <= rounding(positions, wanted, eps)).all())
