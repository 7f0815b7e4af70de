"""Operation `amplitude_mae`; its gradient by torch.

The package's loss returns a value per element, and its training step takes the mean: so does this. Its Poisson losses
are not claimed: they sum over pixels and add ln Gamma(y + 1), which the reading of LOSS.POISSON.FORM leaves open.
"""

import numpy as np
from ptycho_torch.model import MAELoss

from ptychoparity.backends.upstream.pytorch.layouts import array, channels_first, channels_last

Answer = dict[str, np.ndarray]


def amplitude_mae(predicted: np.ndarray, observed: np.ndarray) -> Answer:
    """`ptycho_torch.model.MAELoss`."""
    point = channels_first(predicted).requires_grad_(True)
    value = MAELoss()(point, channels_first(observed)).mean()
    value.backward()
    return {"loss": array(value), "gradient": channels_last(point.grad)}
