"""Input checks of simulated observations and of incoherent modes."""

import numpy as np

from backends.host import checks


def observation(object: np.ndarray, probe: np.ndarray, nphotons: float, seed: int) -> None:
    """ValueError for what cannot be observed: shapes, an unsupported N, no photons, a negative seed, no numbers."""
    checks.rank("object", object, "B", "N", "N", "C")
    checks.rank("probe", probe, "N", "N")
    checks.not_empty("object", object)
    checks.square("object", object, 1, 2)
    checks.supported_size(object.shape[1])
    checks.same_shape("probe", probe, "an object patch", object.shape[1:3])
    checks.positive("nphotons", nphotons)
    checks.at_least("seed", seed, 0)
    for name, array in (("object", object), ("probe", probe)):
        checks.single_precision(name, array)


def modes(field: np.ndarray) -> None:
    """ValueError for a field that is no stack (B, P, N, N) of modes of a supported size (ERR.SHAPES)."""
    checks.rank("field", field, "B", "P", "N", "N")
    checks.square("field", field, 2, 3)
    checks.supported_size(field.shape[2])
    checks.not_empty("field", field)
    checks.single_precision("field", field)
