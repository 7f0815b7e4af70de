"""The mutants there are, as data: `spec_tests/mutants/<operation>.json`, checked when it is loaded."""

import inspect
import json
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import jsonschema

from ptychoparity.core.errors import UsageError
from ptychoparity.harness.mutants.changes import unknown
from ptychoparity.harness.mutants.wrappers import WRAPPERS
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.catalogue import catalogue
from ptychoparity.spec_tests.checks import every_case, kind_of

BINDING = ("MUST", "HOUSE")
"""Levels of which every encoded clause has a mutant."""

NOT_HUNTED = ("not applicable", "not claimed")
"""Outcomes of mutants that nobody was asked about: the clause is about another framework, the operation not claimed."""


@dataclass(frozen=True)
class Mutant:
    """One fault of one operation, and the clause whose checks must see it."""

    id: str
    clause: str
    operation: str
    does: str
    how: str
    options: dict[str, Any] = field(default_factory=dict)
    equivalent: str = ""
    """Why no check can tell it from a conforming backend; empty: it must be killed."""

    @property
    def name(self) -> str:
        return f"{self.operation}/{self.id}"

    def order(self) -> dict[str, Any]:
        """What `ptychoparity.harness.mutants.backend` is told."""
        return {"operation": self.operation, "how": self.how, "options": self.options}


class MutantError(UsageError):
    """A mutant that cannot be used; the message names the file and the mutant."""


@cache
def asked() -> tuple[Case, ...]:
    """The cases that one backend alone can be asked, the cheapest and most telling kinds first."""
    return tuple(sorted((c for c in every_case() if not kind_of(c).conditional), key=lambda c: kind_of(c).cost))


@cache
def carriers() -> dict[tuple[str, str], tuple[Case, ...]]:
    """The cases that carry a clause in an operation, by (clause, operation)."""
    found: dict[tuple[str, str], tuple[Case, ...]] = {}
    for case in asked():
        for clause in case.clauses:
            found[clause, case.operation] = (*found.get((clause, case.operation), ()), case)
    return found


def binding_clauses() -> list[str]:
    """Every MUST and HOUSE clause that some check carries."""
    return sorted({clause for clause, _ in carriers() if catalogue()[clause].level in BINDING})


def faults(mutant: Mutant) -> str:
    """Why the mutant cannot be used, empty when it can."""
    if mutant.clause not in catalogue():
        return f"{mutant.clause!r} is not in the clause catalogue"
    if (mutant.clause, mutant.operation) not in carriers():
        return f"no check of {mutant.operation} carries {mutant.clause}"
    if mutant.how not in WRAPPERS:
        return f"there is no wrapper {mutant.how!r}"
    wanted = inspect.signature(WRAPPERS[mutant.how]).parameters
    free = any(p.kind is p.VAR_KEYWORD for p in wanted.values())
    names = {n for n, p in wanted.items() if p.kind is p.KEYWORD_ONLY}
    if (not free and set(mutant.options) - names) or names - set(mutant.options):
        return f"{mutant.how} takes the options {sorted(names)}, not {sorted(mutant.options)}"
    steps = [s for key in ("changes", "ins", "outs") for s in mutant.options.get(key, {}).values()]
    absent = [name for step in steps for name in unknown(step)]
    return f"there is no change {absent[0]!r}" if absent else ""


def parse(text: str, file: str) -> list[Mutant]:
    """The mutants of one document. Raises MutantError."""
    schema = json.loads(resources.files("ptychoparity.spec_tests").joinpath("schemas/mutants.schema.json").read_text())
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise MutantError(f"{file} line {error.lineno}: {error.msg}") from error
    wrong = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(data))
    if wrong is not None:
        raise MutantError(f"{file} at /{'/'.join(map(str, wrong.absolute_path))}: {wrong.message}")
    found = [Mutant(operation=data["operation"], **row) for row in data["mutants"]]
    seen: set[str] = set()
    for mutant in found:
        reason = "its id is used twice" if mutant.id in seen else faults(mutant)
        if reason:
            raise MutantError(f"{file}: {mutant.id}: {reason}")
        seen.add(mutant.id)
    return found


@cache
def mutants() -> tuple[Mutant, ...]:
    """Every mutant of the project. Raises MutantError."""
    folder = resources.files("ptychoparity.spec_tests").joinpath("mutants")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".json")), key=lambda f: f.name)
    return tuple(mutant for file in files for mutant in parse(file.read_text(), file.name))


def without_mutant(found: tuple[Mutant, ...]) -> list[str]:
    """Binding clauses that none of the mutants is about."""
    covered = {mutant.clause for mutant in found}
    return [clause for clause in binding_clauses() if clause not in covered]


def one_per_clause(found: tuple[Mutant, ...]) -> tuple[Mutant, ...]:
    """The quick subset: the first mutant of every clause."""
    chosen: dict[str, Mutant] = {}
    for mutant in found:
        if not mutant.equivalent:
            chosen.setdefault(mutant.clause, mutant)
    return tuple(chosen.values())
