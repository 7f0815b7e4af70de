"""Other transforms, all in complex64: rows then columns, a matrix, radix 2, pairs of real transforms."""

from typing import Any

import numpy as np
from scipy import fft

from tests.variations import Varied

C = np.complex64


def rows_then_columns(field: np.ndarray) -> np.ndarray:
    return fft.fft(fft.fft(field, axis=-1), axis=-2)


def matrix(field: np.ndarray) -> np.ndarray:
    """The definition: every element a sum of N products, twice."""
    k = np.arange(field.shape[-1])
    turns = np.exp(-2j * np.pi * (np.outer(k, k) % len(k)) / len(k)).astype(C)
    return turns @ field @ turns


def _halved(line: np.ndarray) -> np.ndarray:
    """Decimation in time along the last axis: even and odd elements apart, then together."""
    n = line.shape[-1]
    if n == 1:
        return line
    even, odd = _halved(line[..., ::2]), _halved(line[..., 1::2])
    turned = np.exp(-2j * np.pi * np.arange(n // 2) / n).astype(C) * odd
    return np.concatenate([even + turned, even - turned], axis=-1)


def halved(field: np.ndarray) -> np.ndarray:
    return _halved(_halved(field).swapaxes(-1, -2)).swapaxes(-1, -2)


def real_pairs(field: np.ndarray) -> np.ndarray:
    """Real and imaginary part each by a real transform, the other half of the spectrum by its symmetry."""
    found = []
    for part in (field.real.astype(np.float32), field.imag.astype(np.float32)):
        half, n = fft.rfft2(part), part.shape[-1]
        rest = np.conj(half[..., 1 : (n + 1) // 2])[..., ::-1]
        rest = np.roll(rest[..., ::-1, :], 1, axis=-2)
        found.append(np.concatenate([half, rest], axis=-1))
    return (found[0] + C(1j) * found[1]).astype(C)


class RowsThenColumns(Varied):
    """One axis after the other, SciPy's transform in single precision."""

    transform = staticmethod(rows_then_columns)

    def diffract(self, field: np.ndarray) -> dict[str, Any]:
        N = np.float32(field.shape[-1])
        amplitude = np.abs(self.transform(field.astype(C))) / N
        return {"amplitude": fft.fftshift(amplitude, axes=(-2, -1))}

    def diffract_modes(self, field: np.ndarray) -> dict[str, Any]:
        amplitude = self.diffract(field)["amplitude"]
        # scaled, so that squares of faint or bright fields stay within float32
        peak = amplitude.max(axis=(1, 2, 3), keepdims=True, initial=np.float32(1e-30))
        return {"amplitude": np.sqrt(np.sum((amplitude / peak) ** 2, axis=1)) * peak[:, 0]}

    def instead(self):
        return {"diffract": self.diffract, "diffract_modes": self.diffract_modes}


class Matrix(RowsThenColumns):
    """The discrete Fourier transform as two products of matrices."""

    transform = staticmethod(matrix)


class RadixTwo(RowsThenColumns):
    """The textbook's recursion."""

    transform = staticmethod(halved)


class RealPairs(RowsThenColumns):
    """Two real transforms."""

    transform = staticmethod(real_pairs)


class Registration(Varied):
    """`register` in complex64: both transforms, the search for the peak, the phase ramp."""

    def register(self, truth: np.ndarray, prediction: np.ndarray, upsampling: int, crop: int) -> dict[str, Any]:
        shifts, registered = [], []
        for t, p in zip(truth, prediction, strict=True):
            shift = self._shift(np.abs(t).astype(np.float32), np.abs(p).astype(np.float32), upsampling)
            height, width = p.shape
            ky, kx = (fft.fftfreq(n).astype(np.float32) for n in p.shape)
            turn = np.exp(C(-2j * np.pi) * (ky[:, None] * shift[0] + kx * shift[1]))
            moved = fft.ifft2(fft.fft2(p.astype(C)) * turn)[crop : height - crop, crop : width - crop]
            registered.append(moved if np.iscomplexobj(p) else moved.real)
            shifts.append(shift)
        return {"shift": np.array(shifts), "registered": np.array(registered)}

    def _shift(self, truth: np.ndarray, prediction: np.ndarray, upsampling: int) -> np.ndarray:
        cross = fft.fft2(truth.astype(C)) * np.conj(fft.fft2(prediction.astype(C)))
        cross /= np.maximum(np.abs(cross), np.float32(1e-5) * np.abs(cross).max())
        coarse = np.unravel_index(np.argmax(np.abs(fft.ifft2(cross))), cross.shape)
        whole = np.array([k - n if k > n // 2 else k for k, n in zip(coarse, cross.shape, strict=True)], np.float32)
        if upsampling == 1:
            return whole
        steps = int(np.ceil(1.5 * upsampling))
        around = ((np.arange(steps) - steps // 2) / np.float32(upsampling)).astype(np.float32)
        ky, kx = (fft.fftfreq(n).astype(np.float32) for n in cross.shape)
        rows = np.exp(C(2j * np.pi) * np.outer(whole[0] + around, ky)).astype(C)
        columns = np.exp(C(2j * np.pi) * np.outer(kx, whole[1] + around)).astype(C)
        fine = np.unravel_index(np.argmax(np.abs(rows @ cross @ columns)), (steps, steps))
        return whole + around[list(fine)]

    def instead(self):
        return {"register": self.register}
