"""Which symbol a name is, and how that was found out."""

import pytest

from ptychoparity.audit.index import read_trees
from tests.audit.sources import read, targets, tree, write

REFERENCE = {
    "ref/__init__.py": "from ref.core import Net as Network\n",
    "ref/params.py": "cfg = {'N': 64}\ndef get(key): return cfg[key]\n",
    "ref/config.py": (
        "from dataclasses import dataclass\n@dataclass\nclass Model:\n    N: int = 64\n"
        "@dataclass\nclass Training:\n    model: Model\n    epochs: int = 1\n"
    ),
    "ref/core.py": (
        "import keras\nclass Net(keras.Model):\n    def call(self, x): return self.head(x)\n"
        "    def head(self, x): return x\n    @classmethod\n    def load(cls, path): return cls()\n"
        "def bundle(path) -> tuple[keras.Model, dict]: ...\ndef data(path):\n    return Container(path)\n"
        "class Container:\n    def __init__(self, path): self.X = path\n"
        "    @property\n    def shape(self): return self.X\n"
    ),
}
CLIENT = {
    "cli/payload.py": (
        "from __future__ import annotations\nfrom dataclasses import dataclass\nfrom typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from ref.config import Training\n@dataclass\nclass Payload:\n    training: Training\n"
    ),
    "cli/run.py": (
        "from importlib.util import find_spec\nfrom importlib.metadata import version\nfrom .payload import Payload\n"
        "ENTRY = 'cli.run:train'\n"
        "def there(): return all(find_spec(name) for name in ('ref', 'lightning')) and version('Ref.Dist')\n"
        "def train(payload: Payload):\n"
        "    import ref.params\n"
        "    from ref import Network\n"
        "    from ref.core import bundle, data\n"
        "    payload.training.model.N = 3\n"
        "    ref.params.cfg['N'] = 3\n"
        "    ref.params.get('scale')\n"
        "    net, _ = bundle(1)\n"
        "    net.predict([data(2).X, data(2).gone])\n"
        "    Network.load_from_checkpoint(1, strict=True)\n"
        "    Network.load(1)(2)\n"
        "    ref.params.nothing()\n"
    ),
}


def client(tmp_path):
    write(tmp_path, {**REFERENCE, **CLIENT})
    (tmp_path / "setup.py").write_text("from setuptools import setup\nsetup(name='ref_dist')\n")
    sources = read(tmp_path, "ref", "cli")
    return sources, sources["cli"].touches(sources["ref"])


def test_every_touch_of_a_client(tmp_path):
    _, touches = client(tmp_path)
    calls = {(one.place.line, one.target, one.how, one.origin) for one in touches.calls}
    assert calls == {
        (12, "ref.params.get", "import", ""),
        (13, "ref.core.bundle", "import", ""),
        (14, "keras.Model().predict", "assigned", "ref.core.bundle()[0].predict"),
        (14, "ref.core.data", "import", ""),
        (15, "keras.Model.load_from_checkpoint", "import", "ref.core.Net.load_from_checkpoint"),
        (16, "ref.core.Net.load", "import", ""),
        (16, "ref.core.Net.call", "framework", ""),
        (17, "ref.params.nothing", "missing", ""),
    }
    uses = {(one.place.line, one.mode, one.target, one.how) for one in touches.uses}
    assert uses >= {
        (5, "lookup", "ref", "scope"),
        (10, "read", "ref.config.Training.model", "annotation"),
        (10, "write", "ref.config.Model.N", "annotation"),
        (11, "write", "ref.params.cfg", "import"),
        (14, "read", "ref.core.Container.X", "returned"),
        (14, "read", "ref.core.Container.gone", "missing"),
    }
    assert {one.text for one in touches.uses if one.mode == "lookup"} == {"find_spec('ref')", "version('Ref.Dist')"}
    imports = {(one.place.line, one.what, one.target, one.guard) for one in touches.imports}
    assert (8, "ref.Network", "ref.core.Net", "function") in imports
    assert (5, "ref.config.Training", "ref.config.Training", "type-checking") in imports


def test_a_string_that_names_an_entry_point_is_a_use(tmp_path):
    sources, _ = client(tmp_path)
    found = [one for one in sources["cli"].uses if one.text == "'cli.run:train'"]
    assert [(one.target, one.mode) for one in found] == [("cli.run.train", "lookup")]


