"""Who may import whom (design: the arrows), read off the syntax tree of every file: nothing is imported here."""

import ast
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PACKAGE = "ptychoparity"
INSTALLED = ("core", "reference", "spec_tests", "backends", "reports", "fixtures", "harness", "audit", "benchmarks")
ROOMS = (PACKAGE, *INSTALLED, "tests")
FRAMEWORKS = {
    "tensorflow": "backends/tensorflow/", "keras": "backends/tensorflow/", "torch": "backends/pytorch/",
    "lightning": "backends/pytorch/",
}  # fmt: skip
LONGEST = 400

ALLOWED = [
    # the first prefix that fits a file says what of ours it may import; everything may import core but what runs in
    # a backend's process under a foreign interpreter, which gets `ptychoparity/__init__.py` and `backends/` alone
    ("core/", ("core",)),
    ("ptychoparity/__init__.py", ("backends.protocol",)),
    ("ptychoparity/__main__.py", ("harness.cli",)),
    ("reference/", ("reference", "core")),
    ("spec_tests/", ("spec_tests", "reference", "backends.protocol", "fixtures", "core")),
    ("backends/protocol.py", ()),
    ("backends/registry.py", ("backends.protocol", "core")),
    ("backends/remote.py", ()),
    ("backends/worker.py", (PACKAGE, "backends.protocol", "backends.registry", "backends.remote", "core")),
    ("backends/host/", ("backends.host", "backends.protocol")),
    # reads the contracts' documents as resources of `spec_tests`, and imports nothing of it
    ("backends/numpy/", ("backends.numpy", "backends.protocol", "backends.host", "reference")),
    ("backends/tensorflow/", ("backends.tensorflow", "backends.protocol", "backends.host")),
    ("backends/pytorch/", ("backends.pytorch", "backends.protocol", "backends.host")),
    ("backends/upstream/", ("backends.upstream", "backends.protocol", "backends.host")),
    ("backends/dropin/",
     ("backends.dropin", "backends.tensorflow", "backends.pytorch", "backends.protocol", "backends.host")),
    ("backends/__init__.py", ()),
    ("reports/", ("reports", "core")),
    ("fixtures/", ("fixtures", "reference", "core")),
    ("audit/", ("audit", "core", "spec_tests.catalogue", "spec_tests.contract", "spec_tests.unchecked", "reports",
                "harness")),
    ("harness/", ("harness", "audit", "spec_tests", "reference", "backends", "fixtures", "reports", "core")),
    ("benchmarks/", ("benchmarks", "harness", "reference", "backends", "core")),
    ("tests/", ("tests", PACKAGE, "Backend", "BackendInfo", *INSTALLED)),
]  # fmt: skip


def _files() -> list[str]:
    found = [p.relative_to(PROJECT).as_posix() for room in ROOMS for p in (PROJECT / room).rglob("*.py")]
    return sorted(name for name in found if "__pycache__" not in name)


FILES = _files()


def _place(name: str) -> str:
    """A dotted name of ours as the path it has in the checkout, with dots: the folders stand at the top level."""
    return name.removeprefix(f"{PACKAGE}.")


def imports(tree: ast.AST) -> set[str]:
    """Full names of what is imported: `from ptychoparity.backends import worker` is `ptychoparity.backends.worker`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            folder = node.module == PACKAGE or (PROJECT / _place(node.module).replace(".", "/")).is_dir()
            package = folder and node.module.split(".")[0] in (PACKAGE, "tests")
            found |= {f"{node.module}.{alias.name}" for alias in node.names} if package else {node.module}
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
            "import_module",
            "__import__",
        ):
            found |= {a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    return found


def _within(name: str, allowed: tuple[str, ...]) -> bool:
    return any(name == one or name.startswith(one + ".") for one in allowed)


def arrows(name: str, tree: ast.AST) -> set[str]:
    """What `name` imports of ours and may not."""
    allowed = next(allowed for prefix, allowed in ALLOWED if name.startswith(prefix))
    ours = {_place(i) for i in imports(tree) if i.split(".")[0] in (PACKAGE, "tests")}
    return {i for i in ours if not _within(i, allowed)}


def nameless(name: str, tree: ast.AST) -> set[str]:
    """Rooms imported by their folder's name: installed, there is no such package."""
    return {i for i in imports(tree) if i.split(".")[0] in INSTALLED}


def strangers(name: str, tree: ast.AST) -> set[str]:
    """Frameworks that `name` imports outside their own folder."""
    named = {i.split(".")[0] for i in imports(tree)} & FRAMEWORKS.keys()
    # Keras is one front for both: the torch backend's folder may not use it, the drop-ins and upstream have their own
    homes = ("backends/dropin/", "backends/upstream/", "benchmarks/naive_splatting.py")
    return {i for i in named if not name.startswith((FRAMEWORKS[i], *homes))}


QUIET_CALLS = {
    "Column", "ContextVar", "Entry", "Framework", "Interpreter", "MappingProxyType", "Mark", "Option", "Path",
    "Profile", "Series",
    "StashKey", "TensorSpec", "TypeVar", "array",
    "bool", "cache", "compile", "complex64", "composite", "dataclass", "device", "dict", "dtype", "enumerate",
    "exit", "extend", "field", "finfo", "fixture", "float", "float32", "float64", "frozenset", "get", "getLogger",
    "hookimpl", "int", "isinstance", "items", "iter", "join", "keys", "len", "list", "lru_cache", "main", "mark",
    "max", "min", "namedtuple", "next", "parametrize", "range", "resolve", "serve", "set", "sorted", "split", "str",
    "text", "tuple", "update", "values", "zip",
}  # fmt: skip
"""What may be called while a module is imported: makes values, touches no file, no process, no device."""


