"""A whole backend for one operation: copy it, rename the class, replace the arithmetic.

ptychoparity check --backend docs.examples.first_backend:FirstBackend
"""

from typing import Any

import numpy as np

from ptychoparity import BackendInfo, DeviceUnavailable, UnknownOperation


class FirstBackend:
    """Far-field diffraction in NumPy. The constructor takes `device`, "cpu" or "cuda"."""

    def __init__(self, device: str = "cpu") -> None:
        if device != "cpu":
            raise DeviceUnavailable(f"FirstBackend computes on cpu, not on {device}")
        self._operations = {"diffract": self._diffract}

    def info(self) -> BackendInfo:
        return BackendInfo(
            name="first",
            version="0.1",
            framework="numpy",
            framework_version=np.__version__,
            device="cpu",
            precision="float64, answers in float32",
        )

    def operations(self) -> frozenset[str]:
        return frozenset(self._operations)

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        if operation not in self._operations:
            raise UnknownOperation(f"FirstBackend does not claim {operation!r}")
        return self._operations[operation](**inputs)

    def synchronize(self) -> None:
        """NumPy has finished when it returns; a GPU backend waits for its device here."""

    def _diffract(self, field: np.ndarray) -> dict[str, np.ndarray]:
        """amplitude (B, N, N) float32 of field (B, N, N) complex64; raises ValueError for a wrong shape or size."""
        if field.ndim != 3:
            raise ValueError(f"field has shape {field.shape}, expected (B, N, N)")
        if field.shape[1] != field.shape[2]:
            raise ValueError(f"field has shape {field.shape}: exit waves must be square")
        if field.shape[1] not in (64, 128, 256):
            raise ValueError(f"Unsupported input size {field.shape[1]}: N is one of 64, 128, 256")
        if not np.isfinite(field).all():
            raise ValueError("field must be finite")
        spectrum = np.fft.fftshift(np.fft.fft2(field.astype(complex), norm="ortho"), axes=(-2, -1))
        return {"amplitude": np.abs(spectrum).astype(np.float32)}
