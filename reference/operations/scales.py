"""Operations that normalise: of diffraction, photons, the probe."""

from typing import Any

import numpy as np

from ptychoparity.reference import inputs, scaling
from ptychoparity.reference import probe as probes


def normalize_diffraction(diffraction: np.ndarray) -> dict[str, Any]:
    inputs.rank("diffraction", diffraction, "B, N, N, C")
    inputs.square("diffraction", diffraction, 1)
    inputs.size(diffraction.shape[1])
    inputs.real_and_finite(diffraction=diffraction)
    inputs.not_negative(diffraction=diffraction)
    scale = scaling.normalisation(diffraction)
    return {"normalized": scale * diffraction.astype(float), "scale": np.asarray(scale)}


def intensity_scale(nphotons: float, N: int, field: np.ndarray | None) -> dict[str, Any]:
    inputs.size(N)
    inputs.positive(nphotons=nphotons)
    if field is None:
        return {"scale": np.asarray(scaling.closed_scale(nphotons, N))}
    inputs.rank("field", field, "B, N, N")
    if field.shape[1:] != (N, N):
        raise ValueError(f"field has shape {field.shape}, N is {N}")
    inputs.finite(field=field)
    return {"scale": np.asarray(scaling.dataset_scale(nphotons, np.asarray(field, dtype=complex)))}


def normalize_probe(probe: np.ndarray, probe_scale: float) -> dict[str, Any]:
    inputs.rank("probe", probe, "N, N")
    inputs.square("probe", probe, 0)
    inputs.size(probe.shape[0])
    inputs.positive(probe_scale=probe_scale)
    inputs.finite(probe=probe)
    normalised, norm = probes.normalize_probe(np.asarray(probe, dtype=complex), probe_scale)
    return {"probe": normalised, "norm": np.asarray(norm)}
