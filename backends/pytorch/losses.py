"""Operations `poisson_nll`, `amplitude_mae`, `complex_mae`, `total_variation`: losses, their gradients by autograd.

The sums run in float64, so a loss of many elements keeps float32's accuracy; what is differentiated is what
training will minimise.
"""

from collections.abc import Callable

import numpy as np
import torch

from ptychoparity.backends.host import checks
from ptychoparity.backends.pytorch.bridge import tensor

Answer = dict[str, np.ndarray]
SMALLEST_RATE = 1e-12
"""Below it a rate has no slope: the logarithm stays finite at a zero field (HOUSE.LOSS.FINITE)."""
DARK = 1e-12
"""Below it an amplitude has no phase and no slope."""


def _differentiated(point: torch.Tensor, loss: Callable[[torch.Tensor], torch.Tensor]) -> Answer:
    """The loss at a point and its gradient there; of a complex point d/dRe + i d/dIm, as torch has it."""
    with torch.inference_mode(False), torch.enable_grad():
        leaf = point.clone().requires_grad_(True)
        value = loss(leaf)
        (gradient,) = torch.autograd.grad(value, leaf)
    return {"loss": value.detach().cpu().numpy(), "gradient": gradient.cpu().numpy()}


def poisson_nll(rate: np.ndarray, counts: np.ndarray, *, device: torch.device) -> Answer:
    """mean of r - counts * ln r, r = max(rate, 1e-12) (LOSS.POISSON.FORM, HOUSE.LOSS.FINITE).

    rate, counts: equal shapes, float32, photons. Returns loss, a scalar, and gradient in `rate`, float32. Raises
    ValueError for shapes that differ and values that are negative or not finite.
    """
    checks.real_pair("rate", rate, "counts", counts)
    checks.non_negative("rate", rate)
    checks.non_negative("counts", counts)
    with torch.inference_mode(False):
        seen = tensor(counts, device, torch.float64)

        def loss(point: torch.Tensor) -> torch.Tensor:
            r = point.double().clamp(min=SMALLEST_RATE)
            return (r - seen * torch.log(r)).mean()

        return _differentiated(tensor(rate, device, torch.float32), loss)


def amplitude_mae(predicted: np.ndarray, observed: np.ndarray, *, device: torch.device) -> Answer:
    """mean |predicted - observed|; no slope where they are equal.

    predicted, observed: equal shapes, float32. Returns loss, a scalar, and gradient in `predicted`, float32. Raises
    ValueError for shapes that differ and values that are not finite.
    """
    checks.real_pair("predicted", predicted, "observed", observed)
    with torch.inference_mode(False):
        seen = tensor(observed, device, torch.float64)
        return _differentiated(
            tensor(predicted, device, torch.float32), lambda point: (point.double() - seen).abs().mean()
        )


def complex_mae(predicted: np.ndarray, observed: np.ndarray, probe_big: bool, *, device: torch.device) -> Answer:
    """Mean |difference| of the object's amplitude plus that of its phase (LOSS.COMPLEX_MAE, HOUSE.LOSS.COMPLEX_MAE).

    predicted, observed: (B, N, N, C) complex64; over the central N/2 square unless probe_big. Returns loss and its
    parts amplitude and phase (rad), scalars, and gradient d/dRe + i d/dIm of loss in `predicted`, complex64: 0 where
    it is dark. Raises ValueError for shapes that differ, an unsupported N and values that are not finite.
    """
    checks.object_pair("predicted", predicted, "observed", observed)
    edge = 0 if probe_big else predicted.shape[1] // 4
    square = slice(edge, predicted.shape[1] - edge)
    with torch.inference_mode(False):
        seen = tensor(observed, device, torch.complex64).to(torch.complex128)[:, square, square]
        lit = seen.abs() >= DARK

        def parts(point: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            here = point[:, square, square].to(torch.complex128)
            bright = here.abs() >= DARK
            # neither root nor angle has a slope at 0: the dark pixels stay outside both
            safe = torch.where(bright, here, torch.ones_like(here))
            amplitude = torch.where(bright, safe.abs() - seen.abs(), seen.abs()).abs().mean()
            turned = torch.where(bright & lit, safe * seen.conj(), torch.ones_like(here))
            return amplitude, turned.angle().abs().mean()

        point = tensor(predicted, device, torch.complex64)
        answer = _differentiated(point, lambda at: sum(parts(at)))
        amplitude, phase = (part.cpu().numpy() for part in parts(point))
    return {**answer, "amplitude": amplitude, "phase": phase}


def total_variation(object: np.ndarray, *, device: torch.device) -> Answer:
    """Sum of squared forward differences along rows and columns, of real and imaginary parts (LOSS.TV).

    object: (B, H, W, C) complex64. Returns loss, a scalar, and gradient d/dRe + i d/dIm, complex64. Raises
    ValueError for another rank and values that are not finite.
    """
    checks.rank("object", object, "B", "H", "W", "C")
    checks.single_precision("object", object)

    def loss(point: torch.Tensor) -> torch.Tensor:
        parts = torch.view_as_real(point).double()
        return sum(torch.diff(parts, dim=axis).square().sum() for axis in (1, 2))

    with torch.inference_mode(False):
        return _differentiated(tensor(object, device, torch.complex64), loss)
