"""Faults of simulated observations, of modes, and of the photon scale in training. Wrappers, as in `faults`."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np

Call = Callable[[dict[str, Any]], dict[str, Any]]
Noise = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def _amplitude(inputs: dict[str, Any], scale: float) -> np.ndarray:
    """(B, N, N, C): what the detector would see without noise."""
    field = scale * inputs["object"].astype(complex) * inputs["probe"].astype(complex)[:, :, None]
    return np.abs(np.fft.fftshift(np.fft.fft2(field, axes=(1, 2), norm="ortho"), axes=(1, 2)))


def _gaussian(A: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return np.maximum(A**2 + A * random.standard_normal(A.shape), 0)


def _shared(A: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Every pattern begins with one and the same state."""
    seed = int(random.integers(2**31))
    patterns = A.transpose(0, 3, 1, 2)
    counts = [[np.random.default_rng(seed).poisson(one**2) for one in group] for group in patterns]
    return np.array(counts).transpose(0, 2, 3, 1)


def _chunked(A: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Sixteen groups at a time, each time from the same state."""
    seed = int(random.integers(2**31))
    parts = [np.random.default_rng(seed).poisson(A[i : i + 16] ** 2) for i in range(0, len(A), 16)]
    return np.concatenate(parts)


def _hot(A: np.ndarray, random: np.random.Generator) -> np.ndarray:
    counts = random.poisson(A**2)
    counts.flat[int(np.argmin(A))] += 60
    return counts


NOISES: MappingProxyType[str, Noise] = MappingProxyType(
    {
        "gaussian": lambda A, random: np.rint(_gaussian(A, random)),
        "fractional": _gaussian,
        "amplitude": lambda A, random: random.poisson(A),
        "none": lambda A, random: np.rint(A**2),
        "shared": _shared,
        "chunked": _chunked,
        "pairs": lambda A, random: 2 * random.poisson(A**2 / 2),
        "background": lambda A, random: random.poisson(A**2 + 0.02),
        "brighter": lambda A, random: random.poisson(1.01 * A**2),
        "hot": _hot,
        "half": lambda A, random: random.poisson(np.minimum(A, 6e4).astype(np.float16).astype(float) ** 2),
        "single": lambda A, random: random.poisson(A**2).astype(np.float32).astype(float),
        "unrooted": lambda A, random: random.poisson(A**2),
    }
)


def observes_with(call: Call, inputs: dict[str, Any], *, noise: str) -> dict[str, Any]:
    """Counts come from another noise; "unrooted" forgets the root on the way to X."""
    outputs = call(inputs)
    scale = float(outputs["intensity_scale"])
    counts = NOISES[noise](_amplitude(inputs, scale), np.random.default_rng(inputs["seed"]))
    kept = counts if noise == "fractional" else counts.astype(outputs["counts"].dtype)
    root = counts if noise == "unrooted" else np.sqrt(counts)
    return {**outputs, "counts": kept, "X": (root / scale).astype(np.float32)}


def left_in_photons(call: Call, inputs: dict[str, Any], *, names: list[str]) -> dict[str, Any]:
    """Outputs that are not divided by the scale again."""
    outputs = call(inputs)
    scale = float(outputs["intensity_scale"])
    return {**outputs, **{name: (scale * outputs[name]).astype(np.float32) for name in names}}


def labels_after_illumination(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """The phase label is that of probe * object."""
    return {**call(inputs), "Y_phi": np.angle(inputs["object"] * inputs["probe"][:, :, None]).astype(np.float32)}


def one_mode_of(call: Call, inputs: dict[str, Any], *, all: str) -> dict[str, Any]:
    """Modes are added as they must not be: their fields ("sum"), their "amplitudes", or the "mean" of intensities."""
    field = inputs["field"]
    if all == "sum" or field.ndim != 4 or not field.shape[1]:
        return call({"field": field.sum(axis=1, keepdims=True) if field.ndim == 4 and field.shape[1] else field})
    alone = [call({"field": field[:, mode : mode + 1]})["amplitude"] for mode in range(field.shape[1])]
    if all == "mean":
        return {"amplitude": np.sqrt(np.mean(np.square(alone), axis=0)).astype(np.float32)}
    return {"amplitude": np.sum(alone, axis=0).astype(np.float32)}


# -- training ---------------------------------------------------------------------------------------------


def scales_one_side(call: Call, inputs: dict[str, Any], *, names: list[str], source: str) -> dict[str, Any]:
    """Outputs are left as the input `source` is."""
    return {**call(inputs), **{name: inputs[source].copy() for name in names}}


def scale_not_squared(call: Call, inputs: dict[str, Any], *, target: str) -> dict[str, Any]:
    """s * A^2 stands for (s * A)^2."""
    outputs = call(inputs)
    return {**outputs, target: (outputs[target] / inputs["intensity_scale"]).astype(np.float32)}


def no_epsilon(call: Call, inputs: dict[str, Any], *, rate: str) -> dict[str, Any]:
    """The logarithm of a rate of zero is taken as it is."""
    outputs = call(inputs)
    if outputs.get("loss") is None or not (inputs[rate] == 0).any():
        return outputs
    return {**outputs, "loss": np.full_like(outputs["loss"], np.nan)}


def smaller_epsilon(call: Call, inputs: dict[str, Any], *, epsilon: float) -> dict[str, Any]:
    """The rate is kept above another epsilon than the contract's."""
    outputs = call(inputs)
    rate = np.maximum(inputs["rate"].astype(float), epsilon)
    return {**outputs, "loss": np.asarray(np.mean(rate - inputs["counts"] * np.log(rate)))}


def arrays_first(call: Call, inputs: dict[str, Any], *, name: str) -> dict[str, Any]:
    """Numbers are looked at before settings are."""
    if not np.isfinite(inputs[name]).all():
        raise ValueError(f"{name} must be finite")
    return call(inputs)


def _last_axis_of_one(path: str) -> bool:
    """Whether the probe in the file at `path` is (N, N, 1)."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return archive["probeGuess"].shape[2:] == (1,)
    except (OSError, ValueError, KeyError):
        return False


def turns_last_axis(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """A probe (N, N, 1) comes out with rows and columns exchanged."""
    outputs = call(inputs)
    if not _last_axis_of_one(inputs["path"]):
        return outputs
    return {**outputs, "probe": outputs["probe"].transpose(0, 2, 1).copy()}


def refuses_last_axis(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Cannot read a probe (N, N, 1)."""
    if _last_axis_of_one(inputs["path"]):
        raise ValueError("probeGuess has its modes last")
    return call(inputs)


FAULTS: tuple[Callable[..., Any], ...] = (
    observes_with, left_in_photons, labels_after_illumination, one_mode_of, scales_one_side, scale_not_squared,
    no_epsilon, smaller_epsilon, arrays_first, turns_last_axis, refuses_last_axis,
)  # fmt: skip
