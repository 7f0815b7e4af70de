"""Operation `diffract`: the far-field amplitude of an exit wave."""

import numpy as np
import torch

from ptychoparity.backends.host import checks, simulation
from ptychoparity.backends.pytorch.bridge import HOST, chunks, empty, tensor


def diffract(field: np.ndarray, *, device: torch.device) -> dict[str, np.ndarray]:
    """amplitude = |fftshift(FFT2(field))| / N, zero frequency at [N/2, N/2], no epsilon.

    field: (B, N, N) complex64, sqrt(photons). Returns amplitude (B, N, N) float32, sqrt(photons). Raises
    ValueError for a field that is not square, not of a supported size, or not finite.
    PHYS.FFT.NORM, PHYS.FFT.SHIFT, PHYS.AMPLITUDE.
    """
    checks.supported("field", field, "B", "N", "N")
    checks.number("field", field)
    source = tensor(field, HOST)
    amplitude = empty(field.shape, np.float32)
    for part in chunks(len(field), field.shape[1] ** 2, device):
        # contiguous: the transform rounds differently for another memory layout of the same numbers
        waves = source[part].to(device, torch.complex64).contiguous()
        spectrum = torch.fft.fft2(waves, norm="ortho")
        amplitude[part] = torch.fft.fftshift(spectrum.abs(), dim=(1, 2))
        # every input element reaches every output element, so looking at the output is enough to find a NaN
        if not torch.isfinite(amplitude[part].amax()):
            checks.finite("field", field, np.float32)
    return {"amplitude": amplitude.numpy()}


def diffract_modes(field: np.ndarray, *, device: torch.device) -> dict[str, np.ndarray]:
    """amplitude = sqrt(sum over modes of |FFT2(field)|^2) / N: modes do not interfere (HOUSE.DIFFRACT.INCOHERENT).

    field: (B, P, N, N) complex64, sqrt(photons), P modes of every pattern. Returns amplitude (B, N, N) float32.
    Raises ValueError for another rank, a field that is not square, an unsupported N, no modes, or values not finite.
    """
    simulation.modes(field)
    source = tensor(field, HOST)
    amplitude = torch.empty((len(field), *field.shape[2:]), dtype=torch.float32)
    for part in chunks(len(field), field[0].size, device):
        spectrum = torch.fft.fft2(source[part].to(device, torch.complex64).contiguous(), norm="ortho")
        # squares in float64: float32 loses those of the darkest pixels
        intensity = spectrum.abs().double().square().sum(dim=1)
        amplitude[part] = torch.fft.fftshift(intensity.sqrt(), dim=(1, 2))
    return {"amplitude": amplitude.numpy()}
