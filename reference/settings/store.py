"""The flat store and the bridge into it: `legacy_dict`, `update_legacy_dict`, `params_get`, `params_set`."""

from copy import deepcopy
from typing import Any

import numpy as np

from ptychoparity.reference import grouping, inputs
from ptychoparity.reference.grouping import Groups
from ptychoparity.reference.settings.build import Fields, build
from ptychoparity.reference.settings.classes import RENAMED, STORE

BRIDGED = ("ModelConfig", "TrainingConfig", "InferenceConfig")


def flatten(built: Fields) -> dict[str, Any]:
    """Legacy key to value: the model's fields beside the others, nine names changed (BRIDGE.FLATTEN, CFG.MAP.*)."""
    flat = {**built, **built.get("model", {})}
    flat.pop("model", None)
    return {RENAMED.get(name, name): value for name, value in flat.items()}


def legacy_dict(kind: str, fields: Fields) -> dict[str, Any]:
    if kind not in BRIDGED:
        raise TypeError(f"{kind} does not go into the flat store: {', '.join(BRIDGED)} do")
    return {"params": flatten(build(kind, fields))}


def update_legacy_dict(params: dict[str, Any], kind: str, fields: Fields) -> dict[str, Any]:
    """The store after the bridge, and the configuration, which it leaves alone (BRIDGE.*).

    None keeps what the store has (BRIDGE.NONE_KEEPS).
    """
    if kind not in BRIDGED:
        raise TypeError(f"{kind} does not go into the flat store: {', '.join(BRIDGED)} do")
    built = build(kind, fields)
    kept = deepcopy(params)
    kept.update({key: value for key, value in flatten(built).items() if value is not None})
    return {"params": kept, "fields": built}


def groups_bridged(changes: dict[str, Any], fields: Fields, xcoords: np.ndarray, ycoords: np.ndarray) -> Groups:
    """Bridge first, then group by what the store says."""
    before = {**STORE, **changes}
    store = update_legacy_dict(before, "TrainingConfig", fields)["params"]
    inputs.size(store["N"])
    inputs.rank("xcoords", xcoords, "n")
    inputs.rank("ycoords", ycoords, "n")
    if len(xcoords) != len(ycoords):
        raise ValueError(f"ycoords has {len(ycoords)} entries, xcoords has {len(xcoords)}")
    inputs.real(xcoords=xcoords, ycoords=ycoords)
    inputs.finite(xcoords=xcoords, ycoords=ycoords)
    return grouping.draw_groups(
        np.column_stack([xcoords, ycoords]),
        K=store["neighbor_count"], nsamples=store["n_groups"], seed=store.get("subsample_seed", 0),
        gridsize=store["gridsize"], sequential_sampling=store["sequential_sampling"],
        enable_oversampling=store["enable_oversampling"], neighbor_pool_size=store.get("neighbor_pool_size"),
    )  # fmt: skip


def group_bridged(changes: dict[str, Any], fields: Fields, xcoords: np.ndarray, ycoords: np.ndarray) -> dict[str, Any]:
    """BRIDGE.REGRID, BRIDGE.ORDER: the members of the groups that the store asks for."""
    return {"nn_indices": groups_bridged(changes, fields, xcoords, ycoords).members}


def derived(store: dict[str, Any], key: str) -> Any:
    """PARAMS.BIGN: what is computed whenever it is asked for."""
    return store["N"] + (store["gridsize"] - 1) * store["offset"] if key == "bigN" else store[key]


def params_get(changes: dict[str, Any], key: str, default: Any) -> dict[str, Any]:
    """PARAMS.GET: of the store as it is on import with `changes` on top."""
    store = {**STORE, **changes}
    if key != "bigN" and key not in store:
        if default is None:
            raise KeyError(f"{key!r} is not in the store")
        return {"value": default}
    return {"value": derived(store, key)}


def params_set(changes: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """PARAMS.SET, PARAMS.CFG: one entry changes, in the same dictionary."""
    if not isinstance(key, str):
        raise ValueError(f"key = {key!r}: a text is asked for")
    return {"params": {**STORE, **changes, key: value}, "same_store": True}
