"""Product files of a gigabyte against h5py alone, in one run.

    python -m ptychoparity.benchmarks.product_files [FOLDER]


The plain way writes and reads the same arrays, unchecked and in place. Both ways take turns, and the ratio is that of
their best: FOLDER's disk, its cache and whatever else runs slow down both. Exit 1 where the ratio of writing a new
file or of reading is below SHARE, or an answer is not what was written. Writing over an old file is shown only: h5py
alone empties the old one first, and uses its pages again, while a whole file put in place holds both for a moment.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from ptychoparity.backends.host import product as files

SHARE = 0.7
"""Of what h5py alone reaches."""
REPLACE = "write over an old file"
TURNS = 9
Ways = tuple[Callable[[], object], Callable[[], object]]
"""Ours, and h5py alone."""
SIDE = 8192
"""Object of (2, SIDE, SIDE) complex64: 1.07 GB."""
POSITIONS = 100_000


def product() -> files.Product:
    """1.07 GB of object, a probe of ten modes with weights for every position."""
    random = np.random.Generator(np.random.PCG64(3))
    rows = np.arange(SIDE, dtype=np.float32)
    layer = np.exp(1j * (rows[:, None] * 0.01 + rows * 0.003)).astype(np.complex64)
    weights = random.uniform(size=(POSITIONS, 10))
    wave = random.standard_normal((10, 1, 256, 256)) + 1j * random.standard_normal((10, 1, 256, 256))
    metres = {name: 1e-8 for name in files.PIXELS}
    centre = {"object_center_x_m": 0.0, "object_center_y_m": 0.0, "detector_object_distance_m": 2.0}
    return {
        **metres, **centre, "name": "large", "comments": "", "probe_energy_eV": 8000.0, "exposure_time_s": 0.1,
        **dict.fromkeys((*files.OPTIONAL_NUMBERS, *files.RAW, *files.RAW_TEXTS)),
        "probe_position_indexes": np.arange(POSITIONS), "probe_position_x_m": random.uniform(0, 1e-4, POSITIONS),
        "probe_position_y_m": random.uniform(0, 1e-4, POSITIONS), "opr_weights": weights,
        "probe": wave.astype(np.complex64), "object": np.stack([layer, layer.conj()]),
        "object_layer_spacing_m": np.array([1e-6]), "loss_values": np.arange(99.0), "loss_epochs": np.arange(99),
    }  # fmt: skip


def plain_write(path: str, arrays: dict[str, np.ndarray]) -> None:
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array


def plain_read(path: str) -> dict[str, np.ndarray]:
    with h5py.File(path, "r") as file:
        return {name: dataset[()] for name, dataset in file.items()}


def seconds(call: Callable[[], object], new: str = "") -> float:
    """How long a call takes; the file `new` is taken away before."""
    if new:
        Path(new).unlink(missing_ok=True)
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def compared(folder: Path) -> list[tuple[str, float, float]]:
    """(what, seconds of ours, seconds of h5py alone), the best of TURNS turns."""
    given = product()
    arrays = {name: value for name, value in given.items() if isinstance(value, np.ndarray)}
    ours, plain = str(folder / "ours.h5"), str(folder / "plain.h5")
    writing: Ways = (lambda: files.write(ours, given), lambda: plain_write(plain, arrays))
    ways: dict[str, Ways] = {
        "write": writing,
        "read": (lambda: files.read(ours), lambda: plain_read(plain)),
        REPLACE: writing,
    }
    rows = []
    for what, (our_way, plain_way) in ways.items():
        our_way(), plain_way()  # the first turn pays for pages and caches
        new = (ours, plain) if what == "write" else ("", "")
        times: list[list[float]] = [[], []]
        for turn in range(TURNS):
            for who in (0, 1) if turn % 2 else (1, 0):  # whoever is second meets the other's pages on their way to disk
                times[who].append(seconds((our_way, plain_way)[who], new[who]))
        rows.append((what, min(times[0]), min(times[1])))
    found = files.read(ours)
    wrong = [name for name, value in arrays.items() if not np.array_equal(found[name], value)]
    if wrong:
        raise SystemExit(f"read back otherwise: {', '.join(wrong)}")
    return rows


def main() -> int:
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as folder:
        rows = compared(Path(folder))
    for what, our, alone in rows:
        print(f"{what}: {our:.2f} s, h5py alone {alone:.2f} s: {alone / our:.0%} of its speed")
    return int(any(alone / our < SHARE for what, our, alone in rows if what != REPLACE))


if __name__ == "__main__":
    sys.exit(main())
