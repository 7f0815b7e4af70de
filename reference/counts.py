"""A scan of the count-intensity profile: measured counts as they are, probe modes first (DATA.NPZ.CI_*)."""

from typing import Any

import numpy as np

from ptychoparity.reference import inputs, scan

PROFILE = "ci_intensity_v2"


def modes_first(probe: np.ndarray, N: int) -> np.ndarray:
    """A probe (N, N), (P, N, N) or (N, N, 1) as modes (P, N, N) (DATA.NPZ.CI_PROBE)."""
    modes = probe
    if probe.ndim == 2:
        modes = probe[np.newaxis]
    elif probe.ndim == 3 and probe.shape[2] == 1:
        modes = np.moveaxis(probe, 2, 0)
    if modes.ndim != 3 or modes.shape[1:] != (N, N) or not len(modes):
        raise ValueError(f"probeGuess has shape {probe.shape}: ({N}, {N}), (P, {N}, {N}) or ({N}, {N}, 1) is asked for")
    return modes


def load_count_scan(path: str, N: int | None, profile: str | None) -> dict[str, Any]:
    """Counts and probe modes of a file; see the contract `load_count_scan`. Raises as `load_scan`."""
    if profile != PROFILE:
        raise ValueError(f"profile={profile!r}: counts are read under {PROFILE!r} alone, and it has to be said")
    members = scan.read_members(path)
    for name in ("xcoords", "ycoords", "probeGuess"):
        if name not in members:
            raise KeyError(f"{path}: required key {name} is missing")
    counts = scan.choose_patterns(members, path)
    inputs.rank("diff3d", counts, "n, N, N")
    for name in ("xcoords", "ycoords"):
        inputs.rank(name, members[name], "n")
        if len(members[name]) != len(counts):
            raise ValueError(f"{name} has {len(members[name])} entries, diff3d has {len(counts)} patterns")
    inputs.square("diff3d", counts, 1)
    size = counts.shape[1]
    inputs.size(size)
    if N not in (size, None):
        raise ValueError(f"N={N}, but the patterns are {size} x {size}")
    modes = modes_first(members["probeGuess"], size)
    inputs.finite(xcoords=members["xcoords"], ycoords=members["ycoords"], diff3d=counts, probeGuess=modes)
    inputs.not_negative(diff3d=counts)
    return {"intensity": counts.astype(float), "probe": modes.astype(complex)}
