"""HDF5 files as the contracts describe them: flat, every member under the name of its place.

"probe" is a dataset, "probe@pixel_width_m" an attribute of it, "@name" one of the root, "raw_data/diffraction" a
dataset in a group. A second name of an object, a hard link, is the text "= /probe".
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

FORMAT = {"libver": ("v108", "v108")}
"""That of HDF5 1.8: an older one holds no attribute above 64 KiB."""


class NotText:
    """A text that is not UTF-8 of variable length; it is known by its type alone (PRODUCT.STRINGS)."""

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name

    def __repr__(self) -> str:
        return self.type_name


def read(path: Path) -> dict[str, Any]:
    """Every dataset and attribute of an HDF5 file: arrays, and texts as str. Raises OSError."""
    with h5py.File(path, "r") as file:
        return dict(_members(file, "", {}))


def _members(node: Any, place: str, seen: dict[Any, str]) -> Iterator[tuple[str, Any]]:
    for name in node.attrs:
        yield f"{place}@{name}", _value(node.attrs[name], node.attrs.get_id(name).dtype)
    if isinstance(node, h5py.Dataset):
        yield place, _value(node[()], node.dtype)
        return
    for name, child in sorted(node.items()):
        inner = f"{place}/{name}".lstrip("/")
        if child is None:  # what a link leads to is not there
            yield inner, "leads nowhere"
            continue
        known = seen.setdefault(h5py.h5o.get_info(child.id).addr, inner)
        if known == inner:
            yield from _members(child, inner, seen)
        else:
            yield inner, f"= /{known}"


def _value(value: Any, dtype: np.dtype) -> Any:
    text = h5py.check_string_dtype(dtype)
    if text is None:
        return np.asarray(value)
    if text.encoding != "utf-8" or text.length is not None:
        return NotText(f"{text.encoding} text of {text.length or 'variable'} length")
    return value.decode("utf-8") if isinstance(value, bytes) else value


def write(path: Path, members: Mapping[str, Any]) -> None:
    """A file with these members; None is left out, and with a dataset its attributes.

    "= /probe" becomes a hard link, bytes a text of fixed length.
    """
    with h5py.File(path, "w", **FORMAT) as file:
        there = {name: value for name, value in members.items() if value is not None}
        for name, value in sorted(there.items(), key=lambda item: ("@" in item[0], _is_link(item[1]))):
            where, _, attribute = name.partition("@")
            if attribute:
                node = file.get(where or "/")
                if node is not None:
                    node.attrs[attribute] = value
            elif _is_link(value):
                file[name] = file[value.removeprefix("= ")]
            else:
                file[name] = value


def _is_link(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("= /")


def changed(members: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The members as a case asks: `transpose`, `reshape`, `put` (a text), `fixed` (texts of fixed length), `copy`,
    `rename`, `drop`; in that order.
    """
    found = {name: value for name, value in members.items() if value is not None}
    for name, axes in options.get("transpose", {}).items():
        found[name] = found[name].transpose(axes)
    for name, shape in options.get("reshape", {}).items():
        found[name] = found[name].reshape(shape)
    found |= options.get("put", {})
    for name in options.get("fixed", []):
        found[name] = np.bytes_(found[name].encode("utf-8"))
    for name, other in options.get("copy", {}).items():
        found[other] = found[name]
    for name, other in options.get("rename", {}).items():
        for old in [n for n in found if n == name or n.startswith((f"{name}@", f"{name}/"))]:
            found[other + old.removeprefix(name)] = found.pop(old)
    for name in options.get("drop", []):
        # with a dataset go its attributes, with a group what is in it
        found = {n: v for n, v in found.items() if n != name and not n.startswith((f"{name}@", f"{name}/"))}
    return found
