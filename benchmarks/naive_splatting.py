"""Stitching the plain way, in torch: every pixel of every patch adds its four corner shares to the canvas."""

import math
from typing import Any

import numpy as np
import torch

from ptychoparity.backends.protocol import BackendInfo


class Splatting:
    """`reassemble_position` by bilinear splatting, all patches at once, in float32."""

    def __init__(self, device: str = "cpu") -> None:
        self._device = torch.device(device)

    def info(self) -> BackendInfo:
        return BackendInfo("Splatting", "0", "torch", torch.__version__, str(self._device), "complex64")

    def operations(self) -> frozenset[str]:
        return frozenset({"reassemble_position"})

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        M, N = inputs["M"], inputs["patches"].shape[1]
        middle = slice(N // 2 - M // 2, N // 2 + M // 2)
        pieces = torch.from_numpy(inputs["patches"][:, middle, middle, 0]).to(self._device)
        positions = torch.from_numpy(inputs["global_offsets"].reshape(-1, 2)).to(self._device)
        centred = positions - positions.mean(0)
        pad = math.ceil(round(centred.abs().max().item(), 6))
        pad += pad % 2
        side = M + 2 * pad + 2  # one pixel around, for what rounding lets fall off
        whole = centred.floor()
        dx, dy = (centred - whole).float().unbind(1)
        steps = torch.arange(M, device=self._device)
        columns, rows = (axis.long()[:, None] + pad + 1 + steps for axis in whole.unbind(1))
        pixels = rows[:, :, None] * side + columns[:, None, :]
        numerator = torch.zeros(side * side, dtype=torch.complex64, device=self._device)
        weight = torch.zeros(side * side, device=self._device)
        for further, share in (
            (0, (1 - dx) * (1 - dy)),
            (1, dx * (1 - dy)),
            (side, (1 - dx) * dy),
            (side + 1, dx * dy),
        ):
            share = share[:, None, None]
            corner = (pixels + further).reshape(-1)
            numerator.index_add_(0, corner, (pieces * share).reshape(-1))
            weight.index_add_(0, corner, share.expand(-1, M, M).reshape(-1))
        canvas = torch.where(weight > 0, numerator / weight, 0)
        found = {"canvas": canvas, "numerator": numerator, "weight": weight}
        return {name: _inner(flat.view(side, side)) for name, flat in found.items()}

    def synchronize(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.synchronize()


def _inner(ringed: torch.Tensor) -> np.ndarray:
    return ringed[1:-1, 1:-1].contiguous().cpu().numpy()
