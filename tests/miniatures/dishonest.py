"""What they say of themselves is false, or next to nothing."""

from dataclasses import replace

from ptychoparity.backends.numpy.adapter import NumpyBackend


class LiesAboutVersion(NumpyBackend):
    """Right answers under a false flag."""

    def info(self):
        return replace(super().info(), framework_version="99.0.0")


class LiesAboutDevice(NumpyBackend):
    """Started on the CPU, says it computes on a GPU."""

    def info(self):
        return replace(super().info(), device="cuda")


class ClaimsLittle(NumpyBackend):
    """One operation, right."""

    def operations(self):
        return frozenset({"diffract"})


class ClaimsNothing(NumpyBackend):
    """An adapter on its first day."""

    def operations(self):
        return frozenset()


class FailsToStart(NumpyBackend):
    """Its constructor raises."""

    def __init__(self, device="cpu"):
        raise RuntimeError("no licence found")


class DiesAtStart(NumpyBackend):
    """Its constructor ends the process."""

    def __init__(self, device="cpu"):
        import os

        os._exit(9)


class HangsAtStart(NumpyBackend):
    """Its constructor never returns."""

    def __init__(self, device="cpu"):
        import time

        time.sleep(3600)


class SaysItIsOnCuda(NumpyBackend):
    """Takes any device and computes on the CPU."""

    def __init__(self, device="cpu"):
        self._said = device
        super().__init__("cpu")

    def info(self):
        return replace(super().info(), device=self._said)
