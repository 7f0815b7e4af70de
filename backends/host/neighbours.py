"""Neighbour search among positions, by k-d tree: who is near, not how near."""

import numpy as np
from scipy.spatial import cKDTree


def nearest_others(positions: np.ndarray, count: int) -> np.ndarray:
    """(n, min(count, n - 1)) int64 indices of each position's nearest others; positions (n, 2), no two alike."""
    count = min(count, len(positions) - 1)
    _, nearest = cKDTree(positions).query(positions, k=count + 1)
    return nearest.reshape(len(positions), count + 1)[:, 1:].astype(np.int64)


def pairs_within(positions: np.ndarray, radius: float) -> np.ndarray:
    """(P, 2) int64: every pair of positions (n, 2) at most `radius` apart, once."""
    return cKDTree(positions).query_pairs(radius, output_type="ndarray").astype(np.int64).reshape(-1, 2)
