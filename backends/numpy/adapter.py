"""The oracle behind the protocol: the template a newcomer reads.

An adapter needs no more than this: say who you are, say what you claim, answer in the contract's dtypes.
"""

from importlib import metadata
from typing import Any

import numpy as np

from ptychoparity.backends.protocol import BackendInfo, DeviceUnavailable, UnknownOperation
from ptychoparity.reference import dispatch

# The contract's dtypes: the oracle computes in float64, and single precision is what it answers in,
# except where a position or an index must not be rounded.
POSITIONS = frozenset(
    {"xcoords", "ycoords", "xcoords_start", "ycoords_start", "canvas_origin", "global_offsets", "local_offsets"}
)
LOCAL = frozenset({"coords_nominal", "coords_true"})
SCALARS = frozenset({"scale", "norm", "loss", "intensity_scale"})
PARTS = frozenset({"amplitude", "phase"})
"""Scalars where they have no axes, arrays elsewhere."""
ASIDES = frozenset({"known", "ideal_amplitude"})
"""What the oracle says for the comparison alone: where a value is settled, what noise was added to."""
INDICES = frozenset({"nn_indices", "scan_index", "sample_indices", "counts"})
STEPS = frozenset({"shift", "factor", "removed"})
"""What a step before the metrics found, and did to the images."""
AS_THEY_ARE = frozenset({"read_product", "read_cxi", "read_metadata", "image_metrics", "frc", "evaluate_object"})
"""Operations that answer what a file holds, in its own precision, or measures: nothing is rounded on the way out."""
SIZES = frozenset({"bigN", "padded"})


def in_contract_dtype(name: str, value: Any) -> Any:
    """`value` as the contracts want it: float32 and complex64; positions float64, indices int64."""
    if not isinstance(value, np.ndarray):
        return value
    if name in INDICES | SIZES:
        return value.astype(np.int64)
    if name in SCALARS | STEPS or (name in PARTS and value.ndim == 0):
        return value.astype(np.float64)
    if name in POSITIONS or (name.startswith("coords_") and name not in LOCAL):
        return value.astype(np.float64)
    return value.astype(np.complex64 if value.dtype.kind == "c" else np.float32)


class NumpyBackend:
    """NumPy float64 on the CPU, answers rounded to the contract's dtypes."""

    def __init__(self, device: str = "cpu") -> None:
        if device != "cpu":
            raise DeviceUnavailable(f"the numpy backend computes on cpu, not on {device}")

    def info(self) -> BackendInfo:
        return BackendInfo(
            name="numpy",
            version=metadata.version("ptychoparity"),
            framework="numpy",
            framework_version=np.__version__,
            device="cpu",
            precision="float64, answers in float32",
        )

    def operations(self) -> frozenset[str]:
        return frozenset(dispatch.OPERATIONS)

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        if operation not in dispatch.OPERATIONS:
            raise UnknownOperation(f"numpy: {operation!r} is not claimed")
        outputs = dispatch.call(operation, inputs)
        if operation in AS_THEY_ARE:
            return outputs
        return {name: in_contract_dtype(name, value) for name, value in outputs.items() if name not in ASIDES}

    def synchronize(self) -> None:
        """Nothing runs behind NumPy's back."""
