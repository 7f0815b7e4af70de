"""Input checks of the layouts a batch of patches comes in (TENSOR.*)."""

import numpy as np

from ptychoparity.backends.host import checks


def flat(array: np.ndarray, gridsize: int) -> None:
    """`array` is (B*C, N, N, 1) with C = gridsize**2 (ERR.SHAPES)."""
    checks.at_least("gridsize", gridsize, 1)
    checks.rank("flat", array, "B*C", "N", "N", "1")
    checks.square("flat", array, 1, 2)
    checks.length("flat", array, 3, 1, "one channel")
    if array.shape[0] % gridsize**2:
        raise ValueError(f"flat holds {array.shape[0]} patches: no whole number of groups of {gridsize**2}")


def grid(array: np.ndarray) -> None:
    """`array` is (B, g, g, N, N, 1) (ERR.SHAPES)."""
    checks.rank("grid", array, "B", "g", "g", "N", "N", "1")
    checks.square("grid", array, 1, 2)
    checks.square("grid", array, 3, 4)
    checks.length("grid", array, 5, 1, "one channel")


def channels(array: np.ndarray) -> None:
    """`array` is (B, N, N, C) with C a square (ERR.SHAPES)."""
    checks.rank("channels", array, "B", "N", "N", "C")
    checks.square("channels", array, 1, 2)
    checks.square_channels("channels", array)


def coords(array: np.ndarray) -> None:
    """`array` is (B, 1, 2, C), real and finite (ERR.SHAPES, HOUSE.INPUT.REFUSED)."""
    checks.rank("coords", array, "B", "1", "2", "C")
    checks.length("coords", array, 1, 1, "one group axis")
    checks.length("coords", array, 2, 2, "[x, y]")
    checks.real("coords", array)
    checks.finite("coords", array, np.float32)


def polar(Y_I: np.ndarray, Y_phi: np.ndarray) -> None:
    """Amplitude and phase (B, H, W, C) belong together; the amplitude is not negative."""
    checks.rank("Y_I", Y_I, "B", "H", "W", "C")
    checks.same_shape("Y_phi", Y_phi, "Y_I", Y_I.shape)
    for name, array in (("Y_I", Y_I), ("Y_phi", Y_phi)):
        checks.real(name, array)
        checks.finite(name, array, np.float32)
    checks.non_negative("Y_I", Y_I)
