"""They claim part of what there is, as anybody may."""

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
