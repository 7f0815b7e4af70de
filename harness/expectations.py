"""Expectations: recorded known failures of one backend, read from TOML and held against its checks.

A failure that is expected does not gate. What makes the record untrue does: another failure than the recorded one,
a pass, an entry past its date, an entry that covers no check any more.
"""

import fnmatch
import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from ptychoparity.backends import registry
from ptychoparity.core import events
from ptychoparity.core.errors import UsageError
from ptychoparity.core.events import BackendEvent, CheckFinished, Stale
from ptychoparity.core.outcomes import Outcome
from ptychoparity.core.verdicts import Known, Status
from ptychoparity.reports.text import expectation_text, first_line
from ptychoparity.spec_tests import checks


class BadExpectations(UsageError):
    """A file of expectations that cannot be used; the message names file, entry and field."""


@dataclass(frozen=True)
class Expectation:
    """One recorded known failure."""

    file: str
    entry: int
    """Its number in the file, from 1."""
    backend: str
    check: str
    """`operation/kind/case`, where * and ? stand for anything."""
    owner: str
    issue: str
    expires: date
    """The last day it holds."""
    signature: str
    device: str = "*"
    versions: str = ""

    @property
    def is_pattern(self) -> bool:
        return any(mark in self.check for mark in "*?[")

    def is_for(self, column: str, version: str) -> bool:
        """Whether it speaks of this backend, on this device, in this version."""
        name, _, device = column.rpartition("@")
        if self.backend not in (name, name.partition("@")[0]) or self.device not in ("*", device):
            return False
        return not self.versions or _within(version, self.versions)

    def names(self, case: str) -> bool:
        """Whether `operation/kind/case` is one of its checks."""
        return case == self.check or fnmatch.fnmatchcase(case, self.check)

    def fields(self) -> dict[str, Any]:
        """Return what readers of the run are told of it."""
        return {
            "owner": self.owner, "issue": self.issue, "expires": self.expires.isoformat(),
            "signature": self.signature, "file": self.file, "entry": self.entry,
        }  # fmt: skip


def _within(version: str, versions: str) -> bool:
    """Pre-releases count; a version that is none (PEP 440) is in no range."""
    try:
        return SpecifierSet(versions).contains(Version(version), prereleases=True)
    except InvalidVersion:
        return False


# -- reading ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class File:
    """A file of expectations."""

    path: Path
    backend: str
    entries: tuple[Expectation, ...]


def _is_range(value: object) -> bool:
    """Whether a text is a range of versions; what is no text is not refused here. Raises InvalidSpecifier."""
    return not isinstance(value, str) or SpecifierSet(value) is not None


@cache
def _validator() -> jsonschema.protocols.Validator:
    text = resources.files("ptychoparity.spec_tests").joinpath("schemas/expectations.schema.json").read_text()
    formats = jsonschema.FormatChecker(formats=("date", "regex"))
    formats.checks("versions", InvalidSpecifier)(_is_range)
    return jsonschema.Draft202012Validator(json.loads(text), format_checker=formats)


