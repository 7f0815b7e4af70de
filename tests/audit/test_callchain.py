"""Call chains from source, their side effects, and tap points."""

import json

import pytest

from ptychoparity.audit.callchain import import_effects, in_order, trace_source
from ptychoparity.audit.citations import Citations
from ptychoparity.audit.documents.callchain import compose
from ptychoparity.audit.documents.text import render
from ptychoparity.audit.effects import effects_in
from ptychoparity.audit.taps import missing, taps
from ptychoparity.core.errors import UsageError
from tests.audit.sources import read, tree, write

WORKFLOW = {
    "pkg/params.py": (
        "cfg = {'N': 64}\ndef set(key, value): cfg[key] = value\ndef get(key): return cfg[key]\n"
        "def update_legacy_dict(into, config): into.update(config)\n"
    ),
    "pkg/data.py": (
        "import numpy as np\n"
        "class RawData:\n"
        "    @staticmethod\n    def from_file(path): return RawData(np.load(path))\n"
        "    def __init__(self, arrays): self.arrays = arrays\n"
        "    def generate_grouped_data(self, n):\n        np.random.seed(1)\n"
        "        return normalize_data(self.arrays)\n"
        "def normalize_data(x): return x\n"
    ),
    "pkg/model.py": (
        "import keras\nfrom pkg import params\nnet = None\n"
        "class Net(keras.Model):\n    def call(self, x): return scale(x)\n"
        "def scale(x): return x * params.get('intensity_scale')\n"
        "def build_model(): return Net()\n"
    ),
    "pkg/flow.py": (
        "import os\nimport pkg.model\nfrom pkg import params\nfrom pkg.data import RawData\n"
        "from pkg.model import build_model\nfrom pkg.stitch import reassemble_position\n"
        "STEPS = {'a': 'first', 'b': 'second'}\n"
        "def run(path, config, out):\n"
        "    params.update_legacy_dict(params.cfg, config)\n"
        "    raw = RawData.from_file(path)\n"
        "    groups = raw.generate_grouped_data(4)\n"
        "    params.set('intensity_scale', 2)\n"
        "    os.environ['SEED'] = '1'\n"
        "    model = build_model()\n"
        "    pkg.model.net = model\n"
        "    model.fit(groups)\n"
        "    patches = model.predict(groups)\n"
        "    again(path, 3)\n"
        "    found = reassemble_position(patches)\n"
        "    getattr(found, out)()\n"
        "    with open(out, 'w') as file:\n        save_outputs(file)\n"
        "def again(path, n):\n    return again(path, n - 1) if n else helper\n"
        "def helper(): ...\n"
        "def save_outputs(file): ...\n"
    ),
    "pkg/stitch.py": "def reassemble_position(patches): return _add(patches)\ndef _add(x): return x\n",
}


@pytest.fixture
def sources(tmp_path):
    return read(write(tmp_path, WORKFLOW), "pkg")


def ways(chain):
    return {(edge.place.line, edge.target.removeprefix("pkg."), edge.kind, edge.cut) for name, edge in chain.edges
            if name == chain.entry}  # fmt: skip


def test_the_calls_of_the_entry_by_line(sources):
    chain = trace_source(sources, "pkg.flow:run")
    assert ways(chain) == {
        (9, "params.update_legacy_dict", "call", ""),
        (10, "data.RawData.from_file", "call", ""),
        (11, "data.RawData.generate_grouped_data", "call", ""),
        (12, "params.set", "call", ""),
        (14, "model.build_model", "call", ""),
        (18, "flow.again", "call", ""),
        (19, "stitch.reassemble_position", "call", ""),
        (22, "flow.save_outputs", "call", ""),
    }
    assert {name: step.depth for name, step in chain.steps.items() if step.depth > 1} == {
        "pkg.data.RawData": 2,
        "pkg.data.normalize_data": 2,
        "pkg.model.Net": 2,
        "pkg.stitch._add": 2,
        "pkg.flow.helper": 2,
    }


def test_recursion_is_cut_and_a_function_handed_on_is_seen(sources):
    chain = trace_source(sources, "pkg.flow:again")
    assert ways(chain) == {(24, "flow.again", "call", "recursion"), (24, "flow.helper", "passed", "")}


def test_what_could_not_be_resolved_is_listed(sources):
    found = trace_source(sources, "pkg.flow:run").unresolved
    assert [(call.place.line, call.text, call.how) for call in found] == [(20, "getattr()", "dynamic")]


def test_depth_and_namespaces_end_the_tree(sources):
    shallow = trace_source(sources, "pkg.flow:run", depth=1)
    assert max(step.depth for step in shallow.steps.values()) == 1
    assert "depth" in {edge.cut for _, edge in shallow.edges}
    narrow = trace_source(sources, "pkg.flow:run", namespaces=["pkg.flow", "pkg.stitch"])
    assert {name.split(".")[1] for name in narrow.steps} == {"flow", "stitch"}
    assert (12, "params.set", "call", "namespace") in ways(narrow)


