"""Reading and grouping a scan against what cannot be avoided, in one run.

    python -m ptychoparity.benchmarks.reading [BACKEND ...]


The plain way reads the arrays of the NPZ with NumPy, builds a k-d tree of the positions and asks it for K neighbours
of each, and writes each large array of the answer (diffraction, X_full) once, group by group, unchecked. Ours are the
backend's own seconds in load_scan and group_scan, in its process. They take turns, and the ratio is that of their
best. Exit 1 where one is above LIMIT, or an answer is not the plain way's.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from ptychoparity.backends import registry
from ptychoparity.backends.protocol import Returned
from ptychoparity.benchmarks import inputs
from ptychoparity.benchmarks.cases import K, N
from ptychoparity.harness.settings import DEFAULT_BACKENDS
from ptychoparity.harness.targets import Pool, Target

LIMIT = 1.5
"""Times the plain way's time."""
PATTERNS = 10_000
TURNS = 7
TIMEOUT = 120.0


def write_scan(path: Path) -> None:
    """10,000 patterns of 64 x 64 float32 px, uncompressed: 164 MB."""
    random = np.random.default_rng(7)
    scan = inputs.group_scan(random, PATTERNS, {"gridsize": 1, "truth": False})
    probe = np.ones((N, N), np.complex64)
    np.savez(path, **{name: scan[name] for name in ("xcoords", "ycoords", "diff3d")}, probeGuess=probe)


def plain(path: Path, gridsize: int, indices: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
    """(seconds, large arrays of the answer) where `indices` (B, C) are the groups' members."""
    begin = time.perf_counter()
    with np.load(path) as file:
        scan = {name: file[name] for name in file.files}
    positions = np.column_stack([scan["xcoords"], scan["ycoords"]])
    if gridsize > 1:
        cKDTree(positions).query(positions, k=K + 1)
    patterns = scan["diff3d"]
    scale = np.float32((N / 2) / np.sqrt(np.mean(np.einsum("nij,nij->n", patterns, patterns)[indices])))
    shape = (len(indices), N, N, indices.shape[1])
    found = {"diffraction": np.empty(shape, np.float32), "X_full": np.empty(shape, np.float32)}
    for group, members in enumerate(indices):
        found["diffraction"][group] = patterns[members].transpose(1, 2, 0)
        np.multiply(found["diffraction"][group], scale, out=found["X_full"][group])
    return time.perf_counter() - begin, found


def ours(target: Target, path: Path, gridsize: int) -> tuple[float, dict[str, Any]]:
    """(seconds inside the backend, the answer of group_scan)."""
    scan = _answer(target.call("load_scan", {"path": str(path), "N": N, "units": "amplitude"}, TIMEOUT))
    names = ("xcoords", "ycoords", "xcoords_start", "ycoords_start", "diff3d", "objectGuess")
    given = {
        **{name: scan[1][name] for name in names}, "Y": None, "N": N, "K": K, "nsamples": PATTERNS, "seed": 7,
        "gridsize": gridsize, "sequential_sampling": False, "enable_oversampling": False, "neighbor_pool_size": None,
    }  # fmt: skip
    groups = _answer(target.call("group_scan", given, TIMEOUT))
    return scan[0] + groups[0], groups[1]


def _answer(answer: Any) -> tuple[float, dict[str, Any]]:
    if not isinstance(answer, Returned):
        raise SystemExit(f"no answer: {answer}")
    return answer.seconds, answer.outputs


def compared(target: Target, path: Path, gridsize: int) -> tuple[float, float]:
    """Best seconds of ours and of the plain way; both answers hold the same numbers."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(TURNS):
        seconds, found = ours(target, path, gridsize)
        times[0].append(seconds)
        seconds, expected = plain(path, gridsize, found["nn_indices"])
        times[1].append(seconds)
    for name, array in expected.items():
        if not np.allclose(found[name], array, rtol=1e-5, atol=0):
            raise SystemExit(f"{name}: not the numbers of the plain way")
    return min(times[0]), min(times[1])


def main() -> int:
    slow = False
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scan.npz"
        write_scan(path)
        for name in sys.argv[1:] or DEFAULT_BACKENDS:
            with Pool() as pool:
                target = pool.add(registry.find(name), "cpu")
                pool.start()
                if target.status != "ready":
                    raise SystemExit(f"{name}: {target.reason}")
                for gridsize in (1, 2):
                    our, least = compared(target, path, gridsize)
                    slow |= our > LIMIT * least
                    ratio = f"{our / least:.2f} times"
                    print(f"{name}, gridsize {gridsize}: {our:.3f} s, plain {least:.3f} s: {ratio}", flush=True)
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
