"""Finding backends: built in, entry points, `module:Class`, foreign interpreters (`name@/path/python`), and names that
the user gives them (`tf=module:Class@/path/python`)."""

import contextlib
import importlib.util
import re
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path

from ptychoparity.core.errors import UsageError
from ptychoparity.core.nearest import unknown

ENTRY_POINTS = "ptychoparity.backends"
REFERENCE = "ptychoparity.reference"
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=[^+,]*")
"""One environment variable of a variant, as in `name+USE_XLA_TRANSLATE=0`."""
UPSTREAM = str(Path(__file__).resolve().parent.parent / ".venv.upstream" / "bin" / "python")
"""The interpreter of the public packages' own environment, which lies in the checkout."""


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
    made_by: str = ""
    """The line that makes that interpreter, of a backend with an environment of its own."""
    path: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    """Packages of ours that its process may not import: a backend that calls the oracle is compared with itself."""
    borrows: tuple[str, ...] = ()
    """Rooms beside `backends` that a foreign interpreter gets for it."""
    origin: str = ""
    """Where the user gave it its name: an option, or an entry of a file; empty for any other backend."""
    spelled: str = ""
    """What `--backend` takes for it, where that is not its name."""
    ours: bool = False
    """One of this project's own backends: held to SHOULD and HOUSE too."""

    def missing(self) -> str:
        """Why it cannot run here, empty when it can. Imports nothing."""
        if self.made_by and not Path(self.python).exists():
            return f"no environment {Path(self.python).parent.parent.name}: {self.made_by}"
        if self.requires and not self.python and importlib.util.find_spec(self.requires) is None:
            return f"not installed: {self.install}"
        return ""


PUBLIC = {"PTYCHO_DISABLE_MEMOIZE": "1", "TF_CPP_MIN_LOG_LEVEL": "2", "MPLBACKEND": "Agg"}
"""Variables of the public packages: `ptycho` keeps simulated data in the working directory unless told not to."""
MAKE_UPSTREAM = "make upstream UPSTREAM=DIR"


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
        Entry(
            "upstream-tensorflow", "ptychoparity.backends.upstream.tensorflow.adapter:UpstreamTensorFlow",
            closed=(REFERENCE,), environment=PUBLIC, python=UPSTREAM, made_by=MAKE_UPSTREAM,
        ),
        Entry(
            "upstream-tensorflow-workflow",
            "ptychoparity.backends.upstream.tensorflow.adapter:UpstreamTensorFlowWorkflow",
            closed=(REFERENCE,), environment=PUBLIC, python=UPSTREAM, made_by=MAKE_UPSTREAM,
        ),
        Entry(
            "upstream-pytorch", "ptychoparity.backends.upstream.pytorch.adapter:UpstreamPyTorch",
            closed=(REFERENCE,), environment=PUBLIC, python=UPSTREAM, made_by=MAKE_UPSTREAM,
        ),
        Entry(
            "upstream-pytorch-barycentric",
            "ptychoparity.backends.upstream.pytorch.adapter:UpstreamPyTorchBarycentric",
            closed=(REFERENCE,), environment=PUBLIC, python=UPSTREAM, made_by=MAKE_UPSTREAM,
        ),
    )
}  # fmt: skip


class UnknownBackend(UsageError):
    """No backend of that name; the message lists those there are, or says why it cannot start."""

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason or message
        """The message without the name."""


ALIAS = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]*)=(.+)", re.DOTALL)
"""`name=backend`: what follows the first `=` may hold anything, what stands before it is a plain name."""
_ALIASES: ContextVar[Mapping[str, Entry] | None] = ContextVar("aliases", default=None)


def aliases() -> Mapping[str, Entry]:
    """The backends that the user has given a name, by that name."""
    return _ALIASES.get() or {}


@contextlib.contextmanager
def using(named: Mapping[str, Entry]) -> Iterator[None]:
    """Within it, these names are known, beside those that are known already."""
    token = _ALIASES.set({**aliases(), **named})
    try:
        yield
    finally:
        _ALIASES.reset(token)


