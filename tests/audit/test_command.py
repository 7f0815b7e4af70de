"""`ptychoparity audit` from end to end on small packages."""

import re
import shutil

from ptychoparity.audit import folder
from tests.audit.project import FILES, audit, data, latest
from tests.audit.sources import write


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


def test_a_ledger_gets_an_entry(project, tmp_path):
    file = tmp_path / "ledger.md"
    file.write_text("# Attempts\n")
    audit(project, "--ledger", str(file))
    text = file.read_text()
    assert text.startswith("# Attempts\n\n## Attempt #1: audit ") and latest(project).name in text
    assert "parity_map.md" in text and "public" not in text.partition("counts:")[0]


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


def test_the_stamp_is_utc_to_the_second():
    assert re.fullmatch(r"20\d\d-[01]\d-[0-3]\dT[0-2]\d[0-5]\d[0-5]\dZ", folder.stamp())
