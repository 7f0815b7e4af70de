"""Operation `frc`, one pair at a time as the package takes them."""

import numpy as np
from ptycho_torch.eval.eval_metrics import FSC

from ptychoparity.backends.upstream.boundary import unsupported

Answer = dict[str, np.ndarray]


def frc(truth: np.ndarray, prediction: np.ndarray) -> Answer:
    """`ptycho_torch.eval.eval_metrics.FSC` of square images: the curve; crossings it does not return."""
    if truth.shape[-1] != truth.shape[-2]:
        unsupported("frc of images that are not square: FSC takes squares")
    return {"curve": np.asarray([FSC(one, other)[0] for one, other in zip(truth, prediction, strict=True)])}
