"""Input checks of the scalars of the model's inputs, and the refusal of darkness, which has no scale."""

import numpy as np

from ptychoparity.backends.host import checks


def patterns(diffraction: np.ndarray) -> None:
    """ValueError unless it is a stack (B, N, N, C) of a supported size, finite and not negative."""
    checks.supported("diffraction", diffraction, "B", "N", "N", "C")
    checks.real_single("diffraction", diffraction)
    checks.non_negative("diffraction", diffraction)


def photons(nphotons: float, N: int, field: np.ndarray | None) -> None:
    """ValueError for an unsupported N, nphotons not above 0, and a field, where given, that is no (B, N, N)."""
    checks.supported_size(N)
    checks.positive("nphotons", nphotons)
    if field is not None:
        checks.rank("field", field, "B", "N", "N")
        checks.pattern_size(N, field, "field")
        checks.single_precision("field", field)


def lit(name: str, amount: float) -> None:
    """ValueError where the energy or magnitude of the input called `name` is 0."""
    if amount == 0:
        raise ValueError(f"{name} is zero everywhere: there is nothing to take a scale from")
