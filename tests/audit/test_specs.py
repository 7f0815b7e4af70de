"""What a spec in Markdown names, and where."""

import subprocess

import pytest

from ptychoparity.audit.named import spec_touches
from ptychoparity.audit.specs import read_specs
from ptychoparity.core.errors import UsageError
from tests.audit.pair import files, read_pair, spec_of


def spec(tmp_path, text):
    (tmp_path / "s.md").write_text(text)
    return read_specs([tmp_path / "s.md"]).files[0]


def test_headings_and_the_sections_they_stand_in(tmp_path):
    one = spec(tmp_path, "# Top\n## 2. Two\n### 2.1. `Code` here\ntext\n```\n# no heading\n```\n## Last #\n")
    assert [(each.line, each.last, each.level, each.number, each.title) for each in one.sections] == [
        (1, 1, 1, "", "Top"),
        (2, 2, 2, "2", "2. Two"),
        (3, 7, 3, "2.1", "2.1. Code here"),
        (8, 8, 2, "", "Last"),
    ]
    assert one.section_at(6).number == "2.1"
    assert [each.line for each in one.above(one.section_at(4))] == [3, 2, 1]


def test_marks_fences_lists_and_tables(tmp_path):
    one = spec(tmp_path, "a `b` and ``c`d`` \n- `e`: `f`\n| `g` | x `h` |\n~~~py\ni\n```\nj\n~~~\n`k`\n")
    assert [(each.text, each.line, each.kind, each.column, each.indent, each.leads) for each in one.marks] == [
        ("b", 1, "mark", -1, -1, False),
        ("c`d", 1, "mark", -1, -1, False),
        ("e", 2, "mark", -1, 0, True),
        ("f", 2, "mark", -1, 0, False),
        ("g", 3, "mark", 0, -1, True),
        ("h", 3, "mark", 1, -1, False),
        ("i", 5, "fence", -1, -1, False),
        ("```", 6, "fence", -1, -1, False),
        ("j", 7, "fence", -1, -1, False),
        ("k", 9, "mark", -1, -1, False),
    ]


def test_a_spec_says_its_version(tmp_path):
    (tmp_path / "s.md").write_text("x\n")
    assert read_specs([tmp_path / "s.md"]).files[0].version.startswith("content ")
    for command in (
        ["init", "-q"],
        ["add", "s.md"],
        ["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    known = read_specs([tmp_path / "s.md"], [tmp_path]).files[0]
    assert len(known.version) == 40
    (tmp_path / "s.md").write_text("y\n")
    assert read_specs([tmp_path / "s.md"], [tmp_path]).files[0].version == f"{known.version}+dirty"


def test_a_spec_that_cannot_be_read_is_a_mistake(tmp_path):
    (tmp_path / "binary.md").write_bytes(b"\xff\xfe\x00")
    for name in ("absent.md", "binary.md"):
        with pytest.raises(UsageError, match=name):
            read_specs([tmp_path / name])


def test_what_a_spec_names(tmp_path):
    sources = read_pair(files(tmp_path))
    touches = spec_touches(spec_of(tmp_path), sources["reference"], ["ref", "cand", "cli"])
    assert [(one.place.line, one.symbol, one.found) for one in touches] == [
        (5, "ref.config.ModelConfig", "full name"),
        (7, "ref.config.TrainingConfig", "the only one of that name"),
        (11, "ref.config.TrainingConfig.nepochs", "field of what the text is about"),
        (13, "ref.config.ModelConfig", "the only one of that name"),
        (14, "ref.config.ModelConfig.N", "field of what the text is about"),
        (14, "ref.flow.run_example", "the only one of that name"),
        (18, "ref.lazy.absent", "missing"),
        (18, "ref.loader", "file"),
        (18, "ref.loader.Container.X", "end of the name"),
        (18, "ref.loader.Container.lost", "missing"),
        (19, "ref.params.cfg", "end of the name"),
        (23, "ref.flow.save_all", "end of the name"),
    ]
    assert {one.scope for one in touches if one.place.line == 14} == {"1.1. TrainingConfig fields"}


def test_a_name_both_sides_have_is_the_references_unless_it_is_given_in_full(tmp_path):
    sources = read_pair(files(tmp_path))
    specs = spec_of(tmp_path)
    before = spec_touches(specs, sources["reference"], ["ref", "cand", "cli"])
    theirs = spec_touches(specs, sources["candidate"], ["ref", "cand", "cli"], before)
    assert {one.symbol for one in theirs} == set()
    (tmp_path / "spec.md").write_text(
        "`ModelConfig` and `cand.config_params.ModelConfig`, by `RunAll` of `cand/net.py`.\n"
    )
    specs = spec_of(tmp_path)
    before = spec_touches(specs, sources["reference"], ["ref", "cand", "cli"])
    theirs = spec_touches(specs, sources["candidate"], ["ref", "cand", "cli"], before)
    assert {(one.symbol, one.found) for one in theirs} == {
        ("cand.config_params.ModelConfig", "full name"),
        ("cand.net", "file"),
    }


def test_names_that_may_mean_several_things_mean_nothing(tmp_path):
    root = files(tmp_path)
    (root / "ref/other.py").write_text("class Container: ...\n")
    (root / "spec.md").write_text("`Container`, `Container.X`, `load`, `x`, `ref`, and `a/loader.py`.\n")
    found = spec_touches(spec_of(root), read_pair(root)["reference"])
    assert {(one.symbol, one.found) for one in found} == {
        ("ref.loader.Container.X", "end of the name"),
        ("ref", "full name"),
    }
