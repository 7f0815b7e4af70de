"""The folder of an audit and the ledger: whole or not at all, and nothing that is there is written again."""

import json
import threading
import time

import pytest

from ptychoparity.audit import folder, ledger
from ptychoparity.core.errors import UsageError


def test_a_folder_appears_whole(tmp_path):
    seen = []

    def texts(stamp):
        seen.append(sorted(path.name for path in tmp_path.iterdir()))
        return {"a.md": stamp, "b.md": "b"}

    made = folder.write(tmp_path, texts, lambda: "2026-01-01T000000Z")
    assert {path.name: path.read_text() for path in made.iterdir()} == {"a.md": "2026-01-01T000000Z", "b.md": "b"}
    assert seen == [[]] and [path.name for path in tmp_path.iterdir()] == ["2026-01-01T000000Z"]


def test_nothing_is_left_where_texts_cannot_be_made(tmp_path):
    def texts(stamp):
        return {"a.md": "a", "no/such/folder.md": "b"}

    with pytest.raises(UsageError, match=r"--out .*no audit can be written"):
        folder.write(tmp_path, texts)
    assert list(tmp_path.iterdir()) == []


def test_an_audit_of_the_same_second_is_not_replaced(tmp_path):
    stamps = iter(["t1", "t1", "t2"])
    first = folder.write(tmp_path, lambda stamp: {"a": "first"}, lambda: next(stamps))
    second = folder.write(tmp_path, lambda stamp: {"a": "second"}, lambda: next(stamps))
    assert (first.name, second.name) == ("t1", "t2") and (first / "a").read_text() == "first"


def test_one_that_came_first_while_writing_is_not_replaced(tmp_path):
    stamps = iter(["t1", "t2"])

    def texts(stamp):
        if stamp == "t1":
            (tmp_path / "t1").mkdir()
            (tmp_path / "t1" / "a").write_text("theirs")
        return {"a": "mine"}

    assert folder.write(tmp_path, texts, lambda: next(stamps)).name == "t2"
    assert (tmp_path / "t1" / "a").read_text() == "theirs"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t1", "t2"]


def test_an_out_that_is_a_file(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(UsageError, match=r"--out"):
        folder.check(tmp_path / "out")


def test_json_is_ascii_and_knows_no_nan():
    assert json.loads(folder.json_text({"a": "\u03bb"})) == {"a": "\u03bb"} and folder.json_text("\u03bb").isascii()
    with pytest.raises(ValueError):
        folder.json_text(float("nan"))


def test_a_ledger_grows_at_its_end(tmp_path):
    file = tmp_path / "ledger.md"
    file.write_bytes(b"# Attempts\n\n### Attempt #40: by hand\nno newline at the end")
    before = file.read_bytes()
    assert ledger.append(file, "audit", ["one", "caf\u00e9"]) == 41
    assert ledger.append(file, "audit", ["two"]) == 42
    after = file.read_bytes()
    assert after.startswith(before) and after.isascii()
    assert after[len(before) :] == b"\n\n## Attempt #41: audit\n\n- one\n- caf\\xe9\n\n## Attempt #42: audit\n\n- two\n"


def test_a_new_ledger(tmp_path):
    file = tmp_path / "ledger.md"
    ledger.check(file)
    assert not file.exists()
    assert ledger.append(file, "audit", ["one"]) == 1 and file.read_text() == "## Attempt #1: audit\n\n- one\n"


def test_entries_of_several_at_once_all_arrive(tmp_path, monkeypatch):
    file = tmp_path / "ledger.md"
    whole = ledger._read

    def slowly(handle):
        there = whole(handle)
        time.sleep(0.01)  # without the lock another reads the same meanwhile
        return there

    monkeypatch.setattr(ledger, "_read", slowly)
    workers = [threading.Thread(target=ledger.append, args=(file, "audit", [str(number)])) for number in range(12)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(map(int, ledger.ENTRY.findall(file.read_bytes()))) == list(range(1, 13))


def test_an_entry_that_does_not_fit_leaves_nothing(tmp_path, monkeypatch):
    file = tmp_path / "ledger.md"
    file.write_text("before\n")
    whole = ledger.os.write
    monkeypatch.setattr(ledger.os, "write", lambda handle, entry: whole(handle, entry[:5]))
    with pytest.raises(UsageError, match=r"--ledger .*the disk is full"):
        ledger.append(file, "audit", ["one"])
    assert file.read_text() == "before\n"


@pytest.mark.parametrize("name", ["no/folder/ledger.md", "."])
def test_a_ledger_that_cannot_be_written(tmp_path, name):
    with pytest.raises(UsageError, match=r"--ledger"):
        ledger.check(tmp_path / name)
