"""Input checks of exit waves, of simulated observations and of incoherent modes."""

import numpy as np

from ptychoparity.backends.host import checks


def observation(object: np.ndarray, probe: np.ndarray, nphotons: float, seed: int) -> None:
    """ValueError for what cannot be observed: shapes, an unsupported N, no photons, a negative seed, no numbers."""
    checks.not_empty("object", object)
    checks.positive("nphotons", nphotons)
    checks.at_least("seed", seed, 0)
    exit_waves(object, probe)


def illumination(object: np.ndarray, probe: np.ndarray, sigma: float) -> None:
    """ValueError for what cannot be illuminated: shapes, an unsupported N, a negative sigma, no numbers."""
    checks.not_below_zero("sigma", sigma)
    exit_waves(object, probe)


def exit_waves(object: np.ndarray, probe: np.ndarray) -> None:
    """ValueError unless object patches (B, N, N, C), of a supported size, fit under one probe (N, N) (ERR.SHAPES)."""
    checks.supported("object", object, "B", "N", "N", "C")
    checks.rank("probe", probe, "N", "N")
    checks.same_shape("probe", probe, "an object patch", object.shape[1:3])
    checks.single_precision("object", object)
    checks.single_precision("probe", probe)


def modes(field: np.ndarray) -> None:
    """ValueError for a field that is no stack (B, P, N, N) of modes of a supported size (ERR.SHAPES)."""
    checks.supported("field", field, "B", "P", "N", "N")
    checks.not_empty("field", field)
    checks.single_precision("field", field)
