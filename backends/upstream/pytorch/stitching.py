"""Operation `reassemble_position`, on the way that the package's command line goes."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from ptycho_torch.inference import _run_inference_and_reconstruct

from ptychoparity.backends.upstream.pytorch.layouts import channels_first

Answer = dict[str, Any]


class Answered:
    """Stands for a trained model: what it predicts is at hand."""

    def __init__(self, patches: torch.Tensor) -> None:
        self.forward_predict = lambda *_: patches

    def to(self, device: str) -> "Answered":
        return self

    def eval(self) -> None: ...


def reassemble_position(patches: np.ndarray, global_offsets: np.ndarray, M: int) -> Answer:
    """`ptycho_torch.inference._run_inference_and_reconstruct`, what `python -m ptycho_torch.inference` stitches with.

    It returns amplitude and phase. Origin, numerator and weight it does not return.
    """
    B, N = patches.shape[:2]
    x, y = global_offsets.reshape(B, 2).T
    raw = SimpleNamespace(
        xcoords=np.array(x), ycoords=np.array(y), diff3d=np.ones((B, N, N), np.float32),
        probeGuess=np.ones((N, N), np.complex64),
    )  # fmt: skip
    config = SimpleNamespace(n_groups=B, stitch_crop_size=M)
    amplitude, phase = _run_inference_and_reconstruct(Answered(channels_first(patches)), raw, config, None, "cpu", True)
    return {"canvas": amplitude * np.exp(1j * phase)}