def test_callers_and_callees(tmp_path):
    sources, _ = client(tmp_path)
    assert [str(call.place) for call in sources["ref"].callers("ref.core.data")] == ["cli/run.py:14"] * 2
    assert [call.target for call in sources["ref"].callees("ref.core.Net.call")] == ["ref.core.Net.head"]
    assert sources["cli"].symbol_at("cli/run.py", 11).id == "cli.run.train"
    assert sources["cli"].symbol_at("cli/run.py", 3).id == "cli.run"
    assert sources.symbol("ref.config.Model").signature() == "Model(N: int = 64)"


LOCAL = """
import numpy as np
from functools import partial

class Base:
    def run(self): return self.step()
    def step(self): ...

class Fast(Base):
    def step(self): super().step()

def make(kind, callback):
    callback()
    table = {'fast': Fast, 'base': Base}
    return table[kind]()

def pick(flag):
    return Fast() if flag else Base()

def use(items: list[Fast], opt: "Fast | None"):
    for item in items:
        item.step()
    opt.run()
    made = make('fast', helper)
    made.step()
    chosen = pick(True)
    chosen.step()
    later = partial(helper, 1)
    later()
    with open('f') as file:
        file.write('x')
    np.zeros(3).sum()
    unknown.thing()
    getattr(opt, made)()
    def inner():
        return helper()
    inner()
    self_made = [Fast()]
    self_made[0].step()
    (lambda: helper())()

def helper(): ...
"""


def test_how_each_call_is_found(tmp_path):
    found = {(text, target, how) for _, text, target, how in targets(tree(tmp_path, {"pkg/m.py": LOCAL}), "pkg/m.py")}
    assert found == {
        ("self.step", "pkg.m.Base.step", "scope"),
        ("super", "builtins.super", "scope"),
        ("super().step", "pkg.m.Base.step", "scope"),
        ("callback", "pkg.m.helper", "argument"),
        ("table[]", "pkg.m.Fast", "table"),
        ("Fast", "pkg.m.Fast", "scope"),
        ("Base", "pkg.m.Base", "scope"),
        ("item.step", "pkg.m.Fast.step", "assigned"),
        ("opt.run", "pkg.m.Base.run", "annotation"),
        ("make", "pkg.m.make", "scope"),
        ("made.step", "pkg.m.Fast.step", "table"),
        ("pick", "pkg.m.pick", "scope"),
        ("chosen.step", "pkg.m.Fast.step", "returned"),
        ("partial", "functools.partial", "import"),
        ("later", "pkg.m.helper", "assigned"),
        ("open", "builtins.open", "scope"),
        ("file.write", "builtins.open().write", "assigned"),
        ("np.zeros", "numpy.zeros", "import"),
        ("np.zeros().sum", "numpy.zeros().sum", "import"),
        ("unknown.thing", None, "unresolved"),
        ("getattr", "builtins.getattr", "scope"),
        ("getattr()", None, "dynamic"),
        ("helper", "pkg.m.helper", "scope"),
        ("inner", "pkg.m.use.<locals>.inner", "scope"),
        ("self_made[0].step", "pkg.m.Fast.step", "constructor"),
        ("<lambda>", None, "unresolved"),
    }


def test_candidates_are_all_named(tmp_path):
    calls = tree(tmp_path, {"pkg/m.py": LOCAL}).calls
    assert {call.text: call.candidates for call in calls if call.candidates} == {
        "table[]": ("pkg.m.Fast", "pkg.m.Base"),
        "made.step": ("pkg.m.Fast.step", "pkg.m.Base.step"),
        "chosen.step": ("pkg.m.Fast.step", "pkg.m.Base.step"),
    }


def test_relative_imports_count_from_the_package(tmp_path):
    found = tree(
        tmp_path,
        {
            "pkg/sub/__init__.py": "from . import leaf\nfrom .. import top\n",
            "pkg/sub/leaf.py": "from ..top import f\nf()\n",
            "pkg/top.py": "def f(): ...\n",
        },
    )
    assert {one.what: one.target for one in found.imports} == {
        "pkg.sub.leaf": "pkg.sub.leaf",
        "pkg.top": "pkg.top",
        "pkg.top.f": "pkg.top.f",
    }
    assert found.calls[0].target == "pkg.top.f"


def test_two_trees_of_the_same_package_see_themselves(tmp_path):
    for name, extra in (("old", ""), ("new", "def g(): ...\n")):
        write(tmp_path / name, {"pkg/a.py": "def f(): ...\n" + extra, "pkg/b.py": "from pkg.a import g\ng()\n"})
    sources = read_trees({"reference": f"{tmp_path / 'old'}:pkg", "candidate": f"{tmp_path / 'new'}:pkg"})
    assert [sources[role].calls[0].how for role in ("reference", "candidate")] == ["missing", "import"]


