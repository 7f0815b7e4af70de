"""Layouts of a batch of patches, and an object's two forms: flat, grid, channels, coordinates, polar parts."""

import numpy as np

from ptychoparity.backends.host import checks, layouts
from ptychoparity.backends.tensorflow.framework import tf

Answer = dict[str, np.ndarray]


def _moved(array: np.ndarray, split: list[int], order: list[int], shape: list[int]) -> np.ndarray:
    """`array` with its axes taken apart as `split`, put in `order`, and joined as `shape`: an array of its own."""
    return np.array(tf.reshape(tf.transpose(tf.reshape(array, split), order), shape))


def flat_to_grid(flat: np.ndarray, gridsize: int) -> Answer:
    """flat (B*C, N, N, 1) to grid (B, g, g, N, N, 1), dtype kept (TENSOR.TOGRID). ValueError for other shapes."""
    layouts.flat(flat, gridsize)
    return {"grid": np.array(tf.reshape(flat, [-1, gridsize, gridsize, *flat.shape[1:]]))}


def grid_to_flat(grid: np.ndarray) -> Answer:
    """grid (B, g, g, N, N, 1) to flat (B*C, N, N, 1), dtype kept (TENSOR.FROMGRID). ValueError for other shapes."""
    layouts.grid(grid)
    return {"flat": np.array(tf.reshape(grid, [-1, *grid.shape[3:]]))}


def grid_to_channel(grid: np.ndarray) -> Answer:
    """grid (B, g, g, N, N, 1) to channels (B, N, N, C), dtype kept (TENSOR.GRID2CHANNEL). ValueError for others."""
    layouts.grid(grid)
    B, g, _, N = grid.shape[:4]
    return {"channels": _moved(grid, [B, g, g, N, N], [0, 3, 4, 1, 2], [B, N, N, g * g])}


def channel_to_flat(channels: np.ndarray) -> Answer:
    """channels (B, N, N, C) to flat (B*C, N, N, 1), dtype kept (TENSOR.CHANNEL2FLAT). ValueError for other shapes."""
    layouts.channels(channels)
    N = channels.shape[1]
    return {"flat": _moved(channels, list(channels.shape), [0, 3, 1, 2], [-1, N, N, 1])}


def flat_to_channel(flat: np.ndarray, gridsize: int) -> Answer:
    """flat (B*C, N, N, 1) to channels (B, N, N, C), dtype kept (TENSOR.FLAT2CHANNEL). ValueError for other shapes."""
    layouts.flat(flat, gridsize)
    C, N = gridsize**2, flat.shape[1]
    return {"channels": _moved(flat, [-1, C, N, N], [0, 2, 3, 1], [-1, N, N, C])}


def flatten_coords(coords: np.ndarray) -> Answer:
    """coords (B, 1, 2, C), px, to offsets (B*C, 2) float32, [x, y] (PHYS.UNITS.COORD_DTYPE). ValueError for others."""
    layouts.coords(coords)
    rows = tf.reshape(tf.transpose(coords[:, 0], [0, 2, 1]), [-1, 2])
    return {"offsets": np.array(tf.cast(rows, tf.float32))}


def combine_object(Y_I: np.ndarray, Y_phi: np.ndarray) -> Answer:
    """object (B, H, W, C) complex64 = Y_I * exp(i Y_phi) (PHYS.OBJECT.COMPLEX).

    Y_I, Y_phi: (B, H, W, C) float32, rad. Raises ValueError for shapes that differ, a negative amplitude and
    values that are not finite.
    """
    layouts.polar(Y_I, Y_phi)
    amplitude, phase = (tf.cast(array, tf.float32) for array in (Y_I, Y_phi))
    return {"object": np.array(tf.complex(amplitude * tf.cos(phase), amplitude * tf.sin(phase)))}


def split_object(object: np.ndarray) -> Answer:
    """Y_I = |object| and Y_phi = arg object in [-pi, pi], float32 (PHYS.PHASE.RANGE).

    object: (B, H, W, C) complex64. Raises ValueError for another rank and values that are not finite.
    """
    checks.rank("object", object, "B", "H", "W", "C")
    checks.single_precision("object", object)
    values = tf.cast(object, tf.complex64)
    return {"Y_I": np.array(tf.abs(values)), "Y_phi": np.array(tf.math.angle(values))}
