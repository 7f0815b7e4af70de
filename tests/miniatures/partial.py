"""They claim part of what there is, as anybody may."""

import numpy as np

from ptychoparity.backends.numpy.adapter import NumpyBackend
from ptychoparity.backends.protocol import UnknownOperation


class ClaimsOne(NumpyBackend):
    """One operation, and an error for every other."""

    def operations(self):
        return frozenset({"channel_to_flat"})

    def call(self, operation, inputs):
        if operation not in self.operations():
            raise UnknownOperation(operation)
        return super().call(operation, inputs)


class ClaimsNone(ClaimsOne):
    """Nothing at all."""

    def operations(self):
        return frozenset()


class TakesAnInfiniteImage(NumpyBackend):
    """`translate` refuses no image that is not finite: a finding of the house's, and no other."""

    def call(self, operation, inputs):
        if operation == "translate":
            inputs = {name: np.nan_to_num(v) if name == "images" else v for name, v in inputs.items()}
        return super().call(operation, inputs)


class ReadsNoCounts(NumpyBackend):
    """It reads amplitudes alone, and says so."""

    says = False
    """What it says of counts; None: nothing."""

    def operations(self):
        return frozenset({"load_scan"})

    def parts(self):
        return {} if self.says is None else {"load_scan": {"counts": self.says}}

    def call(self, operation, inputs):
        if inputs.get("units") == "counts":
            raise NotImplementedError("counts")
        return super().call(operation, inputs)


class ReadsNoCountsAndIsSilent(ReadsNoCounts):
    """It reads amplitudes alone, and does not say so."""

    says = None
