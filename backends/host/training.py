"""Input checks of scaling for training, and of the choice of an objective (LOSS.TORCH_MODE, SUPERVISED_LABELS)."""

from dataclasses import dataclass

import numpy as np

from ptychoparity.backends.host import checks

LOSS_MODES = ("poisson", "mae")
MODEL_TYPES = ("pinn", "supervised")


@dataclass(frozen=True)
class Objective:
    """What a training run lessens."""

    loss: str | None
    """"poisson" or "mae"; None for model_type "supervised", whose loss the text leaves open."""
    weights: dict[str, float]
    """What each term counts: nll, mae, realspace_mae, realspace."""


def amplitudes(scale: float, squared: str, **arrays: np.ndarray) -> None:
    """ValueError unless the arrays are amplitudes (B, N, N, C) of one shape and the scale is above 0.

    `squared` names the one whose scaled square must fit float32 (HOUSE.INPUT.REFUSED).
    """
    first, *_ = arrays
    checks.rank(first, arrays[first], "B", "N", "N", "C")
    checks.square(first, arrays[first], 1, 2)
    _numbers(scale, first, arrays)
    largest = (float(scale) * float(checks.extent(arrays[squared])[1])) ** 2 if arrays[squared].size else 0.0
    if largest > np.finfo(np.float32).max:
        raise ValueError(f"{squared} is too bright: its intensity of {largest:.3g} does not fit float32")


def objective(
    predicted: np.ndarray,
    observed: np.ndarray,
    scale: float,
    *,
    torch_loss_mode: str,
    model_type: str,
    label_amp: np.ndarray | None,
    label_phase: np.ndarray | None,
    truth_given: bool = True,
    realspace_mae_weight: float = 0.0,
    realspace_weight: float = 0.0,
) -> Objective:
    """The loss to take, and the weights of all terms.

    "supervised" asks for both labels (LOSS.SUPERVISED_LABELS). Without truth_given what stands for the object's truth
    only fills a shape: terms held against it count 0 (DATA.CONTAINER.PLACEHOLDER_MAE). Raises ValueError, settings
    first, for another mode or model, labels that are missing or fill a shape, and arrays that do not fit.
    """
    labels = {"label_amp": label_amp, "label_phase": label_phase}
    given = {name: label for name, label in labels.items() if label is not None}
    for name, value, allowed in (
        ("torch_loss_mode", torch_loss_mode, LOSS_MODES),
        ("model_type", model_type, MODEL_TYPES),
    ):
        if value not in allowed:
            raise ValueError(f"{name} must be {' or '.join(map(repr, allowed))}, got {value!r}")
    if model_type == "supervised":
        if missing := [name for name in labels if name not in given]:
            raise ValueError(
                f"model_type 'supervised' trains on labels, but {' and '.join(missing)} is None: give label_amp and "
                "label_phase, or train with model_type 'pinn'"
            )
        if torch_loss_mode != "mae":
            raise ValueError(
                f"torch_loss_mode {torch_loss_mode!r} has no use for labels: model_type 'supervised' needs 'mae'"
            )
        if not truth_given:
            raise ValueError(
                "truth_given is False: model_type 'supervised' trains on labels alone, and these only fill a shape"
            )
    spatial = {"realspace_mae_weight": realspace_mae_weight, "realspace_weight": realspace_weight}
    for name, weight in spatial.items():
        checks.finite(name, np.asarray(weight))
        checks.not_below_zero(name, weight)
    counted = torch_loss_mode == "poisson"
    weights = {
        "nll": float(counted),
        "mae": float(not counted),
        "realspace_mae": float(realspace_mae_weight) * bool(truth_given),
        "realspace": float(realspace_weight),
    }
    _numbers(scale, "predicted", {"predicted": predicted, "observed": observed})
    if model_type != "supervised":
        return Objective(torch_loss_mode, weights)
    for name, label in given.items():
        checks.real_pair("predicted", predicted, name, label)
    return Objective(None, weights)


def _numbers(scale: float, first: str, arrays: dict[str, np.ndarray]) -> None:
    checks.positive("intensity_scale", scale)
    for name, array in arrays.items():
        checks.same_shape(name, array, first, arrays[first].shape)
        checks.real_single(name, array)
        checks.non_negative(name, array)
