"""Far-field diffraction (PHYS.FFT.*, PHYS.AMPLITUDE)."""

import numpy as np


def diffract(field: np.ndarray) -> np.ndarray:
    """Far-field amplitude (B, N, N), sqrt(photons), of exit waves (B, N, N).

    PHYS.FFT.NORM: |FFT2|^2 / N^2 keeps the energy; PHYS.FFT.SHIFT: zero frequency at [N/2, N/2], the
    input is not shifted; PHYS.AMPLITUDE: the square root is returned, with no epsilon.
    """
    N = field.shape[-1]
    intensity = np.abs(np.fft.fft2(field)) ** 2 / N**2
    return np.sqrt(np.fft.fftshift(intensity, axes=(-2, -1)))
