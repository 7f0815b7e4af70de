"""What the client touches: every way of touching, with the line where it stands."""

from ptychoparity.audit.touches import beside, client_touches
from tests.audit.pair import files, read_pair
from tests.audit.sources import read, write


def found(tmp_path, role):
    sources = read_pair(files(tmp_path))
    return client_touches(sources["client"], sources[role])


def rows(touches, path):
    return {(one.place.line, one.how, one.symbol, one.expected) for one in touches if one.place.path == path}


def test_every_touch_of_the_reference(tmp_path):
    touches = found(tmp_path, "reference")
    assert rows(touches, "cli/tf/core.py") == {(3, "lookup", "ref", "ref"), (4, "lookup", "ref", "refdist")}
    assert rows(touches, "cli/tf/child.py") == {
        (2, "import", "ref.config.ModelConfig", "ModelConfig"),
        (2, "import", "ref.config.TrainingConfig", "TrainingConfig"),
        (3, "call", "ref.config.ModelConfig", "ModelConfig"),
        (4, "keyword", "ref.config.ModelConfig.N", "N"),
        (5, "keyword", "ref.config.ModelConfig.gridsize", "gridsize"),
        (6, "keyword", "ref.config.ModelConfig.unknown", "unknown"),
        (8, "call", "ref.config.TrainingConfig", "TrainingConfig"),
        (8, "keyword", "ref.config.TrainingConfig.model", "model"),
        (8, "keyword", "ref.config.TrainingConfig.nepochs", "nepochs"),
        (8, "keyword", "ref.config.TrainingConfig.gone", "gone"),
        (11, "import", "ref.params", "params"),
        (12, "import", "ref.loader", "loader"),
        (13, "import", "ref.lazy", "lazy"),
        (14, "import", "ref.flow.run_example", "run_example"),
        (14, "import", "ref.flow.load_bundle", "load_bundle"),
        (14, "import", "ref.flow.save_all", "save_all"),
        (14, "import", "ref.flow.vanished", "vanished"),
        (16, "read", "ref.config.TrainingConfig.model", "model"),
        (16, "write", "ref.config.ModelConfig.N", "N"),
        (17, "call", "ref.params.get", "get"),
        (18, "call", "ref.flow.run_example", "run_example"),
        (19, "call", "ref.flow.load_bundle", "load_bundle"),
        (20, "call", "ref.loader.load", "load"),
        (20, "keyword", "ref.loader.load", "which"),
        (21, "call", "ref.flow.Adapter.predict", "predict"),
        (21, "read", "ref.loader.Container.X", "X"),
        (21, "read", "ref.loader.Container.local_offsets", "local_offsets"),
        (22, "call", "ref.lazy.net", "net"),
        (23, "call", "ref.lazy.absent", "absent"),
        (24, "call", "ref.flow.save_all", "save_all"),
        (25, "call", "ref.flow.vanished", "vanished"),
        (25, "keyword", "ref.flow.vanished", "a"),
    }


def test_what_is_not_there_says_so(tmp_path):
    how = {one.symbol: one.found for one in found(tmp_path, "reference")}
    assert how["ref.config.ModelConfig.unknown"] == how["ref.flow.vanished"] == how["ref.lazy.absent"] == "missing"
    assert how["ref.lazy.net"] == "dynamic"


def test_a_distribution_is_asked_for_about_the_package_of_its_neighbourhood(tmp_path):
    paths = {one.place.path for one in found(tmp_path, "candidate") if one.how == "lookup"}
    assert paths == {"cli/torch/core.py"}


def test_what_a_library_brings_is_told_with_its_name_there(tmp_path):
    through = {one.symbol: one.through for one in found(tmp_path, "candidate") if one.through}
    assert through == {"cand.net.Net.load_from_checkpoint": "lightning.LightningModule.load_from_checkpoint"}


def test_a_call_says_what_it_gives(tmp_path):
    calls = {(one.symbol, one.positional, one.keywords, one.given) for one in found(tmp_path, "reference")
             if one.how == "call" and one.place.line in (18, 20)}  # fmt: skip
    assert calls == {("ref.flow.run_example", 3, (), "1"), ("ref.loader.load", 2, ("which",), "<lambda>")}


def test_libraries_beside_the_packages(tmp_path):
    sources = read_pair(files(tmp_path))
    several = beside(sources["client"], (sources["reference"], sources["candidate"]), sources)
    assert [(one.name, one.place.line, one.how) for one in several] == [
        ("torch", 2, "import"),
        ("lightning.pytorch.callbacks.Callback", 3, "import"),
        ("torch.cuda.device_count", 7, "call"),
        ("lightning.pytorch.Trainer.current_epoch", 10, "read"),
        ("lightning", 3, "lookup"),
    ]


def test_a_class_on_the_way_to_its_method_is_no_touch_and_an_attribute_on_the_way_is(tmp_path):
    write(
        tmp_path,
        {
            "ref/m.py": "class A:\n    def __init__(self): self.b = B()\n    @staticmethod\n    def f(): ...\n"
            "class B:\n    c = 1\n",
            "cli/m.py": "from ref.m import A\nA.f()\nA().b.c\nkeep = A\n",
        },
    )
    sources = read(tmp_path, "ref", "cli")
    touches = client_touches(sources["cli"], sources["ref"])
    assert [(one.place.line, one.how, one.symbol) for one in touches] == [
        (1, "import", "ref.m.A"),
        (2, "call", "ref.m.A.f"),
        (3, "call", "ref.m.A"),
        (3, "read", "ref.m.A.b"),
        (3, "read", "ref.m.B.c"),
        (4, "read", "ref.m.A"),
    ]


def test_an_inherited_field_is_the_field_of_the_base(tmp_path):
    write(
        tmp_path,
        {
            "ref/m.py": "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int = 1\n"
            "@dataclass\nclass B(A):\n    y: int = 2\n",
            "cli/m.py": "from ref.m import B\nB(x=1, y=2)\n",
        },
    )
    sources = read(tmp_path, "ref", "cli")
    keywords = [one.symbol for one in client_touches(sources["cli"], sources["ref"]) if one.how == "keyword"]
    assert keywords == ["ref.m.A.x", "ref.m.B.y"]


def test_what_is_asked_of_an_attribute_whose_value_is_not_known_comes_from_it(tmp_path):
    write(
        tmp_path,
        {
            "ref/m.py": "class A:\n    def __init__(self, x): self.x = x\n",
            "cli/m.py": "from ref.m import A\ndef f(y): return A(y).x.shape\n",
        },
    )
    sources = read(tmp_path, "ref", "cli")
    touches = client_touches(sources["cli"], sources["ref"])
    assert [(one.symbol, one.through) for one in touches if one.how == "read"] == [
        ("ref.m.A.x", ""),
        ("ref.m.A.x.shape", "ref.m.A.x"),
    ]
