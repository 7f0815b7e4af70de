"""How a training is run: PyTorchExecutionConfig (EXEC.*). It never reaches the flat store."""

from dataclasses import dataclass

from ptychoparity.backends.host import config_fields
from ptychoparity.backends.pytorch.settings.options import check


@dataclass
class PyTorchExecutionConfig(config_fields.ExecutionFields):
    """Settings of a run, validated while they are constructed: ValueError (EXEC.POST_INIT)."""

    def __post_init__(self) -> None:
        check(self)
        if isinstance(self.devices, str) and self.devices != "auto":
            raise ValueError(f"devices = {self.devices!r} must be a whole number above 0 or 'auto'")
        if self.persistent_workers and self.num_workers == 0:
            raise ValueError("persistent_workers = True needs workers: num_workers = 0 must be above 0")
