"""They answer, and the answer is wrong."""

import numpy as np

from ptychoparity.backends.numpy.adapter import NumpyBackend


def _each_array(outputs, change):
    return {name: change(v) if isinstance(v, np.ndarray) else v for name, v in outputs.items()}


class AlwaysWrong(NumpyBackend):
    """The right shapes and dtypes, every number off by one."""

    def call(self, operation, inputs):
        return _each_array(super().call(operation, inputs), lambda v: (v + 1).astype(v.dtype))


class SlightlyWrong(NumpyBackend):
    """Off by a ten-thousandth of the peak: what a forgotten epsilon looks like."""

    def call(self, operation, inputs):
        return _each_array(
            super().call(operation, inputs), lambda v: (v + 1e-4 * np.abs(v).max(initial=0)).astype(v.dtype)
        )


class WrongDtype(NumpyBackend):
    """Right to the last bit, in half the precision's name: float32 becomes float64."""

    def call(self, operation, inputs):
        return _each_array(super().call(operation, inputs), lambda v: v.astype(np.result_type(v.dtype, np.float64)))


class WrongShape(NumpyBackend):
    """A channel axis too many."""

    def call(self, operation, inputs):
        return _each_array(super().call(operation, inputs), lambda v: v[..., None])


class AnswersNaN(NumpyBackend):
    """The last element of every array is not a number."""

    def call(self, operation, inputs):
        def spoil(value):
            value = np.array(value)
            if value.size and value.dtype.kind in "fc":
                value.flat[-1] = np.nan
            return value

        return _each_array(super().call(operation, inputs), spoil)


class ForgetsAnOutput(NumpyBackend):
    """Every output but the first."""

    def call(self, operation, inputs):
        return dict(list(super().call(operation, inputs).items())[1:])


class AcceptsAnything(NumpyBackend):
    """Bad input is answered with zeros, where an error is due."""

    def call(self, operation, inputs):
        try:
            return super().call(operation, inputs)
        except ValueError:
            return {"amplitude": np.zeros((1, 64, 64), np.float32)}


class RefusesWithTheWrongType(NumpyBackend):
    """Bad input is refused in the right words, as a TypeError."""

    def call(self, operation, inputs):
        try:
            return super().call(operation, inputs)
        except ValueError as error:
            raise TypeError(str(error)) from error


class RefusesWithoutAWord(NumpyBackend):
    """Bad input is refused with the right error, which names nothing."""

    def call(self, operation, inputs):
        try:
            return super().call(operation, inputs)
        except ValueError:
            raise ValueError("bad input") from None


class DependsOnBatchSize(NumpyBackend):
    """Exact up to 39 samples; in larger batches the samples after the 39th are those of the first."""

    def call(self, operation, inputs):
        def repeat_the_first(value):
            value = np.array(value)
            value[39:] = value[:1]
            return value

        outputs = super().call(operation, inputs)
        return _each_array(outputs, repeat_the_first) if operation in ("diffract", "translate") else outputs


class SwapsXAndY(NumpyBackend):
    """Offsets are read as [dy, dx]."""

    def call(self, operation, inputs):
        if operation == "translate":
            inputs = {**inputs, "offsets": inputs["offsets"][:, ::-1]}
        return super().call(operation, inputs)


class ReflectsOffsets(NumpyBackend):
    """Members of a group are mirrored about its centre: c + relative, where c - relative is meant."""

    def call(self, operation, inputs):
        if operation == "extract_patches":
            inputs = {**inputs, "coords_relative": -inputs["coords_relative"]}
        return super().call(operation, inputs)
