"""The adapter in front of the PyTorch candidate backend: `backends.protocol.Backend` over the operations."""

from typing import Any

import torch

from ptychoparity.backends.host.operations import Operations
from ptychoparity.backends.host.version import own_version
from ptychoparity.backends.protocol import BackendInfo, DeviceUnavailable

OPERATIONS = {
    "translate": "translate",
    "diffract": "diffract",
    "diffract_modes": "diffract",
    "extract_patches": "patches",
    "illuminate": "illuminate",
    "merge_patches": "merge",
    "reassemble_position": "reassemble",
    "observe": "observe",
    "probe_mask": "probe",
    "default_probe": "probe",
    "group_scan": "group",
    "subsample_scan": "container",
    "scan_from_coords": "container",
    "load_scan": "scan",
    "save_scan": "scan",
    "load_container": "container",
    "read_metadata": "scan",
    "read_product": "product",
    "write_product": "product",
    "read_cxi": "cxi",
    "write_cxi": "cxi",
    "flat_to_grid": "formats",
    "grid_to_flat": "formats",
    "grid_to_channel": "formats",
    "channel_to_flat": "formats",
    "flat_to_channel": "formats",
    "flatten_coords": "formats",
    "combine_object": "formats",
    "split_object": "formats",
    "padded_size": "sizes",
    "normalize_diffraction": "scales",
    "intensity_scale": "scales",
    "normalize_probe": "scales",
    "training_scale": "training",
    "model_scale": "training",
    "training_objective": "training",
    "poisson_nll": "losses",
    "amplitude_mae": "losses",
    "complex_mae": "losses",
    "total_variation": "losses",
    "image_metrics": "similarity",
    "frc": "frc",
    "remove_phase": "align",
    "scale_amplitude": "align",
    "register": "align",
    "evaluate_object": "evaluate",
    "compute_overlap_metrics": "overlap",
    "make_config": "settings.operations",
    "validate_config": "settings.operations",
    "read_config": "settings.operations",
    "legacy_dict": "settings.operations",
    "update_legacy_dict": "settings.operations",
    "params_get": "settings.operations",
    "params_set": "settings.operations",
    "group_bridged": "settings.operations",
    "bridge_config": "settings.torch_operations",
}
"""Each operation's module in this folder; the function there has its name."""


class PyTorchBackend:
    """Answers operations with PyTorch in float32 on `device`, "cpu" or "cuda".

    Raises DeviceUnavailable where the device is not there. The constructor sets torch's arithmetic for the
    whole process (no TF32, deterministic sums): a backend owns its process.
    """

    def __init__(self, device: str = "cpu"):
        self._device = _device(device)
        _exact_arithmetic()
        self._operations = Operations(__package__, OPERATIONS, device=self._device)

    def info(self) -> BackendInfo:
        return BackendInfo(
            name="pytorch",
            version=own_version(),
            framework="torch",
            framework_version=torch.__version__,
            device=str(self._device),
            precision="float32 (TF32 off)",
        )

    def operations(self) -> frozenset[str]:
        return self._operations.names()

    def parts(self) -> dict[str, dict[str, bool]]:
        """What it claims of operations of which not all need be claimed."""
        return {"bridge_config": {"fields of ptychodus 1.7.0": True}}

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        with torch.inference_mode():
            return self._operations.call(operation, inputs)

    def synchronize(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)


def _device(name: str) -> torch.device:
    """The torch device; DeviceUnavailable says which was asked for and what there is."""
    gpus = [f"cuda:{number}" for number in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    available = ["cpu", *(["cuda"] if gpus else []), *gpus]
    if name not in available:
        there = f"torch {torch.__version__} finds {', '.join(available)}"
        raise DeviceUnavailable(f"device {name!r} is not on this machine; {there}")
    return torch.device(name)


def _exact_arithmetic() -> None:
    """Full float32 products and sums in one order, run after run."""
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.use_deterministic_algorithms(True, warn_only=True)
    # the deterministic mode would also fill every new tensor with NaN: a second pass over each output
    torch.utils.deterministic.fill_uninitialized_memory = False
