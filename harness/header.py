"""The first event of a run: what was asked of whom, under which contracts."""

import os
import platform
from importlib import metadata

from ptychoparity.core.events import BackendEvent, Coverage, Defaults, Header
from ptychoparity.core.events_header import Clause, Contracts, Operation, Tool
from ptychoparity.harness import coverage, storage
from ptychoparity.harness.settings import Settings
from ptychoparity.harness.targets import Target
from ptychoparity.spec_tests import additions, contract
from ptychoparity.spec_tests.catalogue import clause
from ptychoparity.spec_tests.defaults import LAYERS, conflicts
from ptychoparity.spec_tests.unchecked import carried


def header(settings: Settings, run: str, seed: int, targets: list[Target]) -> Header:
    """Return the header event."""
    with additions.using(additions.Additions()):  # of the spec, whatever else is checked
        covered = Coverage.from_json(coverage.event(settings.runs))
    return Header(
        run=run,
        started=storage.now(),
        tool=Tool(name="ptychoparity", version=metadata.version("ptychoparity")),
        contracts=Contracts(**contract.version()),
        profile=settings.profile.name,
        seed=seed,
        command=tuple(settings.command),
        selection=str(settings.selection) or None,
        gate=settings.gate or "must, and house for this project's own backends",
        scan=settings.scan.event() if settings.scan else None,
        machine={"system": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version()},
        backends=tuple(BackendEvent.from_json(target.event()) for target in targets),
        operations=tuple(
            Operation(operation=c.operation, title=c["title"], clauses=tuple(c.clauses), tolerance=c["tolerance"])
            for c in contract.contracts().values()
        ),
        clauses=tuple(_clause(one) for one in sorted(carried())),
        coverage=covered,
        defaults=Defaults.from_json({"layers": list(LAYERS), "conflicts": [one.event() for one in conflicts()]}),
    )


def _clause(name: str) -> Clause:
    one = clause(name)
    return Clause(id=one.id, level=one.level, section=one.section, statement=one.statement, reading=one.ambiguity)