REASONED = {"backends/tensorflow/framework.py": {"setdefault"}}
"""A variable that TensorFlow reads while it loads must be set before it is imported."""


def _called(call: ast.Call) -> str:
    function = call.func.value if isinstance(call.func, ast.Subscript) else call.func
    return getattr(function, "attr", getattr(function, "id", "?"))


def import_time_work(tree: ast.Module) -> set[str]:
    """Calls at a module's top level, outside functions and classes, that are none of the quiet ones."""
    found = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
            continue
        if isinstance(node, ast.If):  # `if __name__ == ...`
            continue
        if isinstance(node, (ast.For, ast.While, ast.With, ast.Try)):
            found.add(type(node).__name__.lower())
        skipped = [n for n in ast.walk(node) if isinstance(n, ast.Lambda)]
        inner = {id(n) for one in skipped for n in ast.walk(one)}
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and id(call) not in inner:
                found |= {_called(call)} - QUIET_CALLS
    return found


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    return {name: ast.parse((PROJECT / name).read_text(encoding="utf-8"), name) for name in FILES}


def test_every_room_was_looked_at(trees):
    assert {name.split("/")[0] for name in trees} == set(ROOMS)
    assert len(trees) > 60


def test_arrows(trees):
    wrong = {name: sorted(found) for name, tree in trees.items() if (found := arrows(name, tree))}
    assert wrong == {}


def test_every_room_is_imported_by_its_installed_name(trees):
    wrong = {name: sorted(found) for name, tree in trees.items() if (found := nameless(name, tree))}
    assert wrong == {}


def test_frameworks_stay_in_their_folders(trees):
    wrong = {name: sorted(found) for name, tree in trees.items() if (found := strangers(name, tree))}
    assert wrong == {}


def test_nothing_is_done_while_importing(trees):
    mine = {name: tree for name, tree in trees.items() if not name.startswith("tests/")}
    wrong = {
        name: sorted(found)
        for name, tree in mine.items()
        if (found := import_time_work(tree) - REASONED.get(name, set()))
    }
    assert wrong == {}


def test_no_file_is_long():
    long = {
        name: n for name in FILES if (n := len((PROJECT / name).read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert long == {}


def test_no_reason_is_swallowed(trees):
    """`except Exception: pass`, and a bare except, hide why."""
    wrong = []
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler):
                bare = node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException")
                if bare and all(isinstance(line, ast.Pass) for line in node.body):
                    wrong.append(f"{name}:{node.lineno}")
    assert wrong == []


def test_every_public_room_says_what_it_is(trees):
    """A file without a first sentence has no idea of its own; empty `__init__` files have none to tell."""
    assert [name for name, tree in trees.items() if tree.body and ast.get_docstring(tree) is None] == []


def test_every_file_of_a_room_is_installed():
    """A folder without __init__ is no package: it would be missing from a wheel."""
    folders = {Path(name).parent.as_posix() for name in FILES}
    assert [f for f in sorted(folders) if not (PROJECT / f / "__init__.py").is_file()] == []


SAMPLES = [
    (arrows, "reference/optics.py", "from ptychoparity.backends.protocol import Backend", {"backends.protocol"}),
    (arrows, "spec_tests/trial.py", "from ptychoparity.backends import worker", {"backends.worker"}),
    (
        arrows,
        "spec_tests/trial.py",
        "from ptychoparity.backends.protocol import Answer\nfrom ptychoparity import fixtures",
        set(),
    ),
    (arrows, "backends/pytorch/a.py", "import ptychoparity.reference.optics", {"reference.optics"}),
    (
        arrows,
        "backends/pytorch/a.py",
        "def f():\n    from ptychoparity.backends.tensorflow.adapter import X",
        {"backends.tensorflow.adapter"},
    ),
    (arrows, "reports/gate.py", "from ptychoparity.spec_tests import compare", {"spec_tests.compare"}),
    (arrows, "core/words.py", "from ptychoparity.reports import events", {"reports.events"}),
    (
        arrows,
        "backends/host/a.py",
        "import importlib\nimportlib.import_module('ptychoparity.reference.scan')",
        {"reference.scan"},
    ),
    (nameless, "harness/session.py", "from backends.protocol import Answer", {"backends.protocol"}),
    (nameless, "harness/session.py", "import reports", {"reports"}),
    (strangers, "harness/session.py", "import torch.cuda", {"torch"}),
    (strangers, "backends/pytorch/a.py", "import torch", set()),
    (strangers, "backends/pytorch/a.py", "from tensorflow import keras", {"tensorflow"}),
    (import_time_work, None, "import os\nos.makedirs('runs')", {"makedirs"}),
    (import_time_work, None, "X = open('a').read()", {"open", "read"}),
    (import_time_work, None, "for i in (1, 2):\n    print(i)", {"for", "print"}),
    (import_time_work, None, "def f():\n    open('a')\nX = frozenset({1})", set()),
]


@pytest.mark.parametrize(("rule", "name", "source", "found"), SAMPLES)
def test_the_rules_see_what_they_forbid(rule, name, source, found):
    tree = ast.parse(source)
    assert (rule(tree) if name is None else rule(name, tree)) == found


def test_git_knows_no_results():
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    assert [f for f in listed.stdout.splitlines() if f.startswith(("runs/", ".venv")) or "__pycache__" in f] == []
