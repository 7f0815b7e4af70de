"""The first event of a run: what was asked of whom, under which contracts."""

import os
import platform
from importlib import metadata
from typing import Any

from ptychoparity.harness import coverage, storage
from ptychoparity.harness.settings import Settings
from ptychoparity.harness.targets import Target
from ptychoparity.reports import events
from ptychoparity.spec_tests import additions, contract
from ptychoparity.spec_tests.catalogue import clause
from ptychoparity.spec_tests.defaults import LAYERS, conflicts
from ptychoparity.spec_tests.unchecked import carried


def header(settings: Settings, run: str, seed: int, targets: list[Target]) -> dict[str, Any]:
    """The header event."""
    encoded = [clause(id) for id in sorted(carried())]
    with additions.using(additions.Additions()):  # of the spec, whatever else is asked
        covered = coverage.event(settings.runs)
    return {
        "event": "header",
        "schema": events.SCHEMA_VERSION,
        "run": run,
        "started": storage.now(),
        "tool": {"name": "ptychoparity", "version": metadata.version("ptychoparity")},
        "contracts": contract.version(),
        "profile": settings.profile.name,
        "seed": seed,
        "command": list(settings.command),
        "selection": str(settings.selection) or None,
        "gate": settings.gate or "must, and house for this project's own backends",
        "scan": settings.scan.event() if settings.scan else None,
        "machine": {
            "system": platform.platform(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
        },
        "backends": [target.event() for target in targets],
        "operations": [
            {"operation": c.operation, "title": c["title"], "clauses": list(c.clauses), "tolerance": c["tolerance"]}
            for c in contract.contracts().values()
        ],
        "clauses": [
            {"id": c.id, "level": c.level, "section": c.section, "statement": c.statement, "reading": c.ambiguity}
            for c in encoded
        ],
        "coverage": covered,
        "defaults": {"layers": list(LAYERS), "conflicts": [one.event() for one in conflicts()]},
    }
