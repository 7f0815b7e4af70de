"""The inventory: sizes, what tests reach, what hangs on optional packages, what is missing; and nothing is executed."""

import sys

import pytest

from ptychoparity.audit import assets
from ptychoparity.audit.citations import Citations
from ptychoparity.audit.documents import asset_inventory, text
from ptychoparity.audit.optional import dependencies
from ptychoparity.core.outcomes import Outcome
from tests import sample_run
from tests.audit.sources import read, write

FILES = {
    "cand/core.py": "LIMIT = 1\ndef f(a, b=2): ...\ndef _hidden(): ...\nclass C:\n    def run(self): ...\n",
    "cand/loop.py": "from cand import log\nfrom cand.core import f\ndef train(): return f(1)\n",
    "cand/log.py": "\nimport mlflow\ndef note(): ...\n",
    "cand/late.py": "try:\n    import torch\nexcept ImportError:\n    torch = None\ndef go():\n    import mlflow\n",
    "tests/test_core.py": "from cand.core import f, C\ndef test_f():\n    f(1)\n    C().run()\n",
    "tests/test_loop.py": "import tests.helper\n",
    "tests/helper.py": "from cand import loop\n",
}


def inventory(root, files=FILES, **given):
    write(root, files)
    sources = read(root, "cand", tests=True)
    return sources, assets.build(sources, sources["cand"], **given)


def module(found, name):
    return next(one for one in found.modules if one.name == name)


def gaps(one):
    return [gap.kind for gap in one.gaps]


def test_sizes_and_public_surface(tmp_path):
    core = module(inventory(tmp_path)[1], "cand.core")
    assert (core.lines, core.counts) == (5, {"class": 1, "function": 2, "method": 1})
    assert [one.id for one in core.public] == ["cand.core.f", "cand.core.C", "cand.core.C.run"]


def test_tests_reach_a_module_directly_or_through_others(tmp_path):
    _, found = inventory(tmp_path)
    core = module(found, "cand.core")
    assert core.reach.tests == ("tests.test_core",)
    assert core.reach.through == (("tests.test_loop", ("tests.helper", "cand.loop")),)
    assert [(one.kind, one.place.line) for one in core.reach.naming("cand.core.f")] == [("import", 1), ("call", 3)]
    assert [one.id for one in core.named] == ["cand.core.f", "cand.core.C", "cand.core.C.run"]
    log = module(found, "cand.log")
    assert log.reach.tests == () and [test for test, _ in log.reach.through] == ["tests.test_loop"]
    assert gaps(log) == ["untested", "hard import"]


def test_a_helper_of_the_tests_is_no_test(tmp_path):
    loop = module(inventory(tmp_path)[1], "cand.loop")
    assert loop.reach.tests == () and loop.reach.through == (("tests.test_loop", ("tests.helper",)),)


def test_hard_imports_come_with_the_chain_that_leads_there(tmp_path):
    sources, _ = inventory(tmp_path)
    found = dependencies(sources, sources["cand"], ["mlflow", "torch"])
    (through,) = found["cand.loop"]
    assert [(link.importer, link.imported, str(link.place), link.name) for link in through.chain] == [
        ("cand.loop", "cand.log", "cand/loop.py:1", "log"), ("cand.log", "mlflow", "cand/log.py:2", "mlflow"),
    ]  # fmt: skip
    assert through.hard and not through.direct and found["cand.log"][0].direct


def test_guarded_imports_are_told_apart(tmp_path):
    sources, _ = inventory(tmp_path)
    late = dependencies(sources, sources["cand"], ["mlflow", "torch"])["cand.late"]
    assert [(one.name, one.hard, [g.guard for g in one.guarded]) for one in late] == [
        ("mlflow", False, ["function"]), ("torch", False, ["try"]),
    ]  # fmt: skip
    (hard,) = dependencies(sources, sources["cand"], ["mlflow", "torch"])["cand.log"]
    assert hard.hard and hard.guarded == ()


def test_the_package_above_a_module_runs_first(tmp_path):
    files = {"cand/__init__.py": "import torch\n", "cand/plain.py": "def f(): ...\n"}
    plain = module(inventory(tmp_path, files)[1], "cand.plain")
    (one,) = plain.dependencies
    assert [(link.imported, link.name) for link in one.chain] == [("cand", ""), ("torch", "torch")]