def read(path: Path) -> File:
    """The expectations of a file. Raises BadExpectations, in one line that names file, entry and field."""
    name = os.path.relpath(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadExpectations(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    except tomllib.TOMLDecodeError as error:
        raise BadExpectations(f"{name} is not TOML: {error}") from error
    _refuse(name, data)
    try:
        registry.find(data["backend"])
    except registry.UnknownBackend as error:
        raise BadExpectations(f"{name}: backend: {error}") from error
    entries = tuple(
        Expectation(name, number, data["backend"], **{**one, "expires": date.fromisoformat(str(one["expires"]))})
        for number, one in enumerate(data.get("expectation", []), 1)
    )
    return File(path, data["backend"], entries)


def _refuse(name: str, data: dict[str, Any]) -> None:
    """Raise BadExpectations at the first thing that the schema does not allow."""
    found = sorted(_validator().iter_errors(_plain(data)), key=_place)
    if not found:
        return
    error: Any = found[0]  # typed as if each of its parts might be unset
    path = list(error.absolute_path)
    where = f"{name}, entry {path[1] + 1}" if len(path) > 1 else name
    field = f"{path[-1]}: " if path and isinstance(path[-1], str) else ""
    value, known = json.dumps(error.instance, ensure_ascii=False), ", ".join(error.schema.get("properties", {}))
    match error.validator:
        case "required":
            absent = next(one for one in error.validator_value if one not in error.instance)
            reason = f"{absent}: is missing"
        case "additionalProperties":
            unknown = next(one for one in error.instance if one not in error.schema["properties"])
            reason = f"{unknown}: no such field; there are {known}"
        case "format":
            reason = field + _format_reason(error.validator_value, error.instance)
        case "enum":
            reason = f"{field}{value} is none of {', '.join(map(str, error.validator_value))}"
        case "pattern":
            reason = f"{field}{value} is {error.schema.get('title', 'empty')}"
        case "minLength":
            reason = f"{field}is empty"
        case "type":
            reason = f"{field}{value} is no {error.validator_value}"
        case _:
            reason = field + error.message
    raise BadExpectations(f"{where}: {reason}")


def _place(error: jsonschema.ValidationError) -> list[str]:
    """Errors in the order of the file; of a misspelt field that it is unknown, before that the right one is missing."""
    parts = [f"{part:05}" if isinstance(part, int) else str(part) for part in error.absolute_path]
    return [*parts, str(error.validator)]


def _format_reason(kind: str, value: str) -> str:
    if kind == "regex":
        try:
            re.compile(value)
        except re.error as error:
            return f"{value!r} is no regular expression: {error}"
    wanted = {"date": "date (expires = 2027-01-31)", "versions": "version range (versions = '>=0.1,<0.3')"}
    return f"{value!r} is no {wanted.get(kind, kind)}"


def _plain(value: Any) -> Any:
    """TOML as JSON: dates as ISO 8601; a date with a time keeps it, and so is no date."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, (str, int, float, bool)) else str(value)


# -- matching -----------------------------------------------------------------------------------------------


def versions(backends: Iterable[BackendEvent]) -> dict[str, str]:
    """Return column to the version each ready backend of a header says it has."""
    return {one.column: str((one.info or {}).get("version", "")) for one in backends if one.status is Status.READY}


def today() -> date:
    return datetime.now(UTC).date()


def case_of(event: CheckFinished) -> str:
    """Return the part of a check's id that an expectation names."""
    return f"{event.operation}/{event.kind}/{event.case}"


def covers(entry: Expectation, event: CheckFinished, known: Mapping[str, str]) -> bool:
    """Return whether the check is one of the entry's. `known` is `versions` of the run."""
    column = event.column
    return column in known and entry.names(case_of(event)) and entry.is_for(column, known[column])


def signed(entry: Expectation, event: CheckFinished) -> bool:
    """Return whether the failure is the one recorded."""
    return re.search(entry.signature, f"{event.ended}: {first_line(event.message)}") is not None


def _state(entry: Expectation, event: CheckFinished, day: date) -> Known:
    if event.ended is Outcome.PASS:
        return Known.PASSES
    if day > entry.expires:
        return Known.EXPIRED
    return Known.MET if signed(entry, event) else Known.OTHER_SIGNATURE


_BECOMES = {Known.MET: Outcome.XFAIL, Known.PASSES: Outcome.XPASS}
"""How a check ends in the eyes of a known failure, where that is another outcome."""

_FIRST = (Known.MET, Known.EXPIRED, Known.OTHER_SIGNATURE, Known.PASSES)
"""Which state counts where several entries cover a check."""


def judged(entries: Sequence[Expectation], event: CheckFinished, known: Mapping[str, str], day: date) -> CheckFinished:
    """Return the check's event as the expectations leave it: another outcome, and what is expected beside it.

    One entry that is met is enough; where none is, the first of the gravest state is reported.
    """
    if not event.ended.asked:
        return event
    found = [(_state(entry, event, day), entry) for entry in entries if covers(entry, event, known)]
    if not found:
        return event
    state, entry = min(found, key=lambda pair: _FIRST.index(pair[0]))
    expectation = events.Expectation(**entry.fields(), state=state, outcome=event.outcome)
    told = replace(event, expectation=expectation, outcome=_BECOMES.get(state, event.outcome))
    if state is Known.MET:
        return told
    return replace(told, message="\n".join(filter(None, (event.message, expectation_text(told)))))


def stale(
    entries: Sequence[Expectation], checks: Sequence[CheckFinished], known: Mapping[str, str]
) -> tuple[Stale, ...]:
    """Return entries of backends that ran which cover no check of the run, as the footer lists them.

    Checks that this run had no way to ask (a scan's, a pair's) are no reason to forget what is known of them.
    """
    found = []
    for entry in entries:
        columns = [column for column, version in known.items() if entry.is_for(column, version)]
        if not columns or any(covers(entry, check, known) for check in checks):
            continue
        if not any(entry.names(case) for case in _conditional()):
            found.append(Stale(columns=tuple(columns), check=entry.check, **entry.fields()))
    return tuple(found)


@cache
def _conditional() -> tuple[str, ...]:
    """Cases that need a scan or a second backend."""
    return tuple(case.id for case in checks.every_case() if checks.kind_of(case).conditional)
