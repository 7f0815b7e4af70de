"""Operations on waves: illumination and far-field diffraction."""

from typing import Any

import numpy as np

from ptychoparity.reference import illumination, inputs, optics


def illuminate(object: np.ndarray, probe: np.ndarray, masked: bool, sigma: float) -> dict[str, Any]:
    inputs.under_probe(object, probe)
    if sigma < 0:
        raise ValueError(f"sigma={sigma:g}: 0 or more is asked for")
    inputs.finite(object=object, probe=probe)
    waves = illumination.illuminate(np.asarray(object, complex), np.asarray(probe, complex), masked, sigma)
    return {"field": waves, "known": illumination.known(object, masked)}


def diffract(field: np.ndarray) -> dict[str, Any]:
    inputs.rank("field", field, "B, N, N")
    if field.shape[1] != field.shape[2]:
        raise ValueError(f"field has shape {field.shape}: exit waves must be square")
    inputs.size(field.shape[1])
    inputs.finite(field=field)
    return {"amplitude": optics.diffract(np.asarray(field, dtype=complex))}
