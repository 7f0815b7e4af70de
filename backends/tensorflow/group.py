"""Operation `group_scan`: scan positions grouped with their neighbours, patterns normalised."""

import numpy as np

from ptychoparity.backends.host import checks
from ptychoparity.backends.host.grouping import chosen_gridsize, draw_groups
from ptychoparity.backends.tensorflow.chunks import chunks
from ptychoparity.backends.tensorflow.framework import tf
from ptychoparity.backends.tensorflow.patches import check_object, cut_patches

IN_CACHE = 1 << 18
"""Pixels copied at once: what is made of them is still in the cache when it is used."""


def group_scan(
    xcoords: np.ndarray,
    ycoords: np.ndarray,
    xcoords_start: np.ndarray | None,
    ycoords_start: np.ndarray | None,
    diff3d: np.ndarray,
    objectGuess: np.ndarray | None,
    Y: np.ndarray | None,
    N: int,
    K: int,
    nsamples: int,
    seed: int,
    gridsize: int | None,
    sequential_sampling: bool,
    enable_oversampling: bool,
    neighbor_pool_size: int | None,
    params_gridsize: int | None = None,
    params_nphotons: float | None = None,
) -> dict[str, np.ndarray | None]:
    """Groups of C = gridsize**2 positions, their patterns, coordinates and ground truth (DATA.GROUP.*).

    Coordinates: (n) float, px; start ones default to them. diff3d: (n, N, N) amplitude, any real dtype.
    objectGuess: (H, W) complex64 or None. Y: (n, N, N) complex64 or None; it wins over objectGuess.
    params_*: what the parameter store holds. Its gridsize counts where the argument is None, its nphotons never
    (NORM.NPHOTONS.NO_DATA).
    Returns `diffraction` and `X_full` (B, N, N, C) float32, `Y` (B, N, N, C) complex64 or None, coordinates
    float64 (B, 1, 2, C) and (B, 1, 2, 1), [x, y], `nn_indices` (B, C) int64 and `objectGuess`.
    Raises ValueError as the contract lists them, warns FewerGroupsWarning at gridsize 1.
    """
    gridsize = chosen_gridsize(gridsize, params_gridsize)
    xcoords_start = xcoords if xcoords_start is None else xcoords_start
    ycoords_start = ycoords if ycoords_start is None else ycoords_start
    checks.rank("xcoords", xcoords, "n")
    _check_coordinates("xcoords", xcoords, len(xcoords))
    _check_coordinates("ycoords", ycoords, len(xcoords))
    _check_coordinates("xcoords_start", xcoords_start, len(xcoords))
    _check_coordinates("ycoords_start", ycoords_start, len(xcoords))
    _check_patterns(diff3d, len(xcoords), N)
    if objectGuess is not None:
        check_object("objectGuess", objectGuess)
    if Y is not None:
        _check_truth(Y, len(xcoords), N)
    members = draw_groups(
        xcoords,
        ycoords,
        K=K,
        nsamples=nsamples,
        seed=seed,
        gridsize=gridsize,
        sequential_sampling=sequential_sampling,
        enable_oversampling=enable_oversampling,
        neighbor_pool_size=neighbor_pool_size,
    )
    nn = _positions(xcoords, ycoords, members)
    diffraction, normalised = _patterns(diff3d, members)
    return {
        "diffraction": diffraction,
        "X_full": normalised,
        "Y": _truth(Y, objectGuess, members, nn, N),
        **_coordinates("coords", nn),
        **_coordinates("coords_start", _positions(xcoords_start, ycoords_start, members)),
        "nn_indices": members,
        "objectGuess": None if objectGuess is None else objectGuess.astype(np.complex64),
    }


def _positions(xcoords: np.ndarray, ycoords: np.ndarray, members: np.ndarray) -> tf.Tensor:
    """(B, 1, 2, C) float64: [x, y] of every member (DATA.GROUP.AXIS_XY)."""
    axes = [tf.gather(tf.cast(axis, tf.float64), members) for axis in (xcoords, ycoords)]
    return tf.stack(axes, axis=1)[:, None]


