"""Operations `load_container`, `scan_from_coords`, `subsample_scan`: what lies between a scan and the model."""

import numpy as np

from ptychoparity.backends.host import rawdata
from ptychoparity.backends.tensorflow.framework import tf

Answer = dict[str, np.ndarray | bool | None]


def load_container(
    X_full: np.ndarray,
    Y: np.ndarray | None,
    coords_offsets: np.ndarray | None,
    coords_relative: np.ndarray | None,
    coords_start_offsets: np.ndarray | None,
    coords_start_relative: np.ndarray | None,
    nn_indices: np.ndarray,
    probe: np.ndarray,
    which: str | None,
    train_fraction: float | None = None,
) -> Answer:
    """The container a model is trained on, from a grouped dictionary (DATA.CONTAINER.*, DATA.LOADER.CALL).

    X_full, Y: (B, N, N, C); coords_*: (B, 1, 2, 1) and (B, 1, 2, C), px; nn_indices (B, C); probe (N, N). Returns X,
    Y_I, Y_phi float32, Y complex64 (M, N, N, C), truth_given, coords_nominal and coords_true float32, global_offsets
    and local_offsets float64, nn_indices int64, probe complex64. Where Y is None, Y is 1 + 0i and truth_given False.
    M = B, or with train_fraction the groups of the part `which` (`rawdata.part`, DATA.LOADER.SPLIT). Raises ValueError
    for arrays that do not belong together, a split that leaves nothing, and where no pair of coordinates is complete.
    """
    names = ("coords_offsets", "coords_relative", "coords_start_offsets", "coords_start_relative")
    given = (coords_offsets, coords_relative, coords_start_offsets, coords_start_relative)
    pairs = dict(zip(names, given, strict=True))
    rawdata.check_groups(X_full, Y, pairs, nn_indices, probe, which)
    (offsets, relative), (_, planned) = rawdata.position_pairs(pairs)
    part = rawdata.part(which, train_fraction, len(X_full))
    X = np.array(X_full[part], np.float32)
    truth = tf.ones(X.shape, tf.complex64) if Y is None else tf.cast(Y[part], tf.complex64)
    positions = {"global_offsets": offsets[part], "local_offsets": relative[part]}
    local = {"coords_nominal": planned[part], "coords_true": relative[part]}
    return {
        "X": X,
        "Y_I": tf.abs(truth).numpy(),
        "Y_phi": tf.math.angle(truth).numpy(),
        "Y": truth.numpy(),
        "truth_given": Y is not None,
        "nn_indices": np.array(nn_indices[part], np.int64),
        "probe": np.array(probe, np.complex64),
        **{name: np.array(array, np.float64) for name, array in positions.items()},
        **{name: tf.cast(array, tf.float32).numpy() for name, array in local.items()},
    }


def scan_from_coords(
    xcoords: np.ndarray,
    ycoords: np.ndarray,
    diff3d: np.ndarray,
    probeGuess: np.ndarray,
    scan_index: np.ndarray,
    objectGuess: np.ndarray | None,
) -> Answer:
    """A scan from arrays at hand; start coordinates are the coordinates (DATA.RAW.FROM_COORDS).

    Shapes and errors as `rawdata.checked_scan`; diff3d is returned as float32 amplitude.
    """
    scan = rawdata.checked_scan(xcoords, ycoords, diff3d, probeGuess, scan_index, objectGuess)
    return {**scan, "diff3d": np.array(diff3d, np.float32)}


def subsample_scan(n: int, n_subsample: int | None, n_images: int | None, subsample_seed: int) -> Answer:
    """sample_indices (m,) int64, sorted: the patterns kept before grouping. See `rawdata.subsample`."""
    return {"sample_indices": rawdata.subsample(n, n_subsample, n_images, subsample_seed)}
