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
        raise ValueError("diffraction: every selected pattern of diff3d is zero, so nothing can be normalised")
    return float(np.sqrt((N / 2) ** 2 / energy))


def closed_scale(nphotons: float, N: int) -> float:
    """s = sqrt(nphotons) / (N/2), the photon scale of data normalised to energy (N/2)^2 (NORM.MODE.CLOSED)."""
    return float(np.sqrt(nphotons) / (N / 2))


def dataset_scale(nphotons: float, field: np.ndarray) -> float:
    """s = sqrt(nphotons / mean over patterns of the exit waves' energy) (PHYS.SCALE.DATASET, NORM.MODE.DATASET).

    field: exit waves (B, N, N). Raises ValueError when all are dark.
    """
    energy = np.mean(np.sum(np.abs(field) ** 2, axis=(1, 2)))
    if energy == 0:
        raise ValueError("field is zero everywhere: no scale gives it photons")
    return float(np.sqrt(nphotons / energy))
