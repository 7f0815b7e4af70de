"""Contracts of the user's own beside the project's: folders and an oracle that a command names.

A folder holds one contract per operation, `<operation>.json`, and may hold `clauses.json`, clauses they cite. It is
data and names no code. The oracle is code, and runs in the run's own process: so only the command line names it,
`--oracle MODULE:FUNCTION`, and a folder from elsewhere can be used without trusting its author. Without an oracle
answers are held against their contracts, stated values and relations alone, and the verdict says so.
"""

import contextlib
import importlib
import sys
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptychoparity.core.errors import UsageError

CLAUSES = "clauses.json"
Answers = Callable[[str, dict[str, Any]], dict[str, Any] | None]


@dataclass(frozen=True)
class Additions:
    """What a command adds to the project's contracts."""

    folders: tuple[Path, ...] = ()
    oracle: str = ""
    """`module:function`; the function takes an operation and its inputs, and returns the outputs, in float64 where it
    can, or None for an operation it does not know."""

    @classmethod
    def of(cls, folders: Iterable[str | Path], oracle: str | None) -> "Additions":
        """Raises UsageError for a folder that is not there, and for an oracle without contracts."""
        found = cls(tuple(Path(folder).resolve() for folder in folders), oracle or "")
        for folder in found.folders:
            if not folder.is_dir():
                raise UsageError(f"--contracts {folder}: there is no such folder")
        if found.oracle and not found.folders:
            raise UsageError(f"--oracle {found.oracle}: it answers the contracts of --contracts DIR, and none is named")
        found.answers()
        return found

    def answers(self) -> Answers | None:
        """The oracle; None where there is none. Imports its module. Raises UsageError."""
        if not self.oracle:
            return None
        module, _, name = self.oracle.partition(":")
        with _here_too():
            try:
                return getattr(importlib.import_module(module), name)
            except (ImportError, AttributeError, ValueError) as error:
                raise UsageError(f"--oracle {self.oracle}: {error}; expected MODULE:FUNCTION") from error


_CURRENT: ContextVar[Additions | None] = ContextVar("additions", default=None)


def current() -> Additions:
    """What the running command has added."""
    return _CURRENT.get() or Additions()


@contextlib.contextmanager
def using(added: Additions) -> Iterator[None]:
    """Within it, `contracts()` and `catalogue()` have what was added."""
    token = _CURRENT.set(added)
    try:
        yield
    finally:
        _CURRENT.reset(token)


@contextlib.contextmanager
def _here_too() -> Iterator[None]:
    """Modules of the working directory can be imported, after all others."""
    here = str(Path.cwd())
    sys.path.append(here)
    try:
        yield
    finally:
        sys.path.remove(here)
