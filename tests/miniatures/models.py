"""Small models: the operations of `tests/contracts`, done right, and each ability of a contract done wrong once."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ptychoparity.backends.numpy.adapter import NumpyBackend


def oracle(operation, inputs):
    """What `--oracle tests.miniatures.models:oracle` answers; None for an operation it does not know."""
    return OPERATIONS[operation](**inputs) if operation in OPERATIONS else None


def _scaled(weights, factor):
    return {name: _scaled(one, factor) if isinstance(one, dict) else one * one.dtype.type(factor)
            for name, one in weights.items()}  # fmt: skip


def scale_weights(weights, factor):
    if "scale" not in weights:
        raise KeyError("weights: 'scale' is missing")
    for name, kernel in weights.items():
        if name.startswith("conv") and kernel.shape[-2:] != (3, 3):
            raise ValueError(f"weights: {name} has shape {kernel.shape}, expected 3 x 3 kernels")
    return {"weights": _scaled(weights, factor)}


def _points(name, path):
    if not Path(path).is_file():
        raise FileNotFoundError(f"{name}: {path} is not there")
    with np.load(path) as file:
        return file["x"], file["y"]


def fit_line(train_path, test_path):
    (x, y), (at, there) = _points("train_path", train_path), _points("test_path", test_path)
    slope, intercept = np.linalg.lstsq(np.stack([x, np.ones_like(x)], axis=1), y, rcond=None)[0]
    return {"slope": slope, "intercept": intercept, "error": np.abs(there - slope * at - intercept).mean()}


def wait_for(seconds):
    return {"waited": np.float64(seconds)}


def train_model(inputs, targets):
    wide = np.concatenate([inputs, np.ones((len(inputs), 1))], axis=1)
    solution = np.linalg.lstsq(wide, targets, rcond=None)[0]
    return {"weights": {"dense/kernel": solution[:-1], "dense/bias": solution[-1]}}


def save_model(weights, path):
    np.savez(path, **weights)
    return {"path": path}


def load_model(path):
    try:
        with np.load(path) as file:
            return {"weights": {name: file[name] for name in file.files}}
    except ValueError as error:
        raise ValueError(f"{Path(path).name} holds no model: {error}") from error


def predict(weights, inputs):
    return {"prediction": inputs @ weights["dense/kernel"] + weights["dense/bias"]}


OPERATIONS: dict[str, Callable[..., dict[str, Any]]] = {
    "scale_weights": scale_weights, "fit_line": fit_line, "wait_for": wait_for, "train_model": train_model,
    "save_model": save_model, "load_model": load_model, "predict": predict,
}  # fmt: skip


class Models(NumpyBackend):
    """Conforms: whatever it remembers is in the files it writes."""

    def operations(self):
        return frozenset(OPERATIONS)

    def call(self, operation, inputs):
        if operation == "wait_for":
            time.sleep(inputs["seconds"])
        return OPERATIONS[operation](**inputs)


class OneKernelOff(Models):
    """One element of one kernel is 1 % high."""

    def call(self, operation, inputs):
        answer = super().call(operation, inputs)
        if operation == "scale_weights" and "conv1/kernel" in answer["weights"]:
            answer["weights"]["conv1/kernel"][0, 0, 1, 2] *= 1.01
        return answer


class TidiesNames(Models):
    """Answers with slashes turned into dots."""

    def call(self, operation, inputs):
        answer = super().call(operation, inputs)
        if operation == "scale_weights":
            answer["weights"] = {name.replace("/", "."): one for name, one in answer["weights"].items()}
        return answer


class WidensInside(Models):
    """The dictionary inside comes back in float64."""

    def call(self, operation, inputs):
        answer = super().call(operation, inputs)
        if operation == "scale_weights" and "decoder" in answer["weights"]:
            inside = answer["weights"]["decoder"]
            answer["weights"]["decoder"] = {name: one.astype(np.float64) for name, one in inside.items()}
        return answer


class ScalesInPlace(Models):
    """Changes the weights it was given, in the dictionary inside too."""

    def call(self, operation, inputs):
        answer = super().call(operation, inputs)
        if operation == "scale_weights":
            inputs["weights"]["scale"] *= 2
            inputs["weights"].get("decoder", {}).clear()
        return answer


class TestsOnTheTrainingSet(Models):
    """Judges the line on the points it was fitted to."""

    __test__ = False  # no test of pytest's

    def call(self, operation, inputs):
        if operation == "fit_line":
            super().call(operation, inputs)  # its refusals
            inputs = {**inputs, "test_path": inputs["train_path"]}
        return super().call(operation, inputs)


class TakesItsTime(Models):
    """Waits three seconds longer than it is told."""

    def call(self, operation, inputs):
        if operation == "wait_for":
            time.sleep(3)
        return super().call(operation, inputs)


class ForgetsTheBias(Models):
    """Trains the kernel alone."""

    def call(self, operation, inputs):
        answer = super().call(operation, inputs)
        if operation == "train_model":
            answer["weights"]["dense/bias"] = np.float64(0)
        return answer


class KeepsModelsInMemory(Models):
    """Loads from a cache of this process what it saved, and where that is empty a model of zeros."""

    def __init__(self, device="cpu"):
        super().__init__(device)
        self._saved = {}

    def call(self, operation, inputs):
        answer = super().call(operation, inputs)
        if operation == "save_model":
            self._saved[inputs["path"]] = inputs["weights"]
        if operation == "load_model" and Path(inputs["path"]).name == "model.npz":
            nothing = {name: np.zeros_like(one) for name, one in answer["weights"].items()}
            return {"weights": self._saved.get(inputs["path"], nothing)}
        return answer


class RoundsWhatItSaves(Models):
    """Writes single precision in double's clothes."""

    def call(self, operation, inputs):
        if operation == "save_model":
            inputs["weights"] = {name: np.float64(np.float32(one)) for name, one in inputs["weights"].items()}
        return super().call(operation, inputs)


class ForgetsWhatItLoaded(Models):
    """In a process that has trained nothing it predicts one too many, whatever the weights say."""

    def __init__(self, device="cpu"):
        super().__init__(device)
        self._trained = False

    def call(self, operation, inputs):
        answer = super().call(operation, inputs)
        self._trained = self._trained or operation == "train_model"
        if operation == "predict" and not self._trained:
            answer["prediction"] = answer["prediction"] + 1
        return answer


class OpensAnything(Models):
    """A file that holds no model is a model of zeros."""

    def call(self, operation, inputs):
        try:
            return super().call(operation, inputs)
        except ValueError:
            return {"weights": {"dense/kernel": np.zeros(3), "dense/bias": np.float64(0)}}


class DiesWhenLoading(Models):
    """Loading ends its process."""

    def call(self, operation, inputs):
        if operation == "load_model":
            os._exit(3)
        return super().call(operation, inputs)


class CountsItsCalls(Models):
    """Answers how often this process was called, and what earlier calls wrote: its memory and its files."""

    def __init__(self, device="cpu"):
        super().__init__(device)
        self._calls = 0

    def call(self, operation, inputs):
        self._calls += 1
        file = Path(inputs["path"])
        kept = file.read_text() if file.exists() else ""
        file.write_text(f"{kept}call {self._calls}")
        return {"calls": self._calls, "pid": os.getpid(), "kept": kept}


class TrainsAndWaits(Models):
    """Claims the expensive operations alone."""

    def operations(self):
        return frozenset({"train_model", "wait_for"})


class LoadsAlone(Models):
    """Claims loading, and nothing that could have saved."""

    def operations(self):
        return frozenset({"load_model"})