def test_the_same_sources_answer_the_same(tmp_path):
    first, _ = client(tmp_path)
    second = read(tmp_path, "ref", "cli")
    assert second["cli"].uses == first["cli"].uses  # asked first for something else
    assert second["ref"].calls == first["ref"].calls


OWN = (
    "class Model:\n    @classmethod\n    def _new(cls, net=None):\n        made = cls()\n        made.net = net()\n"
    "        made.a, made.b = 1, 2\n        return made\n"
    "class Net:\n    def __init__(self): self.loss, self.name = 1, 'x'\n"
    "def loaded() -> 'tuple[Any, Any]':\n    return Model(), Net()\n"
)


def test_attributes_of_what_a_class_method_makes_and_types_that_tell_nothing(tmp_path):
    caller = (
        "from pkg.m import Model, Net, loaded\n"
        "def run():\n    model = Model._new(net=Net)\n    model.net.loss\n    model.b\n    model.none\n"
        "    one, two = loaded()\n    two.name\n    kept = Model.from_file('x')\n    kept.a\n    kept.check(\n"
        "        first=1,\n        second=2,\n    )\n"
    )
    found = tree(tmp_path, {"pkg/m.py": OWN, "pkg/caller.py": caller})
    uses = {(one.text, one.target, one.how) for one in found.uses if one.place.path == "pkg/caller.py"}
    assert uses >= {
        ("model.net.loss", "pkg.m.Net.loss", "argument"),
        ("model.b", "pkg.m.Model.b", "returned"),
        ("model.none", "pkg.m.Model.none", "missing"),
        ("two.name", "pkg.m.Net.name", "assigned"),
        ("kept.a", "pkg.m.Model.a", "named"),
    }
    last = next(one for one in found.calls if one.text == "kept.check")
    assert (last.target, last.how, last.lines) == ("pkg.m.Model.check", "missing", (12, 13))


REGISTRIES = """
import importlib
REGISTRY: dict[str, type] = {}
MODULES = ("pkg.a", "pkg.b")
def register(name):
    def put(cls):
        REGISTRY[name] = cls
        return cls
    return put
@register("one")
class One:
    def run(self): ...
@register("two")
class Two:
    def run(self): ...
def make(name): return REGISTRY[name]()
def use(name):
    make(name).run()
    REGISTRY.get(name)().run()
def load(which):
    for name in MODULES:
        importlib.import_module(name).start()
"""


def test_registries_and_imports_at_run_time_name_their_candidates(tmp_path):
    calls = {
        call.text: (call.target, call.how, call.candidates) for call in tree(tmp_path, {"pkg/m.py": REGISTRIES}).calls
    }
    both = ("pkg.m.One", "pkg.m.Two")
    runs = tuple(f"{one}.run" for one in both)
    assert calls["REGISTRY[]"] == (both[0], "table", both)
    assert calls["make().run"] == (runs[0], "table", runs)
    assert calls["REGISTRY.get()().run"][2] == runs
    assert calls["importlib.import_module"] == ("importlib.import_module", "dynamic", ("pkg.a", "pkg.b"))
    assert calls["importlib.import_module().start"][:2] == (None, "dynamic")


MANY = [f"do_{number}" for number in range(60)]
"""More than one expression may otherwise be, and more than a tuple is kept in order for."""
TABLES = {
    "a dict of names": "T = {%(rows)s}",
    "a comprehension": "T = {f.__name__: f for f in (%(names)s)}",
    "a comprehension over a name": "EVERY = (%(names)s)\nT = {f.__name__: f for f in EVERY}",
    "a comprehension over a list": "T = {f.__name__: f for f in [%(names)s]}",
    "a comprehension over pairs": "T = {name: f for name, f in (%(pairs)s)}",
    "a comprehension over a table": "U = {%(rows)s}\nT = {name: f for name, f in U.items()}",
    "two tables": "U = {%(rows)s}\nT = {**U, 'more': more}",
    "two tables in one": "U = {'more': more}\nV = {%(rows)s}\nT = U | V",
    "a table and names": "U = {%(rows)s}\nT = U | {'more': more}",
    "dict()": "T = dict(%(keywords)s)",
    "dict() of pairs": "T = dict([%(pairs)s])",
    "behind a proxy": "from types import MappingProxyType\nT = MappingProxyType({%(rows)s})",
    "filled line by line": "T = {}\n%(lines)s",
    "filled in a loop": "T = {}\nfor f in (%(names)s):\n    T[f.__name__] = f",
    "annotated": "from collections.abc import Callable\nT: dict[str, Callable] = {f.__name__: f for f in (%(names)s)}",
}


