"""How much of the catalogue is checked: each clause is encoded, not checkable, not yet, or an orphan.

An orphan is a clause that nothing says anything about. An orphan MUST, a ghost, and a list of what is not
checkable that holds too many MUSTs are faults of the suite: with one of them it judges nobody.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptychoparity.core.errors import UsageError
from ptychoparity.core.events_header import State
from ptychoparity.core.levels import Level
from ptychoparity.harness import ghosts
from ptychoparity.harness.ghosts import Ghost
from ptychoparity.harness.mutants.catalogue import NOT_HUNTED, mutants
from ptychoparity.spec_tests import contract
from ptychoparity.spec_tests.catalogue import Clause, catalogue
from ptychoparity.spec_tests.unchecked import NOT_CHECKABLE, NOT_YET, carried, unchecked

ENCODED, ORPHAN = State.ENCODED, State.ORPHAN
MOST_NOT_CHECKABLE = 0.05
"""Of the MUSTs, the share that may be on the list of what no black box can check."""


@dataclass(frozen=True)
class Hunted:
    """What `ptychoparity mutate` wrote of the mutants of each clause."""

    file: Path
    backend: str
    finished: str
    current: bool
    """Whether it hunted under the contracts there are now."""
    asked: Mapping[str, int]
    killed: Mapping[str, int]

    def row(self) -> dict[str, Any]:
        return {"file": self.file.name, "run": self.file.parent.name, "backend": self.backend,
                "finished": self.finished, "current": self.current}  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """One clause: what the suite does about it."""

    clause: Clause
    state: str
    text: str = ""
    """The argument, or what has to be built."""
    cases: tuple[str, ...] = ()
    """Ids of the cases that carry it."""
    operations: tuple[str, ...] = ()
    mutants: int = 0
    asked: int = 0
    """Mutants that were hunted, where it is known."""
    killed: int = 0

    def row(self) -> dict[str, Any]:
        return {
            "id": self.clause.id, "level": self.clause.level, "state": self.state, "text": self.text,
            "cases": len(self.cases), "operations": list(self.operations), "mutants": self.mutants,
            "asked": self.asked, "killed": self.killed,
        }  # fmt: skip


def read_hunt(path: Path) -> Hunted:
    """The results of one `ptychoparity mutate`. Raises UsageError."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        rows = [row for row in told["mutants"] if row["outcome"] not in ("equivalent", *NOT_HUNTED)]
        return Hunted(
            path, told["backend"], told["finished"], told["contracts"] == contract.version(),
            Counter(row["clause"] for row in rows),
            Counter(row["clause"] for row in rows if row["outcome"] == "killed"),
        )  # fmt: skip
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is no result of `ptychoparity mutate`: {type(error).__name__}: {error}") from error


def newest_hunt(runs: Path) -> Hunted | None:
    """The newest results below a folder of runs that were made under the contracts there are now."""
    for path in sorted(runs.glob("*-mutants*/mutants.json"), reverse=True):
        try:
            hunted = read_hunt(path)
        except UsageError:  # a hunt that was cut off is passed over
            continue
        if hunted.current:
            return hunted
    return None


def standings(hunted: Hunted | None = None) -> list[Standing]:
    """Every clause of the catalogue, in its order. Raises UncheckedError, MutantError, ContractError."""
    about = Counter(mutant.clause for mutant in mutants() if not mutant.equivalent)
    return [_standing(clause, about[clause.id], hunted) for clause in catalogue().values()]


def _standing(clause: Clause, about: int, hunted: Hunted | None) -> Standing:
    if clause.id in carried():
        cases = carried()[clause.id]
        asked, killed = (hunted.asked, hunted.killed) if hunted else ({}, {})
        return Standing(
            clause, ENCODED, "", tuple(case.id for case in cases),
            tuple(dict.fromkeys(case.operation for case in cases)), about,
            asked.get(clause.id, 0), killed.get(clause.id, 0),
        )  # fmt: skip
    entry = unchecked().get(clause.id)
    return Standing(clause, entry.state, entry.text) if entry else Standing(clause, ORPHAN)


def counts(found: Iterable[Standing]) -> dict[str, int]:
    """Clauses, by state; mutants, kills and cases of those that are encoded. A case that carries two counts once."""
    found = list(found)
    states = Counter(one.state for one in found)
    return {
        "clauses": len(found), **{state: states[state] for state in State},
        "cases": len({case for one in found for case in one.cases}), "mutants": sum(one.mutants for one in found),
        "asked": sum(one.asked for one in found), "killed": sum(one.killed for one in found),
    }  # fmt: skip


def table(found: Sequence[Standing]) -> list[dict[str, Any]]:
    """A row of `counts` for each area and level there is."""
    groups: dict[tuple[str, Level], list[Standing]] = {}
    for one in found:
        groups.setdefault((one.clause.area, one.clause.level), []).append(one)
    ordered = sorted(groups.items(), key=lambda item: (item[0][0], item[0][1].rank))
    return [{"area": area, "level": level, **counts(mine)} for (area, level), mine in ordered]


def share(found: Iterable[Standing]) -> float:
    """The MUSTs that are said to be not checkable, of all MUSTs."""
    musts = [one for one in found if one.clause.level is Level.MUST]
    return sum(one.state == NOT_CHECKABLE for one in musts) / len(musts) if musts else 0.0


def faults(found: Sequence[Standing], ghosts_there: Sequence[Ghost]) -> list[str]:
    """Why the suite does not cover its spec, a sentence each; empty where it does."""
    said = [f"{ghost.where} cites {ghost.id}, which the clause catalogue does not hold" for ghost in ghosts_there]
    said += [
        f"{one.clause.id} is a MUST that no check carries and no list in spec_tests/unchecked speaks of"
        for one in found
        if one.state == ORPHAN and one.clause.level is Level.MUST
    ]
    if (now := share(found)) > MOST_NOT_CHECKABLE:
        said.append(
            f"{100 * now:.1f} % of the MUSTs are listed as not checkable, more than {100 * MOST_NOT_CHECKABLE:g} %"
        )
    return said


def event(runs: Path) -> dict[str, Any]:
    """What a run's header says of it: see `core.events_header.Coverage`."""
    hunted = newest_hunt(runs)
    found = standings(hunted)
    return {
        "rows": table(found),
        "share": round(share(found), 6), "most": MOST_NOT_CHECKABLE,
        "hunt": hunted.row() if hunted else None,
        "unchecked": [
            {"id": one.clause.id, "level": one.clause.level, "state": one.state, "text": one.text,
             **({} if one.state == NOT_YET else {"statement": one.clause.statement})}
            for one in found
            if one.state != ENCODED
        ],
        "faults": faults(found, ghosts.find()),
    }  # fmt: skip
