"""A reconstructed object against the true one: the public chain of evaluation, its steps named (HOUSE.METRIC.*)."""

from typing import Any

import numpy as np

from ptychoparity.reference import alignment, inputs, similarity
from ptychoparity.reference.frc import correlation, crossing, rings, square, thresholds

CROP = 2
"""Pixels cut from every side after registration: a shift wraps around there."""
UPSAMPLING = 50
PHASE_RANGE = 2 * np.pi
ALIGNMENTS = ("plane", "mean", "none")


def absolute_error(truth: np.ndarray, prediction: np.ndarray) -> float:
    """min over angles of |truth - e^(i angle) prediction| / |truth|, root sums of squares: the scale counts."""
    product = np.vdot(prediction, truth)
    turned = np.exp(1j * np.angle(product)) * prediction
    return float(np.linalg.norm(truth - turned) / np.linalg.norm(truth))


def evaluate_object(
    truth: np.ndarray,
    prediction: np.ndarray,
    offset: int,
    register: bool,
    scale_amplitude: bool,
    phase_align: str,
    peak: float | None,
) -> dict[str, Any]:
    """Objects (H, W) complex; each metric is a pair (amplitude, phase). See the contract `evaluate_object`."""
    inputs.rank("truth", truth, "H, W")
    inputs.same_shape(truth=truth, prediction=prediction)
    inputs.finite(truth=truth, prediction=prediction)
    if offset < 0 or offset % 2:
        raise ValueError(f"offset={offset}: an even number of at least 0 is asked for")
    if phase_align not in ALIGNMENTS:
        raise ValueError(f"phase_align={phase_align!r} is not one of {ALIGNMENTS}")
    if peak is not None:
        inputs.positive(peak=peak)
    edge = offset // 2 + (CROP if register else 0)
    similarity.window(tuple(max(0, side - 2 * edge) for side in truth.shape), f"truth, {edge} px cut from each side")
    if not truth.any():
        raise ValueError("truth is zero everywhere: there is nothing to compare with")
    truth, prediction = truth.astype(complex), prediction.astype(complex)
    steps, shift = [], np.zeros(2)
    if register:
        steps.append("register")
        alignment.has_contrast("truth", truth)
        alignment.has_contrast("prediction", prediction)
        shift = alignment.shift_between(truth, prediction, UPSAMPLING)
        prediction = alignment.fourier_shift(prediction, shift)
    if edge:
        steps.append("trim")
    truth, prediction = (alignment.cropped(image, edge) for image in (truth, prediction))
    answer: dict[str, Any] = {"absolute_error": np.asarray(absolute_error(truth, prediction)), "shift": shift}
    amplitudes, phases = (np.abs(truth), np.abs(prediction)), (np.angle(truth), np.angle(prediction))
    factor = 1.0
    if scale_amplitude:
        steps.append("scale_amplitude")
        factor = alignment.scale_factor(*amplitudes)
        amplitudes = amplitudes[0], factor * amplitudes[1]
    removed = np.zeros((2, 3))
    if phase_align != "none":
        steps.append(f"remove_phase:{phase_align}")
        phases, removed = zip(*(alignment.remove_phase_of(one, phase_align) for one in phases), strict=True)
    answer |= {"factor": np.asarray(factor), "removed": np.array(removed), "steps": steps}
    return pairs(amplitudes, phases, peak) | answer


def pairs(
    amplitudes: tuple[np.ndarray, np.ndarray], phases: tuple[np.ndarray, np.ndarray], peak: float | None
) -> dict[str, Any]:
    """Every metric as (amplitude, phase), in the public order.

    SSIM of phases is taken of (phase + pi) / 2 pi with range 1; MS-SSIM smooths amplitudes by 1 px and phases not.
    """
    true, predicted = ((phase + np.pi) / PHASE_RANGE for phase in phases)
    levels = len(similarity.WEIGHTS)
    amplitude = similarity.compare(*amplitudes, peak, None, 1.0, levels)
    phase = similarity.compare(*phases, peak, PHASE_RANGE, 0.0, levels)
    phase |= {"ssim": similarity.ssim(true, predicted, 1.0)}
    phase |= {"ms_ssim": similarity.ms_ssim(true, predicted, 0.0, levels)}
    curves = [correlation(square(t.astype(complex)), square(p.astype(complex))) for t, p in (amplitudes, phases)]
    count = np.bincount(rings(min(phases[0].shape)).ravel())
    levels_of = thresholds(count)
    found = {name: np.array([amplitude[name], phase[name]]) for name in ("mae", "mse", "psnr", "ssim", "ms_ssim")}
    for name in ("frc50", "frc1over7"):
        found[name] = np.array([crossing(curve, levels_of[name], count) for curve in curves])
    found["frc"] = np.array(curves)
    return found | {name: np.array([amplitude[name], phase[name]]) for name in ("peak", "data_range")}
