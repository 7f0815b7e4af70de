"""Probes: disk, Gaussian and zone plate, each with aberrations; (N, N) complex128, greatest magnitude 1.

All are centred between the pixels N/2 - 1 and N/2, as the probe's mask is.
"""

from typing import Any

import numpy as np
from scipy import ndimage

from ptychoparity.reference.simulation import CannotSimulate


def axes(N: int) -> tuple[np.ndarray, np.ndarray]:
    """x (1, N) to the right and y (N, 1) down, px from the centre."""
    k = np.arange(N) - N / 2 + 0.5
    return k[None, :], k[:, None]


def aberration(
    u: np.ndarray, v: np.ndarray, defocus: float, astigmatism: float, coma: tuple[float, float]
) -> np.ndarray:
    """Phase in rad at (u right, v down), the rim at radius 1: each coefficient is what its term reaches there.

    defocus rho^2 + astigmatism (u^2 - v^2) + (coma_x u + coma_y v) rho^2. Coma in both directions leaves the probe
    no symmetry that a flip or a transposition could hide behind.
    """
    rho2 = u**2 + v**2
    return defocus * rho2 + astigmatism * (u**2 - v**2) + (coma[0] * u + coma[1] * v) * rho2


def disk_radius(N: int) -> float:
    """px: where a Gaussian of standard deviation N / (0.7 pi^2) has fallen to one half."""
    return float(np.sqrt(2 * np.log(2)) * N / (0.7 * np.pi**2))


def disk(N: int, radius: float | None, blur: float, **aberrations: Any) -> np.ndarray:
    """1 inside `radius` px (None: `disk_radius`), blurred by a Gaussian of `blur` px; aberrations at radius N/4."""
    x, y = axes(N)
    inside = (np.hypot(x, y) < (disk_radius(N) if radius is None else radius)).astype(float)
    if not inside.any():
        raise CannotSimulate(f"probe.radius={radius:g}: no pixel of a {N} x {N} probe lies inside")
    amplitude = ndimage.gaussian_filter(inside, blur)
    return _peak_of_one(amplitude * np.exp(1j * aberration(4 * x / N, 4 * y / N, **aberrations)))


def gaussian(N: int, width: float, **aberrations: Any) -> np.ndarray:
    """exp(-r^2 / (2 width^2)), width in px; aberrations at radius N/4."""
    x, y = axes(N)
    amplitude = np.exp(-(x**2 + y**2) / (2 * width**2))
    return _peak_of_one(amplitude * np.exp(1j * aberration(4 * x / N, 4 * y / N, **aberrations)))


def zone_plate(N: int, radius: float, stop: float, **aberrations: Any) -> np.ndarray:
    """What a zone plate with a central stop focuses: the inverse transform of its annular pupil.

    The pupil fills `stop` * radius < rho < radius, in px of the far field, with edges one px soft; aberrations are
    taken at its rim. So the bright field of a pattern is the annulus. Without defocus the spot is about
    N / (2 radius) px wide; a defocus of d rad spreads it over a radius of about N d / (pi radius) px.
    """
    if radius > N / 2:
        raise CannotSimulate(f"probe.radius={radius:g}: at most N/2={N // 2} px of the far field are there")
    k = np.fft.fftfreq(N, 1 / N)
    u, v = k[None, :], k[:, None]
    rho = np.hypot(u, v)
    pupil = np.clip(radius - rho + 0.5, 0, 1) - np.clip(stop * radius - rho + 0.5, 0, 1)
    phase = aberration(u / radius, v / radius, **aberrations) - np.pi * (u + v) * (N - 1) / N  # puts it in the centre
    return _peak_of_one(np.fft.ifft2(pupil * np.exp(1j * phase)))


def _peak_of_one(probe: np.ndarray) -> np.ndarray:
    return probe / np.abs(probe).max()
