"""Operations `amplitude_mae` and `poisson_nll`; gradients by torch.

The package's losses return a value per element or per sample, and its training step takes the mean of those: so do
these.
"""

import numpy as np
import torch
from ptycho_torch.model import CIIntensityPoissonLoss, MAELoss

from ptychoparity.backends.upstream.pytorch.layouts import array, channels_first, channels_last

Answer = dict[str, np.ndarray]


def amplitude_mae(predicted: np.ndarray, observed: np.ndarray) -> Answer:
    """`ptycho_torch.model.MAELoss`."""
    return _differentiated(MAELoss(), predicted, observed)


def poisson_nll(rate: np.ndarray, counts: np.ndarray) -> Answer:
    """`ptycho_torch.model.CIIntensityPoissonLoss`, the one of intensities by the default profile."""
    return _differentiated(CIIntensityPoissonLoss(), rate, counts)


def _differentiated(loss: torch.nn.Module, at: np.ndarray, against: np.ndarray) -> Answer:
    point = channels_first(at).requires_grad_(True)
    value = loss(point, channels_first(against)).mean()
    value.backward()
    return {"loss": array(value), "gradient": channels_last(point.grad)}
