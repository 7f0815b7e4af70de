"""Operations `group_scan`, `group_bridged`, `load_container`."""

from typing import Any

import numpy as np
from ptycho import loader
from ptycho.config.config import update_legacy_dict
from ptycho.raw_data import RawData

from ptychoparity.backends.upstream.tensorflow.config import build
from ptychoparity.backends.upstream.tensorflow.store import store

Answer = dict[str, Any]
OUTPUTS = (
    "diffraction", "X_full", "Y", "coords_offsets", "coords_relative", "coords_start_offsets",
    "coords_start_relative", "coords_nn", "coords_start_nn", "nn_indices", "objectGuess",
)  # fmt: skip
CONTAINER = (
    "X", "Y_I", "Y_phi", "Y", "coords_nominal", "coords_true", "global_offsets", "local_offsets", "nn_indices", "probe",
)  # fmt: skip


def group_scan(
    xcoords: np.ndarray, ycoords: np.ndarray, xcoords_start: np.ndarray | None, ycoords_start: np.ndarray | None,
    diff3d: np.ndarray, objectGuess: np.ndarray | None, Y: np.ndarray | None, params_gridsize: int | None = None,
    params_nphotons: float | None = None, **settings: Any,
) -> Answer:  # fmt: skip
    """`ptycho.raw_data.RawData.generate_grouped_data`, with its own names for the settings."""
    kept = {"gridsize": params_gridsize, "nphotons": params_nphotons}
    with store(**{name: value for name, value in kept.items() if value is not None}):
        start = xcoords if xcoords_start is None else xcoords_start, ycoords if ycoords_start is None else ycoords_start
        raw = RawData(xcoords, ycoords, *start, diff3d, None, None, objectGuess, Y=Y)
        grouped = raw.generate_grouped_data(**settings)
        return {name: _array(grouped[name]) for name in OUTPUTS}


def group_bridged(changes: dict[str, Any], fields: dict[str, Any], xcoords: np.ndarray, ycoords: np.ndarray) -> Answer:
    """`ptycho.config.config.update_legacy_dict`, then `generate_grouped_data` as the store has it."""
    with store() as cfg:
        cfg.update(changes)
        update_legacy_dict(cfg, build("TrainingConfig", fields))
        blank = np.ones((len(xcoords), 1, 1), np.float32)
        grouped = RawData(xcoords, ycoords, xcoords, ycoords, blank, None, None).generate_grouped_data(
            cfg["N"], K=cfg["neighbor_count"], nsamples=cfg["n_groups"], seed=cfg.get("subsample_seed", 0),
            sequential_sampling=cfg["sequential_sampling"], enable_oversampling=cfg["enable_oversampling"],
            neighbor_pool_size=cfg.get("neighbor_pool_size"),
        )  # fmt: skip
        return {"nn_indices": np.asarray(grouped["nn_indices"])}


def load_container(probe: np.ndarray, which: str | None, train_fraction: float | None = None, **grouped: Any) -> Answer:
    """`ptycho.loader.load`; coordinates that are not given are no keys of the dictionary it reads."""
    given = {name: value for name, value in grouped.items() if value is not None or name == "Y"}
    split = train_fraction is not None
    container = loader.load(lambda: (given, train_fraction) if split else given, probe, which, split)
    return {name: _array(getattr(container, name)) for name in CONTAINER}


def _array(value: Any) -> np.ndarray | None:
    return None if value is None else np.asarray(value)
