"""Whether a timed answer is right: its rows against the oracle, its whole by invariants.

`kept` is what a worker tells of an answer it keeps (`backends.remote.digest`): per array dtype, shape, crc32,
the sum of squares, and the rows `case.rows`.
"""

from typing import Any

import numpy as np

from ptychoparity.benchmarks.cases import FIELD, Case, K, N
from ptychoparity.reference import frc as rings
from ptychoparity.reference import optics, patches, reassembly

Kept = dict[str, dict[str, Any]]

PEAK_RTOL = 1e-5
"""Of the largest value: float32 holds 6e-8, and the longest sums here are of some ten rounded terms. A wrong
pixel is off by far more; how exact a backend is, is for the contracts to say."""


def problems(case: Case, inputs: dict[str, Any], kept: Kept) -> list[str]:
    """What is wrong with an answer, in one line each; empty when nothing is."""
    found = []
    for name, (shape, dtype) in layouts(case, inputs).items():
        if name not in kept:
            return [f"{name} is missing"]
        if tuple(kept[name]["shape"]) != shape or np.dtype(kept[name]["dtype"]) != dtype:
            return [f"{name} is {kept[name]['dtype']} {tuple(kept[name]['shape'])}, not {np.dtype(dtype).str} {shape}"]
        if not np.isfinite(kept[name]["squares"]):
            found.append(f"{name} is not finite")
    for name, expected in ORACLES[case.series.operation](case, inputs, kept).items():
        found += differs(name, expected, kept[name]["rows"])
    hold = INVARIANTS.get(case.series.operation)
    return found + (hold(case, inputs, kept) if hold else [])


def differs(name: str, expected: np.ndarray, actual: np.ndarray) -> list[str]:
    """One line where the rows of an array are not the oracle's."""
    if actual.shape != expected.shape:
        return [f"{name}: rows of shape {actual.shape}, the oracle's {expected.shape}"]
    peak = float(np.abs(expected).max(initial=0.0))
    off = float(np.abs(actual - expected).max(initial=0.0))
    return [] if off <= PEAK_RTOL * peak else [f"{name} is off by {off:.3g}, where the largest is {peak:.3g}"]


def layouts(case: Case, inputs: dict[str, Any]) -> dict[str, tuple[tuple[int, ...], type]]:
    """Shape and dtype of the answer's arrays, as the contract has them."""
    B = case.size
    if case.series.operation == "group_scan":
        C = case.series.given["gridsize"] ** 2
        found = {"diffraction": ((B, N, N, C), np.float32), "X_full": ((B, N, N, C), np.float32),
                 "nn_indices": ((B, C), np.int64), "coords_nn": ((B, 1, 2, C), np.float64)}  # fmt: skip
        return found | ({"Y": ((B, N, N, C), np.complex64)} if case.series.given["truth"] else {})
    if case.series.operation == "reassemble_position":
        L = _canvas(inputs)[1]
        sums = {"numerator": ((L, L), np.complex64), "weight": ((L, L), np.float32)}
        return {"canvas": ((L, L), np.complex64), **sums}
    if case.series.operation == "extract_patches":
        return {"patches": ((B, N, N, inputs["coords_relative"].shape[3]), np.complex64)}
    if case.series.operation == "diffract":
        return {"amplitude": ((B, N, N), np.float32)}
    if case.series.operation == "normalize_diffraction":
        return {"normalized": ((B, N, N, 1), np.float32)}
    if case.series.operation == "frc":
        return {"curve": ((B, rings.rings(FIELD).max() + 1), np.float64)}
    return {"translated": ((B, N, N), np.complex64)}


def group_scan(case: Case, inputs: dict[str, Any], kept: Kept) -> dict[str, np.ndarray]:
    """Patterns, coordinates and ground truth of the members the backend chose."""
    members = kept["nn_indices"]["rows"]
    at = np.stack([inputs["xcoords"][members], inputs["ycoords"][members]], axis=1)  # (rows, 2, C)
    found = {"diffraction": np.moveaxis(inputs["diff3d"][members], 1, -1), "coords_nn": at[:, None]}
    if case.series.given["truth"]:
        found["Y"] = _patches(inputs["objectGuess"], at)
    return found


def _patches(whole: np.ndarray, at: np.ndarray) -> np.ndarray:
    """(rows, N, N, C) of the oracle, at positions (rows, 2, C)."""
    return np.array([np.stack([patches.extract_patch(whole, xy, N) for xy in group.T], axis=-1) for group in at])


