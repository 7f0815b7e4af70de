"""The public packages and their client, where a checkout and an unpacked wheel are at hand.

`PTYCHOPARITY_PUBLIC_SOURCE` names a folder with `PtychoPINN` (commit 712c23f) and `ptychodus` (the 1.7.0 wheel). The
lines below are those of the client's touches as they were found by hand, one by one, before there was an audit.
"""

import os
import re
from pathlib import Path

import pytest

from ptychoparity.audit.callchain import import_effects, trace_source
from ptychoparity.audit.citations import Citations
from ptychoparity.audit.index import read_trees
from ptychoparity.audit.paths import last_name

SOURCE = os.environ.get("PTYCHOPARITY_PUBLIC_SOURCE")
pytestmark = pytest.mark.skipif(not SOURCE, reason="PTYCHOPARITY_PUBLIC_SOURCE names no folder with the public source")

TENSORFLOW = {
    ("core.py", 26, "ptycho"), ("core.py", 49, "ptycho"), ("core.py", 52, "ptycho"),
    ("reconstructor.py", 46, "ModelConfig"), ("reconstructor.py", 70, "InferenceConfig"),
    ("reconstructor.py", 88, "TrainingConfig"), ("_subprocess.py", 134, "N"), ("_subprocess.py", 134, "model"),
    ("_subprocess.py", 67, "update_legacy_dict"), ("_subprocess.py", 135, "update_legacy_dict"),
    ("_subprocess.py", 67, "cfg"), ("_subprocess.py", 86, "get"), ("_subprocess.py", 69, "load_inference_bundle"),
    ("_subprocess.py", 45, "from_coords_without_pc"), ("_subprocess.py", 73, "set_probe_guess"),
    ("_subprocess.py", 73, "probeGuess"), ("_subprocess.py", 75, "generate_grouped_data"),
    ("_subprocess.py", 76, "N"), ("_subprocess.py", 79, "gridsize"), ("_subprocess.py", 81, "load"),
    ("_subprocess.py", 90, "predict"), ("_subprocess.py", 91, "X"), ("_subprocess.py", 91, "local_offsets"),
    ("_subprocess.py", 93, "reassemble_position"), ("_subprocess.py", 94, "global_offsets"),
    ("_subprocess.py", 124, "from_file"), ("_subprocess.py", 125, "from_file"), ("_subprocess.py", 127, "diff3d"),
    ("_subprocess.py", 137, "run_cdi_example"), ("_subprocess.py", 141, "save"),
    ("_subprocess.py", 142, "save_outputs"),
}  # fmt: skip
TORCH = {
    ("core.py", 27, "ptycho_torch"), ("reconstructor.py", 73, "DataConfig"), ("reconstructor.py", 97, "ModelConfig"),
    ("reconstructor.py", 134, "TrainingConfig"), ("reconstructor.py", 173, "InferenceConfig"),
    ("reconstructor.py", 182, "DatagenConfig"), ("_subprocess.py", 198, "n_devices"),
    ("_subprocess.py", 200, "ConfigManager"), ("_subprocess.py", 236, "PtychoDataLoader"),
    ("_subprocess.py", 239, "DataloaderFormats"), ("_subprocess.py", 242, "_new_model"),
    ("_subprocess.py", 242, "PtychoPINN_Lightning"), ("_subprocess.py", 243, "_from_lightning"),
    ("_subprocess.py", 251, "loss_name"), ("_subprocess.py", 252, "val_loss_name"), ("_subprocess.py", 254, "_trainer"),
    ("_subprocess.py", 254, "callbacks"), ("_subprocess.py", 256, "train"), ("_subprocess.py", 262, "output_dir"),
    ("_subprocess.py", 263, "find_best_checkpoint"), ("_subprocess.py", 56, "_extract_configs_from_checkpoint"),
    ("_subprocess.py", 64, "PtychoModel"), ("_subprocess.py", 70, "model"),
    ("_subprocess.py", 70, "load_from_checkpoint"), ("_subprocess.py", 78, "from_loaded_model"),
    ("_subprocess.py", 79, "validate_arch_compatibility"), ("_subprocess.py", 92, "mode"),
    ("_subprocess.py", 92, "model_config"), ("_subprocess.py", 100, "InferenceEngine"),
    ("_subprocess.py", 115, "from_np"), ("_subprocess.py", 121, "predict_and_stitch"),
}  # fmt: skip

