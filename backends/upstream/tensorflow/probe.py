"""Operations `default_probe`, `normalize_probe`, `probe_mask`."""

import numpy as np
import tensorflow as tf
from ptycho import probe as probes
from ptycho.model import ProbeIllumination

from ptychoparity.backends.upstream.tensorflow.store import store

Answer = dict[str, np.ndarray]


def default_probe(N: int, probe_scale: float) -> Answer:
    """`ptycho.probe.get_default_probe`; normalised as `ptycho.probe.set_default_probe` stores it."""
    with store(N=N, probe_scale=probe_scale) as cfg:
        probe = probes.get_default_probe(N, fmt="tf")
        probes.set_default_probe()
        return {"probe": np.asarray(probe)[..., 0], "normalized": np.asarray(cfg["probe"])[..., 0]}


def normalize_probe(probe: np.ndarray, probe_scale: float) -> Answer:
    """`ptycho.probe.set_probe_guess`, as it stores the probe; the divisor it does not return."""
    with store(N=probe.shape[0], probe_scale=probe_scale) as cfg:
        probes.set_probe_guess(None, probe)
        return {"probe": np.asarray(cfg["probe"])[..., 0]}


def probe_mask(probe: np.ndarray, masked: bool) -> Answer:
    """`ptycho.model.ProbeIllumination`'s probe; the mask of `ptycho.probe.get_probe_mask` where there is one."""
    N = probe.shape[0]
    with store(N=N, probe__mask=masked, gaussian_smoothing_sigma=0.0):
        layer = ProbeIllumination(initial_probe=probe[..., None], N=N)
        seen = layer([tf.ones((1, N, N, 1), tf.complex64)])[1]
        answer = {"probe": np.asarray(seen)[0, 0, ..., 0]}
        return answer | ({"mask": np.asarray(probes.get_probe_mask(N))[..., 0]} if masked else {})
