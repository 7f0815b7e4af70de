"""The TensorFlow backend as the suite sees it: operations by name, arrays and JSON values in and out."""

from typing import Any

from ptychoparity.backends.host.operations import Operations
from ptychoparity.backends.host.version import own_version
from ptychoparity.backends.protocol import BackendInfo
from ptychoparity.backends.tensorflow.framework import claim_device, tf

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
    "make_config": "config.operations",
    "validate_config": "config.operations",
    "read_config": "config.operations",
    "legacy_dict": "config.operations",
    "update_legacy_dict": "config.operations",
    "params_get": "config.operations",
    "params_set": "config.operations",
    "group_bridged": "config.operations",
}
"""Each operation's module in this folder; the function there has its name."""


class TensorFlowBackend:
    """Answers each operation on one device; implements `ptychoparity.backends.protocol.Backend`."""

    def __init__(self, device: str = "cpu") -> None:
        """device: "cpu" or "cuda". Raises DeviceUnavailable where TensorFlow does not see it."""
        self._device = device
        self._place = claim_device(device)
        self._operations = Operations(__package__, OPERATIONS)

    def info(self) -> BackendInfo:
        """Name, versions, device and precision."""
        return BackendInfo(
            name="tensorflow",
            version=own_version(),
            framework="tensorflow",
            framework_version=tf.__version__,
            device=self._device,
            precision="float32 (TF32 off)",
        )

    def operations(self) -> frozenset[str]:
        """The operations this backend claims."""
        return self._operations.names()

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Answer one operation, per its contract; UnknownOperation for one that is not claimed."""
        with tf.device(self._place):
            return self._operations.call(operation, inputs)

    def synchronize(self) -> None:
        """Nothing is left to wait for: every answer is an array on the host before `call` returns."""
