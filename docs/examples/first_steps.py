"""The steps of docs/onboarding.md, each a backend of its own, so that every output shown there can be had again.

ptychoparity check --backend docs.examples.first_steps:Step1 --operation diffract --kind smoke
"""

from typing import Any

import numpy as np

from ptychoparity import BackendInfo


class Step1:
    """Nothing yet."""


class Step2:
    """Says who it is and answers, in NumPy's default precision."""

    def __init__(self, device: str = "cpu") -> None:
        self.device = device

    def info(self) -> BackendInfo:
        return BackendInfo(
            name="first", version="0.1", framework="numpy", framework_version=np.__version__,
            device=self.device, precision="float64, answers in float32",
        )  # fmt: skip

    def operations(self) -> frozenset[str]:
        return frozenset({"diffract"})

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"amplitude": np.abs(np.fft.fft2(inputs["field"].astype(complex)))}

    def synchronize(self) -> None:
        """NumPy has finished when it returns."""


class Step3(Step2):
    """The contract's dtype: smoke passes. The numbers are still wrong."""

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        outputs = super().call(operation, inputs)
        return {name: value.astype(np.float32) for name, value in outputs.items()}


class Step4(Step3):
    """Unitary and centred: the examples pass. Bad input still gets an answer."""

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        spectrum = np.fft.fftshift(np.fft.fft2(inputs["field"].astype(complex), norm="ortho"), axes=(-2, -1))
        return {"amplitude": np.abs(spectrum).astype(np.float32)}
