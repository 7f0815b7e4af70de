"""What is read off a single file."""

import json

import pytest

from ptychoparity.audit.facts import extract
from ptychoparity.audit.paths import access_path, split
from ptychoparity.audit.trees import decode
from tests.audit.sources import tree


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("a.b.c", "a.b.c"),
        ("Model(cfg).layers[0].run", "Model().layers[0].run"),
        ("params.cfg['N']", "params.cfg['N']"),
        ("x[i].y", "x[].y"),
        ("getattr(model, 'fit')", "model.fit"),
        ("getattr(model, name)", "getattr()"),
        ("functools.partial(f, 1)", "f"),
        ("importlib.import_module('a.b').f", "<module:a.b>.f"),
        ("', '.join", "<str>.join"),
        ("(folder / name).mkdir", "folder{/}.mkdir"),
        ("2 * x", "x{*}"),
        ("-x.y", "x.y"),
        ("a if b else c", ""),
    ],
)
def test_access_paths(source, path):
    import ast

    assert access_path(ast.parse(source, mode="eval").body) == path


def test_paths_are_taken_apart():
    assert split("Model().layers['a'].run") == ("Model", ("()", ".layers", "['a']", ".run"))
    assert split("<module:a.b>.f") == ("<module:a.b>", (".f",))


def test_facts_are_json_and_do_not_know_where_they_lie():
    facts = extract(b"from . import x\nclass A:\n    def f(self): return x.g(1)\n")
    assert json.loads(json.dumps(facts)) == facts
    assert [row[0] for row in facts["symbols"]] == ["A", "A.f"]
    assert "pkg" not in json.dumps(facts)


GUARDS = """
import a
try:
    import b
except ImportError:
    b = None
try:
    import c
except ImportError as error:
    raise RuntimeError("c is needed") from error
try:
    import d
except KeyError:
    pass
if TYPE_CHECKING:
    import e
if flag:
    import f
def g():
    import g1
if __name__ == "__main__":
    import h
class K:
    import k
"""


def test_guards_of_imports(tmp_path):
    found = tree(tmp_path, {"pkg/m.py": GUARDS})
    assert {one.what: one.guard for one in found.imports} == {
        "a": "none", "b": "try", "c": "none", "d": "none", "e": "type-checking", "f": "if", "g1": "function",
        "h": "main", "k": "none",
    }  # fmt: skip


SIGNATURES = """
from dataclasses import dataclass, field

def f(a, /, b: int, *rest, c="x", d, **more) -> "dict[str, int]": ...
def g(a, *, b): ...

@dataclass
class Base:
    N: int = 64
    names: list = field(default_factory=list)
    hidden: int = field(default=1, init=False)

@dataclass
class Config(Base):
    path: str = "p"

class Plain:
    def __init__(self, x, y=2): ...

class Child(Plain): ...

class Shape:
    @property
    def area(self): ...
    @area.setter
    def area(self, value): ...
"""


def test_signatures(tmp_path):
    found = tree(tmp_path, {"pkg/m.py": SIGNATURES}).symbols
    assert found["pkg.m.f"].signature() == "f(a, /, b: int, *rest, c='x', d, **more) -> 'dict[str, int]'"
    assert found["pkg.m.g"].signature() == "g(a, *, b)"
    assert found["pkg.m.Config"].signature() == "Config(N: int = 64, names: list = list(), path: str = 'p')"
    assert found["pkg.m.Child"].signature() == "Child(x, y=2)"
    assert [one.required for one in found["pkg.m.f"].parameters] == [True, True, False, False, True, False]
    assert found["pkg.m.Shape.area"].place.line == 24
    assert found["pkg.m.Shape.area"].also == (26,)


def test_public_is_what_all_lists_or_what_has_no_underscore(tmp_path):
    found = tree(
        tmp_path, {"pkg/m.py": "__all__ = ['_a']\ndef _a(): ...\ndef b(): ...\n", "pkg/n.py": "def _c(): ...\n"}
    )
    public = {name: one.public for name, one in found.symbols.items() if one.kind == "function"}
    assert public == {"pkg.m._a": True, "pkg.m.b": False, "pkg.n._c": False}


def test_of_two_definitions_the_one_that_counts(tmp_path):
    twice = "def f(a): ...\ndef f(b): ...\n"
    fallback = "try:\n    from x import y\n    def f(a): ...\nexcept ImportError:\n    def f(b): ...\n"
    found = tree(tmp_path, {"pkg/m.py": twice, "pkg/n.py": fallback}).symbols
    assert found["pkg.m.f"].place.line == 2
    assert found["pkg.n.f"].place.line == 3


def test_a_declared_encoding_is_read():
    assert decode("# -*- coding: latin-1 -*-\nx = '\xe9'\n".encode("latin-1")).splitlines()[1] == "x = '\xe9'"


def test_a_place_is_where_the_last_name_stands(tmp_path):
    found = tree(tmp_path, {"pkg/m.py": "(\n    a\n    .b\n    .c(\n        1))\n"})
    assert [(call.text, call.place.line) for call in found.calls] == [("a.b.c", 4)]
    assert [(use.text, use.place.line) for use in found.uses if use.target] == []


def test_lines_are_counted_as_python_counts_them(tmp_path):
    found = tree(tmp_path, {"pkg/m.py": "x = '''a\x0cb\u2028c'''\r\ndef f(): ...\rdef g(): ...\n"})
    assert [found.symbols[f"pkg.m.{name}"].place.line for name in "fg"] == [2, 3]
    assert [found.lines("pkg/m.py")[line - 1][:5] for line in (2, 3)] == ["def f", "def g"]


def test_an_item_is_where_its_container_stands(tmp_path):
    found = tree(tmp_path, {"pkg/m.py": "cfg = {}\ncfg[\n    'N'\n] = 1\n"})
    assert ("cfg['N']", 2, "write") in [(use.text, use.place.line, use.mode) for use in found.uses]
