"""A scan's arrays before grouping: checked as a file's are, and thinned out."""

import numpy as np
from numpy.random import RandomState

from ptychoparity.backends.host import checks, files


def checked_scan(
    xcoords: np.ndarray,
    ycoords: np.ndarray,
    diff3d: np.ndarray,
    probeGuess: np.ndarray,
    scan_index: np.ndarray,
    objectGuess: np.ndarray | None,
) -> dict[str, np.ndarray | None]:
    """The arrays of a scan in the contract's layout, start coordinates as coordinates (DATA.RAW.FROM_COORDS).

    xcoords, ycoords: (n,) real, px; diff3d (n, N, N) not negative; probeGuess (N, N); objectGuess (H, W) or None;
    scan_index (n,) integers. Returns the keys of `read_scan`, diff3d as given; ValueError for what does not fit.
    """
    coordinates = {"xcoords": xcoords, "ycoords": ycoords}
    for name, array in coordinates.items():
        checks.rank(name, array, "n")
        checks.real(name, array)
        checks.finite(name, array)
    n = len(xcoords)
    checks.not_empty("xcoords", xcoords)
    checks.same_count("ycoords", ycoords, "xcoords", n)
    checks.rank("diff3d", diff3d, "n", "N", "N")
    checks.same_count("diff3d", diff3d, "xcoords", n)
    checks.pattern_size(diff3d.shape[1], diff3d)
    checks.real("diff3d", diff3d)
    checks.finite("diff3d", diff3d, np.float32)
    checks.non_negative("diff3d", diff3d)
    checks.rank("probeGuess", probeGuess, "N", "N")
    checks.same_shape("probeGuess", probeGuess, "a pattern in diff3d", diff3d.shape[1:])
    checks.single_precision("probeGuess", probeGuess)
    checks.rank("scan_index", scan_index, "n")
    checks.same_count("scan_index", scan_index, "xcoords", n)
    checks.whole("scan_index", scan_index)
    if objectGuess is not None:
        checks.rank("objectGuess", objectGuess, "H", "W")
        checks.single_precision("objectGuess", objectGuess)
    x, y = (np.array(array, np.float64) for array in coordinates.values())
    return {
        "xcoords": x, "ycoords": y, "xcoords_start": x.copy(), "ycoords_start": y.copy(), "diff3d": diff3d,
        "probeGuess": np.array(probeGuess, np.complex64),
        "objectGuess": None if objectGuess is None else np.array(objectGuess, np.complex64),
        "scan_index": np.array(scan_index, np.int64),
    }  # fmt: skip


def save_scan(
    path: str,
    xcoords: np.ndarray,
    ycoords: np.ndarray,
    xcoords_start: np.ndarray | None,
    ycoords_start: np.ndarray | None,
    diff3d: np.ndarray,
    probeGuess: np.ndarray,
    objectGuess: np.ndarray | None,
    scan_index: np.ndarray | None,
    Y: np.ndarray | None,
) -> dict[str, str]:
    """Write a scan as NPZ (contract `save_scan`): checked as `checked_scan` has it, whole or not at all.

    Shapes as there; xcoords_start, ycoords_start (n,) real, px, or None: the coordinates; scan_index (n,) integers or
    None: zeros; Y (n, N, N) complex or None. diff3d keeps an integer dtype, floats become float32. What is None is no
    member of the file, objectGuess and Y. Returns {"path": path}. Raises ValueError for arrays that do not belong
    together or are not finite, and as `files.replacing`; the file at `path` is then what it was.
    """
    index = np.zeros(xcoords.shape[:1], np.int64) if scan_index is None else scan_index
    scan = checked_scan(xcoords, ycoords, diff3d, probeGuess, index, objectGuess)
    for name, start in (("xcoords_start", xcoords_start), ("ycoords_start", ycoords_start)):
        if start is not None:
            checks.rank(name, start, "n")
            checks.same_count(name, start, "xcoords", len(xcoords))
            checks.real(name, start)
            checks.finite(name, start)
            scan[name] = np.array(start, np.float64)
    if Y is not None:
        checks.rank("Y", Y, "n", "N", "N")
        checks.same_shape("Y", Y, "diff3d", diff3d.shape)
        checks.single_precision("Y", Y)
        scan["Y"] = np.array(Y, np.complex64)
    if diff3d.dtype.kind == "f":
        scan["diff3d"] = diff3d.astype(np.float32, copy=False)
    files.write_npz(path, {name: array for name, array in scan.items() if array is not None})
    return {"path": path}


