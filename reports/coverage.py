"""What a run's header says of the coverage of the spec, as readers show it.

Pure functions of `Header.coverage`; a run from before it was recorded has nothing to show.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ptychoparity.core.events import Coverage
from ptychoparity.core.events_header import CoverageRow, State, Unchecked
from ptychoparity.core.levels import Level
from ptychoparity.reports.events import Run


@dataclass(frozen=True)
class Sums:
    """Counts over several rows. Cases cannot be added up: one may carry clauses of several rows."""

    clauses: int = 0
    encoded: int = 0
    not_checkable: int = 0
    not_yet: int = 0
    orphan: int = 0
    mutants: int = 0
    asked: int = 0
    killed: int = 0


@dataclass(frozen=True)
class Area:
    """One area, over all levels; its MUSTs, and the checks of this run, beside."""

    area: str
    sums: Sums
    must: Sums
    checks: int


@dataclass(frozen=True)
class Group:
    """Clauses without a check for which the same is said."""

    area: str
    text: str
    clauses: tuple[Unchecked, ...]

    @property
    def rank(self) -> int:
        return min(clause.level.rank for clause in self.clauses)


def area_of(clause: str) -> str:
    """Return the first part of a clause id, by which the catalogue is divided."""
    return clause.partition(".")[0]


def summed(rows: Iterable[CoverageRow]) -> Sums:
    every = list(rows)
    return Sums(**{name: sum(getattr(row, name) for row in every) for name in Sums.__dataclass_fields__})


def _musts(rows: Sequence[CoverageRow]) -> list[CoverageRow]:
    return [row for row in rows if row.level is Level.MUST]


def by_area(run: Run, coverage: Coverage) -> list[Area]:
    """Return the counts of each area."""
    rows = coverage.rows
    mine = {name: [row for row in rows if row.area == name] for name in dict.fromkeys(row.area for row in rows)}
    checks = Counter(area for check in run.checks for area in {area_of(clause) for clause in check.clauses})
    return [Area(name, summed(every), summed(_musts(every)), checks[name]) for name, every in mine.items()]


def by_level(coverage: Coverage) -> list[tuple[Level, Sums]]:
    """Return the counts of each level there is, over all areas."""
    there = [level for level in Level if any(row.level is level for row in coverage.rows)]
    return [(level, summed(row for row in coverage.rows if row.level is level)) for level in there]


def unchecked(coverage: Coverage, state: State) -> list[Group]:
    """Return the clauses in a state, those of one area with the same words together; the most binding first."""
    found: dict[tuple[str, str], list[Unchecked]] = {}
    for one in coverage.unchecked:
        if one.state is state:
            found.setdefault((area_of(one.id), one.text), []).append(one)
    made = [Group(area, text, tuple(clauses)) for (area, text), clauses in found.items()]
    return sorted(made, key=lambda group: (group.rank, group.area))


def sentence(rows: Sequence[CoverageRow], share: float, most: float) -> str:
    """Return what is known of the MUSTs, in one line. `share` and `most` as in `Coverage`."""
    musts = summed(_musts(rows))
    argued, orphans = musts.not_checkable, f", {musts.orphan} orphan" if musts.orphan else ""
    shares = tuple(f"{100 * value:.2g} %" for value in (share, most))
    return (
        f"{musts.encoded} of {musts.clauses} MUSTs of the spec have checks; "
        f"{argued} {'is' if argued == 1 else 'are'} not checkable ({shares[0]}; {shares[1]} may be), "
        f"{musts.not_yet} not yet checked{orphans}"
    )