def _coordinates(prefix: str, nn: tf.Tensor) -> dict[str, np.ndarray]:
    """Positions, their mean per group, and relative = mean - position (DATA.GROUP.CENTRE, SIGN)."""
    mean = tf.reduce_mean(nn, axis=3, keepdims=True)
    return {
        f"{prefix}_nn": nn.numpy(),
        f"{prefix}_offsets": mean.numpy(),
        f"{prefix}_relative": (mean - nn).numpy(),
    }


def _patterns(diff3d: np.ndarray, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The members' patterns (B, N, N, C) float32, and the same normalised (DATA.GROUP.XFULL_FORMULA).

    Computed on the host: one product does not pay for two more passes through memory, into a tensor and out.
    """
    scale = _scale(diff3d, members)
    (B, C), N = members.shape, diff3d.shape[1]
    diffraction, normalised = (np.empty((B, N, N, C), np.float32) for _ in range(2))
    for part in chunks(B, C * N * N, IN_CACHE):
        _by_member(diff3d, members[part], diffraction[part])
        np.multiply(diffraction[part], scale, out=normalised[part])
    return diffraction, normalised


def _by_member(stack: np.ndarray, members: np.ndarray, images: np.ndarray) -> None:
    """Fill `images` (b, N, N, C): the image of member c goes to channel c (DATA.GROUP.DIFFRACTION)."""
    for channel in range(members.shape[1]):
        images[..., channel] = stack[members[:, channel]]


def _scale(diff3d: np.ndarray, members: np.ndarray) -> np.float32:
    """sqrt((N/2)^2 / mean energy of the groups' patterns); squares are taken in float64.

    A pattern that many groups share is squared once and counted as often as it is used.
    """
    N = diff3d.shape[1]
    used, counts = np.unique(members, return_counts=True)
    total = 0.0
    for part in chunks(len(used), N * N, IN_CACHE):
        patterns = diff3d[used[part]].astype(np.float32, copy=False).astype(np.float64)
        total += float(np.einsum("nij,nij,n->", patterns, patterns, counts[part].astype(np.float64)))
    if total == 0.0:
        raise ValueError(f"diff3d is zero in all {len(used)} patterns of the groups: nothing to normalise by")
    return np.float32(N / 2 / np.sqrt(total / members.size))


def _truth(
    Y: np.ndarray | None, objectGuess: np.ndarray | None, members: np.ndarray, nn: tf.Tensor, N: int
) -> np.ndarray | None:
    """(B, N, N, C) complex64: the given Y, else cut from the object, else None (DATA.GROUP.Y_PRECOMPUTED)."""
    if Y is None:
        return None if objectGuess is None else cut_patches(objectGuess, nn, N)
    truth = np.empty((len(members), N, N, members.shape[1]), np.complex64)
    for part in chunks(len(members), members.shape[1] * N * N, IN_CACHE):
        _by_member(Y, members[part], truth[part])
    return truth


def _check_coordinates(name: str, array: np.ndarray, n: int) -> None:
    checks.rank(name, array, "n")
    checks.not_empty(name, array)
    checks.same_count(name, array, "xcoords", n)
    checks.real(name, array)
    checks.finite(name, array)


def _check_patterns(diff3d: np.ndarray, n: int, N: int) -> None:
    checks.rank("diff3d", diff3d, "n", "N", "N")
    checks.same_count("diff3d", diff3d, "xcoords", n)
    checks.pattern_size(N, diff3d)
    checks.real("diff3d", diff3d)
    checks.single_precision("diff3d", diff3d)
    checks.non_negative("diff3d", diff3d)


def _check_truth(Y: np.ndarray, n: int, N: int) -> None:
    checks.rank("Y", Y, "n", "N", "N")
    checks.same_count("Y", Y, "xcoords", n)
    checks.length("Y", Y, 1, N, "N")
    checks.length("Y", Y, 2, N, "N")
    checks.single_precision("Y", Y)
