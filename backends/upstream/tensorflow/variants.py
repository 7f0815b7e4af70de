"""The second public function of an operation, where the package has two."""

from typing import Any

import numpy as np
from ptycho import loader
from ptycho.workflows.components import load_data

from ptychoparity.backends.upstream.boundary import unsupported
from ptychoparity.backends.upstream.tensorflow.scans import scan
from ptychoparity.backends.upstream.tensorflow.store import store

Answer = dict[str, Any]


def load_scan(path: str, N: int | None, units: str) -> Answer:
    """`ptycho.workflows.components.load_data`, which takes no pattern size and knows no counts."""
    if units != "amplitude":
        unsupported("load_scan of counts: load_data has no such setting")
    with store(**({} if N is None else {"N": N})):
        return scan(load_data(path))


def normalize_diffraction(diffraction: np.ndarray) -> Answer:
    """`ptycho.loader.normalize_data`; the scale it does not return."""
    return {"normalized": np.asarray(loader.normalize_data({"diffraction": diffraction}, diffraction.shape[1]))}