@pytest.mark.parametrize("entry", ["pkg.flow:nothing", "pkg.gone:run", "pkg.flow:STEPS", "run"])
def test_an_entry_that_is_none(sources, entry):
    with pytest.raises(UsageError, match="names no function of pkg"):
        trace_source(sources, entry)


def test_a_mistaken_module_is_told_where_the_function_is(sources):
    with pytest.raises(UsageError, match=r"there is pkg\.flow\.run"):
        trace_source(sources, "pkg.data:run")


def test_effects_in_the_order_of_the_source(sources):
    chain = trace_source(sources, "pkg.flow:run")
    assert [(one.kind, one.mode, one.place.path[4:], one.place.line) for one in in_order(chain)] == [
        ("params", "write", "flow.py", 9),
        ("file", "read", "data.py", 4),
        ("random", "write", "data.py", 7),
        ("params", "write", "params.py", 2),
        ("params", "write", "flow.py", 12),
        ("environment", "write", "flow.py", 13),
        ("module", "write", "flow.py", 15),
        ("file", "write", "flow.py", 21),
    ]


RULES = """
import os, json, random, shutil, tempfile
import numpy as np, h5py, torch
import tensorflow as tf
from pathlib import Path
import pkg.params as p

def f(path, mode, rng):
    {line}
"""


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("open(path)", ("file", "read")),
        ("open(path, 'rb')", ("file", "read")),
        ("open(path, mode='a')", ("file", "write")),
        ("open(path, mode)", ("file", "write")),
        ("h5py.File(path, 'r')", ("file", "read")),
        ("np.savez(path, a=1)", ("file", "write")),
        ("(Path(path) / 'x').write_text('y')", ("file", "write")),
        ("Path(path).mkdir()", ("file", "write")),
        ("torch.load(path)", ("file", "read")),
        ("p.cfg['N'] = 1", ("params", "write")),
        ("del p.cfg['N']", ("params", "write")),
        ("p.cfg.update({})", ("params", "write")),
        ("p.cfg.get('N')", ("params", "read")),
        ("x = p.cfg['N']", ("params", "read")),
        ("p.set('N', 1)", ("params", "write")),
        ("p.get('N')", ("params", "read")),
        ("np.random.seed(0)", ("random", "write")),
        ("np.random.choice(3)", ("random", "write")),
        ("np.random.default_rng(0)", None),
        ("tf.random.normal((3,))", ("random", "write")),
        ("tf.random.stateless_poisson((3,), (1, 2), 4.0)", None),
        ("rng.choice(3)", None),
        ("random.random()", ("random", "write")),
        ("torch.manual_seed(1)", ("random", "write")),
        ("os.environ['A'] = 'b'", ("environment", "write")),
        ("os.environ.setdefault('A', 'b')", ("environment", "write")),
        ("os.environ.get('A')", ("environment", "read")),
        ("os.getenv('A')", ("environment", "read")),
        ("p.other = 1", ("module", "write")),
        ("len(path)", None),
    ],
)
def test_each_kind_of_effect(tmp_path, line, found):
    files = {"pkg/params.py": WORKFLOW["pkg/params.py"] + "other = 0\n", "pkg/m.py": RULES.format(line=line)}
    effects = effects_in(tree(tmp_path, files), "pkg.m.f")
    assert [(one.kind, one.mode) for one in effects] == ([found] if found else [])


def test_tap_points_by_stage(sources):
    found = taps(trace_source(sources, "pkg.flow:run"))
    assert {tap.stage: (tap.target.removeprefix("pkg."), tap.place.line) for tap in found} == {
        "load": ("data.RawData.from_file", 10),
        "group": ("data.RawData.generate_grouped_data", 11),
        "normalise": ("data.normalize_data", 8),
        "build": ("model.build_model", 14),
        "train": ("keras.Model.fit", 16),
        "predict": ("keras.Model.predict", 17),
        "reassemble": ("stitch.reassemble_position", 19),
        "save": ("flow.save_outputs", 22),
    }
    assert missing(found) == ("probe",)


def test_the_document_cites_what_is_there_and_is_the_same_twice(sources, tmp_path):
    texts = []
    for again in (sources, read(tmp_path, "pkg")):
        citations = Citations(again)
        document = compose(again, trace_source(again, "pkg.flow:run"), citations)
        assert citations.verify() > 20
        texts.append((render(document), json.dumps(document.data)))
    assert texts[0] == texts[1]
    assert texts[0][0].isascii()
    assert "+- pkg/flow.py:12  pkg.params.set  <pkg/params.py:2>" in texts[0][0]


DECORATED = """
from functools import lru_cache
def traced(f):
    def wrapper(*given):
        return f(*given)
    return wrapper
made = traced
class Box:
    @property
    def size(self): return measure()
    @lru_cache
    def kept(self): return self.size
@made
def measure(): return 1
def entry():
    box = Box()
    return box.kept()
"""


