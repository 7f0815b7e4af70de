"""From images to a complex object: ranges of amplitude and phase."""

import numpy as np

from ptychoparity.reference.simulation import CannotSimulate


def rescaled(image: np.ndarray, low: float, high: float) -> np.ndarray:
    """The image mapped linearly so that its least value is `low` and its greatest `high`."""
    spread = np.ptp(image)
    if spread == 0:
        raise CannotSimulate("the image is the same everywhere: there is nothing to map onto a range")
    return low + (high - low) * ((image - image.min()) / spread)


def tanh_phase(amplitude: np.ndarray) -> np.ndarray:
    """Phase in rad that follows the amplitude A: pi * tanh((A - max A / 2) / (3 mean A))."""
    return np.pi * np.tanh((amplitude - amplitude.max() / 2) / (3 * amplitude.mean()))


def complex_object(amplitude: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """amplitude * exp(i phase), complex128; amplitude must not be negative."""
    if (amplitude < 0).any():
        raise CannotSimulate(f"amplitude from {amplitude.min():g}: 0 or more is asked for")
    return amplitude * np.exp(1j * phase)