def table(template):
    """A module with a table of `MANY`, and three ways to call what it holds."""
    said = {
        "names": ", ".join(MANY), "rows": ", ".join(f"'{one}': {one}" for one in MANY),
        "pairs": ", ".join(f"('{one}', {one})" for one in MANY), "keywords": ", ".join(f"{one}={one}" for one in MANY),
        "lines": "\n".join(f"T['{one}'] = {one}" for one in MANY),
    }  # fmt: skip
    made = "".join(f"def {one}(x): return x\n" for one in [*MANY, "more"])
    asked = "def run(name, x): return T[name](x)\ndef ask(name, x): return T.get(name)(x)\n"
    asked += "def take(name, x):\n    chosen = T[name]\n    return chosen(x)\n"
    return f"{made}{template % said}\n{asked}"


@pytest.mark.parametrize("template", TABLES.values(), ids=TABLES.keys())
def test_whatever_a_table_holds_is_a_candidate(tmp_path, template):
    calls = {call.scope: call for call in tree(tmp_path, {"pkg/m.py": table(template)}).calls if call.candidates}
    for scope in ("pkg.m.run", "pkg.m.ask", "pkg.m.take"):
        assert calls[scope].how == "table"
        assert {one.removeprefix("pkg.m.") for one in calls[scope].candidates} - {"more"} == set(MANY)


def test_a_key_that_is_known_chooses_one_of_a_table(tmp_path):
    text = table(TABLES["a dict of names"]) + "def one(x): return T['do_7'](x)\n"
    calls = {call.scope: call for call in tree(tmp_path, {"pkg/m.py": text}).calls}
    assert (calls["pkg.m.one"].target, calls["pkg.m.one"].candidates) == ("pkg.m.do_7", ())


def test_a_table_of_data_holds_no_candidates(tmp_path):
    text = "T = {n: 0 for n in range(3)}\nL = [%s]\ndef f(x): return T[x].bit_length(), L[x].upper()\n"
    calls = tree(tmp_path, {"pkg/m.py": text % ", ".join(repr(f"word{n}") for n in range(60))}).calls
    assert {call.text: call.target for call in calls if call.scope == "pkg.m.f"} == {
        "T[].bit_length": "builtins.dict()[].bit_length", "L[].upper": "builtins.list()[].upper",
    }  # fmt: skip


def test_what_a_module_is_given_from_outside(tmp_path):
    found = tree(
        tmp_path,
        {
            "pkg/a.py": "net = None\ndef use(): net.fit()\n",
            "pkg/b.py": "import pkg.a\nclass Net:\n    def fit(self): ...\ndef build():\n    pkg.a.net = Net()\n",
        },
    )
    assert targets(found, "pkg/a.py") == [(2, "net.fit", "pkg.b.Net.fit", "assigned")]


def test_a_value_keeps_its_origin_through_a_clients_own_function(tmp_path):
    run = "from ref.core import bundle\ndef wrapped():\n    net, _ = bundle(1)\n    return net\n"
    run += "def use(): wrapped().predict()\n"
    write(tmp_path, {**REFERENCE, "cli/run.py": run})
    sources = read(tmp_path, "ref", "cli")
    calls = {one.text: one.origin for one in sources["cli"].touches(sources["ref"]).calls}
    assert calls["wrapped().predict"] == "ref.core.bundle()[0].predict"


def test_an_attribute_that_instances_get_outside_their_class(tmp_path):
    api = "class Model:\n    @classmethod\n    def make(cls):\n        made = cls()\n"
    api += "        made.net = Net()\n        return made\n"
    api += "class Net:\n    def fit(self): ...\n"
    run = "from ref.api import Model\ndef use():\n    Model.make().net.fit()\n    Model.make().other\n"
    sources = read(write(tmp_path, {"ref/api.py": api, "cli/run.py": run}), "ref", "cli")
    touches = sources["cli"].touches(sources["ref"])
    assert ("ref.api.Net.fit", 3) in {(one.target, one.place.line) for one in touches.calls}
    uses = {one.text: (one.target, one.how) for one in touches.uses}
    assert uses["Model.make().net"][0] == "ref.api.Model.net"
    assert uses["Model.make().other"] == ("ref.api.Model.other", "missing")
    assert str(sources.symbol("ref.api.Model.net").place) == "ref/api.py:5"
