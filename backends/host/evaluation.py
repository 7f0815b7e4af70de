"""What `evaluate_object` is asked to do before it compares: its options, their checks, the steps by name."""

from dataclasses import dataclass

import numpy as np

from ptychoparity.backends.host import metrics


@dataclass(frozen=True)
class Evaluation:
    """The options of `evaluate_object` (HOUSE.METRIC.STEPS)."""

    offset: int
    """Even, px: half of it is cut from every side."""
    register: bool
    scale_amplitude: bool
    phase_align: str
    """"plane", "mean" or "none"."""
    peak: float | None
    """Of the PSNR; None for the data range."""

    def check(self, truth: np.ndarray, prediction: np.ndarray, edge: int) -> None:
        """ValueError for objects (H, W) and options that cannot be compared; `edge`: px cut from every side.

        That is shapes that differ, an odd offset, another alignment, less than SSIM's window left, a zero truth, and
        no contrast to register.
        """
        metrics.image_pair(truth, prediction, "H", "W", real=False)
        if self.offset < 0 or self.offset % 2:
            raise ValueError(
                f"offset = {self.offset}: an even number of at least 0 is asked for, half of it is cut from a side"
            )
        metrics.one_of("phase_align", self.phase_align, ("plane", "mean", "none"))
        metrics.positive_or_none("peak", self.peak)
        rows, columns = (max(0, side - 2 * edge) for side in truth.shape)
        metrics.fits_window(f"truth without {edge} px on each side", rows, columns)
        metrics.not_dark("truth", truth)
        if self.register:
            metrics.both_have_contrast(truth, prediction)

    def steps(self, edge: int) -> list[str]:
        """The steps taken, by name and in their order."""
        taken = {
            "register": self.register,
            "trim": edge > 0,
            "scale_amplitude": self.scale_amplitude,
            f"remove_phase:{self.phase_align}": self.phase_align != "none",
        }
        return [name for name, done in taken.items() if done]
