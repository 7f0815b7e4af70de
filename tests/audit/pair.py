"""A small reference, a candidate, a client and a spec, with one of everything a parity map tells."""

from pathlib import Path

from ptychoparity.audit.index import Sources, read_trees
from ptychoparity.audit.specs import Specs, read_specs
from tests.audit.sources import write

REFERENCE = {
    "ref/config.py": (
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass ModelConfig:\n    N: int = 64\n"
        "    gridsize: int = 1\n    extra: bool = False\n\n@dataclass\nclass TrainingConfig:\n    model: ModelConfig\n"
        "    nepochs: int = 50\n    gone: float = 1.0\n"
    ),
    "ref/params.py": "cfg = {'N': 64}\n\ndef get(key): return cfg[key]\n\ndef put(key, value): cfg[key] = value\n",
    "ref/loader.py": (
        "class Container:\n    def __init__(self, X, local_offsets):\n        self.X = X\n"
        "        self.local_offsets = local_offsets\n\n"
        "def load(callback, probe, which=None, create_split=False) -> Container:\n"
        "    return Container(callback(), probe)\n"
    ),
    "ref/flow.py": (
        "import keras\nfrom ref import loader, params\n\nclass Adapter(keras.Model):\n    def predict(self, x): ...\n\n"
        "def run_example(train, test, config, stitch=False):\n    scaled = rescale(train)\n    group(scaled)\n"
        "    fit_model(test)\n    stitch_all(config)\n\n"
        "def load_bundle(path) -> tuple[keras.Model, dict]:\n    return Adapter(), {}\n\ndef save_all(path): ...\n"
        "def rescale(x): ...\ndef group(x): ...\ndef fit_model(x): ...\ndef stitch_all(x): ...\n"
    ),
    "ref/lazy.py": "def __getattr__(name):\n    if name in ('net', 'x'): return 1\n    raise AttributeError(name)\n",
}
CANDIDATE = {
    "cand/config_params.py": (
        "from dataclasses import dataclass\n@dataclass\nclass ModelConfig:\n    n: int = 64\n    grid: int = 2\n"
        "    gridsize: int = 2\n    more: int = 0\n\n@dataclass\nclass TrainingConfig:\n    nepochs: int = 50\n"
        "    n_devices: int = 1\n"
    ),
    "cand/loader.py": (
        "class ContainerTorch:\n    def __init__(self, X):\n        self.X = X\n    @property\n"
        "    def local_offsets(self): return self.X\n"
    ),
    "cand/flow.py": (
        "import ref.params\nfrom ref.flow import rescale, group, fit_model, stitch_all\n\n"
        "def run_example_torch(train, test, config, stitch=True, *, device='cpu'):\n    ref.params.get('N')\n"
        "    group(rescale(train))\n    fit_model(test)\n    stitch_all(config)\n\n"
        "def load_bundle(bundle_dir, name='net'): ...\n"
    ),
    "cand/formats.py": "from enum import Enum\nclass Formats(Enum):\n    ONE = 'one'\n    TWO = 'two'\n",
    "cand/net.py": "import lightning\nclass Net(lightning.LightningModule):\n    def forward(self, x): ...\n",
}
CLIENT = {
    "cli/tf/core.py": (
        "from importlib.util import find_spec\nfrom importlib.metadata import version\n"
        "def there(): return find_spec('ref') is not None\n"
        "def which(): return version('refdist')\n"
    ),
    "cli/tf/child.py": (
        "def build():\n"
        "    from ref.config import ModelConfig, TrainingConfig\n"
        "    model = ModelConfig(\n"
        "        N=0,\n"
        "        gridsize=1,\n"
        "        unknown=3,\n"
        "    )\n"
        "    return TrainingConfig(model=model, nepochs=1, gone=0.5)\n"
        "\n"
        "def train():\n"
        "    import ref.params\n"
        "    import ref.loader\n"
        "    import ref.lazy\n"
        "    from ref.flow import run_example, load_bundle, save_all, vanished\n"
        "    config = build()\n"
        "    config.model.N = 3\n"
        "    ref.params.get('N')\n"
        "    run_example(1, 2, config)\n"
        "    net, _ = load_bundle('x')\n"
        "    data = ref.loader.load(lambda: 1, 2, which=None)\n"
        "    net.predict([data.X, data.local_offsets])\n"
        "    ref.lazy.net()\n"
        "    ref.lazy.absent()\n"
        "    save_all()\n"
        "    vanished(a=1)\n"
    ),
    "cli/torch/core.py": (
        "from importlib.util import find_spec\nfrom importlib.metadata import version\n"
        "def there(): return all(find_spec(one) for one in ('cand', 'lightning'))\n"
        "def which(): return version('refdist')\n"
    ),
    "cli/torch/child.py": (
        "def train(n):\n"
        "    import torch\n"
        "    from lightning.pytorch.callbacks import Callback\n"
        "    from cand.config_params import TrainingConfig\n"
        "    from cand.formats import Formats\n"
        "    from cand.net import Net\n"
        "    torch.cuda.device_count()\n"
        "    class Keep(Callback):\n"
        "        def on_end(self, trainer, module):\n"
        "            self.seen = trainer.current_epoch\n"
        "    made = TrainingConfig(nepochs=1, warmup=2)\n"
        "    made.n_devices = n\n"
        "    Formats('one')\n"
        "    Formats('three')\n"
        "    Net.load_from_checkpoint('x')\n"
    ),
}
SPEC = (
    "# A spec\n\n## 1. Overview\n\nConfigure with `ref.config.ModelConfig`, then `update` it.\n\n"
    "### 1.1. `TrainingConfig` fields\n\n| Field | Key |\n| --- | --- |\n| `nepochs` | `gone` |\n\n"
    "- **`ModelConfig`**: the model.\n  - `N`: the size; see `run_example()`.\n\n"
    "## 2. Data\n\n`ref/loader.py` holds `Container.X` and `Container.lost`; `ref.lazy.absent()` is gone.\n"
    "`params.cfg` is filled, and `Formats` is theirs.\n\n```python\nfrom ref import flow\nflow.save_all(1)\n```\n"
)


def files(root: Path) -> Path:
    """The packages and `spec.md` below a root; the distribution that installs both packages is `refdist`."""
    write(root, {**REFERENCE, **CANDIDATE, **CLIENT})
    (root / "pyproject.toml").write_text('[project]\nname = "refdist"\n')
    (root / "spec.md").write_text(SPEC)
    return root


def read_pair(root: Path, client: bool = True) -> Sources:
    roles = {"reference": f"{root}:ref", "candidate": f"{root}:cand"}
    return read_trees({**roles, **({"client": f"{root}:cli"} if client else {})})


def spec_of(root: Path) -> Specs:
    return read_specs([root / "spec.md"], [root])
