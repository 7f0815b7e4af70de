"""Ground-truth patches the plain way, in NumPy: what a backend's speed is put in proportion to."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import ndimage

from ptychoparity.backends.protocol import BackendInfo


class _Patches:
    """`extract_patches`, one patch after the other."""

    def __init__(self, device: str = "cpu") -> None:
        self._device = device

    def info(self) -> BackendInfo:
        return BackendInfo(type(self).__name__, "0", "numpy", np.__version__, self._device, "complex64")

    def operations(self) -> frozenset[str]:
        return frozenset({"extract_patches"})

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        whole, N = inputs["object"], inputs["N"]
        corners = inputs["coords_offsets"] - inputs["coords_relative"] - N // 2
        B, _, _, C = corners.shape
        patches = np.empty((B, N, N, C), np.complex64)
        for b in range(B):
            for c in range(C):
                patches[b, :, :, c] = self.patch(whole, *corners[b, 0, :, c], N)
        return {"patches": patches}

    patch: Callable[..., np.ndarray]

    def synchronize(self) -> None:
        """Nothing runs behind NumPy's back."""


class ShiftWhole(_Patches):
    """The object is shifted as a whole, then cropped: the definition, word by word."""

    def patch(self, whole: np.ndarray, left: float, top: float, N: int) -> np.ndarray:
        parts = (ndimage.shift(p, (-top, -left), order=1, mode="grid-constant") for p in (whole.real, whole.imag))
        real, imaginary = (part[:N, :N] for part in parts)
        return real + 1j * imaginary


class LoopOverPatches(_Patches):
    """Only what a patch shows is interpolated."""

    def patch(self, whole: np.ndarray, left: float, top: float, N: int) -> np.ndarray:
        rows, columns = np.meshgrid(top + np.arange(N), left + np.arange(N), indexing="ij")
        return ndimage.map_coordinates(whole, (rows, columns), order=1, mode="grid-constant")
