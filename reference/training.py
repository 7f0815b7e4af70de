"""What a network is given, what its answer is scaled by, and what it is trained to lessen (NORM.SYMMETRY.*, LOSS.*)."""

from typing import Any

import numpy as np

from ptychoparity.reference import inputs, losses

MODES = ("poisson", "mae")
MODELS = ("pinn", "supervised")
LARGEST = float(np.finfo(np.float32).max)


def _fits(name: str, squares: np.ndarray) -> None:
    """HOUSE.INPUT.REFUSED: squares that single precision cannot hold."""
    if squares.max(initial=0.0) > LARGEST:
        raise ValueError(f"{name}: its intensity reaches {squares.max():.3g}, float32 holds no more than {LARGEST:.3g}")


def training_scale(X: np.ndarray, intensity_scale: float) -> dict[str, Any]:
    """NORM.SYMMETRY.INPUT, LOSS.POISSON.LABELS: input and amplitude label s*X, intensity label (s*X)^2."""
    inputs.rank("X", X, "B, N, N, C")
    inputs.square("X", X, 1)
    inputs.positive(intensity_scale=intensity_scale)
    inputs.real_and_finite(X=X)
    inputs.not_negative(X=X)
    scaled = intensity_scale * np.asarray(X, dtype=float)
    _fits("X", scaled**2)
    return {"model_input": scaled, "amplitude_label": scaled, "intensity_label": scaled**2}


def model_scale(model_input: np.ndarray, amplitude: np.ndarray, intensity_scale: float) -> dict[str, Any]:
    """NORM.SYMMETRY.INVERSE: what reaches the network is model_input / s; what leaves it is s*A, and (s*A)^2."""
    inputs.rank("model_input", model_input, "B, N, N, C")
    inputs.same_shape(model_input=model_input, amplitude=amplitude)
    inputs.square("model_input", model_input, 1)
    inputs.positive(intensity_scale=intensity_scale)
    inputs.real_and_finite(model_input=model_input, amplitude=amplitude)
    inputs.not_negative(model_input=model_input, amplitude=amplitude)
    predicted = intensity_scale * np.asarray(amplitude, dtype=float)
    _fits("amplitude", predicted**2)
    return {
        "network_input": np.asarray(model_input, dtype=float) / intensity_scale,
        "predicted_amplitude": predicted, "predicted_intensity": predicted**2,
    }  # fmt: skip


def training_objective(
    predicted: np.ndarray,
    observed: np.ndarray,
    intensity_scale: float,
    torch_loss_mode: str,
    model_type: str,
    label_amp: np.ndarray | None,
    label_phase: np.ndarray | None,
    truth_given: bool = True,
    realspace_mae_weight: float = 0.0,
    realspace_weight: float = 0.0,
) -> dict[str, Any]:
    """LOSS.TORCH_MODE, LOSS.SUPERVISED_LABELS, DATA.CONTAINER.PLACEHOLDER_MAE: see the contract `training_objective`.

    Settings are looked at first.
    """
    if torch_loss_mode not in MODES:
        raise ValueError(f"torch_loss_mode={torch_loss_mode!r}: one of {MODES} is asked for")
    if model_type not in MODELS:
        raise ValueError(f"model_type={model_type!r}: one of {MODELS} is asked for")
    labels = {"label_amp": label_amp, "label_phase": label_phase}
    given = {name: label for name, label in labels.items() if label is not None}
    if model_type == "supervised":
        absent = [name for name, label in labels.items() if label is None]
        if absent:
            raise ValueError(f"{', '.join(absent)} missing: supervised training needs label_amp and label_phase")
        if torch_loss_mode != "mae":
            raise ValueError("torch_loss_mode='poisson' is no objective of supervised training: set it to 'mae'")
        if not truth_given:
            raise ValueError("truth_given=False: supervised training has no term that does without truth")
    spatial = {"realspace_mae_weight": realspace_mae_weight, "realspace_weight": realspace_weight}
    for name, weight in spatial.items():
        if not 0 <= weight < np.inf:
            raise ValueError(f"{name}={weight:g}: a finite number of at least 0 is asked for")
    weights = {
        "nll": float(torch_loss_mode == "poisson"),
        "mae": float(torch_loss_mode == "mae"),
        "realspace_mae": float(realspace_mae_weight) if truth_given else 0.0,
        "realspace": float(realspace_weight),
    }
    inputs.same_shape(predicted=predicted, observed=observed)
    inputs.positive(intensity_scale=intensity_scale)
    inputs.real_and_finite(predicted=predicted, observed=observed)
    inputs.not_negative(predicted=predicted, observed=observed)
    if model_type == "supervised":
        for name, label in given.items():
            inputs.same_shape(predicted=predicted, **{name: label})
            inputs.real_and_finite(**{name: label})
        return {"loss": None, "weights": weights}
    here, there = (intensity_scale * np.asarray(a, dtype=float) for a in (predicted, observed))
    pair = (here**2, there**2) if torch_loss_mode == "poisson" else (here, there)
    loss, _ = (losses.poisson_nll if torch_loss_mode == "poisson" else losses.amplitude_mae)(*pair)
    return {"loss": np.asarray(loss), "weights": weights}
