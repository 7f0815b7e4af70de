"""The configuration's operations: plain values in, plain values out, over the classes beside this file."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ptychoparity.backends.host import checks, settings
from ptychoparity.backends.host.grouping import draw_groups
from ptychoparity.backends.pytorch.settings import store
from ptychoparity.backends.pytorch.settings.canonical import TrainingConfig, validate
from ptychoparity.backends.pytorch.settings.plain import assign, build, class_named, defaults, plain

Answer = dict[str, Any]


def make_config(kind: str, fields: Answer, assignments: Answer) -> Answer:
    """fields of a configuration, every one; defaults as declared (CFG.*). See `build` for what it raises."""
    cls = class_named(kind)
    config = build(cls, fields)
    assign(config, assignments)
    return {"fields": plain(config), "defaults": defaults(cls)}


def validate_config(kind: str, fields: Answer, archive: str | None) -> Answer:
    """{"valid": True}; a ValueError names field, value and what is allowed. `archive` lies in the model_path."""
    given = {**fields, "model_path": str(Path(archive).parent)} if archive else fields
    validate(build(class_named(kind), given))
    return {"valid": True}


def legacy_dict(kind: str, fields: Answer) -> Answer:
    """params: the configuration flat under legacy keys (BRIDGE.TRANSLATE). TypeError for execution settings."""
    return {"params": store.dataclass_to_legacy_dict(build(class_named(kind), fields))}


def update_legacy_dict(params: Answer, kind: str, fields: Answer) -> Answer:
    """params after the bridge, and the configuration's fields, which it leaves alone (BRIDGE.FUNCTION, ONEWAY)."""
    config, filled = build(class_named(kind), fields), dict(params)
    store.update_legacy_dict(filled, config)
    return {"params": filled, "fields": plain(config)}


@contextlib.contextmanager
def _store_with(changes: Answer) -> Iterator[dict[str, Any]]:
    """The process's store as on import with `changes` on top; afterwards as it was."""
    before = dict(store.cfg)
    store.cfg.update(changes)
    try:
        yield store.cfg
    finally:
        store.cfg.clear()
        store.cfg.update(before)


def params_get(changes: Answer, key: str, default: Any) -> Answer:
    """value under key (PARAMS.GET). KeyError for a missing one without a default."""
    with _store_with(changes):
        return {"value": store.get(key) if default is None else store.get(key, default)}


def params_set(changes: Answer, key: str, value: Any) -> Answer:
    """params after one was set, and whether they are the dictionary they were (PARAMS.SET, PARAMS.CFG)."""
    with _store_with(changes) as held:
        store.set(key, value)
        return {"params": dict(store.cfg), "same_store": store.cfg is held}


def group_bridged(changes: Answer, fields: Answer, xcoords: np.ndarray, ycoords: np.ndarray) -> Answer:
    """nn_indices (n_groups, gridsize**2) int64 of positions (n,) px, drawn as the bridged store says (BRIDGE.REGRID).

    Raises ValueError for an N that no model has, and as `draw_groups`.
    """
    for name, coords in (("xcoords", xcoords), ("ycoords", ycoords)):
        checks.rank(name, coords, "n")
        checks.real(name, coords)
        checks.finite(name, coords)
    checks.same_count("ycoords", ycoords, "xcoords", len(xcoords))
    with _store_with(changes) as cfg:
        store.update_legacy_dict(cfg, build(TrainingConfig, fields))
        checks.supported_size(cfg["N"])
        groups = draw_groups(
            xcoords,
            ycoords,
            K=cfg["neighbor_count"],
            nsamples=cfg["n_groups"],
            seed=cfg.get("subsample_seed", 0),
            gridsize=cfg["gridsize"],
            sequential_sampling=cfg["sequential_sampling"],
            enable_oversampling=cfg["enable_oversampling"],
            neighbor_pool_size=cfg.get("neighbor_pool_size"),
        )
    return {"nn_indices": groups}


def read_config(path: str) -> Answer:
    """document: the mapping of a YAML file (CFG.YAML). See `backends.host.settings.read_yaml` for what it raises."""
    return {"document": settings.read_yaml(path)}
