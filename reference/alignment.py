"""What ptychography cannot know, taken away one named step at a time (HOUSE.METRIC.STEPS, PHYS.PHASE.EVAL_ALIGN)."""

from typing import Any

import numpy as np

from ptychoparity.reference import inputs
from ptychoparity.reference.similarity import FLAT

MODES = ("plane", "mean")
NOTHING_LEFT = 1e-12
"""A phase that is nowhere larger than this, of its size before, is the rounding of its fit: it is set to 0."""


def remove_phase_of(phase: np.ndarray, mode: str) -> tuple[np.ndarray, np.ndarray]:
    """The phase (H, W) without its least-squares plane a x + b y + c, or without its mean c; and [a, b, c].

    x is the column and y the row, from 0.
    """
    rows, columns = np.indices(phase.shape, dtype=float)
    terms = [np.ones(phase.size)] if mode == "mean" else [columns.ravel(), rows.ravel(), np.ones(phase.size)]
    design = np.stack(terms, axis=1)
    fitted = np.linalg.lstsq(design, phase.ravel(), rcond=None)[0]
    left = phase - (design @ fitted).reshape(phase.shape)
    if np.abs(left).max() <= NOTHING_LEFT * max(1.0, np.abs(phase).max()):
        left = np.zeros_like(phase)
    return left, np.concatenate([np.zeros(3 - len(fitted)), fitted])


def remove_phase(phase: np.ndarray, mode: str) -> dict[str, Any]:
    inputs.rank("phase", phase, "B, H, W")
    inputs.real_and_finite(phase=phase)
    if mode not in MODES:
        raise ValueError(f"mode={mode!r} is not one of {MODES}")
    if min(phase.shape[1:]) < 2:
        raise ValueError(f"phase has shape {phase.shape}: at least 2 x 2 px are asked for")
    left, removed = zip(*(remove_phase_of(one.astype(float), mode) for one in phase), strict=True)
    return {"phase": np.array(left), "removed": np.array(removed)}


def scale_factor(truth: np.ndarray, prediction: np.ndarray) -> float:
    """mean(truth) / mean(prediction) of two amplitudes (H, W). Raises ValueError where one is zero everywhere."""
    for name, image in (("truth", truth), ("prediction", prediction)):
        if not image.any():
            raise ValueError(f"{name} is zero everywhere: no factor brings the means together")
    return float(np.mean(truth) / np.mean(prediction))


def scale_amplitude(truth: np.ndarray, prediction: np.ndarray) -> dict[str, Any]:
    inputs.rank("truth", truth, "B, H, W")
    inputs.same_shape(truth=truth, prediction=prediction)
    inputs.real_and_finite(truth=truth, prediction=prediction)
    inputs.not_negative(truth=truth, prediction=prediction)
    pairs = zip(truth.astype(float), prediction.astype(float), strict=True)
    factor = np.array([scale_factor(t, p) for t, p in pairs])
    return {"scaled": factor[:, None, None] * prediction.astype(float), "factor": factor}


def shift_between(truth: np.ndarray, prediction: np.ndarray, upsampling: int) -> np.ndarray:
    """[dy, dx] px that brings `prediction` (H, W) onto `truth`: the peak of their phase correlation.

    Magnitudes are correlated; where the cross-spectrum is below 100 eps of its largest value its phase is rounding
    and is damped. The peak on whole pixels, then on a grid of 1/upsampling px within about 0.75 px of it
    (Guizar-Sicairos, Thurman, Fienup 2008).
    """
    A, B = (np.fft.fft2(np.abs(image)) for image in (truth, prediction))
    cross = A * np.conj(B)
    cross /= np.maximum(np.abs(cross), 100 * np.finfo(float).eps * np.abs(cross).max())
    coarse = np.unravel_index(np.argmax(np.abs(np.fft.ifft2(cross))), cross.shape)
    whole = [peak - size if peak > size // 2 else peak for peak, size in zip(coarse, cross.shape, strict=True)]
    if upsampling == 1:
        return np.array(whole, dtype=float)
    width = int(np.ceil(1.5 * upsampling))
    around = (np.arange(width) - width // 2) / upsampling
    ky, kx = (np.fft.fftfreq(size) for size in cross.shape)
    rows = np.exp(2j * np.pi * np.outer(whole[0] + around, ky))
    columns = np.exp(2j * np.pi * np.outer(kx, whole[1] + around))
    fine = np.unravel_index(np.argmax(np.abs(rows @ cross @ columns)), (width, width))
    return np.array([whole[0] + around[fine[0]], whole[1] + around[fine[1]]])


def fourier_shift(image: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """The image (H, W) moved by [dy, dx] px, periodically; a real image stays real."""
    ky, kx = (np.fft.fftfreq(size) for size in image.shape)
    turned = np.exp(-2j * np.pi * (ky[:, None] * shift[0] + kx[None, :] * shift[1]))
    moved = np.fft.ifft2(np.fft.fft2(image) * turned)
    return moved if np.iscomplexobj(image) else moved.real


def cropped(image: np.ndarray, crop: int) -> np.ndarray:
    return image[crop : image.shape[0] - crop, crop : image.shape[1] - crop]


def has_contrast(name: str, image: np.ndarray) -> None:
    """ValueError where the magnitude is the same everywhere, to single precision."""
    magnitude = np.abs(image)
    if magnitude.max() - magnitude.min() <= FLAT * magnitude.max():
        raise ValueError(f"{name} has no contrast in its magnitude: there is nothing to register")


def register(truth: np.ndarray, prediction: np.ndarray, upsampling: int, crop: int) -> dict[str, Any]:
    inputs.rank("truth", truth, "B, H, W")
    inputs.same_shape(truth=truth, prediction=prediction)
    inputs.finite(truth=truth, prediction=prediction)
    if upsampling < 1:
        raise ValueError(f"upsampling={upsampling}: at least 1 is asked for")
    if crop < 0 or min(truth.shape[1:]) <= 2 * crop:
        raise ValueError(f"crop={crop}: nothing is left of {truth.shape[1]} x {truth.shape[2]} px, or it is negative")
    wide = complex if np.iscomplexobj(prediction) else float
    shifts, registered = [], []
    for t, p in zip(truth, prediction.astype(wide), strict=True):
        has_contrast("truth", t)
        has_contrast("prediction", p)
        shifts.append(shift_between(t.astype(complex), p, upsampling))
        registered.append(cropped(fourier_shift(p, shifts[-1]), crop))
    return {"shift": np.array(shifts), "registered": np.array(registered)}
