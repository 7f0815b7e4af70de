"""What is imported is declared, pinned and explained, and what is declared is used."""

import ast
import re
import sys
import tomllib

import pytest
from packaging.requirements import Requirement

from tests.running import PROJECT
from tests.test_architecture import FILES, INSTALLED, imports

SETUP = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
BASE = {Requirement(one).name for one in SETUP["dependencies"]}
EXTRAS = {name: {Requirement(one).name for one in of} for name, of in SETUP["optional-dependencies"].items()}
PAGE = (PROJECT / "docs/dependencies.md").read_text(encoding="utf-8")
PINS = {line.partition("==")[0].lower() for line in (PROJECT / "constraints.txt").read_text().splitlines()}

DISTRIBUTIONS = {"yaml": "pyyaml", "skimage": "scikit-image", "keras": "tensorflow"}
"""Import names that are not the distribution's; Keras comes with TensorFlow."""

COMMANDS = {"mypy", "pytest-xdist", "types-PyYAML", "types-jsonschema", "ruff", "setuptools", "pytest-benchmark"}
"""Used as programs, plugins or stubs, and imported by no file of ours."""

ALSO = {
    "audit/": EXTRAS["audit"], "backends/tensorflow/": EXTRAS["tensorflow"], "backends/pytorch/": EXTRAS["pytorch"],
    "backends/upstream/tensorflow/": {"ptycho", *EXTRAS["tensorflow"]},
    "backends/upstream/pytorch/": {"ptycho", "ptycho_torch", *EXTRAS["pytorch"]},
}  # fmt: skip
"""Rooms that may import an extra beside the dependencies; tests may import all."""

LAZY = {"benchmarks/naive_splatting.py": EXTRAS["pytorch"]}
"""Single files with a reason: the naive version in torch that a benchmark compares with."""


def _imported() -> dict[str, set[str]]:
    """Distributions that each file imports, those of the standard library and ours left out."""
    own = {"ptychoparity", "tests", "docs", *INSTALLED}
    found = {}
    for file in FILES:
        tops = {name.partition(".")[0] for name in imports(ast.parse((PROJECT / file).read_text(encoding="utf-8")))}
        found[file] = {DISTRIBUTIONS.get(one, one) for one in tops - sys.stdlib_module_names - own}
    return found


def test_what_is_imported_is_declared():
    for file, names in _imported().items():
        if not file.startswith("tests/"):
            extra = set().union(*(of for room, of in ALSO.items() if file.startswith(room)))
            assert names - BASE - extra - LAZY.get(file, set()) == set(), file


def test_what_is_declared_is_used():
    everywhere = set().union(*_imported().values())
    tests = {"scikit-image"}  # by importorskip, in tests/test_metrics.py
    assert (BASE | EXTRAS["audit"] | EXTRAS["dev"]) - everywhere - COMMANDS - tests == set()


def test_what_is_declared_is_pinned():
    declared = BASE.union(*EXTRAS.values())
    assert sorted(name for name in declared if name.lower() not in PINS) == []


def _rows(heading: str) -> list[str]:
    return re.findall(r"^\| `?([\w-]+)`? \|", PAGE.partition(f"| {heading} |")[2].partition("\n\n")[0], re.MULTILINE)


def test_every_dependency_has_a_row():
    assert sorted(_rows("package")) == sorted(BASE)
    assert sorted(_rows("extra")) == sorted(EXTRAS)


@pytest.mark.parametrize("extra", ["audit", "dev"])
def test_every_package_of_an_extra_is_explained(extra):
    (row,) = re.findall(rf"^\| `{extra}` \|.*$", PAGE, re.MULTILINE)
    assert [name for name in EXTRAS[extra] if name not in row] == []
