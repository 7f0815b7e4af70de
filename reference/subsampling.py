"""Which patterns of a scan are kept before grouping (CFG.TRAIN.n_subsample, CFG.TRAIN.subsample_seed)."""

from typing import Any

import numpy as np


def subsample_scan(n: int, n_subsample: int | None, n_images: int | None, subsample_seed: int) -> dict[str, Any]:
    """Sorted indices of the patterns kept: n_subsample of them, else n_images, else all n; never more than n.

    One draw without replacement from a private RandomState (HOUSE.GROUP.SEED); none where all are kept.
    """
    for name, value in (("n", n), ("n_subsample", n_subsample), ("n_images", n_images)):
        if value is not None and value < 1:
            raise ValueError(f"{name}={value}: at least 1 is asked for")
    wanted = min(n, next((count for count in (n_subsample, n_images) if count is not None), n))
    if wanted == n:
        return {"sample_indices": np.arange(n)}
    chosen = np.random.RandomState(subsample_seed).choice(n, wanted, replace=False)
    return {"sample_indices": np.sort(chosen)}
