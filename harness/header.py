"""The first event of a run: what was asked of whom, under which contracts."""

import os
import platform
from importlib import metadata
from typing import Any

from harness import storage
from harness.seats import Seat
from reports import events
from spec_tests import catalogue, contract
from spec_tests.generate import all_cases
from spec_tests.scan_checks import Scan


def encoded_clauses() -> dict[str, catalogue.Clause]:
    """Every clause that some check carries."""
    ids = {clause for case in all_cases() for clause in case.clauses}
    return {clause: catalogue.clause(clause) for clause in sorted(ids)}


def coverage(encoded: dict[str, catalogue.Clause]) -> dict[str, dict[str, int]]:
    """Per area of the catalogue: clauses there are, clauses encoded."""
    every = catalogue.catalogue().values()
    return {
        area: {"total": sum(c.area == area for c in every), "encoded": sum(c.area == area for c in encoded.values())}
        for area in sorted({c.area for c in every})
    }


def header(settings: Any, run: str, seed: int, seats: list[Seat], scan: Scan | None) -> dict[str, Any]:
    """The header event. `settings` are those of harness.session."""
    encoded = encoded_clauses()
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
        "selection": settings.selection,
        "gate": settings.gate or "must, and house for this project's own backends",
        "scan": scan.event() if scan else None,
        "machine": {
            "system": platform.platform(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
        },
        "backends": [seat.event() for seat in seats],
        "operations": [
            {"operation": c.operation, "title": c["title"], "clauses": list(c.clauses), "tolerance": c["tolerance"]}
            for c in contract.contracts().values()
        ],
        "clauses": [
            {"id": c.id, "level": c.level, "section": c.section, "statement": c.statement, "reading": c.ambiguity}
            for c in encoded.values()
        ],
        "catalogue": coverage(encoded),
    }
