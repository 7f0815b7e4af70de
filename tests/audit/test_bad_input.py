"""Files that cannot be read, and names that cannot be known: one fault each, and the rest goes on."""

import os

import pytest

from ptychoparity.audit.index import read_tree, read_trees
from ptychoparity.core.errors import UsageError
from tests.audit.sources import read, tree, write

GOOD = "def f(): ...\n"


def faults(found):
    return [(fault.path, fault.line, fault.kind) for fault in found.faults]


def test_a_syntax_error_is_a_fault_with_its_line(tmp_path):
    found = tree(tmp_path, {"pkg/bad.py": "x = 1\ndef f(:\n", "pkg/good.py": GOOD})
    assert faults(found) == [("pkg/bad.py", 2, "syntax")]
    assert "pkg.good.f" in found.symbols
    assert "pkg.bad" in found.symbols


def test_bytes_that_are_no_text(tmp_path):
    found = tree(tmp_path, {"pkg/null.py": b"x = 1\0\n", "pkg/latin.py": b"x = '\xe9'\n", "pkg/good.py": GOOD})
    assert [path for path, _, _ in faults(found)] == ["pkg/latin.py", "pkg/null.py"]


def test_a_file_nested_too_deeply(tmp_path):
    found = tree(tmp_path, {"pkg/deep.py": "x = " + "-" * 100_000 + "1\n", "pkg/good.py": GOOD})
    assert [path for path, _, _ in faults(found)] == ["pkg/deep.py"]


def test_a_file_that_cannot_be_opened(tmp_path):
    write(tmp_path, {"pkg/good.py": GOOD})
    os.symlink(tmp_path / "nowhere", tmp_path / "pkg" / "lost.py")
    found = read(tmp_path, "pkg")["pkg"]
    assert faults(found) == [("pkg/lost.py", None, "file")]


def test_folders_linked_in_a_circle(tmp_path):
    write(tmp_path, {"pkg/good.py": GOOD})
    os.symlink(tmp_path / "pkg", tmp_path / "pkg" / "again")
    assert sorted(read(tmp_path, "pkg")["pkg"].files) == ["pkg/__init__.py", "pkg/good.py"]


def test_star_imports(tmp_path):
    found = tree(
        tmp_path,
        {
            "pkg/a.py": "from pkg.b import *\nfrom numpy import *\nfrom pkg.gone import *\nf()\n",
            "pkg/b.py": "def f(): ...\ndef _g(): ...\n",
        },
    )
    assert faults(found) == [("pkg/a.py", 2, "star"), ("pkg/a.py", 3, "star")]
    assert [(call.target, call.how) for call in found.calls] == [("pkg.b.f", "import")]


def test_dynamic_imports_are_faults_with_what_can_be_seen(tmp_path):
    text = "import importlib\nNAMES = {'a': 'pkg.b', 'c': 'pkg.d'}\ndef load(key):\n"
    text += "    module = importlib.import_module(NAMES[key])\n    return getattr(module, key)()\n"
    found = tree(tmp_path, {"pkg/a.py": text, "pkg/b.py": GOOD, "pkg/d.py": GOOD})
    assert faults(found) == [("pkg/a.py", 4, "dynamic"), ("pkg/a.py", 5, "dynamic")]
    assert "one of pkg.b, pkg.d" in found.faults[0].reason


def test_an_import_of_what_is_not_there(tmp_path):
    found = tree(tmp_path, {"pkg/a.py": "from pkg.b import g\nfrom pkg import c\nfrom .b import f\n", "pkg/b.py": GOOD})
    assert faults(found) == [("pkg/a.py", 1, "missing"), ("pkg/a.py", 2, "missing")]


def test_a_module_that_is_not_there_whatever_its_package_makes_at_run_time(tmp_path):
    lazy = "def __getattr__(name): ...\n"
    found = tree(tmp_path, {"pkg/__init__.py": lazy, "pkg/a.py": "from pkg import lazy\nfrom pkg.gone import x\n"})
    assert faults(found) == [("pkg/a.py", 2, "missing")]


def test_what_a_module_has_from_a_library_is_there(tmp_path):
    found = tree(tmp_path, {"pkg/a.py": "import numpy as np\nx = made()\n", "pkg/b.py": "from pkg.a import np, x\n"})
    assert faults(found) == []


def test_modules_that_import_each_other(tmp_path):
    found = tree(
        tmp_path,
        {
            "pkg/a.py": "from pkg.b import y\nfrom pkg.c import late\ndef x(): ...\n",
            "pkg/b.py": "from pkg.a import x\ndef y(): x()\n",
            "pkg/c.py": "def late():\n    import pkg.a\n",
        },
    )
    assert [(fault.path, fault.kind) for fault in found.faults] == [("pkg/a.py", "cycle")]
    assert "pkg.a, pkg.b" in found.faults[0].reason


def test_definitions_in_a_circle_end(tmp_path):
    text = "class A(B): ...\nclass B(A): ...\nx = y\ny = x\nx.z()\nA().z()\n"
    text += "class C:\n    def __init__(self): self.a = self.a\n    def f(self): return self.f()\n"
    text += "    def g(self): self.a.b()\n"
    assert tree(tmp_path, {"pkg/a.py": text}).calls


@pytest.mark.parametrize("spec", ["nowhere", "{root}:", "{root}:gone", "{root}/gone:pkg", "{root}:a b", ":pkg"])
def test_what_names_no_package_is_a_mistake(tmp_path, spec):
    write(tmp_path, {"pkg/a.py": GOOD})
    with pytest.raises(UsageError, match=r"DIR:PACKAGE|no folder|no package"):
        read_tree(spec.format(root=tmp_path))


def test_a_package_may_be_written_as_a_path(tmp_path):
    write(tmp_path, {"up/pkg/a.py": GOOD})
    assert "up.pkg.a.f" in read_trees({"r": f"{tmp_path}:up/pkg"})["r"].symbols


def test_a_module_that_a_folder_of_the_same_name_hides(tmp_path):
    found = tree(tmp_path, {"pkg/a.py": "def old(): ...\n", "pkg/a/__init__.py": "def new(): ...\n"})
    assert faults(found) == [("pkg/a.py", None, "shadowed")]
    assert "pkg.a.new" in found.symbols and "pkg.a.old" not in found.symbols


def test_what_a_module_hands_on_from_a_library_is_there(tmp_path):
    found = tree(
        tmp_path, {"pkg/a.py": "import tensorflow as tf\n", "pkg/b.py": "from pkg.a import tf\ntf.device(0)\n"}
    )
    assert faults(found) == []
    assert [call.target for call in found.calls] == ["tensorflow.device"]