def names() -> list[str]:
    """Every backend that has a name."""
    return sorted({*BUILT_IN, *aliases(), *(point.name for point in metadata.entry_points(group=ENTRY_POINTS))})


def alias(text: str, origin: str) -> Entry | None:
    """The backend that `name=backend` gives a name; None where the text gives none. Raises UnknownBackend.

    Variables of its process are no part of what has the name: `name=backend+A=1` is `name+A=1`.
    """
    bare, _ = split(text)
    given = ALIAS.fullmatch(bare)
    if given is None:
        return None
    name, backend = given.groups()
    refuse_taken(name, f"{origin} {text}")
    return replace(find(backend), name=name, origin=origin, spelled=bare, ours=False)


def refuse_taken(name: str, where: str) -> None:
    """Raise UnknownBackend for a name that is a backend of this project, or of an installed package."""
    if name in set(names()) - set(aliases()):
        raise UnknownBackend(f"{where}: {name!r} names a backend already; choose another name")


def spelled(name: str) -> str:
    """What `--backend` takes for a backend of this name."""
    bare, variables = split(name)
    known = aliases().get(bare)
    return "+".join([known.spelled or bare, *variables]) if known else name


def with_variables(name: str, variables: Iterable[str]) -> str:
    """The backend `name` with environment variables, each NAME=VALUE, as one name. Raises UsageError for others."""
    for variable in variables:
        if not VARIABLE.fullmatch(variable):
            raise UsageError(f"--env {variable}: expected NAME=VALUE, without '+' and ',' in the value")
        if variable not in split(name)[1]:
            name += f"+{variable}"
    return name


def split(text: str) -> tuple[str, tuple[str, ...]]:
    """A backend's name in two: what it is without its variables, and the variables, each NAME=VALUE."""
    found = re.search(rf"(?:\+{VARIABLE.pattern})+$", text)
    return (text[: found.start()], tuple(found.group()[1:].split("+"))) if found else (text, ())


def find(text: str) -> Entry:
    """The backend that `text` names.

    `name` or `module:Class`, either with `@/path/to/python`, and with variables of its process: `+NAME=VALUE`.
    Raises UnknownBackend.
    """
    if text in aliases():  # first: a recorded name may hold an interpreter, and variables
        return _aliased(aliases()[text], text, "")
    bare, variables = split(text)
    entry = _find(bare)
    environment = entry.environment | dict(variable.split("=", 1) for variable in variables)
    return replace(entry, name=text, environment=environment)


def _find(text: str) -> Entry:
    name, _, python = text.partition("@")
    if python and not Path(python).exists():
        raise UnknownBackend(f"backend {text!r}: there is no interpreter {python}")
    if name in aliases():
        return _aliased(aliases()[name], text, python)
    if name in BUILT_IN:
        return replace(BUILT_IN[name], name=text, python=python, made_by="") if python else BUILT_IN[name]
    for point in metadata.entry_points(group=ENTRY_POINTS):
        if point.name == name:
            return Entry(text, point.value, python=python)
    if is_class(name):
        return Entry(text, name, python=python, path=(str(Path.cwd()),))
    raise UnknownBackend(unknown("backend", text, names(), ", or module:Class"))


def is_class(text: str) -> bool:
    """Whether `text` is `module:Class`."""
    module, _, class_name = text.partition(":")
    return class_name.isidentifier() and all(part.isidentifier() for part in module.split("."))


def _aliased(entry: Entry, text: str, python: str) -> Entry:
    """A backend that the user gave a name, in another interpreter where one is given. Raises UnknownBackend."""
    entry = replace(entry, name=text, python=python) if python else entry
    if entry.python and not entry.made_by and not Path(entry.python).exists():
        reason = f"there is no interpreter {entry.python}"
        raise UnknownBackend(f"backend {text!r} ({entry.origin}): {reason}", reason)
    return entry