def subsample(n: int, n_subsample: int | None, n_images: int | None, subsample_seed: int) -> np.ndarray:
    """Sorted indices (m,) int64 of the patterns kept, m = n_subsample, else n_images, else n, never above n.

    One draw without replacement from a private RandomState (HOUSE.GROUP.SEED); NumPy's global state is not used.
    Raises ValueError for counts below 1.
    """
    checks.at_least("n", n, 1)
    wanted = n
    for name, count in (("n_images", n_images), ("n_subsample", n_subsample)):  # the last one given wins
        if count is not None:
            checks.at_least(name, count, 1)
            wanted = min(count, n)
    if wanted == n:
        return np.arange(n, dtype=np.int64)
    return np.sort(RandomState(subsample_seed).choice(n, wanted, replace=False)).astype(np.int64)


def position_pairs(pairs: dict[str, np.ndarray | None]) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """((offsets, relative) of the true positions, those of the nominal ones) of a grouped dictionary.

    coords_start_* say where the scan was told to go, coords_* where it went (DATA.CONTAINER.NOMINAL_TRUE); one
    complete pair stands for both (DATA.GROUP.LEGACY_PAIR). ValueError where neither is complete.
    """
    both = [(pairs[f"{prefix}offsets"], pairs[f"{prefix}relative"]) for prefix in ("coords_", "coords_start_")]
    whole = [(offsets, relative) for offsets, relative in both if offsets is not None and relative is not None]
    if not whole:
        raise ValueError(
            "no pair of coords_offsets and coords_relative is complete, nor one of coords_start_offsets and "
            "coords_start_relative: a container needs one of them"
        )
    return whole[0], whole[-1]


def part(which: str | None, train_fraction: float | None, groups: int) -> slice:
    """The groups of a split that `which` names, all of them where train_fraction is None (DATA.LOADER.SPLIT).

    The first floor(train_fraction * groups) train, the rest tests. ValueError for a fraction outside (0, 1), a split
    without `which`, and a part without groups.
    """
    if train_fraction is None:
        return slice(0, groups)
    if not 0 < train_fraction < 1:
        raise ValueError(f"train_fraction must lie between 0 and 1, got train_fraction = {train_fraction:g}")
    if which is None:
        raise ValueError("which must be 'train' or 'test' where train_fraction is given, got which = None")
    first = int(round(train_fraction * groups, 9))  # 0.29 * 100 is 28.999999999999996
    if first in (0, groups):
        raise ValueError(f"train_fraction = {train_fraction:g} leaves nothing of {groups} groups for one of the parts")
    return slice(0, first) if which == "train" else slice(first, groups)


def check_groups(X_full: np.ndarray, Y: np.ndarray | None, pairs: dict[str, np.ndarray | None],
                 nn_indices: np.ndarray, probe: np.ndarray, which: str | None) -> None:  # fmt: skip
    """ValueError for a grouped dictionary whose arrays do not belong together (ERR.SHAPES, CHANNEL_ERR)."""
    if which not in ("train", "test", None):
        raise ValueError(f"which must be 'train', 'test' or None, got which = {which!r}")
    checks.rank("X_full", X_full, "B", "N", "N", "C")
    checks.square("X_full", X_full, 1, 2)
    checks.supported_size(X_full.shape[1])
    checks.real_single("X_full", X_full)
    checks.non_negative("X_full", X_full)
    groups, channels = len(X_full), X_full.shape[3]
    if Y is not None:
        checks.same_shape("Y", Y, "X_full", X_full.shape)
        checks.single_precision("Y", Y)
    for name, array in pairs.items():
        if array is not None:
            last = 1 if name.endswith("offsets") else channels
            checks.rank(name, array, "B", "1", "2", "1" if last == 1 else "C")
            checks.same_count(name, array, "X_full", groups)
            checks.length(name, array, 3, last, "one centre a group" if name.endswith("offsets") else "X_full's C")
            checks.real(name, array)
            checks.finite(name, array)
    checks.rank("nn_indices", nn_indices, "B", "C")
    checks.same_count("nn_indices", nn_indices, "X_full", groups)
    checks.length("nn_indices", nn_indices, 1, channels, "X_full's C")
    checks.whole("nn_indices", nn_indices)
    checks.non_negative("nn_indices", nn_indices)
    checks.rank("probe", probe, "N", "N")
    checks.same_shape("probe", probe, "a pattern in X_full", X_full.shape[1:3])
    checks.single_precision("probe", probe)
