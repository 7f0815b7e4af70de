"""Finding backends: built in, entry points, `module:Class`, and foreign interpreters (`name@/path/python`)."""

import importlib.util
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path

from ptychoparity.core.errors import UsageError
from ptychoparity.core.nearest import unknown

ENTRY_POINTS = "ptychoparity.backends"
REFERENCE = "ptychoparity.reference"


@dataclass(frozen=True)
class Entry:
    """Where an adapter lives and what it needs."""

    name: str
    factory: str
    """`module:Class`; the class takes `device`."""
    requires: str = ""
    """Import name of the framework, looked for without importing it."""
    install: str = ""
    """The line that installs what is missing."""
    environment: dict[str, str] = field(default_factory=dict)
    python: str = ""
    """Another interpreter; empty: this one."""
    path: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    """Packages of ours that its process may not import: a backend that calls the oracle is compared with itself."""
    borrows: tuple[str, ...] = ()
    """Rooms beside `backends` that a foreign interpreter gets for it."""
    ours: bool = False
    """One of this project's own backends: held to SHOULD and HOUSE too."""

    def missing(self) -> str:
        """Why it cannot run here, empty when it can. Imports nothing."""
        if self.requires and not self.python and importlib.util.find_spec(self.requires) is None:
            return f"not installed: {self.install}"
        return ""


BUILT_IN = {
    entry.name: entry
    for entry in (
        Entry(
            "numpy", "ptychoparity.backends.numpy.adapter:NumpyBackend", borrows=("core", "reference", "spec_tests"),
            ours=True,
        ),
        Entry(
            "tensorflow", "ptychoparity.backends.tensorflow.adapter:TensorFlowBackend", requires="tensorflow",
            install="pip install 'tensorflow>=2.18'", closed=(REFERENCE,), ours=True,
            environment={"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "2"},
        ),
        Entry(
            "pytorch", "ptychoparity.backends.pytorch.adapter:PyTorchBackend", requires="torch",
            install="pip install 'torch>=2.2'", environment={"KERAS_BACKEND": "torch"},
            closed=(REFERENCE,), ours=True,
        ),
    )
}  # fmt: skip


class UnknownBackend(UsageError):
    """No backend of that name; the message lists those there are."""


def names() -> list[str]:
    """Every backend that can be asked for by name."""
    return sorted({*BUILT_IN, *(point.name for point in metadata.entry_points(group=ENTRY_POINTS))})


def find(text: str) -> Entry:
    """The backend that `text` names: `name`, `module:Class`, either with `@/path/to/python`."""
    name, _, python = text.partition("@")
    if python and not Path(python).exists():
        raise UnknownBackend(f"backend {text!r}: there is no interpreter {python}")
    if name in BUILT_IN:
        return replace(BUILT_IN[name], name=text, python=python) if python else BUILT_IN[name]
    for point in metadata.entry_points(group=ENTRY_POINTS):
        if point.name == name:
            return Entry(text, point.value, python=python)
    module, _, class_name = name.partition(":")
    if class_name.isidentifier() and all(part.isidentifier() for part in module.split(".")):
        return Entry(text, name, python=python, path=(str(Path.cwd()),))
    raise UnknownBackend(unknown("backend", text, names(), ", or module:Class"))
