"""The public package `ptycho` as a backend."""

from typing import Any

import tensorflow as tf

from ptychoparity.backends.host.operations import Operations
from ptychoparity.backends.protocol import BackendInfo, DeviceUnavailable
from ptychoparity.backends.upstream.boundary import package_facts
from ptychoparity.backends.upstream.tensorflow.store import defaults

OPERATIONS = {
    "translate": "images",
    "extract_patches": "images",
    "merge_patches": "images",
    "reassemble_position": "images",
    "flat_to_grid": "formats",
    "grid_to_flat": "formats",
    "grid_to_channel": "formats",
    "channel_to_flat": "formats",
    "flat_to_channel": "formats",
    "flatten_coords": "formats",
    "combine_object": "formats",
    "split_object": "formats",
    "diffract": "physics",
    "illuminate": "physics",
    "observe": "physics",
    "default_probe": "probe",
    "normalize_probe": "probe",
    "probe_mask": "probe",
    "normalize_diffraction": "scales",
    "intensity_scale": "scales",
    "training_scale": "scales",
    "model_scale": "scales",
    "padded_size": "scales",
    "poisson_nll": "losses",
    "complex_mae": "losses",
    "total_variation": "losses",
    "load_scan": "scans",
    "save_scan": "scans",
    "scan_from_coords": "scans",
    "read_metadata": "scans",
    "subsample_scan": "scans",
    "group_scan": "grouping",
    "group_bridged": "grouping",
    "load_container": "grouping",
    "read_product": "product",
    "write_product": "product",
    "image_metrics": "metrics",
    "register": "metrics",
    "remove_phase": "metrics",
    "make_config": "config",
    "validate_config": "config",
    "read_config": "config",
    "legacy_dict": "config",
    "update_legacy_dict": "config",
    "params_get": "config",
    "params_set": "config",
}
"""Each operation's module in this folder; the function there has its name."""

PARTS = {
    "load_scan": {"counts": False},
    "remove_phase": {"the mean": False},
    "make_config": {"assignments": False},
    "write_product": {"a loss history": False, "layers": False, "weights of probe modes": False, "raw data": False},
}
"""What the package has no setting for."""

VARIANT = {"load_scan": "variants", "normalize_diffraction": "variants"}
"""Operations that a second public function answers, too."""


class UpstreamTensorFlow:
    """`ptycho` on the CPU; implements `ptychoparity.backends.protocol.Backend`."""

    table = OPERATIONS

    def __init__(self, device: str = "cpu") -> None:
        """Import the package. Raises DeviceUnavailable for any device but "cpu": on others it is untried."""
        if device != "cpu":
            raise DeviceUnavailable(f"the public packages are called on the CPU alone, not on {device}")
        self._device = device
        self._operations = Operations(__package__, self.table)
        defaults()

    def info(self) -> BackendInfo:
        """Name, versions and device."""
        return BackendInfo(
            name="ptycho",
            version="",
            framework="tensorflow",
            framework_version=tf.__version__,
            device=self._device,
            precision="float32",
            homepage="https://github.com/hoidn/PtychoPINN",
        )

    def loaded(self) -> dict[str, str]:
        """The file and commit of the package under test."""
        return package_facts("ptycho")

    def operations(self) -> frozenset[str]:
        """The operations that the package has."""
        return self._operations.names()

    def parts(self) -> dict[str, dict[str, bool]]:
        """What it claims of operations of which not all need be claimed."""
        return PARTS

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Answer one operation as the package does; UnknownOperation for what it has not."""
        return self._operations.call(operation, inputs)

    def synchronize(self) -> None:
        """Nothing is left to wait for: every answer is an array on the host before `call` returns."""


class UpstreamTensorFlowWorkflow(UpstreamTensorFlow):
    """Where `ptycho` has a second function for an operation, that one: its workflow's reader, its loader's scale."""

    table = VARIANT
