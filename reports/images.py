"""Arrays of a run as small PNG pictures: 8-bit palette, a data URI each, no text in the pixels.

A palette picture of 256 px is a third of the same in RGB, and captions and colour bars stay text that follows
the page's colours, size and reader. Colour maps are matplotlib's.
"""

import base64
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ptychoparity.core.events import Artifact, Where
from ptychoparity.core.events_check import Picture as Kept

MOST_FRAMES = 4
SIZES = (256, 192, 128, 64)
"""Edges tried, largest first, until all pictures fit the budget."""

_MAPS = {"magnitude": "viridis", "counts": "gray", "phase": "twilight", "signed": "coolwarm"}
_LOG_DYNAMIC_RANGE = 1e5


@dataclass(frozen=True)
class Picture:
    """One channel of one frame."""

    label: str
    image: str
    """data URI of the picture"""
    bar: str
    """data URI of its colour bar, lowest value left"""
    low: str
    middle: str
    high: str
    units: str
    width: int
    height: int
    note: str = ""


@dataclass(frozen=True)
class Exhibit:
    """One artifact: its pictures, or why there are none."""

    name: str
    caption: str
    column: str
    """backend@device; empty where the artifact belongs to the scan"""
    pictures: tuple[Picture, ...]
    problem: str = ""


def gallery(directory: Path, artifacts: tuple[Artifact, ...], budget: int) -> list[Exhibit]:
    """Pictures of all artifacts whose data URIs together stay below `budget` bytes.

    Pictures shrink until they fit; where even the smallest do not, the last ones are named without a picture.
    """
    for edge in SIZES:
        exhibits = [_exhibit(directory, artifact, edge) for artifact in artifacts]
        if sum(map(_weight, exhibits)) <= budget:
            return exhibits
    kept, spent = [], 0
    for exhibit in exhibits:
        spent += _weight(exhibit)
        about = (exhibit.name, exhibit.caption, exhibit.column)
        kept.append(exhibit if spent <= budget else _problem(*about, "left out: the page would be too large"))
    return kept


def _weight(exhibit: Exhibit) -> int:
    return sum(len(picture.image) + len(picture.bar) for picture in exhibit.pictures)


def _problem(name: str, caption: str, column: str, why: str) -> Exhibit:
    return Exhibit(name, caption, column, (), why)


def _exhibit(directory: Path, artifact: Artifact, edge: int) -> Exhibit:
    about = (artifact.name, artifact.caption, artifact.column)
    path = (directory / artifact.file).resolve()
    if not path.is_relative_to(directory.resolve()):
        return _problem(*about, f"{artifact.file} lies outside the run's folder")
    try:
        array = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        return _problem(*about, f"{artifact.file} is missing")
    except (OSError, ValueError) as error:
        return _problem(*about, f"{artifact.file} cannot be read: {type(error).__name__}: {error}")
    if array.ndim < 2 or array.size == 0 or array.dtype.kind not in "biufc":
        return _problem(*about, f"{artifact.file} is no picture: {array.dtype}, shape {array.shape}")
    shown = _frames(array)
    pictures = [
        picture
        for number, frame in enumerate(shown)
        for picture in _channels(frame, artifact.name, artifact.units, edge, f" {number}" if len(shown) > 1 else "")
    ]
    return Exhibit(*about, tuple(pictures))


def _frames(array: np.ndarray) -> list[np.ndarray]:
    """The first few (height, width) frames of an array (..., height, width) or (..., height, width, C)."""
    if array.ndim >= 4 and array.shape[-1] < min(array.shape[-2], array.shape[-3]):
        array = np.moveaxis(array, -1, -3)
    stack = array.reshape(-1, *array.shape[-2:])
    return list(stack[:MOST_FRAMES])


def _channels(frame: np.ndarray, name: Kept, units: str, edge: int, number: str) -> list[Picture]:
    if name is Kept.DIFFERENCE:
        # The phase of a difference says nothing, and a lone wrong pixel must outlive downsampling.
        signed = frame.dtype.kind != "c" and bool(np.any(frame < 0))
        values = _shrink(frame.astype(float) if signed else np.abs(frame), edge, largest=True)
        return [_picture("difference" + number, values, "signed" if signed else "magnitude", units)]
    if frame.dtype.kind == "c":
        small = _shrink(frame, edge)
        amplitude, phase = np.abs(small), np.angle(small)
        kind = "signed" if _is_weak(phase) else "phase"
        first = _picture("amplitude" + number, amplitude, "magnitude", units)
        return [first, _picture("phase" + number, phase, kind, "rad")]
    kind = "counts" if name is Kept.DIFFRACTION else "magnitude"
    return [_picture((name if number else "") + number, _shrink(frame.astype(float), edge), kind, units)]


