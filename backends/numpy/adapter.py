"""The oracle behind the protocol: the template a newcomer reads.

An adapter needs no more than this: say who you are, say what you claim, answer in the contract's dtypes.
"""

from typing import Any

import numpy as np

from ptychoparity.backends.host.byte_order import native
from ptychoparity.backends.host.version import own_version
from ptychoparity.backends.numpy.dtypes import in_contract_dtypes
from ptychoparity.backends.protocol import BackendInfo, DeviceUnavailable, UnknownOperation
from ptychoparity.reference import dispatch


class NumpyBackend:
    """NumPy float64 on the CPU, answers rounded to the contract's dtypes."""

    def __init__(self, device: str = "cpu") -> None:
        if device != "cpu":
            raise DeviceUnavailable(f"the numpy backend computes on cpu, not on {device}")

    def info(self) -> BackendInfo:
        return BackendInfo(
            name="numpy",
            version=own_version(),
            framework="numpy",
            framework_version=np.__version__,
            device="cpu",
            precision="float64, answers in float32",
        )

    def operations(self) -> frozenset[str]:
        return frozenset(dispatch.OPERATIONS)

    def parts(self) -> dict[str, dict[str, bool]]:
        """What it claims of operations of which not all need be claimed."""
        return {"bridge_config": {"fields of ptychodus 1.7.0": True}}

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        if operation not in dispatch.OPERATIONS:
            raise UnknownOperation(f"numpy: {operation!r} is not claimed")
        inputs = native(inputs)
        return in_contract_dtypes(operation, inputs, dispatch.call(operation, inputs))

    def synchronize(self) -> None:
        """Nothing runs behind NumPy's back."""
