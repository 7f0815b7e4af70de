"""The clause catalogue: every normative statement, as data."""

import json
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jsonschema

from ptychoparity.core.errors import UsageError
from ptychoparity.core.levels import Level
from ptychoparity.core.nearest import did_you_mean
from ptychoparity.spec_tests import additions

FRAMEWORKS = MappingProxyType({"tensorflow": "tensorflow", "torch": "pytorch"})
"""What a clause that is about one backend calls it, by the framework the backend says it computes with."""


@dataclass(frozen=True)
class Clause:
    id: str
    level: Level
    section: str
    statement: str
    applies_to: tuple[str, ...]
    values: dict[str, Any] = field(default_factory=dict)
    verify: str = ""
    ambiguity: str = ""
    code_says: str = ""
    about: tuple[str, ...] = ("value",)
    """The facets (`ptychoparity.spec_tests.facets`) of an answer that it speaks of."""

    @property
    def area(self) -> str:
        return self.id.split(".")[0]

    def applies(self, framework: str) -> bool:
        """Whether the clause binds a backend of this framework.

        One of neither framework stands in for either, and is held to the clauses of both. What is said of the
        harness or the client binds no backend.
        """
        mine = {FRAMEWORKS[framework]} if framework in FRAMEWORKS else set(FRAMEWORKS.values())
        return not mine.isdisjoint(self.applies_to) or "all" in self.applies_to


class UnknownClause(UsageError):
    """A clause id that the catalogue does not hold: a ghost."""


class UnusableClauses(UsageError):
    """A file of clauses that cannot be used; the message names it and the reason."""


@cache
def meta() -> dict[str, Any]:
    """Title, spec commit, revision, sections."""
    found: dict[str, Any] = json.loads(resources.files(__package__).joinpath("clauses/catalogue.json").read_text())
    return found


def catalogue() -> MappingProxyType[str, Clause]:
    """Every clause by id, of the folders added too."""
    return _catalogue(additions.current().folders)


@cache
def _catalogue(folders: tuple[Path, ...]) -> MappingProxyType[str, Clause]:
    found: dict[str, Clause] = {}
    there = sorted(resources.files(__package__).joinpath("clauses").iterdir(), key=lambda f: f.name)
    own = [folder / additions.CLAUSES for folder in folders if (folder / additions.CLAUSES).is_file()]
    for file in [*there, *own]:
        if file.name == "catalogue.json":
            continue
        for row in _own(file) if file in own else json.loads(file.read_text())["clauses"]:
            clause = Clause(
                **{**row, "level": Level(row["level"]), "applies_to": tuple(row["applies_to"]), **_about(row)}
            )
            if clause.id in found:
                raise UnusableClauses(f"{file.name}: clause {clause.id} is in the catalogue twice")
            found[clause.id] = clause
    return MappingProxyType(found)


def _about(row: dict[str, Any]) -> dict[str, Any]:
    return {"about": tuple(row["about"])} if "about" in row else {}


def _own(file: Path) -> list[dict[str, Any]]:
    """The rows of a user's own file. Raises UnusableClauses."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnusableClauses(f"{file.name} cannot be read: {error}") from error
    schema = json.loads(resources.files(__package__).joinpath("schemas/clauses.schema.json").read_text())
    wrong = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(data))
    if wrong is not None:
        raise UnusableClauses(f"{file.name} at /{'/'.join(map(str, wrong.absolute_path))}: {wrong.message[:300]}")
    clauses: list[dict[str, Any]] = data["clauses"]
    return clauses


def clause(clause_id: str) -> Clause:
    try:
        return catalogue()[clause_id]
    except KeyError:
        hint = did_you_mean(clause_id, catalogue())
        raise UnknownClause(f"no clause {clause_id!r} in the catalogue{f'; {hint}' if hint else ''}") from None


def _rank(level: Level) -> int:
    return level.rank


def level_of(clause_ids: tuple[str, ...], framework: str = "") -> Level:
    """The most binding level among the clauses that apply to the framework; HOUSE at most where none does.

    A backend that claims an operation says that it keeps the contract, whatever framework its clauses are about.
    That is a promise to this project: the spec does not ask for it.
    """
    applying = [clause(c).level for c in clause_ids if clause(c).applies(framework)]
    if applying:
        return min(applying, key=_rank)
    return max(Level.HOUSE, min((clause(c).level for c in clause_ids), key=_rank), key=_rank)
