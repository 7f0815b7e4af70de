"""What is asked wrongly, cannot be read, or breaks off: one sentence, and nothing half there."""

import re
import sys

import pytest

from ptychoparity.audit import compose, folder
from ptychoparity.audit.citations import CitationError, Citations
from ptychoparity.harness import cli
from tests import sample_run
from tests.audit.project import audit, audit_of, data, latest
from tests.audit.sources import write
from tests.processes import GROUPS


def test_what_cannot_be_read_is_a_blocker_and_the_rest_goes_on(project):
    write(project, {"cand/bad.py": "def f(:\n", "cand/late.py": "import importlib\nimportlib.import_module(name)\n"})
    assert audit(project) == 0
    faults = {(one["path"], one["line"], one["kind"]) for one in data(latest(project), "blockers")["faults"]}
    assert {("cand/bad.py", 1, "syntax"), ("cand/late.py", 2, "dynamic")} <= faults
    assert "cand/bad.py:1" in (latest(project) / "blockers.md").read_text()


def test_a_citation_that_does_not_hold_stops_everything(project, monkeypatch, capsys):
    def refuse(self):
        raise CitationError("cand/work.py:3 of candidate is cited for 'x'")

    monkeypatch.setattr(Citations, "verify", refuse)
    assert audit(project) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "nothing is written" in line and "is cited for 'x'" in line
    assert not (project.parent / "out").exists()


@pytest.mark.parametrize("moment", ["compose", "texts", "write"])
def test_what_is_interrupted_leaves_nothing(project, monkeypatch, capsys, moment):
    def stop(*given, **named):
        raise KeyboardInterrupt

    where = {"compose": (Citations, "verify"), "texts": (compose.Audit, "texts"), "write": (folder.os, "rename")}
    monkeypatch.setattr(*where[moment], stop)
    ledger = project.parent / "ledger.md"
    assert audit(project, "--ledger", str(ledger)) == 130
    assert "interrupted" in capsys.readouterr().err
    out = project.parent / "out"
    assert not ledger.exists() and (not out.exists() or list(out.iterdir()) == [])


def test_two_at_once_are_two_audits(project):
    words = [f"--{role}={project}:{name}" for role, name in (("reference", "ref"), ("candidate", "cand"))]
    words += [f"--out={project.parent / 'out'}", "--no-cache", f"--ledger={project.parent / 'ledger.md'}"]
    running = [GROUPS.start([sys.executable, "-m", "ptychoparity.harness.cli", "audit", *words]) for _ in range(2)]
    assert [one.wait() for one in running] == [0, 0]
    assert len(list((project.parent / "out").iterdir())) == 2
    assert (project.parent / "ledger.md").read_text().count("## Attempt #") == 2


def test_paths_with_spaces_and_names_beyond_ascii(tmp_path):
    root = write(tmp_path / "p \u00e9 (\u65e5\u672c)" / "sub dir", {
        "ref/m\u00f6dul.py": "def gr\u00f6\u00dfe(x): ...\n", "cand/m\u00f6dul.py": "def gr\u00f6\u00dfe(y): ...\n",
        "client/use.py": "from ref.m\u00f6dul import gr\u00f6\u00dfe\ngr\u00f6\u00dfe(1)\n",
    })  # fmt: skip
    assert audit_of(root, "--client", f"{root}:client") == 0
    made = latest(root)
    assert [row["name"] for row in data(made, "parity_map")["rows"]] == ["ref.m\u00f6dul.gr\u00f6\u00dfe"]
    assert (made / "parity_map.md").read_text(encoding="ascii")


def test_a_package_that_is_empty_is_said_to_be(tmp_path):
    root = write(tmp_path / "code", {"ref/a.py": "def f(): ...\n", "cand/__init__.py": ""})
    assert audit_of(root) == 0
    (fault,) = data(latest(root), "blockers")["faults"]
    assert (fault["path"], fault["reason"]) == ("cand", "every file of it is empty")


