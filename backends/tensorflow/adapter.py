"""The TensorFlow backend as the suite sees it: operations by name, arrays and JSON values in and out."""

from importlib import metadata
from typing import Any

from ptychoparity.backends.protocol import BackendInfo, UnknownOperation
from ptychoparity.backends.tensorflow.align import register, remove_phase, scale_amplitude
from ptychoparity.backends.tensorflow.config.operations import (
    group_bridged,
    legacy_dict,
    make_config,
    params_get,
    params_set,
    read_config,
    update_legacy_dict,
    validate_config,
)
from ptychoparity.backends.tensorflow.container import load_container, scan_from_coords, subsample_scan
from ptychoparity.backends.tensorflow.cxi import read_cxi, write_cxi
from ptychoparity.backends.tensorflow.diffract import diffract, diffract_modes
from ptychoparity.backends.tensorflow.evaluate import evaluate_object
from ptychoparity.backends.tensorflow.formats import (
    channel_to_flat,
    combine_object,
    flat_to_channel,
    flat_to_grid,
    flatten_coords,
    grid_to_channel,
    grid_to_flat,
    split_object,
)
from ptychoparity.backends.tensorflow.framework import claim_device, tf
from ptychoparity.backends.tensorflow.frc import frc
from ptychoparity.backends.tensorflow.group import group_scan
from ptychoparity.backends.tensorflow.illuminate import illuminate
from ptychoparity.backends.tensorflow.losses import amplitude_mae, complex_mae, poisson_nll, total_variation
from ptychoparity.backends.tensorflow.merge import merge_patches
from ptychoparity.backends.tensorflow.observe import observe
from ptychoparity.backends.tensorflow.overlap import compute_overlap_metrics
from ptychoparity.backends.tensorflow.patches import extract_patches
from ptychoparity.backends.tensorflow.probe import default_probe, probe_mask
from ptychoparity.backends.tensorflow.product import read_product, write_product
from ptychoparity.backends.tensorflow.reassemble import reassemble_position
from ptychoparity.backends.tensorflow.scales import intensity_scale, normalize_diffraction, normalize_probe
from ptychoparity.backends.tensorflow.scan import load_scan, read_metadata, save_scan
from ptychoparity.backends.tensorflow.similarity import image_metrics
from ptychoparity.backends.tensorflow.sizes import padded_size
from ptychoparity.backends.tensorflow.training import model_scale, training_objective, training_scale
from ptychoparity.backends.tensorflow.translate import translate

OPERATIONS = {
    operation.__name__: operation
    for operation in (
        translate,
        diffract,
        extract_patches,
        reassemble_position,
        group_scan,
        load_scan,
        save_scan,
        normalize_diffraction,
        intensity_scale,
        normalize_probe,
        poisson_nll,
        amplitude_mae,
        total_variation,
        illuminate,
        merge_patches,
        load_container,
        scan_from_coords,
        subsample_scan,
        flat_to_grid,
        grid_to_flat,
        grid_to_channel,
        channel_to_flat,
        flat_to_channel,
        flatten_coords,
        combine_object,
        split_object,
        read_product,
        write_product,
        read_cxi,
        write_cxi,
        read_metadata,
        complex_mae,
        probe_mask,
        default_probe,
        padded_size,
        observe,
        diffract_modes,
        training_scale,
        model_scale,
        training_objective,
        image_metrics,
        frc,
        remove_phase,
        scale_amplitude,
        register,
        evaluate_object,
        compute_overlap_metrics,
        group_bridged,
        make_config,
        validate_config,
        legacy_dict,
        update_legacy_dict,
        params_get,
        params_set,
        read_config,
    )
}


class TensorFlowBackend:
    """Answers each operation on one device; implements `ptychoparity.backends.protocol.Backend`."""

    def __init__(self, device: str = "cpu") -> None:
        """device: "cpu" or "cuda". Raises DeviceUnavailable where TensorFlow does not see it."""
        self._device = device
        self._place = claim_device(device)

    def info(self) -> BackendInfo:
        """Name, versions, device and precision."""
        return BackendInfo(
            name="tensorflow",
            version=_own_version(),
            framework="tensorflow",
            framework_version=tf.__version__,
            device=self._device,
            precision="float32 (TF32 off)",
        )

    def operations(self) -> frozenset[str]:
        """The operations this backend claims."""
        return frozenset(OPERATIONS)

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Answer one operation, per its contract; UnknownOperation for one that is not claimed."""
        if operation not in OPERATIONS:
            raise UnknownOperation(f"{operation} is not one of {', '.join(sorted(OPERATIONS))}")
        with tf.device(self._place):
            return OPERATIONS[operation](**inputs)

    def synchronize(self) -> None:
        """Nothing is left to wait for: every answer is an array on the host before `call` returns."""


def _own_version() -> str:
    """Version of the installed ptychoparity, of which this backend is a part."""
    try:
        return metadata.version("ptychoparity")
    except metadata.PackageNotFoundError:
        return "0+unknown"
