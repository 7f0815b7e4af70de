"""They end, hang, shout or leave things behind."""

import os
import sys
import time
from pathlib import Path

import numpy as np

from ptychoparity.backends.numpy.adapter import NumpyBackend


class Hangs(NumpyBackend):
    """Says its process id, then never answers."""

    def call(self, operation, inputs):
        print("pid", os.getpid(), flush=True)
        while True:
            time.sleep(60)


class NeverReady(NumpyBackend):
    """Is not built within anybody's patience."""

    def __init__(self, device="cpu"):
        super().__init__(device)
        time.sleep(3600)


class HangsSometimes(NumpyBackend):
    """Never answers for one pattern alone, and is fine otherwise: each hang costs a process."""

    def call(self, operation, inputs):
        if operation == "diffract" and len(inputs["field"]) == 1:
            time.sleep(3600)
        return super().call(operation, inputs)


class Crashes(NumpyBackend):
    """Aborts, as a failed assertion in a C extension does."""

    def call(self, operation, inputs):
        os.write(2, b"last words\n")
        os.abort()


class Exits(NumpyBackend):
    """Ends its process with an exit code of its own, and no word."""

    def call(self, operation, inputs):
        os._exit(7)


class CallsSysExit(NumpyBackend):
    """`sys.exit` where an exception is due."""

    def call(self, operation, inputs):
        sys.exit(3)


class RaisesEverywhere(NumpyBackend):
    """An error for every input, in words that no encoding takes."""

    def call(self, operation, inputs):
        raise RuntimeError("nothing works here: \udcff")


class PrintsToStdout(NumpyBackend):
    """Right answers, and noise on every stream, below Python too: none of it may reach the run's own pipe."""

    def call(self, operation, inputs):
        print("printed by Python")
        print("complained by Python", file=sys.stderr)
        os.write(1, b"written to descriptor 1\n")
        os.write(2, b"written to descriptor 2, not utf-8: \xff\n")
        return super().call(operation, inputs)


class MutatesInputs(NumpyBackend):
    """Right answers, and its arguments zeroed."""

    def call(self, operation, inputs):
        outputs = super().call(operation, inputs)
        for value in inputs.values():
            if isinstance(value, np.ndarray):
                value[...] = 0
        return outputs


class WritesStrayFiles(NumpyBackend):
    """Right answers, and a log in whatever folder it runs in."""

    def call(self, operation, inputs):
        Path("debug.log").write_text("called\n")
        return super().call(operation, inputs)


class UsesGlobalRandomState(NumpyBackend):
    """Right answers, with a draw from NumPy's global generator on the way."""

    def call(self, operation, inputs):
        np.random.random()
        return super().call(operation, inputs)
