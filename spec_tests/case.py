"""A case: one thing that is asked of any backend."""

from dataclasses import dataclass, field
from typing import Any

from ptychoparity.core.kinds import Kind


@dataclass(frozen=True)
class Case:
    """What one check asks; `kind` finds the object that made it and judges it."""

    operation: str
    kind: Kind
    name: str
    clauses: tuple[str, ...]
    shown: Kind
    """The kind in its id, on the page and in `--kind`; it decides the phase of a run."""
    data: dict[str, Any] = field(default_factory=dict)
    """What the kind needs: `given`, `expect`, `raises`, a relation's name, a golden's keys."""

    @property
    def id(self) -> str:
        return f"{self.operation}/{self.shown}/{self.name}"
