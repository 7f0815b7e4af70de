"""Versions of trees, the cache, citations, the graph of imports."""

import json
import subprocess

import pytest

from ptychoparity.audit.cache import Cache, facts_version
from ptychoparity.audit.citations import CitationError, Citations
from ptychoparity.audit.imports import HARD, import_graph
from ptychoparity.audit.index import read_trees
from ptychoparity.audit.model import Place, jsonable
from tests.audit.sources import read, tree, write

FILES = {"pkg/a.py": "def f(): ...\n", "pkg/b.py": "from pkg.a import f\n\nf()\n"}


def git(root, *arguments):
    settings = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *settings, *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_checkout_says_its_commit_and_which_files_differ(tmp_path):
    write(tmp_path, FILES)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    commit = git(tmp_path, "rev-parse", "HEAD")
    assert read(tmp_path, "pkg")["pkg"].version == commit
    (tmp_path / "pkg/a.py").write_text("def g(): ...\n")
    (tmp_path / "pkg/new.py").write_text("")
    found = read(tmp_path, "pkg")["pkg"]
    assert found.version == f"{commit}+dirty"
    versions = {path: file.version.removeprefix(commit) for path, file in found.files.items()}
    assert versions == {"pkg/__init__.py": "", "pkg/a.py": "+dirty", "pkg/b.py": "", "pkg/new.py": "+dirty"}


def test_an_unpacked_wheel_says_its_version(tmp_path):
    write(tmp_path, FILES)
    info = tmp_path / "My_Pkg-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: My_Pkg\nVersion: 1.2\n\nName: not this\n")
    (info / "RECORD").write_text("pkg/a.py,,\n")
    found = read(tmp_path, "pkg")["pkg"]
    assert (found.version, found.source.distributions) == ("My_Pkg 1.2", ("my-pkg", "pkg"))


def test_a_plain_folder_is_known_by_its_content(tmp_path):
    one = tree(tmp_path, FILES).version
    (tmp_path / "pkg/a.py").write_text("x = 1\n")
    other = read(tmp_path, "pkg")["pkg"].version
    assert one.startswith("content ")
    assert one != other


def test_an_unchanged_file_is_not_parsed_again(tmp_path):
    root, cache = write(tmp_path / "src", FILES), tmp_path / "cache"
    runs = []
    for text in (FILES["pkg/a.py"], FILES["pkg/a.py"], "def f(): return 1\n"):
        (root / "pkg/a.py").write_text(text)
        runs.append(Cache(cache))
        found = read_trees({"r": f"{root}:pkg"}, runs[-1])["r"]
        assert [call.target for call in found.calls] == ["pkg.a.f"]
    assert [len(run.parsed) for run in runs] == [3, 0, 1]
    assert runs[2].parsed == ["r:pkg/a.py"]


@pytest.mark.parametrize("damage", ["", "[]", '{"lines": 1}', "\0"])
def test_a_damaged_cache_is_extracted_again(tmp_path, damage):
    root, cache = write(tmp_path / "src", FILES), tmp_path / "cache"
    read(root, "pkg", cache=cache)
    kept = sorted((cache / facts_version()).rglob("*.json"))
    assert len(kept) == 3
    for file in kept:
        file.write_text(damage)
    assert [call.target for call in read(root, "pkg", cache=cache)["pkg"].calls] == ["pkg.a.f"]
    assert all(json.loads(file.read_text()) for file in kept)


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path):
    root = write(tmp_path / "src", FILES)
    (tmp_path / "file").write_text("")
    assert read(root, "pkg", cache=tmp_path / "file")["pkg"].calls


def test_citations_that_hold(tmp_path):
    sources = read(write(tmp_path, FILES), "pkg")
    citations = Citations(sources)
    assert citations.symbol(sources["pkg"].symbols["pkg.a.f"]) == "pkg/a.py:1"
    citations.cite(sources["pkg"].calls[0].place, "f")
    citations.cite(Place("pkg", "pkg/__init__.py", 1))
    assert citations.verify() == len(citations) == 3


@pytest.mark.parametrize(
    ("place", "expected", "why"),
    [
        (Place("pkg", "pkg/a.py", 2), "f", "ends at line 1"),
        (Place("pkg", "pkg/a.py", 0), "", "ends at line 1"),
        (Place("pkg", "pkg/a.py", 1), "ff", "cited for 'ff'"),
        (Place("pkg", "pkg/a.py", 1), "de", "cited for 'de'"),
        (Place("pkg", "pkg/gone.py", 1), "", "cannot be read"),
        (Place("other", "pkg/a.py", 1), "f", "was not read"),
    ],
)
def test_a_citation_that_does_not_hold_is_an_error(tmp_path, place, expected, why):
    citations = Citations(read(write(tmp_path, FILES), "pkg"))
    citations.cite(place, expected)
    with pytest.raises(CitationError, match=why):
        citations.verify()


