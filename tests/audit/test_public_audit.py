"""The whole audit of the public packages, where they are at hand: in time, in memory, and what is known of them."""

import json
import os
import resource
import time
from pathlib import Path

import pytest

from ptychoparity.audit.cache import Cache
from ptychoparity.audit.compose import compose
from ptychoparity.audit.folder import write
from ptychoparity.audit.request import Request

SOURCE = os.environ.get("PTYCHOPARITY_PUBLIC_SOURCE")
pytestmark = pytest.mark.skipif(not SOURCE, reason="PTYCHOPARITY_PUBLIC_SOURCE names no folder with the public source")
MOST_SECONDS, MOST_KIB = 60, 2_000_000


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of one cold audit, and the seconds it took."""
    root = Path(SOURCE) / "PtychoPINN"
    request = Request(
        f"{root}:ptycho",
        f"{root}:ptycho_torch",
        f"{SOURCE}/ptychodus:ptychodus",
        (root / "specs/ptychodus_api_spec.md",),
    )
    started = time.monotonic()
    audit = compose(request, Cache(tmp_path_factory.mktemp("cache")))
    folder = write(tmp_path_factory.mktemp("out"), audit.texts)
    return folder, time.monotonic() - started


def data(made, name):
    return json.loads((made[0] / f"{name}.json").read_text())


def test_it_keeps_to_its_time_and_memory(made):
    assert made[1] < MOST_SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < MOST_KIB


def test_the_inventory_knows_what_was_looked_up_by_hand(made):
    modules = {one["name"]: one for one in data(made, "asset_inventory")["modules"]}
    api = {one["name"]: one["chain"] for one in modules["ptycho_torch.api.base_api"]["dependencies"]}
    assert [link["place"]["line"] for link in api["mlflow"]] == [380]
    assert [link["imported"] for link in api["lightning"]] == ["ptycho_torch.train_utils", "lightning"]
    bridge = {one["name"] for one in modules["ptycho_torch.config_bridge"]["dependencies"]}
    assert "mlflow" not in bridge
    gone = [gap["text"] for gap in modules["ptycho_torch.dset_loader_pt_mmap"]["gaps"]]
    assert "uses ptycho_torch.helper.normalize_data, which is not there" in gone


def test_the_decision_compares_the_options_and_leaves_them_open(made):
    found = data(made, "decision")
    assert [option["title"][0] for option in found["options"]] == ["A", "B", "C"]
    wrap, shims, _ = (option["facts"] for option in found["options"])
    assert wrap["client_touches"]["value"] > shims["client_touches"]["value"] > 0
    assert wrap["bridge_calls"]["value"] == 0 < shims["bridge_calls"]["value"]
    assert found["choice"] is None and all(not option["not_there"] for option in found["options"])


def test_a_folder_of_the_same_name_hides_a_module(made):
    assert any(one["path"] == "ptycho_torch/datagen.py" for one in data(made, "blockers")["faults"])


def test_the_page_is_no_larger_than_a_browser_likes(made):
    assert (made[0] / "index.html").stat().st_size < 2_000_000
