"""From a grouped dictionary to the container a model is trained on (DATA.CONTAINER.*, DATA.LOADER.CALL)."""

from typing import Any

import numpy as np

from ptychoparity.reference import inputs

PAIRS = (("coords_offsets", "coords_relative"), ("coords_start_offsets", "coords_start_relative"))
SPLITS = ("train", "test", None)


def choose_pairs(given: dict[str, np.ndarray | None]) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """((offsets, relative) of the true positions, those of the nominal ones).

    DATA.GROUP.LEGACY_PAIR: one complete pair is enough and then stands for both. Where both are there, the
    coords_start_* pair is where the scan was told to go, the other where it went (DATA.CONTAINER.NOMINAL_TRUE).
    """
    pairs = [(given[offsets], given[relative]) for offsets, relative in PAIRS]
    complete = [(one, other) for one, other in pairs if one is not None and other is not None]
    if not complete:
        raise ValueError("coords_offsets and coords_relative are asked for, or coords_start_offsets and _relative")
    return complete[0], complete[-1]


def part_of(which: str | None, train_fraction: float | None, groups: int) -> slice:
    """DATA.LOADER.SPLIT: the groups that are answered, the first floor(train_fraction * groups) or the others."""
    if train_fraction is None:
        return slice(None)
    if not 0 < train_fraction < 1:
        raise ValueError(f"train_fraction={train_fraction:g}: a number between 0 and 1 is asked for")
    if which is None:
        raise ValueError("which=None: with train_fraction, train or test is asked for")
    cut = int(np.floor(round(train_fraction * groups, 9)))
    if not 0 < cut < groups:
        raise ValueError(f"train_fraction={train_fraction:g} of {groups} groups leaves a part without any")
    return slice(cut) if which == "train" else slice(cut, None)


def check_groups(X: np.ndarray, arrays: dict[str, np.ndarray | None], last: dict[str, int]) -> None:
    """Every array counts X's groups along its first axis and `last` along its last (ERR.SHAPES)."""
    for name, value in arrays.items():
        if value is None:
            continue
        if len(value) != len(X):
            raise ValueError(f"{name} has {len(value)} groups, X_full has {len(X)}")
        if value.shape[-1] != last[name]:
            raise ValueError(f"{name} has {value.shape[-1]} channels, {last[name]} are asked for by X_full")


def load_container(
    X_full: np.ndarray,
    Y: np.ndarray | None,
    coords_offsets: np.ndarray | None,
    coords_relative: np.ndarray | None,
    coords_start_offsets: np.ndarray | None,
    coords_start_relative: np.ndarray | None,
    nn_indices: np.ndarray,
    probe: np.ndarray,
    which: str | None,
    train_fraction: float | None = None,
) -> dict[str, Any]:
    """See the contract `load_container`. `known` is 1 where Y is truth, 0 where it only fills the shape."""
    if which not in SPLITS:
        raise ValueError(f"which={which!r}: train, test or None are asked for")
    inputs.rank("X_full", X_full, "B, N, N, C")
    inputs.square("X_full", X_full, 1)
    inputs.size(X_full.shape[1])
    inputs.rank("nn_indices", nn_indices, "B, C")
    inputs.rank("probe", probe, "N, N")
    if probe.shape != X_full.shape[1:3]:
        raise ValueError(f"probe has shape {probe.shape}, the patterns are {X_full.shape[1]} x {X_full.shape[2]}")
    C = X_full.shape[3]
    given = {"coords_offsets": coords_offsets, "coords_relative": coords_relative,
             "coords_start_offsets": coords_start_offsets, "coords_start_relative": coords_start_relative}  # fmt: skip
    for name, value in given.items():
        if value is not None:
            inputs.rank(name, value, "B, 1, 2, 1" if name.endswith("offsets") else "B, 1, 2, C")
    if Y is not None and Y.shape != X_full.shape:
        raise ValueError(f"Y has shape {Y.shape}, X_full has {X_full.shape}")
    check_groups(X_full, {**given, "nn_indices": nn_indices},
                 {name: 1 if name.endswith("offsets") else C for name in (*given, "nn_indices")})  # fmt: skip
    inputs.real(X_full=X_full, **{name: value for name, value in given.items() if value is not None})
    inputs.whole(nn_indices=nn_indices)
    inputs.not_negative(X_full=X_full, nn_indices=nn_indices)
    arrays = {"X_full": X_full, "probe": probe, **given} | ({} if Y is None else {"Y": Y})
    inputs.finite(**{name: value for name, value in arrays.items() if value is not None})
    part = part_of(which, train_fraction, len(X_full))
    true, nominal = choose_pairs({name: None if value is None else value[part] for name, value in given.items()})
    X_full = X_full[part]
    truth = np.ones(X_full.shape, dtype=complex) if Y is None else np.asarray(Y[part], dtype=complex)
    return {
        "X": X_full.astype(float), "Y_I": np.abs(truth), "Y_phi": np.angle(truth), "Y": truth,
        "truth_given": Y is not None, "known": np.full(X_full.shape, 0.0 if Y is None else 1.0),
        "coords_nominal": nominal[1].astype(float), "coords_true": true[1].astype(float),
        "global_offsets": true[0].astype(float), "local_offsets": true[1].astype(float),
        "nn_indices": nn_indices[part], "probe": np.asarray(probe, dtype=complex),
    }  # fmt: skip
