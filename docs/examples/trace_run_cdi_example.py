"""A minimal run of `ptycho.workflows.components.run_cdi_example`, for `ptychoparity audit --trace-script`.

It trains one epoch on the first positions of the small scan that comes along (`fixtures/integration/scan.npz`), then
stitches. The tracer executes it in a worker with the audited packages on its path; its working folder is a fresh one.

The public TensorFlow package asks for `tensorflow_probability`, of which it uses one thing: the log-likelihood of
Poisson counts. Where that library is missing, the stand-in below is enough for a trace. Other missing libraries are
imported by the package and not called on this path; they are replaced by mocks, and named.
"""

import importlib
import sys
import types
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np

SCAN = Path(__file__).resolve().parents[2] / "fixtures" / "integration" / "scan.npz"
POSITIONS = 24


def stand_in_for_probability() -> None:
    """`tfp.distributions.Poisson` and `Independent`, as far as a loss needs them."""
    import tensorflow as tf

    class Poisson:
        def __init__(self, rate):
            self.rate = rate

        def log_prob(self, counts):
            return counts * tf.math.log(self.rate) - self.rate - tf.math.lgamma(counts + 1.0)

        def sample(self):
            return tf.random.poisson([], self.rate)

    class Independent:
        def __init__(self, distribution, reinterpreted_batch_ndims=0):
            self.distribution, self.dims = distribution, reinterpreted_batch_ndims

        def log_prob(self, counts):
            return tf.reduce_sum(self.distribution.log_prob(counts), axis=list(range(-self.dims, 0)))

        def sample(self):
            return self.distribution.sample()

    module = types.ModuleType("tensorflow_probability")
    module.distributions = types.SimpleNamespace(Poisson=Poisson, Independent=Independent)
    module.layers = types.SimpleNamespace(DistributionLambda=None)
    sys.modules["tensorflow_probability"] = module


def imported(name: str) -> types.ModuleType:
    """A module of the package; what it imports and is not installed is mocked."""
    while True:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] == "ptycho":
                raise
            print("not installed, mocked:", error.name)
            sys.modules[error.name] = MagicMock(name=error.name)


def read_scan(raw_data):
    """The first positions of the stored scan, as the package's own `RawData`."""
    with np.load(SCAN) as scan:
        x, y = scan["xcoords"][:POSITIONS], scan["ycoords"][:POSITIONS]
        return raw_data.RawData.from_coords_without_pc(
            xcoords=x.astype(float), ycoords=y.astype(float), diff3d=scan["diff3d"][:POSITIONS].astype(np.float32),
            probeGuess=scan["probeGuess"], scan_index=np.zeros(len(x), dtype=int), objectGuess=scan["objectGuess"],
        )  # fmt: skip


def main() -> None:
    if find_spec("tensorflow_probability") is None:
        stand_in_for_probability()
    from ptycho import params
    from ptycho.config.config import ModelConfig, TrainingConfig, update_legacy_dict

    model = ModelConfig(N=64, gridsize=1, n_filters_scale=1, object_big=False, probe_big=False)
    config = TrainingConfig(model=model, nepochs=1, batch_size=4, n_groups=POSITIONS, neighbor_count=4, nphotons=2e5)
    update_legacy_dict(params.cfg, config)  # before the modules that read it while they are imported

    raw_data = imported("ptycho.raw_data")
    for late in ("ptycho.data_preprocessing", "ptycho.nbutils"):  # imported inside functions
        imported(late)
    run_cdi_example = imported("ptycho.workflows.components").run_cdi_example
    amplitude, phase, _ = run_cdi_example(read_scan(raw_data), read_scan(raw_data), config, M=20, do_stitching=True)
    print("stitched", np.shape(amplitude), np.shape(phase))


if __name__ == "__main__":
    main()
