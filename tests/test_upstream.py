"""The public packages as backends: names and variables anywhere, the packages themselves where they are installed."""

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ptychoparity.backends import registry
from ptychoparity.backends.upstream import boundary
from ptychoparity.backends.worker import Worker
from ptychoparity.core.errors import UsageError
from tests.running import PROJECT, check, outputs, ptychoparity

NAMES = ("upstream-tensorflow", "upstream-tensorflow-workflow", "upstream-pytorch", "upstream-pytorch-barycentric")
FOLDER = PROJECT / "backends" / "upstream"
HOW = registry.find(NAMES[0]).missing()
installed = pytest.mark.skipif(bool(HOW), reason=HOW)


# -- variables of a backend's process ---------------------------------------------------------------------------------


def test_a_variable_is_part_of_the_name_and_of_the_process():
    name = registry.with_variables("tests.miniatures.foreign:Environment", ["SWITCH=0", "WHERE=/a b/c=d"])
    assert name == "tests.miniatures.foreign:Environment+SWITCH=0+WHERE=/a b/c=d"
    entry = registry.find(name)
    assert entry.name == name and entry.factory == "tests.miniatures.foreign:Environment"
    worker = Worker(replace(entry, path=(str(PROJECT),)), "cpu")
    try:
        worker.start(30)
        found = [outputs(worker.call("variable", {"name": one}, timeout=20)) for one in ("SWITCH", "WHERE")]
    finally:
        worker.stop()
    assert found == [{"value": "0"}, {"value": "/a b/c=d"}]


def test_a_variable_goes_before_what_the_entry_sets():
    assert registry.find("tensorflow+KERAS_BACKEND=jax").environment["KERAS_BACKEND"] == "jax"
    assert registry.find("tensorflow").environment["KERAS_BACKEND"] == "tensorflow"


def test_our_own_backend_stays_ours_whatever_its_variables():
    assert registry.find("pytorch+SWITCH=1").ours and not registry.find(NAMES[0]).ours


@pytest.mark.parametrize(
    "text",
    ["module:Class", "module:Class@/an+odd/path=1/python", "name+", "name+1=2", "name+A", "name+A=1,2"],
)
def test_what_is_no_variable_stays_in_the_name(text):
    assert registry.split(text) == (text, ())


def test_a_variable_follows_an_interpreter():
    assert registry.split("m:C@/an+odd/python+A=1+B=") == ("m:C@/an+odd/python", ("A=1", "B="))


def test_a_variable_that_the_name_has_is_not_said_twice():
    assert registry.with_variables("numpy+A=1", ["A=1", "B=2"]) == "numpy+A=1+B=2"


@pytest.mark.parametrize("text", ["A", "=1", "1A=2", "A B=1", "A=1+2", "A=1,2"])
def test_a_variable_that_cannot_be_part_of_a_name_is_refused(text):
    with pytest.raises(UsageError, match="NAME=VALUE"):
        registry.with_variables("numpy", [text])


def test_env_is_part_of_ids_of_the_line_that_reproduces_and_of_replay(tmp_path):
    backend = "tests.miniatures.wrong:SwapsXAndY"
    done = check(tmp_path, "--backend", backend, "--env", "SWITCH=0", "--operation", "translate", "--kind", "example")
    failed = [one for one in done.checks if one["outcome"] == "fail"]
    assert done.exit == 1 and failed
    name = f"{backend}+SWITCH=0"
    assert all(one["id"].endswith(f"/{name}@cpu") and f"--backend {name}" in one["reproduce"][-1] for one in failed)
    again = ptychoparity("replay", str(done.folder / failed[0]["failure_file"]))
    assert again.exit == 1 and f"failing: {failed[0]['id']}" in again.stdout


def test_env_that_is_none_is_refused_before_anything_starts(tmp_path):
    done = check(tmp_path, "--backend", "numpy", "--env", "SWITCH")
    assert done.exit == 2 and "expected NAME=VALUE" in done.stderr + done.stdout


# -- the environment of the public packages ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_without_the_environment_the_line_that_makes_it_is_said(name, tmp_path):
    entry = replace(registry.find(name), python=str(tmp_path / ".venv.upstream" / "bin" / "python"))
    assert entry.missing() == "no environment .venv.upstream: make upstream UPSTREAM=DIR"


def test_an_interpreter_of_the_users_needs_no_environment_of_ours():
    entry = registry.find(f"{NAMES[0]}@{sys.executable}")
    assert entry.python == sys.executable and entry.missing() == ""