WRITES = {  # of the legacy parameters, below run_cdi_example
    "ptycho/workflows/components.py:881", "ptycho/probe.py:66", "ptycho/workflows/components.py:749",
    "ptycho/model.py:745", "ptycho/model.py:834", "ptycho/train_pinn.py:76",
}  # fmt: skip
REACHED = {
    "ptycho.workflows.components.train_cdi_model", "ptycho.raw_data.RawData.generate_grouped_data",
    "ptycho.probe.set_probe_guess", "ptycho.train_pinn.calculate_intensity_scale",
    "ptycho.generators.cnn.CnnGenerator.build_models", "ptycho.train_pinn.train_eval", "ptycho.train_pinn.train",
    "ptycho.train_pinn.eval", "ptycho.workflows.components.reassemble_cdi_image", "ptycho.nbutils.reconstruct_image",
    "ptycho.tf_helper.reassemble_position", "ptycho.loader.PtychoDataContainer",
}  # fmt: skip


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    checkout = Path(SOURCE) / "PtychoPINN"
    specs = {"reference": f"{checkout}:ptycho", "candidate": f"{checkout}:ptycho_torch"}
    specs["client"] = f"{Path(SOURCE) / 'ptychodus'}:ptychodus"
    return read_trees(specs, tmp_path_factory.mktemp("cache"), tests=True)


def touched(sources, role, package):
    touches = sources["client"].touches(sources[role])
    rows = [(one.place, one.origin or one.target) for one in (*touches.calls, *touches.uses)]
    rows += [(one.place, one.target) for one in (*touches.calls, *touches.uses)]
    prefix = f"ptychodus/model/{package}/"
    return {(place.path.removeprefix(prefix), place.line, last_name(target)) for place, target in rows if target}


@pytest.mark.parametrize(
    ("role", "package", "by_hand"), [("reference", "ptychopinn", TENSORFLOW), ("candidate", "ptychopinn_torch", TORCH)]
)
def test_every_touch_found_by_hand_is_found(sources, role, package, by_hand):
    assert by_hand - touched(sources, role, package) == set()


def test_no_touch_outside_the_two_clients(sources):
    paths = {one.place.path for role in ("reference", "candidate")
             for several in [sources["client"].touches(sources[role])]
             for one in (*several.imports, *several.calls, *several.uses)}  # fmt: skip
    assert {path.rpartition("/")[0] for path in paths} == {
        "ptychodus/model/ptychopinn",
        "ptychodus/model/ptychopinn_torch",
    }


def test_every_place_holds_the_name_that_is_said_to_stand_there(sources):
    citations = Citations(sources)
    for tree in sources.trees:
        for symbol in tree.symbols.values():
            citations.symbol(symbol)
        for call in tree.calls:
            citations.cite(call.place, last_name(call.text))
        for use in tree.uses:
            if use.mode != "lookup":
                citations.cite(use.place, last_name(re.sub(r"(\[[^\]]*\])+$", "", use.text)))
        for one in tree.imports:
            citations.cite(one.place, one.what.rpartition(".")[2])
    assert citations.verify() > 50_000


def test_the_chain_of_run_cdi_example(sources):
    chain = trace_source(sources, "ptycho.workflows.components:run_cdi_example")
    assert chain.steps.keys() >= REACHED
    assert {str(one.place) for one in chain.effects if (one.kind, one.mode) == ("params", "write")} >= WRITES
    assert "ptycho/params.py:79" in {str(one.place) for one in import_effects(sources, chain)}
    assert any(call.text.endswith(".predict") for step in chain.steps.values() for call in step.outside)
    assert len(chain.unresolved) < 20
