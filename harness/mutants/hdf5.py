"""Faults of reading and writing HDF5 files, by place: "probe", "probe@pixel_width_m", "@name".

Wrappers like those of `harness.mutants.wrappers`, which lists them all. h5py is imported where a fault needs it.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np

from ptychoparity.harness.mutants.changes import apply

Call = Callable[[dict[str, Any]], dict[str, Any]]


def _there(path: str, place: str) -> bool:
    """Whether the file at `path` can be read and holds `place`."""
    import h5py

    where, _, name = place.partition("@")
    try:
        with h5py.File(path, "r") as file:
            node = file.get(where or "/")
            return node is not None and (not name or name in node.attrs)
    except OSError:
        return False


def _put(file: Any, place: str, value: Any) -> None:
    """Replace what is at `place`, keeping a dataset's attributes; None takes it away."""
    where, _, name = place.partition("@")
    if name:
        attributes = file[where or "/"].attrs
        if value is None:
            del attributes[name]
        else:
            attributes[name] = value
        return
    kept = dict(file[where].attrs) if where in file else {}
    if where in file:
        del file[where]
    if value is not None:
        file[where] = value
        file[where].attrs.update(kept)


def _get(file: Any, place: str) -> Any:
    where, _, name = place.partition("@")
    return file[where or "/"].attrs[name] if name else file[where][()]


def stores(call: Call, inputs: dict[str, Any], *, changes: dict[str, Any]) -> dict[str, Any]:
    """Places of the file it writes are changed; one changed to None is left out."""
    import h5py

    outputs = call(inputs)
    with h5py.File(outputs["path"], "r+") as file:
        for place, steps in changes.items():
            if _there_in(file, place):
                _put(file, place, apply(_get(file, place), steps))
    return outputs


def _there_in(file: Any, place: str) -> bool:
    where, _, name = place.partition("@")
    return (where or "/") in file and (not name or name in file[where or "/"].attrs)


def relocates(call: Call, inputs: dict[str, Any], *, places: dict[str, str]) -> dict[str, Any]:
    """What belongs at one place of the file it writes lies at another."""
    import h5py

    outputs = call(inputs)
    with h5py.File(outputs["path"], "r+") as file:
        for place, other in places.items():
            if _there_in(file, place):
                value = _get(file, place)
                _put(file, place, None)
                _put(file, other, value)
    return outputs


def fixes_texts(call: Call, inputs: dict[str, Any], *, places: list[str]) -> dict[str, Any]:
    """Texts are written in a fixed length."""
    import h5py

    outputs = call(inputs)
    with h5py.File(outputs["path"], "r+") as file:
        for place in places:
            _put(file, place, np.bytes_(_get(file, place).encode("utf-8")))
    return outputs


def copies_links(call: Call, inputs: dict[str, Any], *, places: list[str]) -> dict[str, Any]:
    """What should be a second name of an array is a copy of it."""
    import h5py

    outputs = call(inputs)
    with h5py.File(outputs["path"], "r+") as file:
        for place in places:
            if place in file:
                _put(file, place, file[place][()])
    return outputs


def blind(call: Call, inputs: dict[str, Any], *, places: list[str]) -> dict[str, Any]:
    """Does not see `places` of the file it reads."""
    import h5py

    if not any(_there(inputs["path"], place) for place in places):
        return call(inputs)
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(inputs["path"], os.path.join(folder, os.path.basename(inputs["path"])))
        with h5py.File(copy, "r+") as file:
            for place in places:
                if _there_in(file, place):
                    _put(file, place, None)
        return call({**inputs, "path": copy})


def insists(call: Call, inputs: dict[str, Any], *, place: str) -> dict[str, Any]:
    """Cannot read a file without `place`."""
    if os.path.exists(inputs["path"]) and not _there(inputs["path"], place):
        raise KeyError(f"{place} is missing")
    return call(inputs)


def chokes(call: Call, inputs: dict[str, Any], *, place: str) -> dict[str, Any]:
    """Cannot read a file that holds `place`."""
    if _there(inputs["path"], place):
        raise ValueError(f"{place} is not known")
    return call(inputs)


def lacking(call: Call, inputs: dict[str, Any], *, place: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Outputs are changed where the file does not hold `place`."""
    if _there(inputs["path"], place):
        return call(inputs)
    outputs = call(inputs)
    return {**outputs, **{name: apply(outputs[name], steps) for name, steps in changes.items()}}


def any_bit(call: Call, inputs: dict[str, Any], *, mask: str) -> dict[str, Any]:
    """A pixel is bad wherever the mask is not 0."""
    import h5py

    outputs = call(inputs)
    if not _there(inputs["path"], mask):
        return outputs
    with h5py.File(inputs["path"], "r") as file:
        return {**outputs, "bad_pixels": file[mask][()] != 0}


FAULTS: tuple[Callable[..., Any], ...] = (
    stores, relocates, fixes_texts, copies_links, blind, insists, chokes, lacking, any_bit,
)  # fmt: skip