def reassemble_position(case: Case, inputs: dict[str, Any], kept: Kept) -> dict[str, np.ndarray]:
    """Some rows of the sums, from every patch that reaches them; the oracle's `place`, those rows of it."""
    centres, L = _canvas(inputs)
    M, first = inputs["M"], N // 2 - inputs["M"] // 2
    middle = slice(first, first + M)
    at = np.array(case.rows)
    numerator, weight = np.zeros((len(at), L), complex), np.zeros((len(at), L))
    for patch, (x, y) in zip(inputs["patches"][:, middle, middle, 0], centres, strict=True):
        rows = at - y + M // 2
        near = (rows > -1) & (rows < M)
        if near.any():
            both = np.array([patch, np.ones((M, M))])
            columns = np.arange(L)[None, :] - x + M // 2
            piece, ones = (patches.sample_bilinear(image, rows[near, None], columns) for image in both)
            numerator[near] += piece
            weight[near] += ones.real
    # where hardly anything covers a pixel, the canvas is a quotient of two roundings: its sums are judged
    return {"numerator": numerator, "weight": weight}


def _canvas(inputs: dict[str, Any]) -> tuple[np.ndarray, int]:
    """Centres (B, 2) of the patches on the canvas, [x, y] px, and its side."""
    positions = inputs["global_offsets"].reshape(-1, 2)
    centred = positions - positions.mean(axis=0)
    L = reassembly.canvas_side(centred, inputs["M"])
    return centred + L / 2, L


def extract_patches(case: Case, inputs: dict[str, Any], kept: Kept) -> dict[str, np.ndarray]:
    at = (inputs["coords_offsets"] - inputs["coords_relative"])[case.rows, 0]
    return {"patches": _patches(inputs["object"], at)}


def diffract(case: Case, inputs: dict[str, Any], kept: Kept) -> dict[str, np.ndarray]:
    return {"amplitude": optics.diffract(inputs["field"][case.rows].astype(complex))}


def normalize_diffraction(case: Case, inputs: dict[str, Any], kept: Kept) -> dict[str, np.ndarray]:
    patterns = inputs["diffraction"]
    energy = np.mean([np.square(pattern, dtype=float).sum() for pattern in patterns])  # no stack of float64
    return {"normalized": N / 2 / np.sqrt(energy) * patterns[case.rows]}


def translate(case: Case, inputs: dict[str, Any], kept: Kept) -> dict[str, np.ndarray]:
    return {"translated": patches.translate(inputs["images"][case.rows], inputs["offsets"][case.rows])}


def frc(case: Case, inputs: dict[str, Any], kept: Kept) -> dict[str, np.ndarray]:
    pairs = (inputs[name][case.rows].astype(complex) for name in ("truth", "prediction"))
    return {"curve": np.array([rings.correlation(*pair) for pair in zip(*pairs, strict=True)])}


def groups_are_whole(case: Case, inputs: dict[str, Any], kept: Kept) -> list[str]:
    """Normalised to (N/2)^2 a pattern; each group distinct members, among the K + 1 nearest of a position."""
    found = []
    energy = kept["X_full"]["squares"] / np.prod(kept["nn_indices"]["shape"])
    if abs(energy / (N / 2) ** 2 - 1) > PEAK_RTOL:
        found.append(f"X_full has a mean energy of {energy:.6g}, not {(N / 2) ** 2:.6g}")
    positions = np.column_stack([inputs["xcoords"], inputs["ycoords"]])
    for row, members in zip(case.rows, kept["nn_indices"]["rows"], strict=True):
        if len(set(members)) < len(members):
            found.append(f"group {row} holds a position twice")
        elif len(members) > 1 and not _neighbours(positions, members):
            found.append(f"group {row} holds positions that are no neighbours")
    return found


def _neighbours(positions: np.ndarray, members: np.ndarray) -> bool:
    """Whether some position has all `members` among its K + 1 nearest."""
    near = np.argsort(((positions - positions[members].mean(axis=0)) ** 2).sum(axis=1))[: 16 * K]
    for seed in near:
        distances = ((positions - positions[seed]) ** 2).sum(axis=1)
        if (distances[members] <= np.partition(distances, K)[K]).all():
            return True
    return False


def energy_is_kept(case: Case, inputs: dict[str, Any], kept: Kept) -> list[str]:
    """A unitary transform: as much energy after as before (PHYS.FFT.NORM)."""
    before = sum(float(np.vdot(wave, wave).real) for wave in inputs["field"])
    after = kept["amplitude"]["squares"]
    return [] if abs(after / before - 1) < PEAK_RTOL else [f"energy {after:.6g}, {before:.6g} went in"]


ORACLES = {
    "group_scan": group_scan, "reassemble_position": reassemble_position, "extract_patches": extract_patches,
    "diffract": diffract, "normalize_diffraction": normalize_diffraction, "translate": translate,
    "frc": frc,
}  # fmt: skip
INVARIANTS = {"group_scan": groups_are_whole, "diffract": energy_is_kept}
