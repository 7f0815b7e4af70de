"""The event stream of a run: the only thing a reader of results ever sees.

A run is a file `events.jsonl`: one header, any number of events, one footer. Every line obeys
`events.schema.json`. Without its footer the stream is a broken run, and reading it says so.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema

from ptychoparity.core.errors import UsageError
from ptychoparity.core.levels import Level
from ptychoparity.core.outcomes import Outcome

OUTCOMES = tuple(Outcome)
BAD_OUTCOMES = frozenset(outcome for outcome in Outcome if outcome.bad)
KINDS = (
    "smoke",
    "example",
    "boundary",
    "error",
    "golden",
    "property",
    "relation",
    "parity",
    "scenario",
    "client",
    "benchmark",
)
LEVELS = tuple(Level)
SCHEMA_VERSION = 1

CONFORMS, DOES_NOT_CONFORM, NOT_JUDGED = 0, 1, 2
"""The three exit codes, and what a verdict may be."""


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
    """A line is not JSON or does not obey the event schema."""


class DuplicateCheck(RunError):
    """One check finished twice."""


@cache
def _validator(kind: str) -> jsonschema.protocols.Validator:
    """The validator of one kind of event: an error then speaks of that kind, not of all five."""
    schema = json.loads(resources.files(__package__).joinpath("events.schema.json").read_text())
    if kind not in {branch["$ref"].removeprefix("#/$defs/") for branch in schema["oneOf"]}:
        raise BadEvent(f"there is no event {kind!r}")
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]})


def _short(text: str) -> str:
    """jsonschema repeats the whole value it refuses, which may be a run's header: its two ends say enough."""
    return text if len(text) <= 300 else f"{text[:120]} ... {text[-120:]}"


def validate(event: dict[str, Any]) -> None:
    """Raise BadEvent with the JSON pointer of the first thing wrong in `event`."""
    if not isinstance(event, dict):
        raise BadEvent(f"an event is an object, not a {type(event).__name__}")
    error = jsonschema.exceptions.best_match(_validator(str(event.get("event"))).iter_errors(event))
    if error is not None:
        pointer = "/" + "/".join(map(str, error.absolute_path))
        raise BadEvent(f"event {event.get('event')!r} at {pointer}: {_short(error.message)}")


class Writer:
    """Appends validated events to `events.jsonl`, one line each, flushed as they come.

    A run that dies leaves a stream without footer, which readers refuse to take for a whole one.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("x", encoding="utf-8")

    def write(self, event: dict[str, Any]) -> None:
        validate(event)
        self._file.write(json.dumps(event, allow_nan=False, ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


@dataclass(frozen=True)
class Run:
    """A whole run, read and checked."""

    directory: Path
    header: dict[str, Any]
    footer: dict[str, Any]
    checks: tuple[dict[str, Any], ...]
    artifacts: tuple[dict[str, Any], ...] = field(default=())


def _lines(path: Path, ours: bool) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            try:
                event = json.loads(line)
                if not ours:
                    validate(event)
            except (json.JSONDecodeError, BadEvent) as error:
                raise BadEvent(f"{path}, line {number}: {error}") from error
            yield event


def read(path: Path, ours: bool = False) -> Run:
    """Read `events.jsonl` (or the folder that holds it).

    `ours`: a `Writer` of this process wrote it, and held every event against the schema then.

    Raises NoRun, EmptyRun, HeaderMissing, FooterMissing, BadEvent or DuplicateCheck.
    """
    path = path / "events.jsonl" if path.is_dir() else path
    try:
        events = list(_lines(path, ours))
    except (OSError, UnicodeDecodeError) as error:
        raise NoRun(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if not events:
        raise EmptyRun(f"{path} holds no event")
    if events[0]["event"] != "header":
        raise HeaderMissing(f"{path} begins with {events[0]['event']!r}, not with a header")
    if events[-1]["event"] != "footer":
        raise FooterMissing(f"{path} ends with {events[-1]['event']!r}: the run was cut off")
    checks = [event for event in events if event["event"] == "check-finished"]
    seen: set[str] = set()
    for check in checks:
        if check["id"] in seen:
            raise DuplicateCheck(f"{path}: check {check['id']} finished twice")
        seen.add(check["id"])
    artifacts = tuple(event for event in events if event["event"] == "artifact")
    return Run(path.parent, events[0], events[-1], tuple(checks), artifacts)
