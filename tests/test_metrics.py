"""The oracle's metrics against scikit-image on the same arrays, and the published convention of PSNR."""

import math

import numpy as np
import pytest

from ptychoparity.reference import alignment, dispatch

metrics = pytest.importorskip("skimage.metrics", reason="scikit-image is in the `dev` extra")
registration = pytest.importorskip("skimage.registration", reason="scikit-image is in the `dev` extra")


def pair(seed: int, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """A structured image and a noisy one like it, both above zero."""
    random = np.random.default_rng(seed)
    rows, columns = np.indices(shape)
    truth = 3 + np.cos(0.31 * rows) + np.sin(0.17 * columns + 0.05 * rows) + 0.1 * random.standard_normal(shape)
    return truth, truth + 0.2 * random.standard_normal(shape)


def ours(truth: np.ndarray, prediction: np.ndarray, **asked) -> dict[str, float]:
    given = {"peak": 255.0, "data_range": None, "sigma": 0.0, "levels": 5} | asked
    answer = dispatch.call("image_metrics", {"truth": truth[None], "prediction": prediction[None], **given})
    return {name: float(value[0]) for name, value in answer.items()}


@pytest.mark.parametrize("shape", [(7, 7), (24, 31), (64, 50)])
@pytest.mark.parametrize("data_range", [None, 1.0, 255.0])
def test_similarity_is_scikit_images(shape, data_range):
    truth, prediction = pair(1, shape)
    taken = np.ptp(truth) if data_range is None else data_range
    expected = metrics.structural_similarity(truth, prediction, data_range=taken)
    found = ours(truth, prediction, data_range=data_range)
    assert found["ssim"] == pytest.approx(expected, abs=1e-12)
    assert found["data_range"] == pytest.approx(taken)


@pytest.mark.parametrize("peak", [1.0, 255.0])
def test_errors_are_scikit_images(peak):
    truth, prediction = pair(2, (40, 33))
    found = ours(truth, prediction, peak=peak)
    assert found["mse"] == pytest.approx(metrics.mean_squared_error(truth, prediction), rel=1e-12)
    assert found["psnr"] == pytest.approx(metrics.peak_signal_noise_ratio(truth, prediction, data_range=peak), abs=1e-9)


@pytest.mark.parametrize("shift", [(0, 0), (3, -5), (2.46, -0.84), (-6.5, 1.02)])
@pytest.mark.parametrize("upsampling", [1, 50])
def test_shifts_are_scikit_images(shift, upsampling):
    random = np.random.default_rng(3)
    truth = 5 + 0.3 * random.standard_normal((41, 33))
    moved = alignment.fourier_shift(truth, np.array(shift))
    expected, _, _ = registration.phase_cross_correlation(truth, moved, upsample_factor=upsampling)
    found = alignment.shift_between(truth, moved, upsampling)
    assert found == pytest.approx(expected, abs=1e-9)
    if upsampling == 50:
        assert found == pytest.approx(-np.array(shift), abs=1e-9)


def test_the_published_convention():
    """An mse of 0.0556967 was published as 60.67 dB: the peak is 255, not the data range."""
    truth = np.zeros((16, 16))
    found = ours(truth, np.full((16, 16), math.sqrt(0.0556967)))
    assert found["mse"] == pytest.approx(0.0556967) and round(found["psnr"], 2) == 60.67
    assert round(ours(truth, truth)["psnr"], 1) == 361.2