def test_comments_that_are_no_text_are_a_blocker(tmp_path):
    root = write(tmp_path / "code", {"ref/a.py": "def f(): ...\n", "cand/a.py": b"# caf\xe9\ndef f(): ...\n"})
    assert audit_of(root) == 0
    assert [one["path"] for one in data(latest(root), "blockers")["faults"]] == ["cand/a.py"]


def test_a_chain_deeper_than_any_page_or_stack(tmp_path):
    text = "".join(f"def f{number}(): f{number + 1}()\n" for number in range(1500)) + "def f1500(): ...\n"
    root = write(tmp_path / "code", {"ref/a.py": text, "cand/a.py": "def f0(): ...\n"})
    assert audit_of(root, "--entry", "ref.a:f0") == 0
    made = latest(root)
    assert len(data(made, "callchain")["tree"]) == 1501
    assert "(level 1500) ref/a.py:1500  ref.a.f1500" in (made / "callchain.md").read_text()
    assert "1440 rows below it are in callchain.md" in (made / "index.html").read_text()


MISTAKES = [
    (["--reference", "nowhere"], r"--reference 'nowhere' is not DIR:PACKAGE"),
    (["--candidate", "{root}:gone"], r"--candidate .*holds no package 'gone'"),
    (["--candidate", "{root}:ref"], r"--candidate .*:ref': expected another package than the reference"),
    (["--candidate", "{root}:ref.work"], r"--candidate .*: one of ref and ref.work is a part of the other"),
    (["--candidate", "{root}:void"], r"--candidate .*void holds no Python file"),
    (["--out", ""], r"--out is required"),
    (["--spec", "{root}/../latin.md"], r"spec .*latin.md cannot be read"),
    (["--client", "{root}:cand"], r"--client .*:cand': expected a package that calls the audited ones"),
    (["--client", "{root}/no:client"], r"--client .*there is no folder"),
    (["--spec", "gone.md"], r"--spec gone.md: expected a Markdown file, found none"),
    (["--entry", "ref.work:gone"], r"--entry 'ref.work:gone' names no function"),
    (["--entry", "ref work"], r"--entry: expected MODULE:FUNCTION, as in package.module:function, got 'ref work'"),
    (["--depth", "0"], r"--depth must be at least 1, got 0"),
    (["--trace-budget", "0"], r"--trace-budget must be positive, got 0"),
    (["--trace-script", "gone.py"], r"--trace-script .*gone.py"),
    (["--trace-python", "python3"], r"--trace-python python3: nothing is executed without"),
    (["--trace-script", "ref.work:run", "--trace-python", "/no/python"], r"--trace-python /no/python: there is no"),
    (["--run", "{root}"], r"--run .*events.jsonl cannot be read"),
    (["--run", "{root}/../cut.jsonl"], r"--run .*cut off"),
    (["--criteria", "{root}"], r"--criteria .*: cannot be read"),
    (["--criteria", "gone.toml"], r"--criteria gone.toml: cannot be read"),
    (["--ledger", "{root}"], r"--ledger .*no entry can be appended"),
    (["--out", "{root}/ref/work.py"], r"--out .*no audit can be written"),
]


@pytest.mark.parametrize(("words", "why"), MISTAKES, ids=[" ".join(words) for words, _ in MISTAKES])
def test_bad_input_is_one_line_and_writes_nothing(project, capsys, words, why):
    (project / "void").mkdir()
    (project.parent / "latin.md").write_bytes(b"`ref.work.run` \xff\n")
    whole = sample_run.build(project.parent / "run", pictures=False).read_text()
    (project.parent / "cut.jsonl").write_text("".join(whole.splitlines(keepends=True)[:-1]))
    assert audit(project, *[word.format(root=project) for word in words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert re.search(why, line)
    assert not (project.parent / "out").exists()


@pytest.mark.parametrize("name", ["reference", "candidate", "out"])
def test_what_has_to_be_given(project, capsys, name):
    given = {"reference": f"{project}:ref", "candidate": f"{project}:cand", "out": str(project.parent / "out")}
    words = [word for key, value in given.items() if key != name for word in (f"--{key}", value)]
    assert cli.main(["audit", *words]) == 2
    assert f"--{name} is required" in capsys.readouterr().err
