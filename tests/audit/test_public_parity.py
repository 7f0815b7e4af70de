"""The parity map of the public packages: each touchpoint that was found by hand, and nothing else."""

import os
import re
from pathlib import Path

import pytest

from ptychoparity.audit import parity_map
from ptychoparity.audit.citations import Citations
from ptychoparity.audit.documents import text
from ptychoparity.audit.documents.parity_map import compose
from ptychoparity.audit.index import read_trees
from ptychoparity.audit.mapping import unknown
from ptychoparity.audit.specs import read_specs
from tests.audit.test_public_source import TENSORFLOW, TORCH

SOURCE = os.environ.get("PTYCHOPARITY_PUBLIC_SOURCE")
pytestmark = pytest.mark.skipif(not SOURCE, reason="PTYCHOPARITY_PUBLIC_SOURCE names no folder with the public source")

KEYWORDS = {
    "ptycho.config.config.ModelConfig": 11, "ptycho.config.config.InferenceConfig": 5,
    "ptycho.config.config.TrainingConfig": 14, "ptycho_torch.config_params.DataConfig": 18,
    "ptycho_torch.config_params.ModelConfig": 33, "ptycho_torch.config_params.TrainingConfig": 34,
    "ptycho_torch.config_params.InferenceConfig": 6,
}  # fmt: skip
"""How many arguments the client gives, by hand."""
BESIDE = {("core.py", 27, "lightning"), ("_subprocess.py", 160, "torch"), ("_subprocess.py", 162, "device_count"),
          ("_subprocess.py", 186, "Callback"), ("_subprocess.py", 220, "callback_metrics"),
          ("_subprocess.py", 223, "current_epoch"), ("_subprocess.py", 225, "current_epoch"),
          ("_subprocess.py", 228, "sanity_checking"), ("_subprocess.py", 230, "callback_metrics"),
          ("_subprocess.py", 233, "current_epoch")}  # fmt: skip


@pytest.fixture(scope="module")
def built():
    root = Path(SOURCE) / "PtychoPINN"
    roles = {"reference": f"{root}:ptycho", "candidate": f"{root}:ptycho_torch"}
    sources = read_trees({**roles, "client": f"{Path(SOURCE) / 'ptychodus'}:ptychodus"}, tests=True)
    specs = read_specs([root / "specs/ptychodus_api_spec.md"], [root])
    return sources, parity_map.build(sources, specs)


def client(rows):
    return [one for row in rows for one in row.touches if one.who == "client"]


def places(touches, folder):
    inside = [one for one in touches if f"/{folder}/" in one.place.path]
    return {(one.place.path.rpartition("/")[2], one.place.line, one.symbol.rpartition(".")[2]) for one in inside}


def test_every_touchpoint_with_its_line(built):
    _, found = built
    assert TENSORFLOW - places(client(found.rows), "ptychopinn") == set()
    assert TORCH - places(client(found.needs), "ptychopinn_torch") == set()
    mine = {(one.place.path.rpartition("/")[2], one.place.line, one.expected) for one in found.beside}
    assert mine == BESIDE


def test_every_argument_of_the_configurations_on_its_own_line(built):
    _, found = built
    counts = dict.fromkeys(KEYWORDS, 0)
    lines = set()
    for one in client((*found.rows, *found.needs)):
        owner = one.symbol.rpartition(".")[0]
        if one.how == "keyword" and owner in counts:
            counts[owner] += 1
            lines.add((one.place.path, one.place.line))
    assert counts == KEYWORDS
    assert len(lines) == sum(KEYWORDS.values())


def test_no_touch_is_spurious(built):
    """What stands on the line is what is touched, and each is of the folder that is about its package."""
    sources, found = built
    for rows, folder in ((found.rows, "ptychopinn"), (found.needs, "ptychopinn_torch")):
        for one in client(rows):
            line = sources["client"].lines(one.place.path)[one.place.line - 1]
            assert re.search(rf"\b{one.expected}\b", line), one
            assert f"/{folder}/" in one.place.path, one


def test_what_the_client_asks_of_main_and_main_does_not_have(built):
    _, found = built
    rows = {row.name: row for row in (*found.rows, *found.needs)}
    assert [one.text for one in rows["ptycho.config.config.ModelConfig.N"].misfits] == [
        "writes it, and ModelConfig is frozen"
    ]
    lost = [row.name for row in found.needs if not row.there]
    assert sum(".config_params." in name for name in lost) == 21
    assert {name.rpartition(".")[2] for name in lost if ".base_api." in name} == {
        "_extract_configs_from_checkpoint", "from_loaded_model", "validate_arch_compatibility", "from_np",
    }  # fmt: skip
    assert [row.name for row in found.rows if not row.there] == ["ptycho.model.params"]


def test_every_row_of_the_mapping_is_there(built):
    sources, _ = built
    assert [unknown(sources[role]) for role in ("reference", "candidate")] == [[], []]


def test_every_citation_holds(built):
    sources, found = built
    citations = Citations(sources)
    assert text.render(compose(found, sources, citations)).isascii()
    assert citations.verify() > 700