def _is_weak(phase: np.ndarray) -> bool:
    """Whether the phase stays within a quarter turn: then a cyclic map over the whole turn would hide it."""
    return bool(np.nanmax(np.abs(phase), initial=0.0) <= np.pi / 2)


def _shrink(frame: np.ndarray, edge: int, largest: bool = False) -> np.ndarray:
    """`frame` in equal blocks, at most `edge` on a side: a block's mean, or its value of largest size."""
    step = -(-max(frame.shape) // edge)
    if step == 1:
        return frame
    pad = [(0, -size % step) for size in frame.shape]
    blocks = np.pad(frame, pad, mode="edge")
    blocks = blocks.reshape(blocks.shape[0] // step, step, blocks.shape[1] // step, step)
    blocks = blocks.transpose(0, 2, 1, 3).reshape(blocks.shape[0], blocks.shape[2], -1)
    if not largest:
        mean: np.ndarray = blocks.mean(axis=-1)
        return mean
    place = np.nan_to_num(np.abs(blocks), nan=np.inf).argmax(axis=-1)
    largest_of: np.ndarray = np.take_along_axis(blocks, place[..., None], axis=-1)[..., 0]
    return largest_of


def _picture(label: str, values: np.ndarray, kind: str, units: str) -> Picture:
    finite = np.isfinite(values)
    low, high = (float(values[finite].min()), float(values[finite].max())) if finite.any() else (0.0, 0.0)
    if kind == "phase":
        low, high = -np.pi, np.pi
    elif kind == "signed":
        high = max(abs(low), abs(high))
        low = -high
    log = kind == "counts" and high > 0
    floor = max(high / _LOG_DYNAMIC_RANGE, float(np.min(values[finite & (values > 0)], initial=high)))
    bottom, top = (float(np.log(floor)), float(np.log(high))) if log else (low, high)
    span = top - bottom or 1.0
    shown = np.where(finite, values, low)
    level = ((np.log(np.maximum(shown, floor)) if log else shown) - bottom) / span
    pixels = np.where(finite, 1 + np.clip(np.rint(254 * level), 0, 254), 0).astype(np.uint8)
    middle = float(np.exp((bottom + top) / 2)) if log else (low + high) / 2
    ends = (floor, middle, high) if log else (low, middle, high)
    notes = ["logarithmic scale"] if log else []
    if not finite.all():
        notes.append(f"{(~finite).sum()} pixels not finite (red)")
    palette = _palette(_MAPS[kind])
    strip = np.arange(1, 256, dtype=np.uint8)[None, :]
    below, between, above = ("-π", "0", "π") if kind == "phase" else (f"{value:.3g}" for value in ends)
    return Picture(
        label=label,
        image=_data_uri(pixels, palette),
        bar=_data_uri(strip, palette),
        low=below,
        middle=between,
        high=above,
        units=units,
        width=values.shape[1],
        height=values.shape[0],
        note=", ".join(notes),
    )


def error_map(where: Where) -> str:
    """Return the data URI of a small picture of errors: pale where all is well, darker with the error."""
    pixels = np.array([[_ERROR_CELLS.index(cell) for cell in row] for row in where.rows], dtype=np.uint8)
    return _data_uri(pixels, _ERROR_COLOURS)


_ERROR_CELLS = "0123456789x"
_ERROR_COLOURS = (
    b"\xdf\xe3\xe8\xff\xe9\xb8\xff\xdd\x91\xfe\xcb\x6a\xfd\xb3\x50\xfb\x94\x41"
    b"\xf4\x71\x3a\xe3\x4a\x33\xc4\x26\x26\x8f\x0f\x1d\x6a\x00\xb0"
)
"""A colour for each cell: grey, yellow to dark red, violet for what is not finite."""


@cache
def _palette(name: str) -> bytes:
    """256 RGB triples: red for what is not finite, then 255 steps of the colour map."""
    import matplotlib

    matplotlib.use("Agg")
    colours = matplotlib.colormaps[name](np.linspace(0, 1, 255))[:, :3]
    return bytes([255, 0, 0]) + bytes(np.rint(255 * colours).astype(np.uint8))


def _data_uri(pixels: np.ndarray, palette: bytes) -> str:
    """`pixels` (height, width) uint8 as an indexed PNG (RFC 2083) in a data URI."""
    height, width = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels], axis=1).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
