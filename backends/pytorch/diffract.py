"""Operation `diffract`: the far-field amplitude of an exit wave."""

import numpy as np
import torch

from backends.host import checks
from backends.pytorch.bridge import HOST, chunks, empty, tensor


def diffract(field: np.ndarray, *, device: torch.device) -> dict[str, np.ndarray]:
    """amplitude = |fftshift(FFT2(field))| / N, zero frequency at [N/2, N/2], no epsilon.

    field: (B, N, N) complex64, sqrt(photons). Returns amplitude (B, N, N) float32, sqrt(photons). Raises
    ValueError for a field that is not square, not of a supported size, or not finite.
    PHYS.FFT.NORM, PHYS.FFT.SHIFT, PHYS.AMPLITUDE.
    """
    checks.rank("field", field, "B", "N", "N")
    checks.square("field", field, 1, 2)
    checks.supported_size(field.shape[1])
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