def test_the_chain_that_leads_to_an_optional_dependency(tmp_path):
    found = tree(
        tmp_path,
        {
            "pkg/train.py": "import pkg.loop\n",
            "pkg/loop.py": "from pkg import log\ndef f():\n    import torch\n",
            "pkg/log.py": "\nimport mlflow.pytorch\n",
        },
    )
    hard, every = import_graph(found, HARD), import_graph(found)
    assert hard.find_shortest_chain("pkg.train", "mlflow") == ("pkg.train", "pkg.loop", "pkg.log", "mlflow")
    assert hard.get_import_details(importer="pkg.log", imported="mlflow")[0]["line_number"] == 2
    assert "torch" not in hard.modules
    assert every.find_shortest_chain("pkg.train", "torch") == ("pkg.train", "pkg.loop", "torch")


def test_the_tests_beside_the_packages_are_a_tree(tmp_path):
    write(tmp_path, {**FILES, "cand/a.py": "", "tests/test_a.py": "from pkg.a import f\ndef test_f(): f()\n"})
    sources = read(tmp_path, "pkg", "cand", tests=True)
    assert [one.role for one in sources.trees] == ["pkg", "cand", "tests"]
    assert [call.place.path for call in sources["pkg"].callers("pkg.a.f")] == ["pkg/b.py", "tests/test_a.py"]


def test_everything_is_json(tmp_path):
    found = tree(tmp_path, FILES)
    assert json.loads(json.dumps(jsonable([found.calls, found.symbols, found.faults])))[0][0]["place"]["line"] == 3


def test_tests_of_two_roots_are_two_trees(tmp_path):
    for root, name in (("one", "a"), ("two", "b")):
        write(tmp_path / root, {f"{name}/m.py": "def f(): ...\n", "tests/t.py": f"from {name}.m import f\nf()\n"})
    specs = {"reference": f"{tmp_path}/one:a", "candidate": f"{tmp_path}/two:b"}
    found = read_trees(specs, tests=True)
    assert [tree.role for tree in found.trees] == ["reference", "candidate", "tests", "tests of candidate"]
    assert [call.target for call in found.tests_of(found["candidate"]).calls] == ["b.m.f"]
    assert [call.target for call in found.tests_of(found["reference"]).calls] == ["a.m.f"]


def test_imports_of_several_trees_are_one_graph(tmp_path):
    write(tmp_path, {"a/m.py": "import b.n\n", "b/n.py": "import torch\n"})
    found = read_trees({"reference": f"{tmp_path}:b", "candidate": f"{tmp_path}:a"})
    graph = import_graph(found.trees, HARD)
    assert graph.find_shortest_chain("a.m", "torch") == ("a.m", "b.n", "torch")


def test_a_package_below_the_top_has_a_graph_too(tmp_path):
    write(tmp_path, {"up/one/m.py": "import up\nfrom up import two\nfrom up.two.n import f\nimport torch\n"})
    write(tmp_path, {"up/two/n.py": "def f(): ...\n"})
    graph = import_graph(read_trees({"candidate": f"{tmp_path}:up.one"})["candidate"], HARD)
    assert graph.find_modules_directly_imported_by("up.one.m") == {"up.one", "up.two", "torch"}


def test_of_two_versions_each_tree_sees_its_own(tmp_path):
    for root, name in (("old", "f"), ("new", "g")):
        write(
            tmp_path / root, {"pkg/m.py": f"def {name}(): ...\n", "tests/t.py": f"from pkg.m import {name}\n{name}()\n"}
        )
    found = read_trees({"reference": f"{tmp_path}/old:pkg", "candidate": f"{tmp_path}/new:pkg"}, tests=True)
    assert [(tree.role, call.how) for tree in found.trees for call in tree.calls] == [
        ("tests", "import"), ("tests of candidate", "import"),
    ]  # fmt: skip
    seen = found.seen_from(found["candidate"])
    assert [tree.role for tree in seen.trees] == ["candidate", "tests of candidate"]
    assert seen.symbol("pkg.m.g") and seen.symbol("pkg.m.f") is None and found.symbol("pkg.m.f")
