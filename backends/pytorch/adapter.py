"""The adapter in front of the PyTorch candidate backend: `backends.protocol.Backend` over the operations."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch

from ptychoparity.backends.protocol import BackendInfo, DeviceUnavailable, UnknownOperation
from ptychoparity.backends.pytorch.align import register, remove_phase, scale_amplitude
from ptychoparity.backends.pytorch.container import load_container, scan_from_coords, subsample_scan
from ptychoparity.backends.pytorch.cxi import read_cxi, write_cxi
from ptychoparity.backends.pytorch.diffract import diffract, diffract_modes
from ptychoparity.backends.pytorch.evaluate import evaluate_object
from ptychoparity.backends.pytorch.formats import (
    channel_to_flat,
    combine_object,
    flat_to_channel,
    flat_to_grid,
    flatten_coords,
    grid_to_channel,
    grid_to_flat,
    split_object,
)
from ptychoparity.backends.pytorch.frc import frc
from ptychoparity.backends.pytorch.group import group_scan
from ptychoparity.backends.pytorch.illuminate import illuminate
from ptychoparity.backends.pytorch.losses import amplitude_mae, complex_mae, poisson_nll, total_variation
from ptychoparity.backends.pytorch.merge import merge_patches
from ptychoparity.backends.pytorch.observe import observe
from ptychoparity.backends.pytorch.overlap import compute_overlap_metrics
from ptychoparity.backends.pytorch.patches import extract_patches
from ptychoparity.backends.pytorch.probe import default_probe, probe_mask
from ptychoparity.backends.pytorch.product import read_product, write_product
from ptychoparity.backends.pytorch.reassemble import reassemble_position
from ptychoparity.backends.pytorch.scales import intensity_scale, normalize_diffraction, normalize_probe
from ptychoparity.backends.pytorch.scan import load_scan, read_metadata, save_scan
from ptychoparity.backends.pytorch.settings.operations import (
    group_bridged,
    legacy_dict,
    make_config,
    params_get,
    params_set,
    read_config,
    update_legacy_dict,
    validate_config,
)
from ptychoparity.backends.pytorch.settings.torch_operations import bridge_config
from ptychoparity.backends.pytorch.similarity import image_metrics
from ptychoparity.backends.pytorch.sizes import padded_size
from ptychoparity.backends.pytorch.training import model_scale, training_objective, training_scale
from ptychoparity.backends.pytorch.translate import translate

_OPERATIONS = {
    "diffract": diffract,
    "extract_patches": extract_patches,
    "group_scan": group_scan,
    "load_scan": load_scan,
    "save_scan": save_scan,
    "reassemble_position": reassemble_position,
    "translate": translate,
    "normalize_diffraction": normalize_diffraction,
    "intensity_scale": intensity_scale,
    "normalize_probe": normalize_probe,
    "poisson_nll": poisson_nll,
    "amplitude_mae": amplitude_mae,
    "total_variation": total_variation,
    "illuminate": illuminate,
    "merge_patches": merge_patches,
    "load_container": load_container,
    "scan_from_coords": scan_from_coords,
    "subsample_scan": subsample_scan,
    "flat_to_grid": flat_to_grid,
    "grid_to_flat": grid_to_flat,
    "grid_to_channel": grid_to_channel,
    "channel_to_flat": channel_to_flat,
    "flat_to_channel": flat_to_channel,
    "flatten_coords": flatten_coords,
    "combine_object": combine_object,
    "split_object": split_object,
    "read_product": read_product,
    "write_product": write_product,
    "read_cxi": read_cxi,
    "write_cxi": write_cxi,
    "read_metadata": read_metadata,
    "complex_mae": complex_mae,
    "probe_mask": probe_mask,
    "default_probe": default_probe,
    "padded_size": padded_size,
    "observe": observe,
    "diffract_modes": diffract_modes,
    "training_scale": training_scale,
    "model_scale": model_scale,
    "training_objective": training_objective,
    "image_metrics": image_metrics,
    "frc": frc,
    "remove_phase": remove_phase,
    "scale_amplitude": scale_amplitude,
    "register": register,
    "evaluate_object": evaluate_object,
    "compute_overlap_metrics": compute_overlap_metrics,
    "make_config": make_config,
    "validate_config": validate_config,
    "legacy_dict": legacy_dict,
    "update_legacy_dict": update_legacy_dict,
    "params_get": params_get,
    "group_bridged": group_bridged,
    "params_set": params_set,
    "read_config": read_config,
    "bridge_config": bridge_config,
}


class PyTorchBackend:
    """Answers operations with PyTorch in float32 on `device`, "cpu" or "cuda".

    Raises DeviceUnavailable where the device is not there. The constructor sets torch's arithmetic for the
    whole process (no TF32, deterministic sums): a backend owns its process.
    """

    def __init__(self, device: str = "cpu"):
        self._device = _device(device)
        _exact_arithmetic()

    def info(self) -> BackendInfo:
        return BackendInfo(
            name="pytorch",
            version=_own_version(),
            framework="torch",
            framework_version=torch.__version__,
            device=self._device.type,
            precision="float32 (TF32 off)",
        )

    def operations(self) -> frozenset[str]:
        return frozenset(_OPERATIONS)

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        if operation not in _OPERATIONS:
            claimed = ", ".join(sorted(_OPERATIONS))
            raise UnknownOperation(f"pytorch does not claim {operation!r}; it claims {claimed}")
        with torch.inference_mode():
            return _OPERATIONS[operation](**inputs, device=self._device)

    def synchronize(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)


def _device(name: str) -> torch.device:
    """The torch device; DeviceUnavailable says which was asked for and what there is."""
    available = ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]
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


def _own_version() -> str:
    try:
        return version("ptychoparity")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0+unknown"
