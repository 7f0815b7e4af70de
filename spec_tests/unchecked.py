"""Clauses that no check carries, and why: `spec_tests/unchecked/<area>.json`, reviewed like the contracts.

An entry says one of two things. `why`: nothing that a backend answers can show whether the clause is kept.
`later`: it could be checked and is not yet.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import jsonschema

from ptychoparity.core.errors import UsageError
from ptychoparity.core.events_header import State
from ptychoparity.spec_tests import additions
from ptychoparity.spec_tests.case import Case
from ptychoparity.spec_tests.catalogue import catalogue
from ptychoparity.spec_tests.checks import every_case, kind_of

NOT_CHECKABLE, NOT_YET = State.NOT_CHECKABLE, State.NOT_YET
_STATES = {"why": NOT_CHECKABLE, "later": NOT_YET}

MEND = "python -m tests.test_coverage"
"""The command that takes out of the lists what is encoded by now."""


@dataclass(frozen=True)
class Unchecked:
    """One clause without a check."""

    clause: str
    state: str
    """NOT_CHECKABLE or NOT_YET."""
    text: str
    """The argument, or what has to be built."""


class UncheckedError(UsageError):
    """A list that cannot be used: the message names the file, the JSON pointer and the reason."""

    def __init__(self, file: str, pointer: str, reason: str) -> None:
        super().__init__(f"spec_tests/unchecked/{file} at {pointer or '/'}: {reason}")


def carried() -> MappingProxyType[str, tuple[Case, ...]]:
    """The cases that carry a clause, by clause: what is here is encoded. A scan's do not count: few runs have one."""
    return _carried(additions.current())


@cache
def _carried(_: additions.Additions) -> MappingProxyType[str, tuple[Case, ...]]:
    found: dict[str, list[Case]] = {}
    for case in every_case():
        for clause in case.clauses if not kind_of(case).needs_scan else ():
            found.setdefault(clause, []).append(case)
    return MappingProxyType({clause: tuple(cases) for clause, cases in found.items()})


def stale(entries: Mapping[str, Any], encoded: Mapping[str, tuple[Case, ...]]) -> dict[str, str]:
    """Entries whose clause is encoded after all, and the first operation that does."""
    return {clause: encoded[clause][0].operation for clause in entries if clause in encoded}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object in which no name stands twice."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name!r} is listed twice")
        found[name] = value
    return found


def parse(text: str, file: str, encoded: Mapping[str, tuple[Case, ...]] | None = None) -> list[Unchecked]:
    """The entries of one document. Raises UncheckedError.

    `encoded`: the cases that carry each clause, by default those of the project.
    """
    try:
        data = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise UncheckedError(file, f"line {error.lineno}", error.msg) from error
    except ValueError as error:
        raise UncheckedError(file, "/clauses", str(error)) from error
    schema = json.loads(resources.files(__package__).joinpath("schemas/unchecked.schema.json").read_text())
    wrong = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(data))
    if wrong is not None:
        raise UncheckedError(file, "".join(f"/{part}" for part in wrong.absolute_path), wrong.message)
    for clause in data["clauses"]:
        if clause not in catalogue():
            raise UncheckedError(file, f"/clauses/{clause}", "the clause is not in the catalogue")
        if file != (home := f"{catalogue()[clause].area.lower()}.json"):
            raise UncheckedError(file, f"/clauses/{clause}", f"the clause belongs in {home}")
    if gone := stale(data["clauses"], carried() if encoded is None else encoded):
        told = ", ".join(f"{clause} by {operation}" for clause, operation in gone.items())
        raise UncheckedError(file, "/clauses", f"encoded after all: {told}; take them out: {MEND}")
    rows = ((clause, *said) for clause, entry in data["clauses"].items() for said in entry.items())
    return [Unchecked(clause, _STATES[kind], text) for clause, kind, text in rows]


@cache
def unchecked() -> MappingProxyType[str, Unchecked]:
    """Every entry of the project's lists, by clause. Raises UncheckedError."""
    folder = resources.files(__package__).joinpath("unchecked")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".json")), key=lambda f: f.name)
    with additions.using(additions.Additions()):  # the lists are about the project's own contracts
        found = [entry for file in files for entry in parse(file.read_text(encoding="utf-8"), file.name)]
    return MappingProxyType({entry.clause: entry for entry in found})