def test_decorators_and_properties_run_code(tmp_path):
    chain = trace_source(read(write(tmp_path, {"pkg/m.py": DECORATED}), "pkg"), "pkg.m:entry")
    found = {(name.removeprefix("pkg.m."), edge.target.removeprefix("pkg.m."), edge.kind) for name, edge in chain.edges}
    assert found >= {
        ("entry", "Box", "construct"),
        ("entry", "Box.kept", "call"),
        ("Box.kept", "Box.size", "property"),
        ("Box.size", "measure", "call"),
        ("measure", "traced", "decorator"),
        ("traced", "traced.<locals>.wrapper", "passed"),
    }


DISPATCH = """
def _check(x): ...
%s
TABLE = {one.__name__: one for one in (%s)}
class Backend:
    def call(self, name, inputs): return TABLE[name](**inputs)
    def every(self):
        for one in TABLE.values():
            one(x=1)
"""
OPERATIONS = [f"do_{number}" for number in range(20)]


def test_a_dispatch_table_is_followed_and_said_to_be_chosen_at_run_time(tmp_path):
    text = DISPATCH % ("\n".join(f"def {one}(x): _check(x)" for one in OPERATIONS), ", ".join(OPERATIONS))
    sources = read(write(tmp_path, {"pkg/m.py": text}), "pkg")
    chain = trace_source(sources, "pkg.m:Backend.call")
    assert chain.steps.keys() == {"pkg.m.Backend.call", "pkg.m._check", *(f"pkg.m.{one}" for one in OPERATIONS)}
    citations = Citations(sources)
    document = compose(sources, chain, citations)
    (chosen,) = document.data["unresolved"]
    assert chosen["why"] == "chosen at run time from a table of 20" and len(chosen["candidates"]) == 20
    assert "pkg.m.do_19  <pkg/m.py:22>  (one of 20; by table)" in render(document)
    assert citations.verify()


def test_a_loop_over_a_table_chooses_nothing(tmp_path):
    text = DISPATCH % ("\n".join(f"def {one}(x): _check(x)" for one in OPERATIONS), ", ".join(OPERATIONS))
    chain = trace_source(read(write(tmp_path, {"pkg/m.py": text}), "pkg"), "pkg.m:Backend.every")
    assert len(chain.steps) == 22 and [call.text for call in chain.unresolved] == []


def test_jedi_is_asked_for_what_is_left(tmp_path):
    text = "class Thing:\n    def go(self): ...\n"
    text += 'def entry(x):\n    """:type x: Thing"""\n    x.go()\n    x.other()\n'
    sources = read(write(tmp_path, {"pkg/m.py": text}), "pkg")
    assert [call.how for call in sources["pkg"].calls] == ["unresolved", "unresolved"]
    chain = trace_source(sources, "pkg.m:entry")
    assert [(edge.target, edge.how) for _, edge in chain.edges] == [("pkg.m.Thing.go", "jedi")]
    assert [call.text for call in chain.unresolved] == ["x.other"]


def test_what_happens_while_modules_are_imported(tmp_path):
    files = {
        "pkg/__init__.py": "import os\nos.environ['A'] = '1'\n",
        "pkg/flow.py": "from pkg import tools\ndef entry():\n    import pkg.late\n",
        "pkg/tools.py": "import numpy as np\nnp.random.seed(1)\n",
        "pkg/late.py": "open('log', 'w')\n",
        "pkg/other.py": "open('never', 'w')\n",
    }
    sources = read(write(tmp_path, files), "pkg")
    chain = trace_source(sources, "pkg.flow:entry")
    found = [(one.place.path, one.kind, one.mode) for one in import_effects(sources, chain)]
    assert found == [
        ("pkg/__init__.py", "environment", "write"),
        ("pkg/late.py", "file", "write"),
        ("pkg/tools.py", "random", "write"),
    ]


def test_documents_are_ascii_whatever_names_are(tmp_path):
    sources = read(write(tmp_path, {"pkg/m.py": "def entry():\n    größe()\n    λ.run()\ndef größe(): ...\n"}), "pkg")
    citations = Citations(sources)
    text = render(compose(sources, trace_source(sources, "pkg.m:entry"), citations))
    assert citations.verify()
    assert text.isascii()
    assert "gr\\xf6\\xdfe" in text


def test_a_wrapper_does_not_lead_to_everything_that_is_decorated(tmp_path):
    text = "def traced(f):\n    def wrapper(*given): return f(*given)\n    return wrapper\n"
    text += "@traced\ndef mine(): ...\n@traced\ndef other(): ...\ndef entry(): mine()\n"
    chain = trace_source(read(write(tmp_path, {"pkg/m.py": text}), "pkg"), "pkg.m:entry")
    assert "pkg.m.other" not in chain.steps
    cuts = {(name, edge.target): edge.cut for name, edge in chain.edges if edge.how == "decorated"}
    assert cuts == {("pkg.m.traced.<locals>.wrapper", f"pkg.m.{name}"): "decorated" for name in ("mine", "other")}
