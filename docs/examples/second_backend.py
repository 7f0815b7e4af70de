"""A second whole backend: a parameter store, a file that is read, and a file that is written.

ptychoparity check --backend docs.examples.second_backend:SecondBackend --profile quick
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ptychoparity import BackendInfo, DeviceUnavailable, UnknownOperation
from ptychoparity.backends.host import legacy_params, rawdata, scan
from ptychoparity.backends.host.byte_order import native

STORE: dict[str, Any] = dict(legacy_params.DEFAULTS)
"""Stands for the store of your package, `ptycho.params.cfg` for instance: one dictionary that everybody shares."""


@contextmanager
def store_with(changes: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The store as it is on import with `changes` on top; afterwards it is as it was.

    A contract's call knows nothing of the call before, but the process is the same: what one leaves behind, the next
    one finds.
    """
    before = dict(STORE)
    STORE.clear()
    STORE.update(legacy_params.DEFAULTS, **changes)
    try:
        yield STORE
    finally:
        STORE.clear()
        STORE.update(before)


class SecondBackend:
    """Scans and settings, in NumPy. The constructor takes `device`, "cpu" or "cuda"."""

    def __init__(self, device: str = "cpu") -> None:
        if device != "cpu":
            raise DeviceUnavailable(f"SecondBackend computes on cpu, not on {device}")
        self._operations = {
            "params_get": self._params_get,
            "params_set": self._params_set,
            "load_scan": self._load_scan,
            "save_scan": self._save_scan,
        }

    def info(self) -> BackendInfo:
        return BackendInfo("second", "0.1", "numpy", np.__version__, "cpu", "float64, answers in float32")

    def operations(self) -> frozenset[str]:
        return frozenset(self._operations)

    def call(self, operation: str, inputs: dict[str, Any]) -> dict[str, Any]:
        if operation not in self._operations:
            raise UnknownOperation(f"SecondBackend does not claim {operation!r}")
        return self._operations[operation](**native(inputs))  # a file's byte order is the machine's

    def synchronize(self) -> None:
        """NumPy has finished when it returns."""

    # -- a store: JSON values in, JSON values out ---------------------------------------------------------------

    def _params_get(self, changes: dict[str, Any], key: str, default: Any) -> dict[str, Any]:
        """value under `key`; bigN is computed. Raises KeyError where there is neither a value nor a default."""
        with store_with(changes) as store:
            if key == "bigN":
                return {"value": store["N"] + (store["gridsize"] - 1) * store["offset"]}
            if key not in store and default is None:
                raise KeyError(f"{key!r} is not in the store")
            return {"value": store.get(key, default)}

    def _params_set(self, changes: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
        """params after the entry is set, and whether that is the dictionary it was. Raises TypeError for the key."""
        if not isinstance(key, str):
            raise TypeError(f"key must be a text, got {key!r}")
        with store_with(changes) as store:
            store[key] = value
            return {"params": dict(store), "same_store": store is STORE}  # a copy: the store is put back

    # -- a file that is read: the input is its path, the outputs are what is in it -------------------------------

    def _load_scan(self, path: str, N: int | None, units: str) -> dict[str, Any]:
        """The scan in the NPZ at `path`, diff3d as amplitude (n, N, N) float32."""
        scan.check_units(units)
        found = scan.read_scan(path, N)  # refuses what is no scan, and names the file and the key
        scan.warn_if_counts(found["diff3d"], units)
        diff3d = found["diff3d"] if units == "amplitude" else np.sqrt(found["diff3d"].astype(np.float64))
        return {**found, "diff3d": diff3d.astype(np.float32)}

    # -- a file that is written: the input is a target, the output is its path, and the file is compared ---------

    def _save_scan(self, path: str, **arrays: np.ndarray | None) -> dict[str, Any]:
        """The file at `path`, whole or not at all; nothing is left beside it."""
        return rawdata.save_scan(path=path, **arrays)
