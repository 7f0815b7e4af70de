"""What an audit is asked for."""

from dataclasses import dataclass
from pathlib import Path

from ptychoparity.audit.optional import DEFAULT

ENTRY = "ptycho.workflows.components:run_cdi_example"
"""The entry point of the call chain where none is named and the reference has it."""


@dataclass(frozen=True)
class Request:
    """One audit. Packages are `DIR:PACKAGE`."""

    reference: str
    candidate: str
    client: str = ""
    specs: tuple[Path, ...] = ()
    run: Path | None = None
    """A run of the checks: its folder, or its events.jsonl."""
    entry: str = ""
    depth: int | None = None
    namespaces: tuple[str, ...] = ()
    trace: str = ""
    """What to execute in a worker: `FILE.py ARG ...`, `-m MODULE ARG ...`, `module:function`. Empty: nothing."""
    trace_python: str = ""
    trace_budget: float = 300.0
    criteria: Path | None = None
    optional: tuple[str, ...] = DEFAULT

    @property
    def packages(self) -> dict[str, str]:
        """Role to `DIR:PACKAGE`."""
        given = {"reference": self.reference, "candidate": self.candidate, "client": self.client}
        return {role: spec for role, spec in given.items() if spec}
