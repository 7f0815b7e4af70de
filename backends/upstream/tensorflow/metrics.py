"""Operations `image_metrics`, `register`, `remove_phase`, one image at a time as the package takes them.

`frc` and `evaluate_object` are not claimed: both need `ptycho.FRC`, a submodule that the public source lacks.
"""

import numpy as np
from ptycho import evaluation
from ptycho.image import registration

from ptychoparity.backends.upstream.boundary import unsupported

Answer = dict[str, np.ndarray]
PEAK = 255.0
"""The peak of the PSNR that the package knows, OpenCV's."""


def image_metrics(
    truth: np.ndarray, prediction: np.ndarray, peak: float | None, data_range: float | None, sigma: float, levels: int
) -> Answer:
    """`ptycho.evaluation.mae`, `mse`, `psnr`, `ms_ssim`; SSIM by itself it has none, nor another peak than 255."""
    pairs = list(zip(truth, prediction, strict=True))
    answer = {
        "mae": [evaluation.mae(t, p, normalize=False) for t, p in pairs],
        "mse": [evaluation.mse(t, p, normalize=False) for t, p in pairs],
        "ms_ssim": [evaluation.ms_ssim(t, p, levels=levels, sigma=sigma) for t, p in pairs],
    }
    if peak == PEAK:
        answer["psnr"] = [evaluation.psnr(t, p, normalize=False) for t, p in pairs]
    return {name: np.asarray(values) for name, values in answer.items()}


def register(truth: np.ndarray, prediction: np.ndarray, upsampling: int, crop: int) -> Answer:
    """`ptycho.image.registration.find_translation_offset` and `apply_shift_and_crop`."""
    shifts, images = [], []
    for image, reference in zip(prediction, truth, strict=True):
        shift = registration.find_translation_offset(image, reference, upsample_factor=upsampling)
        shifts.append(shift)
        images.append(registration.apply_shift_and_crop(image, reference, shift, border_crop=crop)[0])
    return {"shift": np.asarray(shifts), "registered": np.asarray(images)}


def remove_phase(phase: np.ndarray, mode: str) -> Answer:
    """`ptycho.evaluation.fit_and_remove_plane`; the mean is no function of its own there."""
    if mode != "plane":
        unsupported(f"remove_phase by the {mode}: the package has a function for planes alone")
    return {"phase": np.asarray([evaluation.fit_and_remove_plane(one) for one in phase])}
