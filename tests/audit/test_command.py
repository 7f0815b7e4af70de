"""`ptychoparity audit` from end to end on small packages, and `audit diff`."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from harness import cli
from harness.audit import compose, folder
from harness.audit.citations import CitationError, Citations
from tests import sample_run
from tests.audit.sources import write

FILES = {
    "ref/work.py": "import numpy as np\nfrom ref.store import cfg\ndef run(path, n=1):\n    cfg['n'] = n\n"
    "    return load(path)\ndef load(path):\n    return np.load(path)\ndef save(path, data): ...\n",
    "ref/store.py": "cfg = {}\n",
    "cand/work.py": "import torch\ndef run_torch(path, n=2):\n    return load(path)\ndef load(path): ...\n",
    "cand/log.py": "import mlflow\n",
    "client/use.py": "from ref.work import run, save\nrun('x', n=3)\nsave('y', 1)\n",
    "tests/test_work.py": "from cand.work import load\nload('x')\n",
}
SPEC = "# Spec\n\n## 1 Work\n\n`ref.work.run` reads, `ref.work.load` loads.\n"


@pytest.fixture
def project(tmp_path):
    root = write(tmp_path / "code", FILES)
    (tmp_path / "spec.md").write_text(SPEC)
    return root


def audit(root, *more, client=True, entry="ref.work:run"):
    base = root.parent
    words = ["audit", "--reference", f"{root}:ref", "--candidate", f"{root}:cand", "--out", str(base / "out")]
    words += ["--client", f"{root}:client", "--spec", str(base / "spec.md")] if client else []
    words += ["--entry", entry] if entry else []
    return cli.main([*words, "--cache", str(base / "cache"), *more])


def audit_of(root, *more):
    words = ["audit", "--reference", f"{root}:ref", "--candidate", f"{root}:cand", "--out", str(root.parent / "out")]
    return cli.main([*words, "--no-cache", *more])


def latest(root):
    return max((root.parent / "out").iterdir())


def data(made, name):
    return json.loads((made / f"{name}.json").read_text())


def test_an_audit_is_a_folder_of_documents(project, capsys):
    assert audit(project) == 0
    made = latest(project)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d{6}Z", made.name)
    names = {path.name for path in made.iterdir()}
    parts = ("parity_map", "callchain", "asset_inventory", "decision", "summary")
    assert names == {f"{part}.{ending}" for part in parts for ending in ("md", "json")} | {"index.html"}
    assert str(made / "index.html") in capsys.readouterr().out
    for path in made.iterdir():
        if path.suffix != ".html":
            assert path.read_text(encoding="ascii")


def test_every_document_says_the_same_as_its_json(project):
    audit(project)
    made = latest(project)
    rows = {row["name"]: row for row in data(made, "parity_map")["rows"]}
    assert rows["ref.work.save"]["status"] == "missing"
    assert "ref.work.save" in (made / "parity_map.md").read_text()
    assert [row["name"] for row in data(made, "callchain")["tree"]][:2] == ["ref.work.run", "ref.work.load"]
    summary = data(made, "summary")
    assert summary["stamp"] == made.name and summary["counts"]["modules of the candidate"] == 3
    assert any("save" in text for text in summary["risks"])
    assert any("MLflow" in text for text in summary["questions"])
    page = (made / "index.html").read_text()
    assert "ref.work.save" in page and "client/use.py:3" in page


def test_the_same_sources_make_the_same_bytes_but_for_the_time(project):
    audit(project)
    first = latest(project)
    shutil.rmtree(project.parent / "cache")
    audit(project)
    second = latest(project)
    assert first != second
    for path in first.iterdir():
        assert path.read_text() == (second / path.name).read_text().replace(second.name, first.name), path.name
    held = {path.name for path in first.iterdir() if first.name in path.read_text()}
    assert held == {"summary.md", "summary.json", "index.html"}


def test_unchanged_files_are_not_parsed_again(project, capsys):
    audit(project)
    assert "7 files parsed" in capsys.readouterr().out  # of three empty ones, one
    audit(project)
    assert re.search(r"\b0 files parsed", capsys.readouterr().out)
    (project / "cand" / "work.py").write_text(FILES["cand/work.py"] + "\n")
    audit(project)
    assert re.search(r"\b1 files parsed", capsys.readouterr().out)


def test_without_client_spec_and_entry_the_rest_is_said(project):
    assert audit(project, client=False, entry="") == 0
    made = latest(project)
    assert not (made / "callchain.md").exists()
    questions = data(made, "summary")["questions"]
    assert [text.partition(":")[0] for text in questions][-4:] == [
        "No call chain", "No client was given", "No spec was given", "No run of the checks was given",
    ]  # fmt: skip


REGISTRY = {
    "ref/work.py": "class Backend:\n    def name(self): ...\n    def call(self, x): return one(x)\n"
    "    def _own(self): return [one(1), one(2)]\ndef one(x): return two(x)\ndef two(x): ...\n",
    "tool/registry.py": "BACKENDS = {'ref': 'ref.work:Backend', 'cand': 'cand.work:load'}\nREST = 'ref.nothing:here'\n",
    "tool/run.py": "def main():\n    from tool.registry import BACKENDS\n",
    "tool/bad.py": "def f(:\n",
    "tests/test_work.py": "import tool.bad\nfrom tool.run import main\n",
    "client/use.py": "import ref.work\n",
}


def test_without_entry_and_client_the_chain_begins_where_a_registry_leads_to_most(project):
    write(project, REGISTRY)
    assert audit(project, client=False, entry="") == 0
    made = latest(project)
    chain = data(made, "callchain")
    assert chain["entry"] == "ref.work.Backend.call"
    assert "of 2 functions that a registry names (tool/registry.py:1)" in (made / "callchain.md").read_text()
    assert chain["chosen"] in (made / "index.html").read_text()
    assert any(
        text.startswith("Is ref.work.Backend.call where the work begins?")
        for text in data(made, "summary")["questions"]
    )


def test_without_entry_the_chain_begins_where_the_client_leads_to_most(project):
    write(project, {"client/use.py": "from ref.work import run, save\n\nsave('y', 1)\nrun('x', n=3)\n"})
    assert audit(project, entry="") == 0
    chain = data(latest(project), "callchain")
    assert (
        chain["entry"] == "ref.work.run" and "of 2 functions that the client calls (client/use.py:4)" in chain["chosen"]
    )


def test_a_string_in_a_registry_reaches_a_module_from_the_tests(project):
    write(project, REGISTRY)
    audit(project, entry="")
    modules = {one["name"]: one for one in data(latest(project), "asset_inventory")["modules"]}
    assert modules["cand.work"]["tests"] == {
        "direct": [], "through": [{"test": "tests.test_work", "through": ["tool.run", "tool.registry"]}],
    }  # fmt: skip
    assert modules["cand.log"]["tests"]["through"] == []


def test_what_cannot_be_read_is_a_blocker_and_the_rest_goes_on(project):
    write(project, {"cand/bad.py": "def f(:\n", "cand/late.py": "import importlib\nimportlib.import_module(name)\n"})
    assert audit(project) == 0
    faults = {(one["path"], one["line"], one["kind"]) for one in data(latest(project), "blockers")["faults"]}
    assert {("cand/bad.py", 1, "syntax"), ("cand/late.py", 2, "dynamic")} <= faults
    assert "cand/bad.py:1" in (latest(project) / "blockers.md").read_text()


def test_nothing_audited_is_executed(project):
    mark = project / "ran"
    for name in ("ref/work.py", "cand/work.py", "client/use.py", "tests/test_work.py"):
        (project / name).write_text(FILES[name] + f"open({str(mark)!r}, 'w')\n")
    assert audit(project) == 0 and not mark.exists()


def test_a_trace_executes_it_in_a_worker_only(project, tmp_path):
    script = tmp_path / "go.py"
    text = "import ref.work\nref.work.load = lambda path: path\nref.work.run('x')\n"
    script.write_text(text)
    (project / "ref" / "work.py").write_text(FILES["ref/work.py"].replace("import numpy as np\n", "\n"))
    assert audit(project, "--trace-script", str(script), "--trace-budget", "30") == 0
    run = data(latest(project), "callchain")["run"]
    assert (run["state"], run["entered"]) == ("finished", 1)


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
    running = [subprocess.Popen([sys.executable, "-m", "harness.cli", "audit", *words]) for _ in range(2)]
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


def test_a_ledger_gets_an_entry(project, tmp_path):
    file = tmp_path / "ledger.md"
    file.write_text("# Attempts\n")
    audit(project, "--ledger", str(file))
    text = file.read_text()
    assert text.startswith("# Attempts\n\n## Attempt #1: audit ") and latest(project).name in text
    assert "parity_map.md" in text and "public" not in text.partition("counts:")[0]


MISTAKES = [
    (["--reference", "nowhere"], r"--reference 'nowhere' is not DIR:PACKAGE"),
    (["--candidate", "{root}:gone"], r"--candidate .*holds no package 'gone'"),
    (["--candidate", "{root}:ref"], r"--candidate .*:ref': that is the reference itself"),
    (["--candidate", "{root}:ref.work"], r"--candidate .*: one of ref and ref.work is a part of the other"),
    (["--candidate", "{root}:void"], r"--candidate .*void holds no Python file"),
    (["--out", ""], r"--out is asked for"),
    (["--spec", "{root}/../latin.md"], r"spec .*latin.md cannot be read"),
    (["--client", "{root}:cand"], r"--client .*:cand': a package of this name is audited"),
    (["--client", "{root}/no:client"], r"--client .*there is no folder"),
    (["--spec", "gone.md"], r"--spec gone.md: there is no such file"),
    (["--entry", "ref.work:gone"], r"--entry 'ref.work:gone' names no function"),
    (["--entry", "ref work"], r"--entry 'ref work': MODULE:FUNCTION is asked for"),
    (["--depth", "0"], r"--depth 0: a whole number from 1"),
    (["--trace-budget", "0"], r"--trace-budget 0: more than 0 seconds"),
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
    assert f"--{name} is asked for" in capsys.readouterr().err


def test_two_versions_of_one_package(project, tmp_path):
    new = write(
        tmp_path / "new", {"ref/work.py": FILES["ref/work.py"] + "import mlflow\ndef fresh(): return save(1, 2)\n"}
    )
    write(new, {"tests/test_new.py": "from ref.work import fresh\nfresh()\n"})
    assert audit(project, "--candidate", f"{new}:ref") == 0
    rows = {row["name"]: row["status"] for row in data(latest(project), "parity_map")["rows"]}
    assert rows["ref.work.save"] == "present"
    modules = {one["name"]: one for one in data(latest(project), "asset_inventory")["modules"]}
    (fresh,) = [one for one in modules["ref.work"]["public"] if one["id"] == "ref.work.fresh"]
    assert fresh["tests"] == ["tests.test_new"] and modules["ref.work"]["dependencies"][0]["name"] == "mlflow"
    top = data(latest(project), "decision")["options"][0]
    assert "ref.work.fresh" in top["entries"] and top["facts"]["touched_modules"]["value"] == 1


# diff


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


def test_the_stamp_is_utc_to_the_second():
    assert re.fullmatch(r"20\d\d-[01]\d-[0-3]\dT[0-2]\d[0-5]\d[0-5]\dZ", folder.stamp())
