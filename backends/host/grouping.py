"""Drawing groups of neighbouring scan positions: k-d tree search and the legacy random stream.

Every draw comes from one private `RandomState`, in the order the contract `group_scan` fixes, so that equal
seeds give equal groups in every backend (HOUSE.GROUP.SEED). NumPy's global random state is never touched.
"""

import math
import warnings
from itertools import combinations, islice

import numpy as np
from numpy.random import RandomState
from scipy.spatial import cKDTree

from ptychoparity.backends.host import checks
from ptychoparity.backends.protocol import FewerGroupsWarning


def chosen_gridsize(gridsize: int | None, params_gridsize: int | None) -> int:
    """The argument, else the parameter store's value (DATA.GROUP.GRIDSIZE_ARG, DATA.GROUP.GRIDSIZE_DEFAULT).

    Raises ValueError where neither is there, and for a value below 1.
    """
    chosen = params_gridsize if gridsize is None else gridsize
    if chosen is None:
        raise ValueError("gridsize is None and so is params_gridsize, the parameter store's value: one is needed")
    checks.at_least("gridsize", chosen, 1)
    return chosen


def draw_groups(
    xcoords: np.ndarray,
    ycoords: np.ndarray,
    *,
    K: int,
    nsamples: int,
    seed: int,
    gridsize: int,
    sequential_sampling: bool,
    enable_oversampling: bool,
    neighbor_pool_size: int | None,
) -> np.ndarray:
    """Member indices (B, C) int64 of B groups of C = gridsize**2 positions each.

    xcoords, ycoords: (n,) float, px. B is min(nsamples, n), or nsamples when oversampling. The channel order
    is the order of the draw. Raises ValueError for K < C, n < C, a pool below C, more groups than positions
    without `enable_oversampling` (DATA.GROUP.K_LT_C, TOO_SMALL, OVERSAMPLE_OPTIN), and warns
    FewerGroupsWarning at gridsize 1 (DATA.GROUP.CAP_GS1).
    """
    checks.at_least("gridsize", gridsize, 1)
    checks.at_least("nsamples", nsamples, 1)
    checks.at_least("K", K, 1)
    n, C = len(xcoords), gridsize**2
    random = RandomState(0 if sequential_sampling else seed)
    if C == 1:
        if nsamples > n:
            message = f"{nsamples} groups were asked for, but there are {n} positions: {n} groups are drawn"
            warnings.warn(FewerGroupsWarning(message), stacklevel=2)
        return _seeds(random, n, min(nsamples, n), sequential_sampling)[:, None]
    positions = np.column_stack([xcoords, ycoords]).astype(np.float64)
    if nsamples <= n:
        _refuse_small(n, C, "K", K)
        seeds = _seeds(random, n, nsamples, sequential_sampling)
        return _draw_members(random, positions, seeds, K, C)
    if not enable_oversampling:
        raise ValueError(
            f"{nsamples} groups were asked for, but there are {n} positions (gridsize {gridsize}): "
            "oversampling is needed and enable_oversampling is off"
        )
    pool_size = K if neighbor_pool_size is None else neighbor_pool_size
    _refuse_small(n, C, "neighbor_pool_size (K where it is not given)", pool_size)
    return _oversample(random, positions, nsamples, pool_size, C, sequential_sampling)


def _refuse_small(n: int, C: int, name: str, neighbours: int) -> None:
    """ValueError where no group of C can be formed (DATA.GROUP.K_LT_C, DATA.GROUP.TOO_SMALL)."""
    if neighbours < C:
        raise ValueError(f"{name} = {neighbours}, but a group of C = {C} needs at least {C} neighbours")
    if n < C:
        raise ValueError(f"there are {n} positions, but a group has C = {C} members")


def _seeds(random: RandomState, n: int, count: int, sequential: bool) -> np.ndarray:
    """(count,) int64: the first positions, a draw without replacement, or all n in order (no draw)."""
    if sequential or count == n:
        return np.arange(count, dtype=np.int64)
    return random.choice(n, count, replace=False).astype(np.int64)


def _nearest(positions: np.ndarray, seeds: np.ndarray, count: int) -> np.ndarray:
    """(len(seeds), min(count, n)) int64 indices of the nearest positions, nearest first, self included."""
    count = min(count, len(positions))
    _, nearest = cKDTree(positions).query(positions[seeds], k=count)
    return nearest.reshape(len(seeds), count).astype(np.int64, copy=False)


def _draw_members(random: RandomState, positions: np.ndarray, seeds: np.ndarray, K: int, C: int) -> np.ndarray:
    """(len(seeds), C): C of the K nearest of each seed (DATA.GROUP.NEIGHBOURS).

    The seed is dropped only when K + 1 came back: with n <= K every position, the seed too, is a candidate.
    """
    nearest = _nearest(positions, seeds, K + 1)
    if nearest.shape[1] > K:
        nearest = nearest[:, 1:]
    count = nearest.shape[1]
    # choice(row, C, replace=False) is row[permutation(len(row))[:C]]; the second is four times faster
    order = np.array([random.permutation(count)[:C] for _ in range(len(seeds))])
    return np.take_along_axis(nearest, order, axis=1)


def _oversample(
    random: RandomState, positions: np.ndarray, nsamples: int, pool_size: int, C: int, sequential: bool
) -> np.ndarray:
    """(nsamples, C): drawn from a pool of combinations of neighbours (DATA.GROUP.OVERSAMPLE_COUNT)."""
    n = len(positions)
    needed = -(-nsamples // math.comb(pool_size, C))
    seeds = _seeds(random, n, min(2 * needed, n), sequential)
    nearest = _nearest(positions, seeds, pool_size + 1)[:, 1:]
    if nearest.shape[1] < C:
        nearest = np.column_stack([seeds, nearest])
    # the pool is full at 2 * nsamples, in the middle of a seed if need be: nothing past that is built
    ranks = np.array(list(islice(combinations(range(nearest.shape[1]), C), 2 * nsamples)))
    used = -(-2 * nsamples // len(ranks))
    pool = nearest[:used][:, ranks].reshape(-1, C)[: 2 * nsamples]
    return pool[random.choice(len(pool), nsamples, replace=len(pool) < nsamples)]