def test_make_upstream_needs_a_source(tmp_path):
    done = subprocess.run(["make", "upstream", f"UPSTREAM={tmp_path}"], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 2 and f'no ptycho in "{tmp_path}"' in done.stderr


def test_the_source_is_linked_into_the_environment_that_asks(tmp_path):
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    source = tmp_path / "a source"
    (source / "ptycho").mkdir(parents=True)
    (source / "ptycho" / "__init__.py").write_text("")
    python = environment / "bin" / "python"
    subprocess.run([python, FOLDER / "link.py", source], check=True, capture_output=True)
    found = subprocess.run(
        [python, "-P", "-c", "import ptycho; print(ptycho.__file__)"], capture_output=True, text=True
    )
    assert found.stdout.strip() == str(source / "ptycho" / "__init__.py")


def test_every_requirement_is_pinned():
    lines = (FOLDER / "requirements.txt").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#") and "==" not in line] == []


def test_the_commit_is_that_of_the_record_else_of_the_checkout(tmp_path):
    assert boundary.commit(tmp_path) == ""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=b"]
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "a"]):
        subprocess.run([*git, *words], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    assert len(head) == 40 and boundary.commit(tmp_path) == head
    (tmp_path / "COMMIT").write_text("712c23f\n")
    assert boundary.commit(tmp_path) == "712c23f"


# -- the tables, read as text -----------------------------------------------------------------------------------------


def _table(package: str, name: str) -> dict[str, str]:
    tree = ast.parse((FOLDER / package / "adapter.py").read_text())
    (value,) = [n.value for n in tree.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == name]
    return ast.literal_eval(value)


@pytest.mark.parametrize("package", ["tensorflow", "pytorch"])
@pytest.mark.parametrize("name", ["OPERATIONS", "VARIANT"])
def test_every_function_of_the_tables_names_the_public_one_that_answers(package, name):
    for operation, module in _table(package, name).items():
        tree = ast.parse((FOLDER / package / f"{module}.py").read_text())
        (function,) = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == operation]
        assert "`ptycho" in (ast.get_docstring(function) or ""), f"{package}/{module}.py: {operation}"


def test_the_page_counts_the_operations():
    page = (PROJECT / "docs" / "upstream.md").read_text()
    for package in ("tensorflow", "pytorch"):
        assert f"{len(_table(package, 'OPERATIONS'))} operations |" in page


# -- the packages themselves ------------------------------------------------------------------------------------------


@installed
def test_the_header_says_which_package_was_asked(tmp_path):
    done = check(
        tmp_path, "--backend", "upstream-tensorflow,upstream-pytorch", "--device", "cpu",
        "--operation", "diffract", "--kind", "smoke",
    )  # fmt: skip
    first, second = done.events[0]["backends"]
    for backend, package, framework in ((first, "ptycho", "tensorflow"), (second, "ptycho_torch", "torch")):
        loaded = backend["loaded"]
        assert loaded["package"] == package and Path(loaded["package_file"]).parent.name == package
        assert loaded["version"] and framework in loaded["file"] and "commit" in loaded
        assert backend["info"]["framework"] == framework
    assert done.exit == 0


EXPECTED = {
    # sampled at twice the mean minus the position: right at gridsize 1, mirrored in the group above
    "upstream-tensorflow": ("extract_patches", "PHYS.EXTRACT.POSITION"),
    # content moves by minus the offset where XLA is off
    "upstream-tensorflow+USE_XLA_TRANSLATE=0": ("translate", "PHYS.TRANSLATE.SIGN"),
    # placed at minus the offset
    "upstream-pytorch": ("reassemble_position", "REASM.PLACE"),
    # squares of uint16 overflow
    "upstream-tensorflow-workflow": ("normalize_diffraction", "DATA.GROUP.XFULL_UINT"),
}


@installed
@pytest.mark.parametrize("backend", EXPECTED)
def test_a_defect_that_is_there_is_found_by_its_clause(backend, tmp_path):
    operation, clause = EXPECTED[backend]
    done = check(
        tmp_path, "--backend", backend, "--device", "cpu", "--operation", operation,
        "--kind", "example", "--kind", "boundary", "--kind", "relation",
    )  # fmt: skip
    assert clause in {name for one in done.checks if one["outcome"] == "fail" for name in one["clauses"]}


@installed
@pytest.mark.parametrize("backend", ["upstream-tensorflow", "upstream-pytorch"])
def test_what_a_package_does_right_passes(backend, tmp_path):
    """The adapters cross the boundary as they should: layouts, names, dtypes."""
    words = [word for one in ("flat_to_channel", "combine_object", "diffract") for word in ("--operation", one)]
    done = check(tmp_path, "--backend", backend, "--device", "cpu", "--kind", "example", *words)
    assert {one["outcome"] for one in done.checks} == {"pass"}
