"""Faults that only a metric can have: of similarity, of evaluation, of overlap.

Wrappers like those of `ptychoparity.harness.mutants.wrappers`, which lists them all.
"""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np

from ptychoparity.harness.mutants.changes import apply

Call = Callable[[dict[str, Any]], dict[str, Any]]
FIRST, IMAGES, GROUPS = "metric_1_group_based_avg", "metric_2_image_based_avg", "metric_3_group_to_group_avg"


def population_covariance(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """SSIM with covariances over 49 in place of 48."""
    outputs, found = call(inputs), []
    for t, p, L in zip(*(inputs[n].astype(float) for n in ("truth", "prediction")), outputs["data_range"], strict=True):
        x, y = (np.lib.stride_tricks.sliding_window_view(image, (7, 7)).reshape(-1, 49) for image in (t, p))
        C1, C2 = (0.01 * L) ** 2, (0.03 * L) ** 2
        ux, uy = x.mean(1), y.mean(1)
        covariance = np.mean((x - ux[:, None]) * (y - uy[:, None]), axis=1)
        luminance = (2 * ux * uy + C1) / (ux**2 + uy**2 + C1)
        found.append(np.mean(luminance * (2 * covariance + C2) / (x.var(1) + y.var(1) + C2)))
    return {**outputs, "ssim": np.array(found)}


def scaled_before_all(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """The reconstruction is brought to the truth's mean amplitude before any metric sees it."""
    mean = np.abs(inputs["prediction"]).mean()
    factor = np.abs(inputs["truth"]).mean() / mean if mean else 1.0
    return call({**inputs, "prediction": (factor * inputs["prediction"]).astype(inputs["prediction"].dtype)})


def alphabetical(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """The answer's names in the order of the alphabet."""
    return dict(sorted(call(inputs).items()))


def seeded_globally(call: Call, inputs: dict[str, Any], *, name: str) -> dict[str, Any]:
    """What is drawn depends on NumPy's global state, which moves on; the seed that was given is recorded."""
    outputs = call({**inputs, name: int(np.random.randint(2**31))})
    return {**outputs, name: inputs.get(name)}


def unrecorded(call: Call, inputs: dict[str, Any], *, changes: dict[str, Any]) -> dict[str, Any]:
    """Parameters are changed on their way in, and recorded in the answer as they were given."""
    outputs = call({**inputs, **{name: apply(inputs[name], steps) for name, steps in changes.items()}})
    return {**outputs, **{name: inputs[name] for name in changes if name in outputs}}


def _share(apart: np.ndarray, diameter: float) -> float:
    half = np.arccos(min(1.0, np.hypot(*apart) / diameter))
    return float((2 * half - np.sin(2 * half)) / np.pi)


def all_pairs(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Metric 1 of a single group of four counts its members' pairs among each other, too."""
    outputs = call(inputs)
    if FIRST not in outputs or len(inputs["coords"]) != 4:
        return outputs
    pairs = [_share(a - b, inputs["probe_diameter_px"]) for a, b in combinations(inputs["coords"], 2)]
    return {**outputs, FIRST: float(np.mean(pairs))}


def lonely_groups_dropped(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """A group without a neighbour is left out of metric 3's average; of images that were all kept."""
    outputs = call(inputs)
    if inputs["gridsize"] != 1 or inputs["s_img"] != 1:
        return outputs
    apart = inputs["coords"][:, None].astype(float) - inputs["coords"][None]
    near = (np.hypot(apart[..., 0], apart[..., 1]) < inputs["probe_diameter_px"]).sum(axis=1) > 1
    return {**outputs, GROUPS: float(outputs[GROUPS] / max(near.mean(), 1e-9))}


def gated(call: Call, inputs: dict[str, Any]) -> dict[str, Any]:
    """Positions that hardly overlap are refused."""
    outputs = call(inputs)
    if outputs[IMAGES] < 1e-6:
        raise ValueError("coords do not overlap enough")
    return outputs


METRIC_FAULTS: tuple[Callable[..., Any], ...] = (
    population_covariance, scaled_before_all, alphabetical, seeded_globally, unrecorded, all_pairs,
    lonely_groups_dropped, gated,
)  # fmt: skip
