"""TensorFlow itself: the one place that imports it, and the choice of the device it computes on."""

import contextlib
import os

# Read by TensorFlow's C++ side while it loads, hence before the import.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tensorflow as tf

from ptychoparity.backends.protocol import DeviceUnavailable

__all__ = ["DEVICES", "claim_device", "tf"]
DEVICES = {"cpu": "/CPU:0", "cuda": "/GPU:0"}
"""The suite's names of devices, and TensorFlow's."""


def claim_device(device: str) -> str:
    """Make `device` ("cpu" or "cuda") ready and return TensorFlow's name for it.

    Raises DeviceUnavailable for a device that is not on this machine, ValueError for one that does not exist.
    """
    if device not in DEVICES:
        raise ValueError(f"device must be one of {', '.join(DEVICES)}, got {device!r}")
    # TF32 keeps 10 of float32's 23 bits: no tolerance of the contracts allows for it.
    tf.config.experimental.enable_tensor_float_32_execution(False)
    gpus = tf.config.list_physical_devices("GPU")
    if device == "cuda" and not gpus:
        raise DeviceUnavailable(f"cuda: TensorFlow {tf.__version__} sees no GPU on this machine, only a cpu")
    # Where TensorFlow runs already, both settings are refused: operations still go to the device named here,
    # and what is lost is only that other workers find the GPU's memory free.
    with contextlib.suppress(RuntimeError):
        if device == "cpu":
            tf.config.set_visible_devices([], "GPU")
        else:
            tf.config.experimental.set_memory_growth(gpus[0], True)
    return DEVICES[device]
