"""Inputs of a case: the same numbers every time, laid out as the operation's contract says."""

import math
from typing import Any

import numpy as np

from ptychoparity.benchmarks.cases import FIELD, Case, K, M, N


def build(case: Case) -> dict[str, Any]:
    """Inputs of `case`, from a fixed seed."""
    return BUILDERS[case.series.operation](np.random.default_rng(7), case.size, case.series.given)


def _complex(random: np.random.Generator, *shape: int) -> np.ndarray:
    """complex64 of modulus about one; drawn without a float64 detour, for there are stacks of gigabytes."""
    return random.random((*shape, 2), dtype=np.float32).view(np.complex64)[..., 0]


def _scan(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, int]:
    """n positions, four px^2 each, and the side of an object that holds all patches around them."""
    field = 2 * math.sqrt(n)
    x, y = N + field * random.random((2, n))
    return x, y, math.ceil(field) + 2 * N


def group_scan(random: np.random.Generator, groups: int, given: dict[str, Any]) -> dict[str, Any]:
    n = given.get("positions", groups)
    x, y, side = _scan(random, n)
    return {
        "xcoords": x, "ycoords": y, "xcoords_start": None, "ycoords_start": None,
        "diff3d": random.random((n, N, N), dtype=np.float32),
        "objectGuess": _complex(random, side, side) if given["truth"] else None, "Y": None,
        "N": N, "K": K, "nsamples": groups, "seed": 7, "gridsize": given["gridsize"],
        "sequential_sampling": False, "enable_oversampling": False, "neighbor_pool_size": None,
    }  # fmt: skip


def reassemble_position(random: np.random.Generator, B: int, given: dict[str, Any]) -> dict[str, Any]:
    offsets = 200.0 * random.random((B, 1, 2, 1))
    return {"patches": _complex(random, B, N, N, 1), "global_offsets": offsets, "M": M}


def extract_patches(random: np.random.Generator, B: int, given: dict[str, Any]) -> dict[str, Any]:
    C = given["gridsize"] ** 2
    x, y, side = _scan(random, B)
    offsets = np.stack([x, y], axis=1)[:, None, :, None]
    relative = 4.0 * random.random((B, 1, 2, C)) - 2.0
    return {
        "object": _complex(random, side, side), "coords_offsets": offsets,
        "coords_relative": relative - relative.mean(axis=3, keepdims=True), "N": N,
    }  # fmt: skip


def diffract(random: np.random.Generator, B: int, given: dict[str, Any]) -> dict[str, Any]:
    return {"field": _complex(random, B, N, N)}


def normalize_diffraction(random: np.random.Generator, B: int, given: dict[str, Any]) -> dict[str, Any]:
    return {"diffraction": random.random((B, N, N, 1), dtype=np.float32)}


def translate(random: np.random.Generator, B: int, given: dict[str, Any]) -> dict[str, Any]:
    return {"images": _complex(random, B, N, N), "offsets": 10.0 * random.random((B, 2)) - 5.0}


def frc(random: np.random.Generator, B: int, given: dict[str, Any]) -> dict[str, Any]:
    """Two noisy readings of one object."""
    truth = _complex(random, B, FIELD, FIELD)
    return {name: truth + _complex(random, B, FIELD, FIELD) for name in ("truth", "prediction")}


BUILDERS = {
    "group_scan": group_scan, "reassemble_position": reassemble_position, "extract_patches": extract_patches,
    "diffract": diffract, "normalize_diffraction": normalize_diffraction, "translate": translate, "frc": frc,
}  # fmt: skip
