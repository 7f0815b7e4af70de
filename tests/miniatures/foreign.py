"""They answer in types of their own."""

from ptychoparity.backends.numpy.adapter import NumpyBackend


class Tensor:
    """A framework's array that nobody converted."""

    def __init__(self, values):
        self.values, self.shape, self.dtype = values, values.shape, values.dtype


class ReturnsTensorLike(NumpyBackend):
    """Its answers were left on the device."""

    def call(self, operation, inputs):
        return {name: Tensor(value) for name, value in super().call(operation, inputs).items()}


class ReturnsTuple(NumpyBackend):
    """A tuple of outputs, where a dict is asked for."""

    def call(self, operation, inputs):
        return tuple(super().call(operation, inputs).values())


class Echoes(NumpyBackend):
    """Answers with its inputs, and with what only Python has: what the worker's tests call."""

    def operations(self):
        return frozenset({"echo", "kinds", "layout", "sleep"})

    def call(self, operation, inputs):
        import time

        import numpy as np

        if operation == "sleep":
            time.sleep(inputs["seconds"])
        if operation == "layout":
            array = inputs["value"]
            flags = {name: bool(array.flags[name]) for name in ("C_CONTIGUOUS", "F_CONTIGUOUS", "WRITEABLE")}
            return {**flags, "strides": list(array.strides), "native": array.dtype.isnative, "value": array}
        if operation == "kinds":
            return {
                "np.float64": np.float64(1.5), "np.int64": np.int64(3), "np.bool": np.bool_(True),
                "np.str": np.str_("a"),
                "tuple": (1, "two"), "dict": {"inner": np.arange(3)}, "object": Tensor(np.zeros(1)), "set": {1, 2},
                "objects": np.array([{}], dtype=object), "bytes": b"raw", "complex": 1 + 2j,
            }  # fmt: skip
        return inputs


class Environment(NumpyBackend):
    """Answers with variables of its process."""

    def operations(self):
        return frozenset({"variable"})

    def call(self, operation, inputs):
        import os

        return {"value": os.environ.get(inputs["name"])}
