"""`ptychoparity.toml`: names for backends, and what options of `check` are where the command line says nothing.

    profile = "quick"
    gate = "should"
    backend = ["tf"]
    expectations = ["known.toml"]
    contracts = ["my_contracts"]

    [backends.tf]
    adapter = "my_adapter:Backend"
    python = "../tf-env/bin/python"
    env = { TF_CPP_MIN_LOG_LEVEL = "2" }

It is looked for in the working directory and upwards. Paths in it are relative to its own folder, which is on the path
of the adapters it names. An option on the command line wins. The oracle of contracts of one's own cannot stand here: it
runs in the run's own process, so only the command line names it.
"""

import argparse
import contextlib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ptychoparity.backends import registry
from ptychoparity.core.errors import UsageError
from ptychoparity.core.nearest import unknown
from ptychoparity.harness.options import IN_FILE, OPTIONS, Option

NAME = "ptychoparity.toml"
PATHS = ("expectations", "contracts")
"""Options whose values are paths."""
FIELDS = ("adapter", "python", "env")
"""What is said of a backend."""


class BadProject(UsageError):
    """A file that cannot be used; the message names the file, the key, the value and what was expected."""


@dataclass(frozen=True)
class Project:
    """What a file says; nothing where there is none."""

    path: Path | None = None
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """By the option's name."""
    backends: Mapping[str, registry.Entry] = field(default_factory=lambda: MappingProxyType({}))


def found(start: Path) -> Path | None:
    """The file in this folder or the nearest one above that has it."""
    return next((path for folder in (start, *start.parents) if (path := folder / NAME).is_file()), None)


def read(path: Path) -> Project:
    """What the file says. Raises BadProject."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadProject(f"{_shown(path)} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    except tomllib.TOMLDecodeError as error:
        raise BadProject(f"{_shown(path)} is not TOML: {error}") from error
    named = {option.name: option for option in IN_FILE}
    tables = data.pop("backends", {})
    for key in data:
        if key not in named:
            raise BadProject(f"{_shown(path)}: {unknown('key', key, [*named, 'backends'])}")
    options = {key: _value(path, named[key], value) for key, value in data.items()}
    if not isinstance(tables, dict):
        raise _wrong(path, "backends", tables, "tables, [backends.NAME]")
    return Project(path, options, {name: _backend(path, name, table) for name, table in tables.items()})


def _shown(path: Path) -> str:
    return os.path.relpath(path)


def _wrong(path: Path, key: str, value: Any, expected: str) -> BadProject:
    return BadProject(f"{_shown(path)}: {key}: expected {expected}, got {value!r}")


def _value(path: Path, option: Option, value: Any) -> Any:
    """The value of an option, as the command line would give it. Raises BadProject."""
    if option.repeatable:
        many = [value] if isinstance(value, str) else value
        if not isinstance(many, list) or not all(isinstance(one, str) for one in many):
            raise _wrong(path, option.name, value, "a text or a list of texts")
        return [_one(path, option, one) for one in many]
    return _one(path, option, value)


def _one(path: Path, option: Option, value: Any) -> Any:
    number = option.convert is float
    if isinstance(value, bool) or not isinstance(value, (int, float) if number else str):
        raise _wrong(path, option.name, value, "a number" if number else "a text")
    if option.name in PATHS:
        if not (path.parent / str(value)).exists():
            raise _wrong(path, option.name, value, "a path that exists, relative to the file's folder")
        return str(path.parent / str(value))
    try:
        return option.converter(str(value)) if option.converter else value
    except argparse.ArgumentTypeError as error:
        raise BadProject(f"{_shown(path)}: {option.name}: {error}") from error


def _backend(path: Path, name: str, table: Any) -> registry.Entry:
    """A backend with a name. Raises BadProject."""
    where = f"backends.{name}"
    if not registry.ALIAS.fullmatch(f"{name}=x"):
        raise _wrong(path, "backends", name, "a name of letters, digits, '.', '_' and '-'")
    if not isinstance(table, dict):
        raise _wrong(path, where, table, f"a table [{where}] with {', '.join(FIELDS)}")
    for key in table:
        if key not in FIELDS:
            raise BadProject(f"{_shown(path)}: {where}: {unknown('key', key, FIELDS)}")
    for key in ("adapter", "python"):
        if not isinstance(table.get(key, ""), str):
            raise _wrong(path, f"{where}.{key}", table[key], "a text")
    if "adapter" not in table:
        raise BadProject(f"{_shown(path)}: {where}: adapter is missing; expected module:Class or a backend's name")
    environment = table.get("env", {})
    if not isinstance(environment, dict) or not all(isinstance(one, str) for one in environment.values()):
        raise _wrong(path, f"{where}.env", environment, 'a table of texts, { NAME = "value" }')
    return _entry(path, name, table)


def _entry(path: Path, name: str, table: Mapping[str, Any]) -> registry.Entry:
    """The entry of a table whose fields have the right types. Raises BadProject."""
    where = f"[backends.{name}] in {_shown(path)}"
    try:
        registry.refuse_taken(name, f"{_shown(path)}: backends.{name}")
        entry = registry.find(table["adapter"])
    except registry.UnknownBackend as error:
        reason = f"expected module:Class or a backend's name, got {table['adapter']!r}: {error}"
        raise BadProject(f"{_shown(path)}: backends.{name}.adapter: {reason}") from error
    python = os.path.expanduser(table["python"]) if "python" in table else ""
    return replace(
        entry, name=name, origin=where, ours=False, spelled="",
        python=os.path.abspath(path.parent / python) if python else entry.python,
        path=(*entry.path, str(path.parent.resolve())), environment=entry.environment | table.get("env", {}),
    )  # fmt: skip


@contextlib.contextmanager
def applied(options: argparse.Namespace, recorded: Project | None = None) -> Iterator[None]:
    """Within it, options that the command line leaves open are the file's, or as by default, and names of backends
    are known: those of the file, and those of `--backend name=backend`, of which the name is left in `options`.

    What a run has `recorded` goes before the file. Raises BadProject, UnknownBackend.
    """
    recorded = recorded or Project()
    taken = [option for option in OPTIONS if hasattr(options, option.attribute)]
    path = found(Path.cwd()) if taken else None
    project = read(path) if path else Project()
    for option in taken:
        if getattr(options, option.attribute) == ([] if option.repeatable else None):
            default = project.options.get(option.name, [] if option.repeatable else option.default)
            setattr(options, option.attribute, recorded.options.get(option.name, default))
    with registry.using({**recorded.backends, **project.backends}), registry.using(_named(options)):
        yield


def _named(options: argparse.Namespace) -> dict[str, registry.Entry]:
    """What `--backend name=backend` gives a name; only the name stays in the options."""
    given: dict[str, registry.Entry] = {}
    named = getattr(options, "backend", None)
    if not named:
        return given
    kept = []
    for text in [named] if isinstance(named, str) else [part for one in named for part in one.split(",")]:
        entry = registry.alias(text, "--backend")
        if entry is not None and entry != given.setdefault(entry.name, entry):
            raise UsageError(f"--backend {text}: {entry.name} is {given[entry.name].spelled} already")
        kept.append("+".join([entry.name, *registry.split(text)[1]]) if entry else text)
    options.backend = kept[0] if isinstance(named, str) else kept
    return given
