"""A Gaussian random field of stated spectrum, by NumPy's FFT."""

import numpy as np


def frequencies(shape: tuple[int, int]) -> np.ndarray:
    """|k| (H, W//2 + 1) of the half spectrum of a real image, cycles per px."""
    return np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None, :])


def random_field(random: np.random.Generator, shape: tuple[int, int], exponent: float, blur: float) -> np.ndarray:
    """(H, W) float64 of mean 0 and variance 1, with expected power spectrum |k|^-exponent * exp(-(2 pi blur |k|)^2).

    k in cycles per px; no power at k = 0. `blur` is the standard deviation, in px, of a Gaussian the field is
    smoothed with. White noise is filtered, so the field is Gaussian and real without more ado; it is periodic.
    """
    k = frequencies(shape)
    k[0, 0] = 1.0  # any number: its power is set to 0 below
    root = k ** (-exponent / 2) * np.exp(-2 * (np.pi * blur * k) ** 2)
    root[0, 0] = 0.0
    field = np.fft.irfft2(root * np.fft.rfft2(random.standard_normal(shape)), s=shape)
    return field / field.std()
