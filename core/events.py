"""The event stream of a run, as values: one header, any number of events of checks, one footer."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ptychoparity.core.events_check import (
    Artifact,
    CheckFinished,
    CheckStarted,
    Comparison,
    Expectation,
    Histogram,
    InputSummary,
    Raised,
    Where,
    Worst,
)
from ptychoparity.core.events_footer import Footer, Stale, Timing, Verdict
from ptychoparity.core.events_header import VERSION, BackendEvent, Coverage, Defaults, Header
from ptychoparity.core.faults import Fault, FaultClass
from ptychoparity.core.records import Malformed

__all__ = [
    "KINDS", "VERSION", "Artifact", "BackendEvent", "CheckFinished", "CheckStarted", "Comparison", "Coverage",
    "Defaults", "Event", "Expectation", "Fault", "FaultClass", "Footer", "Header", "Histogram", "InputSummary",
    "Raised", "Stale", "Timing", "Verdict", "Where", "Worst", "from_json", "to_json",
]  # fmt: skip

Event = Header | CheckStarted | CheckFinished | Artifact | Footer

KINDS: Mapping[str, type[Event]] = MappingProxyType(
    {one.EVENT: one for one in (Header, CheckStarted, CheckFinished, Artifact, Footer)}
)
"""What an event calls itself to its class."""


def to_json(event: Event) -> dict[str, Any]:
    """The event as a line of the stream has it."""
    return {"event": event.EVENT, **event.to_json()}


def from_json(data: Any) -> Event:
    """The event that a JSON object of version VERSION says. Raises Malformed."""
    if not isinstance(data, dict):
        raise Malformed(f"an event is an object, not a {type(data).__name__}")
    made = KINDS.get(str(data.get("event")))
    if made is None:
        raise Malformed(f"there is no event {data.get('event')!r}")
    return made.from_json({key: value for key, value in data.items() if key != "event"})
