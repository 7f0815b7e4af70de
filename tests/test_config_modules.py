"""The backends' configuration modules as the client's parent process uses them: no framework, pickled by name."""

import ast
import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from ptychoparity.backends.host import config_fields
from ptychoparity.spec_tests.tables import tables
from tests.running import PROJECT

SCRIPT = """
import pickle, sys
from pathlib import Path
sys.path.insert(0, {project!r})
{imports}
before = set(sys.modules)
assert not {{'torch', 'tensorflow', 'keras', 'lightning'}} & set(sys.modules), 'a framework was loaded'
model = ModelConfig(N=0, gridsize=1, n_filters_scale=2, model_type='pinn', amp_activation='sigmoid', object_big=True,
                    probe_big=True, probe_mask=False, pad_object=True, probe_scale=4.0, gaussian_smoothing_sigma=0.0)
training = TrainingConfig(model=model, train_data_file=Path(), test_data_file=None, batch_size=16, nepochs=50,
                          mae_weight=0.0, nll_weight=1.0, realspace_mae_weight=0.0, realspace_weight=0.0,
                          nphotons=1e6, positions_provided=True, probe_trainable=False,
                          intensity_scale_trainable=True, output_dir=Path())
inference = InferenceConfig(model=model, model_path=Path(), test_data_file=Path(), debug=False, output_dir=Path())
training.model.N = 128
assert pickle.loads(pickle.dumps(training)) == training and inference.model.N == 128
cfg = {{}}
assert update_legacy_dict(cfg, training) is None and cfg['N'] == 128 and cfg['train_data_file_path'] == '.'
{more}
print('fine')
"""

TORCH = """
from ptychoparity.backends.pytorch.settings import config_params as torch
mine = (torch.DataConfig(N=128, C=4, grid_size=(2, 2), x_bounds=(0.1, 0.9), K=6), torch.ModelConfig(mode='Supervised'),
        torch.TrainingConfig(epochs=1, finetune_val_split=0.05), torch.InferenceConfig(window=20),
        torch.DatagenConfig())
mine[2].n_devices = 2
assert pickle.loads(pickle.dumps(mine)) == mine
"""

MODULES = {
    "tensorflow": (
        "from ptychoparity.backends.tensorflow.config.classes import InferenceConfig, ModelConfig, TrainingConfig\n"
        "from ptychoparity.backends.tensorflow.config.legacy import update_legacy_dict",
        "",
    ),
    "pytorch": (
        "from ptychoparity.backends.pytorch.settings.canonical import InferenceConfig, ModelConfig, TrainingConfig\n"
        "from ptychoparity.backends.pytorch.settings.store import update_legacy_dict",
        TORCH,
    ),
}


@pytest.mark.parametrize("backend", MODULES)
def test_the_parent_process_can_build_change_and_send_configurations(backend):
    imports, more = MODULES[backend]
    script = SCRIPT.format(project=str(PROJECT), imports=imports, more=more)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd="/")
    assert done.stdout == "fine\n", done.stderr


OWN = {
    "tensorflow": ("backends/tensorflow/config/classes.py",),
    "pytorch": ("backends/pytorch/settings/canonical.py", "backends/pytorch/settings/execution.py"),
}


@pytest.mark.parametrize("backend", OWN)
def test_a_backends_classes_declare_no_field_of_their_own_but_the_model(backend):
    """Fields stand once, in backends/host/config_fields.py; the class of a model is each backend's."""
    trees = [ast.parse((PROJECT / file).read_text(encoding="utf-8")) for file in OWN[backend]]
    classes = {node.name: node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)}
    assert classes.keys() == {"ModelConfig", "TrainingConfig", "InferenceConfig", "PyTorchExecutionConfig"}
    declared = {
        name: [ast.unparse(n.target) for n in one.body if isinstance(n, ast.AnnAssign)] for name, one in classes.items()
    }
    assert declared == {
        "ModelConfig": [], "TrainingConfig": ["model"], "InferenceConfig": ["model"], "PyTorchExecutionConfig": [],
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["ModelConfig", "TrainingConfig", "InferenceConfig", "PyTorchExecutionConfig"])
def test_the_shared_fields_are_those_of_the_contracts_table(kind):
    """The table and the oracle have lists of their own: here a name or a default that parts from them is named."""
    fields = dataclasses.fields(getattr(config_fields, f"{kind.removesuffix('Config').removeprefix('PyTorch')}Fields"))
    missing = dataclasses.MISSING
    ours = {f.name: "<required>" if f.default is missing else f.default for f in fields}
    plain = {name: value.as_posix() if isinstance(value, Path) else value for name, value in ours.items()}
    assert plain == {name: row.get("default", "<required>") for name, row in tables()[kind].items()}
