"""What a run's header says of the coverage of the spec, as readers show it.

Pure functions of `header["coverage"]`; of a run from before it was recorded there is nothing to show.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ptychoparity.reports.events import LEVELS, Run

COUNTS = ("clauses", "encoded", "not checkable", "not yet", "orphan", "mutants", "asked", "killed")
"""What may be added up over rows; `cases` may not, as one case may carry clauses of several."""


@dataclass(frozen=True)
class Group:
    """Clauses without a check for which the same is said."""

    area: str
    text: str
    clauses: tuple[dict[str, Any], ...]

    @property
    def rank(self) -> int:
        return min(LEVELS.index(clause["level"]) for clause in self.clauses)


def area_of(clause: str) -> str:
    """The first part of a clause id, by which the catalogue is divided."""
    return clause.partition(".")[0]


def _musts(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["level"] == "MUST"]


def _sum(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {name: sum(row[name] for row in rows) for name in COUNTS}


def by_area(run: Run) -> list[dict[str, Any]]:
    """Counts of each area, over all levels; those of its MUSTs under `must`, this run's checks under `checks`."""
    rows = run.header["coverage"]["rows"]
    mine = {name: [row for row in rows if row["area"] == name] for name in dict.fromkeys(row["area"] for row in rows)}
    checks = Counter(area for check in run.checks for area in {area_of(clause) for clause in check["clauses"]})
    return [
        {"area": name, **_sum(every), "must": _sum(_musts(every)), "checks": checks[name]}
        for name, every in mine.items()
    ]


def by_level(run: Run) -> list[dict[str, Any]]:
    """Counts of each level, over all areas."""
    rows = run.header["coverage"]["rows"]
    there = [level for level in LEVELS if any(row["level"] == level for row in rows)]
    return [{"level": level, **_sum([row for row in rows if row["level"] == level])} for level in there]


def total(run: Run) -> dict[str, int]:
    return _sum(run.header["coverage"]["rows"])


def unchecked(run: Run, state: str) -> list[Group]:
    """The clauses in a state, those of one area with the same words together; the most binding first."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in run.header["coverage"]["unchecked"]:
        if one["state"] == state:
            found.setdefault((area_of(one["id"]), one["text"]), []).append(one)
    made = [Group(area, text, tuple(clauses)) for (area, text), clauses in found.items()]
    return sorted(made, key=lambda group: (group.rank, group.area))


def sentence(coverage: Mapping[str, Any]) -> str:
    """What is known of the MUSTs, in one line. `coverage` as in a header; `rows`, `share` and `most` will do."""
    musts = _sum(_musts(coverage["rows"]))
    argued, orphans = musts["not checkable"], f", {musts['orphan']} orphan" if musts["orphan"] else ""
    share, most = (f"{100 * coverage[name]:.2g} %" for name in ("share", "most"))
    return (
        f"{musts['encoded']} of {musts['clauses']} MUSTs of the spec have checks; "
        f"{argued} {'is' if argued == 1 else 'are'} not checkable ({share}; {most} may be), "
        f"{musts['not yet']} not yet checked{orphans}"
    )
