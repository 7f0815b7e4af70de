"""Two small packages, their client, spec and tests, and `ptychoparity audit` of them."""

import json

from ptychoparity.harness import cli

FILES = {
    "ref/work.py": "import numpy as np\nfrom ref.store import cfg\ndef run(path, n=1):\n    cfg['n'] = n\n"
    "    return load(path)\ndef load(path):\n    return np.load(path)\ndef save(path, data): ...\n",
    "ref/store.py": "cfg = {}\n",
    "cand/work.py": "import torch\ndef run_torch(path, n=2):\n    return load(path)\ndef load(path): ...\n",
    "cand/log.py": "import mlflow\n",
    "client/use.py": "from ref.work import run, save\nrun('x', n=3)\nsave('y', 1)\n",
    "tests/test_work.py": "from cand.work import load\nload('x')\n",
}
SPEC = "# Spec\n\n## 1 Work\n\n`ref.work.run` reads, `ref.work.load` loads.\n"


def audit(root, *more, client=True, entry="ref.work:run"):
    base = root.parent
    words = ["audit", "--reference", f"{root}:ref", "--candidate", f"{root}:cand", "--out", str(base / "out")]
    words += ["--client", f"{root}:client", "--spec", str(base / "spec.md")] if client else []
    words += ["--entry", entry] if entry else []
    return cli.main([*words, "--cache", str(base / "cache"), *more])


def audit_of(root, *more):
    words = ["audit", "--reference", f"{root}:ref", "--candidate", f"{root}:cand", "--out", str(root.parent / "out")]
    return cli.main([*words, "--no-cache", *more])


def latest(root):
    return max((root.parent / "out").iterdir())


def data(made, name):
    return json.loads((made / f"{name}.json").read_text())
