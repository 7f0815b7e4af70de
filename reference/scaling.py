"""Statistical normalisation of diffraction (NORM.*, DATA.GROUP.XFULL_*)."""

import numpy as np


def normalisation(diffraction: np.ndarray) -> float:
    """a = sqrt((N/2)^2 / mean over groups and channels of the summed squared amplitude).

    DATA.GROUP.XFULL_FORMULA; squared in float64, so that integers do not overflow (XFULL_UINT).
    diffraction: (B, N, N, C). Raises ValueError when every pattern is dark.
    """
    N = diffraction.shape[1]
    energy = np.mean(np.sum(np.asarray(diffraction, dtype=float) ** 2, axis=(1, 2)))
    if energy == 0:
        raise ValueError("diff3d: every selected pattern is zero, so nothing can be normalised")
    return float(np.sqrt((N / 2) ** 2 / energy))
