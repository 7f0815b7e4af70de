"""A Gaussian random field of stated spectrum, by NumPy's FFT."""

import numpy as np


def frequencies(shape: tuple[int, int]) -> np.ndarray:
    """|k| (H, W//2 + 1) of the half spectrum of a real image, cycles per px."""
    return np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None, :])


def random_field(random: np.random.Generator, shape: tuple[int, int], exponent: float, blur: float) -> np.ndarray:
    """(H, W) float64 of mean 0 and, on average, variance 1; power spectrum |k|^-exponent * exp(-(2 pi blur |k|)^2).

    k in cycles per px; no power at k = 0. `blur` is the standard deviation, in px, of a Gaussian the field is
    smoothed with. White noise is filtered, so the field is Gaussian and real without more ado; it is periodic. One
    field's variance differs from 1 as its few strongest frequencies do: divided by its own, a field whose strong ones
    are weak would be brightened in all others.
    """
    k = frequencies(shape)
    k[0, 0] = 1.0  # any number: its power is set to 0 below
    root = k ** (-exponent / 2) * np.exp(-2 * (np.pi * blur * k) ** 2)
    root[0, 0] = 0.0
    field = np.fft.irfft2(root * np.fft.rfft2(random.standard_normal(shape)), s=shape)
    # by Parseval the variance is the mean power; frequencies but the first and the middle column stand for two
    twice = np.full(root.shape[1], 2.0)
    twice[0] = 1.0
    if shape[1] % 2 == 0:
        twice[-1] = 1.0
    return field / np.sqrt(np.sum(twice * root**2) / (shape[0] * shape[1]))
