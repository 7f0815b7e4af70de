"""`ptychoparity audit diff`: what moved between two audits."""

import re

import pytest

from ptychoparity.harness import cli
from tests.audit.project import FILES, audit, latest
from tests.audit.sources import write


def change(project, name, old, new):
    path = project / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def compared(project, capsys, *changes):
    """Exit code and lines of a diff from before to after some changes."""
    audit(project)
    first = latest(project)
    for one in changes:
        change(project, *one)
    audit(project)
    capsys.readouterr()
    code = cli.main(["audit", "diff", str(first), str(latest(project))])
    return code, capsys.readouterr().out


def test_nothing_moved(project, capsys):
    code, shown = compared(project, capsys)
    assert code == 0 and ": 0 changes, 0 for the worse; 0 lines moved" in shown


def test_lines_that_moved_are_no_change(project, capsys):
    code, shown = compared(project, capsys, ("ref/work.py", "import numpy as np\n", "import numpy as np\n\n\n"))
    assert code == 0 and "0 changes" in shown
    assert "ref.work.run: ref/work.py:3 -> ref/work.py:5" in shown


def test_a_counterpart_that_comes_is_for_the_better(project, capsys):
    code, shown = compared(
        project, capsys, ("cand/work.py", "import torch\n", "import torch\ndef save(path, data): ...\n")
    )
    assert code == 0 and "ref.work.save: missing -> present" in shown and "ref.work.save: closed" in shown


def test_a_counterpart_that_goes_is_for_the_worse(project, capsys):
    code, shown = compared(project, capsys, ("cand/work.py", "def load(path): ...\n", ""))
    assert code == 1 and re.search(r"! ref\.work\.load: \w+ -> missing", shown)


def test_a_hard_import_is_for_the_worse(project, capsys):
    code, shown = compared(project, capsys, ("cand/work.py", "import torch\n", "import torch\nfrom cand import log\n"))
    assert code == 1 and "! cand.work: cannot be imported without mlflow any more" in shown


def test_what_differs_in_another_way_is_neither_better_nor_worse(project, capsys):
    (project / "ref" / "work.py").write_text(FILES["ref/work.py"] + "def fit(a: int, b=1): ...\n")
    (project / "cand" / "work.py").write_text(FILES["cand/work.py"] + "def fit(a: str, b=2): ...\n")
    (project / "client" / "use.py").write_text(FILES["client/use.py"] + "from ref.work import fit\nfit(1)\n")
    code, shown = compared(project, capsys, ("cand/work.py", "a: str, b=2", "a: bytes, b=2"))
    assert code == 0
    assert "ref.work.fit: was: 'a' is int there, str here; is: 'a' is int there, bytes here" in shown


def test_what_a_class_lacks_is_told_name_by_name(project, capsys):
    (project / "cand" / "work.py").write_text(FILES["cand/work.py"] + "class K: ...\n")
    (project / "client" / "use.py").write_text("from cand.work import K\nK.one(K.two)\n")
    code, shown = compared(project, capsys, ("client/use.py", "K.one(K.two)", "K.two(K.three)"))
    assert code == 1 and "! cand.work.K (candidate): has no 'three'" in shown
    assert "- cand.work.K (candidate): was:" not in shown


def test_a_signature_says_what_came_went_and_changed(project, capsys):
    code, shown = compared(
        project, capsys, ("ref/work.py", "def run(path, n=1)", "def run(path, *, n=(2, ')'), more={})")
    )
    assert "- ref.work.run: more={} (by name only) is new; n=1 -> n=(2, ')') (by name only)\n" in shown
    assert code == 1 and "! ref.work.run: takes no 'more'" in shown


def test_the_same_of_many_modules_is_said_once(project, capsys):
    write(project, {f"cand/m{number}.py": f"from cand.work import load\ndef f{number}(): ...\n" for number in range(3)})
    code, shown = compared(
        project, capsys, ("cand/work.py", "import torch\n", "from cand import log\n"),
        ("cand/m1.py", "def f1(): ...", "def g(): ...\ndef h(): ...")
    )  # fmt: skip
    assert code == 1
    assert "! cannot be imported without mlflow any more: 4 (cand.m0, cand.m1, cand.m2, cand.work)" in shown
    assert "- can be imported without torch now: 4 (cand.m0, cand.m1, cand.m2, cand.work)" in shown
    assert "cand.m1: new: 2 (g, h)" in shown and "cand.m1: gone: f1" in shown


def test_a_diff_says_which_versions_and_what_was_asked_otherwise(project, capsys):
    audit(project)
    first = latest(project)
    audit(project, "--spec", str(first / "summary.md"))
    second = latest(project)
    assert cli.main(["audit", "diff", str(first), str(second)]) in (0, 1)
    shown = capsys.readouterr().out
    assert re.search(r"reference ref: both at content \w{12}\n", shown)
    assert "the specs are not the same (spec.md -> spec.md, summary.md)" in shown
    audit(project, client=False)
    assert cli.main(["audit", "diff", str(second), str(latest(project))]) == 2
    assert "has the client 'client'" in capsys.readouterr().err


def test_symbols_that_are_new_or_gone(project, capsys):
    code, shown = compared(project, capsys, ("client/use.py", "save('y', 1)\n", ""), ("client/use.py", ", save", ""))
    assert code == 0 and "symbols gone" in shown and "ref.work.save: was missing" in shown


@pytest.mark.parametrize(
    ("file", "content", "why"),
    [
        ("summary.json", None, "holds no audit: summary.json cannot be read"),
        ("parity_map.json", "{", "is no JSON"),
        ("parity_map.json", "[]", "an object is asked for"),
        ("parity_map.json", '{"version": 99}', "has version 99"),
        ("parity_map.json", '{"version": 1}', "none that an audit writes"),
    ],
)
def test_what_is_no_audit_cannot_be_compared(project, capsys, file, content, why):
    audit(project)
    made = latest(project)
    (made / file).unlink()
    if content is not None:
        (made / file).write_text(content)
    assert cli.main(["audit", "diff", str(made), str(made)]) == 2
    assert why in capsys.readouterr().err


def test_audits_of_different_packages_cannot_be_compared(project, capsys, monkeypatch):
    audit(project)
    first = latest(project)
    cli.main(
        [
            "audit",
            "--reference",
            f"{project}:cand",
            "--candidate",
            f"{project}:ref",
            "--out",
            str(first.parent),
            "--no-cache",
        ]
    )
    assert cli.main(["audit", "diff", str(first), str(latest(project))]) == 2
    assert "nothing to compare" in capsys.readouterr().err
