"""From an operation's name to the oracle's function.

Answers are float64; `call` hands them out as they are, and rounding to a contract's dtypes is the
caller's business.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

OPERATIONS = {
    "translate": "operations.images",
    "diffract": "operations.waves",
    "diffract_modes": "observation",
    "extract_patches": "operations.images",
    "illuminate": "operations.waves",
    "merge_patches": "operations.images",
    "reassemble_position": "operations.images",
    "observe": "observation",
    "probe_mask": "probe",
    "default_probe": "probe",
    "group_scan": "operations.groups",
    "subsample_scan": "subsampling",
    "scan_from_coords": "scan",
    "load_scan": "scan",
    "save_scan": "scan",
    "load_count_scan": "counts",
    "load_container": "container",
    "read_metadata": "metadata",
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
    "normalize_diffraction": "operations.scales",
    "intensity_scale": "operations.scales",
    "normalize_probe": "operations.scales",
    "training_scale": "training",
    "model_scale": "training",
    "training_objective": "training",
    "poisson_nll": "operations.losses",
    "amplitude_mae": "operations.losses",
    "complex_mae": "operations.losses",
    "total_variation": "operations.losses",
    "image_metrics": "similarity",
    "frc": "frc",
    "remove_phase": "alignment",
    "scale_amplitude": "alignment",
    "register": "alignment",
    "evaluate_object": "evaluation",
    "compute_overlap_metrics": "overlap",
    "make_config": "settings.build",
    "validate_config": "settings.build",
    "read_config": "settings.files",
    "legacy_dict": "settings.store",
    "update_legacy_dict": "settings.store",
    "params_get": "settings.store",
    "params_set": "settings.store",
    "group_bridged": "settings.store",
    "bridge_config": "settings.bridge",
}
"""Each operation's module in this folder; the function there has its name."""


@cache
def function(operation: str) -> Callable[..., dict[str, Any]]:
    """The oracle's function for one operation. Raises KeyError for a name that is not in the table."""
    return getattr(import_module(f"{__package__}.{OPERATIONS[operation]}"), operation)


def call(operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """The oracle's answer in float64 and complex128. Raises what the contract asks for."""
    return function(operation)(**inputs)
