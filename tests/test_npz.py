"""A file that is no NPZ, or holds Python objects, is named; nobody is told how to unpickle it."""

import io
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ptychoparity.backends.host import scan as host
from ptychoparity.reference import dispatch
from ptychoparity.spec_tests import files
from ptychoparity.spec_tests.goldens import GoldenBroken
from ptychoparity.spec_tests.goldens import read as read_golden
from tests.running import ptychoparity

ADVICE = ("allow_pickle", "pickle.load", "unsafely", "trust")


def _npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def _long_header() -> bytes:
    stream = io.BytesIO()
    header = {"descr": [(f"field{i}", "<f8") for i in range(1200)], "fortran_order": False, "shape": (0,)}
    np.lib.format.write_array_header_2_0(stream, header)
    return stream.getvalue()


def _zip(member: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(member, content)
    return stream.getvalue()


NO_NPZ = {
    "text": b"not a zip\n", "empty": b"", "pickle": pickle.dumps({"xcoords": [1]}), "npy": _npy(np.zeros(3)),
    "objects": _npy(np.array([{}], dtype=object)),
}  # fmt: skip
BAD_MEMBER = {
    "objects": _zip("xcoords.npy", _npy(np.array([{}], dtype=object))),
    "long header": _zip("xcoords.npy", _long_header()),
    "no array": _zip("xcoords.npy", b"bytes"),
}  # fmt: skip
READERS: dict[str, Callable[[Path], object]] = {
    "load_scan": lambda path: dispatch.call("load_scan", {"path": str(path), "N": None, "units": "amplitude"}),
    "read_metadata": lambda path: dispatch.call("read_metadata", {"path": str(path)}),
    "load_count_scan": lambda path: dispatch.call(
        "load_count_scan", {"path": str(path), "N": None, "profile": "ci_intensity_v2"}
    ),
    "host": lambda path: host.read_scan(str(path), None),
    "host metadata": lambda path: host.read_metadata(str(path)),
    "members": files.read_npz,
    "golden": read_golden,
}


@pytest.mark.parametrize("content", NO_NPZ.values(), ids=NO_NPZ)
@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_what_is_no_npz_is_called_so(reader, content, tmp_path):
    path = tmp_path / "scan.npz"
    path.write_bytes(content)
    with pytest.raises((ValueError, files.Unreadable, GoldenBroken, KeyError)) as refused:
        reader(path)
    words = str(refused.value)
    assert "scan.npz" in words and not [a for a in ADVICE if a in words], words


@pytest.mark.parametrize("reader", ["load_scan", "read_metadata", "load_count_scan", "members", "golden"])
def test_an_archive_that_begins_elsewhere_is_none_to_numpy(reader, tmp_path):
    path = tmp_path / "scan.npz"
    path.write_bytes(b"x" * 64 + _zip("a.npy", _npy(np.zeros(3))))
    with pytest.raises((ValueError, files.Unreadable, GoldenBroken), match=r"scan\.npz is no NPZ file"):
        READERS[reader](path)


@pytest.mark.parametrize("content", BAD_MEMBER.values(), ids=BAD_MEMBER)
@pytest.mark.parametrize("reader", ["load_scan", "host"])
def test_a_member_that_cannot_be_read_is_named(reader, content, tmp_path):
    path = tmp_path / "scan.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="xcoords") as refused:
        READERS[reader](path)
    assert not [a for a in ADVICE if a in str(refused.value)], refused.value


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--backend", "numpy", "--runs", "{runs}", "--scan", "{file}"),
        ("overlap", "--gridsize", "1", "--simg", "1", "--ngroups", "5", "--output", "{runs}", "{file}"),
    ],
)
def test_a_command_names_the_file_and_its_fault(arguments, tmp_path):
    path = tmp_path / "scan.npz"
    path.write_bytes(NO_NPZ["text"])
    done = ptychoparity(*(a.format(file=path, runs=tmp_path / "out") for a in arguments))
    assert done.exit == 2 and str(path) in done.stderr and "no NPZ file" in done.stderr
    assert not [a for a in ADVICE if a in done.stderr]
