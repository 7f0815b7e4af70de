"""Losses, scales, waves and fits wholly in float32; other orders of summation; other libraries and solvers."""

from typing import Any

import numpy as np
from scipy import linalg, ndimage

from ptychoparity.reference import losses
from ptychoparity.reference.dispatch import call
from ptychoparity.reference.probe import disk
from tests.variations import Varied

F, C = np.float32, np.complex64
CHUNK = 4096


def total(values: np.ndarray) -> np.floating[Any]:
    """A float32 sum of chunks' sums, the last chunk first."""
    flat = values.ravel()
    return sum((flat[k : k + CHUNK].sum(dtype=F) for k in range(0, flat.size, CHUNK)[::-1]), start=F(0))


def mean(values: np.ndarray) -> np.floating[Any]:
    return total(values) / F(values.size)


class SinglePrecision(Varied):
    """No float64 anywhere."""

    def poisson_nll(self, rate: np.ndarray, counts: np.ndarray) -> dict[str, Any]:
        r, c = np.maximum(rate.astype(F), F(losses.SMALLEST_RATE)), counts.astype(F)
        slope = np.where(rate > losses.SMALLEST_RATE, F(1) - c / r, F(0)) / F(r.size)
        return {"loss": np.asarray(mean(r - c * np.log(r))), "gradient": slope}

    def amplitude_mae(self, predicted: np.ndarray, observed: np.ndarray) -> dict[str, Any]:
        difference = predicted.astype(F) - observed.astype(F)
        return {
            "loss": np.asarray(mean(np.abs(difference))),
            "gradient": np.sign(difference) * (F(1) / F(difference.size)),
        }

    def training_objective(self, **inputs: Any) -> dict[str, Any]:
        answer = call("training_objective", inputs)
        if answer["loss"] is None:
            return answer
        here, there = (F(inputs["intensity_scale"]) * inputs[name].astype(F) for name in ("predicted", "observed"))
        if inputs["torch_loss_mode"] == "poisson":
            return answer | {"loss": self.poisson_nll(here * here, there * there)["loss"]}
        return answer | {"loss": self.amplitude_mae(here, there)["loss"]}

    def complex_mae(self, predicted: np.ndarray, observed: np.ndarray, probe_big: bool) -> dict[str, Any]:
        answer = call("complex_mae", {"predicted": predicted, "observed": observed, "probe_big": probe_big})
        N = predicted.shape[1]
        edge = 0 if probe_big else N // 4
        p, o = (a.astype(C)[:, edge : N - edge, edge : N - edge] for a in (predicted, observed))
        lit = (np.abs(p) >= losses.DARK) & (np.abs(o) >= losses.DARK)
        amplitude = mean(np.abs(np.abs(p) - np.abs(o)))
        phase = mean(np.where(lit, np.abs(np.angle(p * np.conj(o))), F(0)))
        found = {"loss": amplitude + phase, "amplitude": amplitude, "phase": phase}
        return {**{name: np.asarray(value) for name, value in found.items()}, "gradient": answer["gradient"]}

    def total_variation(self, object: np.ndarray) -> dict[str, Any]:
        """The slope as a Laplacian: pixels, not differences, are added."""
        obj = object.astype(C)
        loss, slope = F(0), np.zeros_like(obj)
        for axis in (1, 2):
            step = np.diff(obj, axis=axis)
            loss += total(step.real**2 + step.imag**2)
            x, s = np.moveaxis(obj, axis, 0), np.moveaxis(slope, axis, 0)
            s[:-1] += x[:-1]
            s[1:] += x[1:]
            s[:-1] -= x[1:]
            s[1:] -= x[:-1]
        return {"loss": np.asarray(loss), "gradient": F(2) * slope}

    def normalize_diffraction(self, diffraction: np.ndarray) -> dict[str, Any]:
        pixels = diffraction.astype(F)
        largest = pixels.max()
        energy = mean((pixels / largest) ** 2) * F(pixels.shape[1] ** 2)
        scale = F(pixels.shape[1] / 2) / np.sqrt(energy) / largest
        return {"normalized": scale * pixels, "scale": np.asarray(scale)}

    def normalize_probe(self, probe: np.ndarray, probe_scale: float) -> dict[str, Any]:
        norm = F(probe_scale) * mean(np.abs(probe.astype(C)) * disk(len(probe)).astype(F))
        return {"probe": probe.astype(C) / norm, "norm": np.asarray(norm)}

    def intensity_scale(self, nphotons: float, N: int, field: np.ndarray | None) -> dict[str, Any]:
        if field is None:
            return {"scale": np.asarray(np.sqrt(F(nphotons)) / F(N / 2))}
        size = np.abs(field.astype(C))
        largest = size.max()
        energy = mean((size / largest) ** 2) * F(N * N)
        return {"scale": np.asarray(np.sqrt(F(nphotons) / energy) / largest)}

    def illuminate(self, object: np.ndarray, probe: np.ndarray, masked: bool, sigma: float) -> dict[str, Any]:
        wave = object.astype(C) * probe.astype(C)[:, :, None]
        if sigma:
            weights = np.exp(-np.array([1, 0, 1], F) / (F(2) * F(sigma) ** 2))
            weights /= weights.sum()
            for axis in (1, 2):
                real, imag = (ndimage.correlate1d(part, weights, axis=axis, mode="mirror", output=F)
                              for part in (wave.real, wave.imag))  # fmt: skip
                wave = (real + 1j * imag).astype(C)
        if masked:
            wave = wave * disk(len(probe)).astype(F)[:, :, None]
        return {"field": wave}

    def combine_object(self, Y_I: np.ndarray, Y_phi: np.ndarray) -> dict[str, Any]:
        return {"object": (Y_I * np.cos(Y_phi) + 1j * (Y_I * np.sin(Y_phi))).astype(C)}

    def split_object(self, object: np.ndarray) -> dict[str, Any]:
        """By hypotenuse and arctangent; at -pi and pi the other end."""
        phase = np.arctan2(object.imag.astype(F), object.real.astype(F))
        return {"Y_I": np.hypot(object.real.astype(F), object.imag.astype(F)), "Y_phi": phase}

    def scale_amplitude(self, truth: np.ndarray, prediction: np.ndarray) -> dict[str, Any]:
        factor = np.array([mean(t) / mean(p) for t, p in zip(truth.astype(F), prediction.astype(F), strict=True)])
        return {"scaled": factor[:, None, None] * prediction.astype(F), "factor": factor}

    def remove_phase(self, phase: np.ndarray, mode: str) -> dict[str, Any]:
        """By Q and R in float32."""
        rows, columns = np.indices(phase.shape[1:], dtype=F)
        terms = [columns.ravel(), rows.ravel(), np.ones(rows.size, F)]
        q, r = linalg.qr(np.stack(terms if mode == "plane" else terms[2:], axis=1), mode="economic")
        left, removed = [], []
        for one in phase.astype(F):
            fitted = linalg.solve_triangular(r, q.T @ one.ravel())
            along = [*np.zeros(3 - len(fitted), F), *fitted]
            left.append(one - (along[0] * columns + along[1] * rows + along[2]))
            removed.append(along)
        return {"phase": np.array(left), "removed": np.array(removed)}

    def instead(self):
        names = (
            "remove_phase", "poisson_nll", "amplitude_mae", "training_objective", "complex_mae", "total_variation",
            "normalize_diffraction", "normalize_probe", "intensity_scale", "illuminate", "combine_object",
            "split_object", "scale_amplitude",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


class OtherTools(Varied):
    """Another library for interpolation, another solver for least squares, patches in reverse order."""

    def translate(self, images: np.ndarray, offsets: np.ndarray) -> dict[str, Any]:
        def moved(image: np.ndarray, dx: float, dy: float) -> np.ndarray:
            return ndimage.shift(image.astype(float), (dy, dx), order=1, mode="grid-constant", prefilter=False)

        found = []
        for image, (dx, dy) in zip(images, offsets, strict=True):
            real = moved(image.real, dx, dy)
            found.append(real + 1j * moved(image.imag, dx, dy) if np.iscomplexobj(image) else real)
        return {"translated": np.stack(found)}

    def remove_phase(self, phase: np.ndarray, mode: str) -> dict[str, Any]:
        """By Q and R; what rounding leaves of a flat phase is not set to 0."""
        rows, columns = np.indices(phase.shape[1:], dtype=float)
        terms = [columns.ravel(), rows.ravel(), np.ones(rows.size)]
        q, r = linalg.qr(np.stack(terms if mode == "plane" else terms[2:], axis=1), mode="economic")
        left, removed = [], []
        for one in phase.astype(float):
            along = q.T @ one.ravel()
            left.append(one - (q @ along).reshape(one.shape))
            removed.append(np.concatenate([np.zeros(3 - len(along)), linalg.solve_triangular(r, along)]))
        return {"phase": np.array(left), "removed": np.array(removed)}

    def reassemble_position(self, patches: np.ndarray, global_offsets: np.ndarray, M: int) -> dict[str, Any]:
        turned = {"patches": patches[::-1], "global_offsets": global_offsets[::-1], "M": M}
        return call("reassemble_position", turned)

    def instead(self):
        names = ("translate", "remove_phase", "reassemble_position")
        return {name: getattr(self, name) for name in names}
