"""The event stream of a run on disk: the only thing a reader of results ever sees.

A run is a file `events.jsonl`: one header, any number of events, one footer, each a line of JSON as `core.events` has
it (`core.schema` says the same to other programs). Without its footer the stream is a broken run, and reading
it says so.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from ptychoparity.core import events
from ptychoparity.core.errors import UsageError
from ptychoparity.core.events import Artifact, CheckFinished, Event, Footer, Header
from ptychoparity.core.events_migrations import UnknownVersion, migrated, version_of
from ptychoparity.core.records import Malformed


class RunError(UsageError):
    """A run that cannot be read. Its subclasses say why."""


class NoRun(RunError):
    """There is no stream to read."""


class EmptyRun(RunError):
    """The stream has no event at all."""


class HeaderMissing(RunError):
    """The first event is not a header."""


class FooterMissing(RunError):
    """The stream ends without a footer: the run was cut off."""


class BadEvent(RunError):
    """A line is not JSON or is no event."""


class OtherVersion(RunError):
    """The stream has a version that this program does not know."""


class DuplicateCheck(RunError):
    """One check finished twice."""


def checked(data: Any) -> Event:
    """The event that a JSON object says. Raises BadEvent with the JSON pointer of the first thing wrong in it."""
    try:
        return events.from_json(data)
    except Malformed as error:
        name = f"event {data.get('event')!r} " if isinstance(data, dict) else ""
        raise BadEvent(f"{name}{error}") from error


def line(event: Event) -> str:
    """The event as a line of the stream. Raises BadEvent, or TypeError or ValueError where it is no JSON."""
    data = events.to_json(event)
    checked(data)
    return json.dumps(data, allow_nan=False, ensure_ascii=False)


class Writer:
    """Append events to `events.jsonl`, one line each, flushed as they come, each held against its class.

    A run that dies leaves a stream without footer, which readers refuse to take for a whole one.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("x", encoding="utf-8")

    def write(self, event: Event) -> None:
        """Raises BadEvent where a field of the event holds what its annotation forbids."""
        self._file.write(line(event) + "\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


@dataclass(frozen=True)
class Run:
    """A whole run, read and checked."""

    directory: Path
    header: Header
    footer: Footer
    checks: tuple[CheckFinished, ...]
    artifacts: tuple[Artifact, ...] = ()


def read(path: Path) -> Run:
    """Read `events.jsonl` (or the folder that holds it), of this version or an older one.

    Raises NoRun, EmptyRun, HeaderMissing, FooterMissing, BadEvent, OtherVersion or DuplicateCheck.
    """
    path = path / "events.jsonl" if path.is_dir() else path
    try:
        found = list(_events(path))
    except (OSError, UnicodeDecodeError) as error:
        raise NoRun(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if not found:
        raise EmptyRun(f"{path} holds no event")
    header, footer = found[0], found[-1]
    if not isinstance(header, Header):
        raise HeaderMissing(f"{path} begins with {header.EVENT!r}, not with a header")
    if not isinstance(footer, Footer):
        raise FooterMissing(f"{path} ends with {footer.EVENT!r}: the run was cut off")
    checks = tuple(event for event in found if isinstance(event, CheckFinished))
    seen: set[str] = set()
    for check in checks:
        if check.id in seen:
            raise DuplicateCheck(f"{path}: check {check.id} finished twice")
        seen.add(check.id)
    return Run(path.parent, header, footer, checks, tuple(event for event in found if isinstance(event, Artifact)))


def _events(path: Path) -> Iterator[Event]:
    """The events of a stream, brought up to today's version line by line."""
    version = events.VERSION
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            try:
                data = json.loads(line, parse_constant=_no_number)
                if number == 1 and isinstance(data, dict) and data.get("event") == Header.EVENT:
                    version = version_of(data)
                yield checked(_current(data, version))
            except UnknownVersion as error:
                raise OtherVersion(f"{path}: {error}") from error
            except (json.JSONDecodeError, BadEvent) as error:
                raise BadEvent(f"{path}, line {number}: {error}") from error


def _current(data: Any, version: int) -> Any:
    """The event as today's version has it; what is no object is left to be refused."""
    if not isinstance(data, dict):
        return data
    try:
        return migrated(data, version)
    except (KeyError, TypeError, AttributeError) as error:
        what = f"event {data.get('event')!r}"
        raise BadEvent(f"{what} is none of version {version}: {type(error).__name__} {error}") from error


def _no_number(name: str) -> NoReturn:
    raise BadEvent(f"{name} is no JSON number")
