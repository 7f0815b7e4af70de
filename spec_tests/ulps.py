"""Distances in units in the last place, counted."""

import numpy as np

ULP_EDGES = (0, 1, 2, 4, 16, 64, 1024)
ULP_LABELS = ("0", "1", "2", "3-4", "5-16", "17-64", "65-1024", ">1024")


def ulp_histogram(expected: np.ndarray, actual: np.ndarray, error: np.ndarray) -> tuple[int, ...]:
    """How many elements are 0, 1, 2, 3-4, ... ULPs of the answer's precision away."""
    single = actual.dtype in (np.dtype("float32"), np.dtype("complex64"))
    magnitude = np.abs(expected).astype(np.float32 if single else np.float64)
    with np.errstate(all="ignore"):
        ulps = np.rint(error / np.spacing(np.maximum(magnitude, np.finfo(magnitude.dtype).tiny)))
    ulps = np.where(np.isfinite(ulps), ulps, np.inf)
    below = [int(np.count_nonzero(ulps <= edge)) for edge in ULP_EDGES] + [ulps.size]
    return tuple(high - low for low, high in zip([0, *below], below, strict=False))
