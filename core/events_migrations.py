"""Events of older streams as those of today: one function per step from a version to the next."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ptychoparity.core.errors import UsageError
from ptychoparity.core.events_header import VERSION
from ptychoparity.core.faults import FaultClass
from ptychoparity.core.outcomes import Outcome

Json = dict[str, Any]


class UnknownVersion(UsageError):
    """A stream of a version that this program does not know."""


def migrated(event: Json, version: int) -> Json:
    """The event of a stream of that version as version VERSION has it."""
    for step in range(version, VERSION):
        event = STEPS[step](event)
    return event


def version_of(header: Json) -> int:
    """The version a stream says it has. Raises UnknownVersion."""
    version = header.get("schema")
    if type(version) is int and (version == VERSION or version in STEPS):
        return version
    if type(version) is int and version > VERSION:
        raise UnknownVersion(
            f"the events have version {version}; this ptychoparity reads {min(STEPS)} to {VERSION}: use a newer one"
        )
    raise UnknownVersion(f"the events have no known version: expected {min(STEPS)} to {VERSION}, got {version!r}")


def _from_1(event: Json) -> Json:
    """Version 2 requires what version 1 always wrote and did not require."""
    step = _FROM_1.get(event.get("event", ""))
    return step(event) if step else event


def _header_from_1(event: Json) -> Json:
    backends = [{"detail": "", "not_applicable": [], **one} for one in event["backends"]]
    operations = [{"tolerance": {}, **one} for one in event["operations"]]
    clauses = [{"reading": "", **one} for one in event["clauses"]]
    found = {"seed": None, "coverage": None, "defaults": None, **event}
    if found["coverage"] and found["coverage"]["hunt"]:
        hunt = {"file": "mutants.json", "current": True, **found["coverage"]["hunt"]}
        found["coverage"] = {**found["coverage"], "hunt": hunt}
    return {**found, "schema": 2, "backends": backends, "operations": operations, "clauses": clauses}


def _check_from_1(event: Json) -> Json:
    added: Json = {
        "oracle_seconds": 0.0, "descriptor": None, "inputs": [], "digest": "", "comparisons": [], "raised": None,
        "captured": "", "warnings": [], "reproduce": [],
    }  # fmt: skip
    found = {**added, **event}
    if found["raised"]:
        found["raised"] = {"type": "", "message": "", "traceback": "", **found["raised"]}
    if "expectation" in found:
        found["expectation"] = {"outcome": event["outcome"], "file": "", "entry": 0, **event["expectation"]}
    return found


def _artifact_from_1(event: Json) -> Json:
    return {"device": "", **event}


def _footer_from_1(event: Json) -> Json:
    timing = dict.fromkeys(("overhead_ms_median", "adapter_seconds", "oracle_seconds", "startup_seconds"))
    return {"stale_expectations": [], **event, "timing": {**timing, **event["timing"]}}


def _from_2(event: Json) -> Json:
    """Version 3 says of every finding what is wrong; of older ones no more is known than the message."""
    if event.get("event") == "header":
        return {**event, "schema": 3}
    if event.get("event") != "check-finished":
        return event
    ended = event["expectation"]["outcome"] if "expectation" in event else event["outcome"]
    return {**event, "faults": [_fault_from_2(event, ended)] if Outcome(ended).bad else []}


def _fault_from_2(event: Json, ended: str) -> Json:
    found = _CLASSES_2.get(ended, FaultClass.WRONG_VALUE)
    return {"class": found, "message": event["message"], "clauses": event["clauses"], "level": event["level"]}


_CLASSES_2: Mapping[str, FaultClass] = MappingProxyType(
    {"error": FaultClass.RAISED, "crash": FaultClass.CRASH, "timeout": FaultClass.TIMEOUT}
)
_FROM_1: Mapping[str, Callable[[Json], Json]] = MappingProxyType(
    {
        "header": _header_from_1,
        "check-finished": _check_from_1,
        "artifact": _artifact_from_1,
        "footer": _footer_from_1,
    }
)

STEPS: Mapping[int, Callable[[Json], Json]] = MappingProxyType({1: _from_1, 2: _from_2})
"""Version to what makes its events those of the next one."""
