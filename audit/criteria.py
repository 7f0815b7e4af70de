"""The TOML file of a decision: criteria with weights, options as sets of entries, policies. Read and checked."""

import difflib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptychoparity.core.errors import UsageError

BETTER = ("higher", "lower")


@dataclass(frozen=True)
class Criterion:
    fact: str
    weight: float
    better: str
    why: str


@dataclass(frozen=True)
class Option:
    title: str
    entries: tuple[str, ...]
    note: str
    package: str


@dataclass(frozen=True)
class Policy:
    title: str
    question: str
    facts: tuple[str, ...]
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Criteria:
    """What a file says, for one candidate."""

    file: str
    bridge: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    options: tuple[Option, ...]
    policies: tuple[Policy, ...]
    own: bool
    """Whether a user gave it: what its options name must be there."""


def read(file: Path | None, package: str, facts: Collection[str]) -> Criteria:
    """The criteria for the candidate `package`; `facts` are the names there are.

    Raises UsageError: the file is missing or no TOML; a key or a fact it does not know, with the closest there is.
    """
    path = file or Path(__file__).with_name("criteria.toml")
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"--criteria {path}: cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"--criteria {path}: is no TOML: {error}") from error
    reader = _Reader(f"--criteria {path}", facts)
    reader.keys(found, "", {"bridge", "criterion", "option", "policy"})
    criteria = tuple(reader.criterion(row, at) for at, row in reader.rows(found, "criterion"))
    options = [reader.option(row, at) for at, row in reader.rows(found, "option")]
    policies = tuple(reader.policy(row, at) for at, row in reader.rows(found, "policy"))
    if not criteria:
        raise UsageError(f"{reader.name}: at least one [[criterion]] is asked for")
    mine = [one for one in options if one.package == package] or [one for one in options if not one.package]
    if not mine:
        raise UsageError(f"{reader.name}: no [[option]] for the candidate {package!r}, and none without `package`")
    bridge = reader.texts(found, "bridge", "", ())
    return Criteria(file.name if file else "criteria.toml", bridge, criteria, tuple(mine), policies, file is not None)


@dataclass(frozen=True)
class _Reader:
    name: str
    facts: Collection[str]

    def rows(self, found: Mapping[str, Any], key: str) -> list[tuple[str, Mapping[str, Any]]]:
        rows = found.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise UsageError(f"{self.name}: {key}: tables [[{key}]] are asked for")
        return [(f"{key} {number}", row) for number, row in enumerate(rows, 1)]

    def keys(self, row: Mapping[str, Any], at: str, known: set[str], wanted: Collection[str] = ()) -> None:
        for key in row:
            if key not in known:
                raise UsageError(f"{self.name}: {_at(at)}no key {key!r}{_closest(key, known)}")
        for key in wanted:
            if key not in row:
                raise UsageError(f"{self.name}: {_at(at)}{key!r} is missing")

    def text(self, row: Mapping[str, Any], key: str, at: str, default: str = "") -> str:
        value = row.get(key, default)
        if not isinstance(value, str):
            raise UsageError(f"{self.name}: {_at(at)}{key} = {value!r}: a text is asked for")
        return value

    def texts(self, row: Mapping[str, Any], key: str, at: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = row.get(key, list(default))
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise UsageError(f"{self.name}: {_at(at)}{key} = {value!r}: a list of texts is asked for")
        return tuple(value)

    def fact(self, name: str, at: str) -> str:
        known = set(self.facts) | {"dependency:NAME"}
        if name not in self.facts and not (name.startswith("dependency:") and name.partition(":")[2]):
            raise UsageError(f"{self.name}: {_at(at)}no fact {name!r}{_closest(name, known)}")
        return name

    def criterion(self, row: Mapping[str, Any], at: str) -> Criterion:
        self.keys(row, at, {"fact", "weight", "better", "why"}, ("fact", "weight", "better"))
        weight, better = row["weight"], row["better"]
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < float("inf"):
            raise UsageError(f"{self.name}: {_at(at)}weight = {weight!r}: a number above 0 is asked for")
        if better not in BETTER:
            raise UsageError(f"{self.name}: {_at(at)}better = {better!r}: {' or '.join(BETTER)} is asked for")
        return Criterion(self.fact(self.text(row, "fact", at), at), weight, better, self.text(row, "why", at))

    def option(self, row: Mapping[str, Any], at: str) -> Option:
        self.keys(row, at, {"title", "entries", "note", "package"}, ("title", "entries"))
        entries = self.texts(row, "entries", at, ())
        if not entries:
            raise UsageError(f"{self.name}: {_at(at)}entries: at least one module or symbol is asked for")
        title, note = self.text(row, "title", at), self.text(row, "note", at)
        return Option(title, entries, note, self.text(row, "package", at))

    def policy(self, row: Mapping[str, Any], at: str) -> Policy:
        self.keys(row, at, {"title", "question", "facts", "choices"}, ("title", "question"))
        facts = tuple(self.fact(name, at) for name in self.texts(row, "facts", at, ()))
        title, question = self.text(row, "title", at), self.text(row, "question", at)
        return Policy(title, question, facts, self.texts(row, "choices", at, ()))


def _at(place: str) -> str:
    return f"{place}: " if place else ""


def _closest(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), 1, 0.0)
    return f"; the closest there is: {near[0]!r}; there are {', '.join(sorted(known))}"
