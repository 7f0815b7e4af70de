"""Which scan positions form a group (DATA.GROUP.*, HOUSE.GROUP.SEED)."""

import warnings
from dataclasses import dataclass
from itertools import combinations
from math import ceil, comb

import numpy as np

from ptychoparity.reference.cautions import FewerGroupsWarning


@dataclass(frozen=True)
class Groups:
    """Groups of positions, and the position each was drawn about."""

    members: np.ndarray
    """(B, C) indices."""
    seeds: np.ndarray
    """(B,) indices."""


def nearest(positions: np.ndarray, seed: int, count: int) -> list[int]:
    """The `count` positions nearest to position `seed`, itself first, by brute force. positions: (n, 2)."""
    distance = np.hypot(*(positions - positions[seed]).T)
    distance[seed] = -1.0  # the seed comes first even where another position coincides with it
    return np.argsort(distance, kind="stable")[:count].tolist()


def draw_seeds(random: np.random.RandomState, n: int, wanted: int, sequential: bool) -> np.ndarray:
    """Indices of the seed positions: the first ones, a draw without replacement, or all in order."""
    if sequential:
        return np.arange(min(wanted, n))
    return random.choice(n, wanted, replace=False) if wanted < n else np.arange(n)


def draw_standard(
    positions: np.ndarray, random: np.random.RandomState, C: int, K: int, nsamples: int, sequential: bool
) -> Groups:
    """One group per seed: C of the K nearest of each (DATA.GROUP.NEIGHBOURS)."""
    n = len(positions)
    seeds = draw_seeds(random, n, nsamples, sequential)
    if C == 1:
        if nsamples > n:
            warnings.warn(f"{nsamples} groups asked for, {n} positions: {n} groups", FewerGroupsWarning, stacklevel=4)
        return Groups(seeds[:, None], seeds)
    groups = []
    for seed in seeds:
        members = nearest(positions, seed, min(K + 1, n))
        if len(members) > K:
            members = members[1:]
        groups.append(random.choice(members, C, replace=False))
    return Groups(np.array(groups), seeds)


def draw_oversampled(
    positions: np.ndarray, random: np.random.RandomState, C: int, pool_size: int, nsamples: int, sequential: bool
) -> Groups:
    """nsamples draws from a pool of C-combinations of neighbours (DATA.GROUP.OVERSAMPLE_*)."""
    n = len(positions)
    needed = max(1, ceil(nsamples / comb(pool_size, C)))
    seeds = draw_seeds(random, n, min(2 * needed, n), sequential)
    pool: list[tuple[int, ...]] = []
    about: list[int] = []
    for seed in seeds:
        members = nearest(positions, seed, min(pool_size + 1, n))[1:]
        if len(members) < C:
            members = [seed, *members]
        for combination in combinations(members, C):
            pool.append(combination)
            about.append(seed)
            if len(pool) >= 2 * nsamples:
                break
        if len(pool) >= 2 * nsamples:
            break
    chosen = random.choice(len(pool), nsamples, replace=nsamples > len(pool))
    return Groups(np.array(pool)[chosen], np.array(about)[chosen])


def chosen_gridsize(argument: int | None, stored: int | None) -> int:
    """DATA.GROUP.GRIDSIZE_ARG: the argument wins; DATA.GROUP.GRIDSIZE_DEFAULT: without it the store's value counts."""
    if argument is not None:
        return argument
    if stored is None:
        raise ValueError("gridsize is neither an argument nor in the parameter store (params_gridsize)")
    return stored


def draw_groups(
    positions: np.ndarray,
    *,
    K: int,
    nsamples: int,
    seed: int | None,
    gridsize: int,
    sequential_sampling: bool,
    enable_oversampling: bool,
    neighbor_pool_size: int | None,
) -> Groups:
    """The groups of positions (n, 2) = [x, y].

    HOUSE.GROUP.SEED: one private RandomState, drawn in the contract's order. Raises ValueError per
    DATA.GROUP.K_LT_C, TOO_SMALL and OVERSAMPLE_OPTIN.
    """
    n, C = len(positions), gridsize**2
    random = np.random.RandomState(0 if sequential_sampling else seed)
    if C > 1 and nsamples > n:
        pool_size = neighbor_pool_size or K
        if not enable_oversampling:
            raise ValueError(f"{nsamples} groups from {n} positions needs oversampling: enable_oversampling is False")
        if pool_size < C:
            raise ValueError(f"neighbor_pool_size={pool_size} must be at least C={C} for oversampling")
        if n < C:
            raise ValueError(f"{n} positions cannot form a group of C={C}")
        return draw_oversampled(positions, random, C, pool_size, nsamples, sequential_sampling)
    if C > 1 and K < C:
        raise ValueError(f"K={K} must be at least C={C}")
    if C > 1 and n < C:
        raise ValueError(f"{n} positions cannot form a group of C={C}")
    return draw_standard(positions, random, C, K, nsamples, sequential_sampling)


def coordinates(positions: np.ndarray, nn_indices: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """coords_nn (B, 1, 2, C), their mean (B, 1, 2, 1) and coords_relative = -(coords_nn - mean).

    DATA.GROUP.AXIS_XY: axis 2 is [x, y]; DATA.GROUP.CENTRE; DATA.GROUP.SIGN.
    """
    coords_nn = positions[nn_indices].transpose(0, 2, 1)[:, None]  # (B, C, 2) -> (B, 1, 2, C)
    offsets = coords_nn.mean(axis=3, keepdims=True)
    return coords_nn, offsets, -(coords_nn - offsets)
