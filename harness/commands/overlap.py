"""`ptychoparity overlap SCAN.npz ...`: the overlap metrics of each split, and their aggregate (METRIC.OVERLAP.CLI)."""

from pathlib import Path
from typing import Any

import numpy as np

from ptychoparity.core.errors import UsageError
from ptychoparity.harness.storage import write_json
from ptychoparity.reference import dispatch
from ptychoparity.spec_tests.files import Unreadable, open_npz

DIAMETER_OVER_N = 0.6
"""Diameter of the probe over the side of its array, where none is given (METRIC.OVERLAP.DIAMETER)."""

Parameters = dict[str, Any]


def of_split(path: Path, parameters: Parameters) -> dict[str, Any]:
    """The metrics of one split's file, as `compute_overlap_metrics` answers them. Raises UsageError."""
    if not path.is_file():
        raise UsageError(f"{path} is not a file")
    try:
        scan = open_npz(path)
    except (Unreadable, OSError, ValueError, EOFError) as error:
        raise UsageError(f"{path} cannot be read as NPZ: {error}") from error
    missing = [key for key in ("xcoords", "ycoords", "probeGuess") if key not in scan]
    if missing:
        raise UsageError(f"{path} lacks {', '.join(missing)}")
    coords = np.column_stack([scan["xcoords"], scan["ycoords"]]).astype(float)
    diameter = parameters["probe_diameter_px"]
    if diameter is None:
        diameter = DIAMETER_OVER_N * scan["probeGuess"].shape[-1]
    try:
        return dispatch.call("compute_overlap_metrics", {**parameters, "coords": coords, "probe_diameter_px": diameter})
    except ValueError as error:
        raise UsageError(f"{path}: {error}") from error


def aggregate(splits: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Every split's answer by name, and of each average the mean over the splits."""
    names = [name for name in next(iter(splits.values())) if name.endswith("_avg")]
    return {"splits": splits, "mean": {name: float(np.mean([s[name] for s in splits.values()])) for name in names}}


def run(files: list[Path], parameters: Parameters, output: Path) -> int:
    """Write `<split>.json` for each file, named by its stem, and `aggregate.json`. 0, or UsageError."""
    stems = [path.stem for path in files]
    taken = sorted({stem for stem in stems if stems.count(stem) > 1} | ({"aggregate"} & set(stems)))
    if taken:
        raise UsageError(f"splits are named by their files, and {', '.join(taken)} is not free for one of them")
    splits = {path.stem: of_split(path, parameters) for path in files}
    output.mkdir(parents=True, exist_ok=True)
    for name, found in splits.items():
        write_json(output / f"{name}.json", found)
    write_json(output / "aggregate.json", aggregate(splits))
    for path in (*(output / f"{name}.json" for name in splits), output / "aggregate.json"):
        print(path)
    return 0
