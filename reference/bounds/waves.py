"""Bounds of transforms and of exit waves.

A fast Fourier transform of n samples is log2 n stages, each a rotation that keeps the energy, and every stage rounds.
Independent roundings of a stage spread over all elements alike: an element errs by sqrt(log2 n) roundings of the root
mean square of the spectrum (Gentleman and Sande 1966; Higham 2002, 24.1, has log2 n of it as the worst case of the
whole). That is `norm`. Where rows are alike, their roundings are, too, and add up in one place: never beyond a few of
the largest element, `peak`. The element's own last roundings are `value`.
"""

from typing import Any

import numpy as np

from ptychoparity.reference import optics
from ptychoparity.reference.bounds import Parts
from ptychoparity.reference.illumination import illuminate


def _transform(amplitude: np.ndarray) -> Parts:
    """Parts of patterns (..., N, N): root mean square times sqrt(log2 N^2), and the largest, of each."""
    axes, stages = (-2, -1), np.log2(amplitude.shape[-1] * amplitude.shape[-2])
    norm = np.sqrt(stages * np.mean(amplitude**2, axis=axes, keepdims=True))
    return {"norm": norm, "peak": np.max(amplitude, axis=axes, keepdims=True)}


def diffraction(inputs: dict[str, Any], answer: dict[str, Any]) -> dict[str, Parts]:
    amplitude = answer["amplitude"]
    return {"amplitude": {**_transform(amplitude), "value": amplitude}}


def modes(inputs: dict[str, Any], answer: dict[str, Any]) -> dict[str, Parts]:
    """The root of a sum of squares errs by no more than the root of the sum of its terms' squared errors."""
    field = np.asarray(inputs["field"], dtype=complex)
    amplitude = optics.diffract(field.reshape(-1, *field.shape[2:])).reshape(field.shape)
    parts = {name: np.sqrt(np.sum(part**2, axis=1)) for name, part in _transform(amplitude).items()}
    return {"amplitude": {**parts, "value": answer["amplitude"] * np.sqrt(field.shape[1])}}


def illumination(inputs: dict[str, Any], answer: dict[str, Any]) -> dict[str, Parts]:
    """Exit waves of absolute values."""
    obj, probe = (np.abs(np.asarray(inputs[name], dtype=complex)) for name in ("object", "probe"))
    return {"field": {"terms": np.abs(illuminate(obj, probe, inputs["masked"], inputs["sigma"]))}}


def registration(inputs: dict[str, Any], answer: dict[str, Any]) -> dict[str, Parts]:
    """Two transforms, and a phase ramp between them whose angles reach pi times the shift."""
    prediction = np.abs(np.asarray(inputs["prediction"], dtype=complex))
    size = np.sqrt(np.mean(prediction**2, axis=(1, 2)))[:, None, None]
    turns = np.pi * np.abs(answer["shift"]).sum(axis=1)[:, None, None]
    parts = {
        "norm": size * np.sqrt(np.log2(prediction[0].size)), "peak": prediction.max(axis=(1, 2))[:, None, None],
        "turns": turns * size,
    }  # fmt: skip
    return {"registered": parts}
