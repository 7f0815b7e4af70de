"""The public package `ptycho_torch` as a backend."""

from typing import Any

import torch

from ptychoparity.backends.host.operations import Operations
from ptychoparity.backends.protocol import BackendInfo, DeviceUnavailable
from ptychoparity.backends.upstream.boundary import package_facts

OPERATIONS = {
    "translate": "images",
    "extract_patches": "images",
    "merge_patches": "images",
    "reassemble_position": "stitching",
    "flat_to_channel": "physics",
    "combine_object": "physics",
    "diffract": "physics",
    "diffract_modes": "physics",
    "illuminate": "physics",
    "observe": "physics",
    "normalize_probe": "scales",
    "probe_mask": "scales",
    "normalize_diffraction": "scales",
    "intensity_scale": "scales",
    "model_scale": "scales",
    "padded_size": "scales",
    "amplitude_mae": "losses",
    "frc": "metrics",
    "load_scan": "scans",
    "load_container": "scans",
    "scan_from_coords": "scans",
    "group_scan": "scans",
    "bridge_config": "config",
}
"""Each operation's module in this folder; the function there has its name."""

PARTS = {
    "load_scan": {"counts": False},
    "load_container": {"a split": False},
    "group_scan": {"oversampling": False, "truth given": False, "start coordinates": False},
    "intensity_scale": {"the closed form": False},
    "frc": {"images that are not square": False},
}
"""What the package has no setting for."""

VARIANT = {"reassemble_position": "barycentric", "normalize_diffraction": "barycentric"}
"""Operations that a second public function answers, too."""


class UpstreamPyTorch:
    """`ptycho_torch` on the CPU; implements `ptychoparity.backends.protocol.Backend`."""

    table = OPERATIONS

    def __init__(self, device: str = "cpu") -> None:
        """Import the package. Raises DeviceUnavailable for any device but "cpu": on others it is untried."""
        if device != "cpu":
            raise DeviceUnavailable(f"the public packages are called on the CPU alone, not on {device}")
        self._device = device
        self._operations = Operations(__package__, self.table)

    def info(self) -> BackendInfo:
        """Name, versions and device."""
        return BackendInfo(
            name="ptycho_torch",
            version="",
            framework="torch",
            framework_version=torch.__version__,
            device=self._device,
            precision="float32",
            homepage="https://github.com/hoidn/PtychoPINN",
        )

    def loaded(self) -> dict[str, str]:
        """The file and commit of the package under test."""
        return package_facts("ptycho_torch")

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


class UpstreamPyTorchBarycentric(UpstreamPyTorch):
    """Where `ptycho_torch` has a second function for an operation, that one: barycentric stitching, scale of counts."""

    table = VARIANT