def test_chains_go_through_the_other_packages(tmp_path):
    write(tmp_path, {"cand/a.py": "from ref.b import x\n", "ref/b.py": "import tensorflow\nx = 1\n"})
    sources = read(tmp_path, "ref", "cand")
    (one,) = dependencies(sources, sources["cand"], ["tensorflow"])["cand.a"]
    assert [str(link.place) for link in one.chain] == ["cand/a.py:1", "ref/b.py:1"]


def test_what_most_modules_hang_on_is_no_gap_of_each(tmp_path):
    files = {f"cand/m{number}.py": "import torch\n" for number in range(5)} | {"cand/x.py": "import mlflow\n"}
    _, found = inventory(tmp_path, files)
    assert found.frameworks == ("torch",)
    assert gaps(module(found, "cand.m1")) == [] and gaps(module(found, "cand.x")) == ["hard import"]


def test_names_that_are_not_there(tmp_path):
    files = {
        "cand/a.py": "from cand import b\nb.gone(1)\nb.gone(2).more()\nC = b.Box()\nC.lid\nC.late = 1\nC.late\n",
        "cand/b.py": "class Box:\n    def open(self): ...\n",
    }
    a = module(inventory(tmp_path, files)[1], "cand.a")
    assert [(gap.target, [place.line for place, _ in gap.places]) for gap in a.gaps] == [
        ("cand.b.Box.lid", [5]), ("cand.b.gone", [2, 3]),
    ]  # fmt: skip


def test_a_file_that_cannot_be_read_is_a_gap(tmp_path):
    one = module(inventory(tmp_path, {"cand/bad.py": "def f(:\n"})[1], "cand.bad")
    assert (one.readiness, gaps(one)) == ("unreadable", ["fault: syntax"])


def backend_from(package):
    return {"b": {"adapter": f"/somewhere/{package}/adapter.py", "file": None}}


def test_a_run_of_another_implementation_says_nothing_of_this_one(tmp_path):
    run = sample_run.run_of(tmp_path, "r", backend_from("candid"), [sample_run.ended(0, Outcome.PASS, "b", "diffract")])
    sources, found = inventory(tmp_path, operations={"cand.core.f": ["diffract"]}, run=run)
    assert module(found, "cand.core").readiness == "not run" and found.run == ""
    shown = text.render(asset_inventory.compose(found, sources, Citations(sources)))
    assert "run r judged b: none is cand, so nothing is said of results" in shown


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [(["pass", "pass"], "passing"), (["pass", "fail"], "failing"), (["skip"], "not judged"), ([], "not run")],
)
def test_readiness_is_what_contract_results_say(tmp_path, outcomes, state):
    checks = [sample_run.ended(number, Outcome(outcome), "b", "diffract") for number, outcome in enumerate(outcomes)]
    run = sample_run.run_of(tmp_path, "r", backend_from("cand"), checks)
    _, found = inventory(tmp_path, operations={"cand.core.f": ["diffract"]}, run=run)
    core = module(found, "cand.core")
    assert core.readiness == state and module(found, "cand.log").readiness == "no contract"
    assert ("failing" in gaps(core)) == (state == "failing")


def test_nothing_audited_is_executed(tmp_path):
    files = {"cand/a.py": f"open({str(tmp_path / 'ran')!r}, 'w')\nraise SystemExit\n", "cand/__init__.py": "1 / 0\n"}
    files["tests/test_a.py"] = "import cand.a\n"
    before = set(sys.modules)
    inventory(tmp_path, files)
    assert not (tmp_path / "ran").exists()
    assert not {name for name in set(sys.modules) - before if name.split(".")[0] == "cand"}


def test_the_document_is_ascii_and_every_line_it_cites_holds(tmp_path):
    files = FILES | {"cand/odd.py": "def gr\u00f6\u00dfe(x='|`<b>'): ...\n"}
    sources, found = inventory(tmp_path, files)
    citations = Citations(sources)
    shown = text.render(asset_inventory.compose(found, sources, citations))
    assert shown.isascii() and "gr\\xf6\\xdfe" in shown
    assert citations.verify() > 10
    assert "`cand.loop` -> `cand.log` (`cand/loop.py:1`) -> `mlflow` (`cand/log.py:2`)" in shown


def test_the_same_sources_make_the_same_inventory(tmp_path):
    made = []
    for _ in range(2):
        sources, found = inventory(tmp_path)
        made.append(asset_inventory.data(found, sources))
    assert made[0] == made[1]
