"""Pictures of a run's arrays: whole, small, and never from outside the run."""

import base64
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from ptychoparity.core.events import Artifact, Where
from ptychoparity.reports import images


def _artifact(name: str, file: str, backend: str = "", device: str = "") -> Artifact:
    return Artifact.from_json({"name": name, "caption": "", "backend": backend, "device": device, "file": file})


def test_a_difference_keeps_its_one_wrong_pixel(tmp_path: Path) -> None:
    array = np.zeros((1000, 1000))
    array[501, 777] = -3.0
    np.save(tmp_path / "d.npy", array)
    artifact = _artifact("difference", "d.npy", "pytorch", "cpu")
    (exhibit,) = images.gallery(tmp_path, (artifact,), 10**6)
    (picture,) = exhibit.pictures
    assert (picture.width, picture.height) == (250, 250)
    assert (picture.low, picture.high) == ("-3", "3")


@pytest.mark.parametrize(
    "array",
    [np.full((8, 8), np.nan), np.zeros((8, 8)), np.full((3, 8, 8), np.nan + 0j), np.eye(8, dtype=bool)],
)
@pytest.mark.parametrize("name", ["difference", "diffraction", "object"])
@pytest.mark.filterwarnings("error")
def test_flat_and_broken_arrays_are_pictures_too(tmp_path: Path, array: np.ndarray, name: str) -> None:
    np.save(tmp_path / "a.npy", array)
    artifact = _artifact(name, "a.npy")
    (exhibit,) = images.gallery(tmp_path, (artifact,), 10**6)
    assert exhibit.pictures and not exhibit.problem


def test_an_artifact_outside_the_run_is_not_read(tmp_path: Path) -> None:
    np.save(tmp_path / "secret.npy", np.eye(4))
    (tmp_path / "run").mkdir()
    artifact = _artifact("object", "../secret.npy")
    (exhibit,) = images.gallery(tmp_path / "run", (artifact,), 10**6)
    assert not exhibit.pictures and "outside" in exhibit.problem


def test_pictures_shrink_to_their_budget(tmp_path: Path) -> None:
    np.save(tmp_path / "n.npy", np.random.default_rng(0).normal(size=(256, 256)))
    artifact = _artifact("object", "n.npy")
    (large,) = images.gallery(tmp_path, (artifact,), 10**6)
    (small,) = images.gallery(tmp_path, (artifact,), 30_000)
    (none,) = images.gallery(tmp_path, (artifact,), 100)
    assert large.pictures[0].width == 256 > small.pictures[0].width
    assert "left out" in none.problem


def test_a_picture_of_errors_has_a_pixel_for_each_block() -> None:
    uri = images.error_map(Where(axes=(1, 2), rows=("0019", "x000")))
    png = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    assert struct.unpack(">II", png[16:24]) == (4, 2)
    at = png.index(b"IDAT")
    length = struct.unpack(">I", png[at - 4 : at])[0]
    assert zlib.decompress(png[at + 4 : at + 4 + length]) == bytes([0, 0, 0, 1, 9, 0, 10, 0, 0, 0])
    assert len(uri) < 300, "it is on the page once for each comparison that failed"
