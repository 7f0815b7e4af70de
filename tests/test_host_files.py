"""Files a backend writes: what a write that breaks off in the middle leaves, which no contract can bring about."""

import numpy as np
import pytest

from ptychoparity.backends.host import files


class Interrupted(BaseException):
    """As KeyboardInterrupt: no Exception."""


@pytest.mark.parametrize("how", [ValueError, Interrupted])
def test_a_write_that_breaks_off_leaves_what_was_there(how, tmp_path):
    path = tmp_path / "scan.npz"
    path.write_text("old")
    with pytest.raises(how), files.replacing(str(path)) as stream:
        stream.write(b"half of the n")
        raise how
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_nothing_is_seen_under_the_name_until_all_of_it_is_there(tmp_path):
    path = tmp_path / "scan.npz"
    with files.replacing(str(path)) as stream:
        stream.write(b"new")
        assert not path.exists()
    assert path.read_bytes() == b"new" and list(tmp_path.iterdir()) == [path]


def test_a_member_that_needs_pickle_is_refused_and_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match="allow_pickle"):
        files.write_npz(str(tmp_path / "scan.npz"), {"x": np.zeros(3), "objects": np.array([{}], dtype=object)})
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_is_an_npz_of_the_same_arrays(tmp_path):
    members: dict[str, np.ndarray] = {
        "x": np.arange(5, dtype=np.uint16),
        "y": np.asfortranarray(np.ones((2, 3), np.complex64)),
        "z": np.eye(2)[::-1],
    }
    files.write_npz(str(tmp_path / "scan.npz"), members)
    with np.load(tmp_path / "scan.npz", allow_pickle=False) as archive:
        assert archive.files == list(members)
        assert all(archive[n].dtype == a.dtype and np.array_equal(archive[n], a) for n, a in members.items())


def test_places_where_no_file_can_be(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(ValueError, match="is a folder"), files.replacing(str(tmp_path / "folder")):
        pass
    with pytest.raises(FileNotFoundError, match=r"absent"), files.replacing(str(tmp_path / "absent" / "a.npz")):
        pass
