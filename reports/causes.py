"""Operations that probably share a cause: their findings look alike.

Pure functions of checks; `reports.queries` names the others of a cause beside each group of findings.
"""

import re
from dataclasses import dataclass

from ptychoparity.core.events import CheckFinished
from ptychoparity.reports.gravity import class_of, gravest
from ptychoparity.reports.text import last_line, plain

WHERE = "where"
"""Kind of the hints that say which elements differ, and nothing about why."""

MOST_CLAUSES = 2
"""Clauses that a finding may break and still be known by them."""

_PLACE = re.compile(r'File "([^"]+)", line (\d+)')


@dataclass(frozen=True)
class Likeness:
    """What findings of one cause have in common; equal values belong together."""

    why: str
    """What is the same, in words."""
    what: tuple[str, ...]


def cause(check: CheckFinished) -> str:
    """Return the hint that explains the finding; empty where none does."""
    fault = gravest(check)
    hints = fault.hints if fault else ()
    return next((plain(hint) for hint in hints if not hint.startswith(f"{WHERE}:")), "")


def extent(check: CheckFinished) -> str:
    """Return which elements differ; empty where nothing is said of it."""
    fault = gravest(check)
    hints = fault.hints if fault else ()
    return next((plain(hint.partition(": ")[2]) for hint in hints if hint.startswith(f"{WHERE}:")), "")


def likeness(check: CheckFinished) -> Likeness | None:
    """Return what others of the same cause would share: an exception and its place, a hint, or class and clauses."""
    named = str(class_of(check))
    if check.raised and (said := _raised(check)):
        return Likeness("the same exception", (named, *said))
    if hint := cause(check):
        kind = hint.partition(":")[0]
        return Likeness(f"the same hint, {kind}", (named, kind))
    if 0 < len(check.blamed) <= MOST_CLAUSES:
        return Likeness(f"the same class under {' '.join(check.blamed)}", (named, *check.blamed))
    return None


def _raised(check: CheckFinished) -> tuple[str, ...]:
    """The exception's text without its numbers, and the place that raised it."""
    raised = check.raised
    if raised is None:
        return ()
    text = last_line(raised.traceback) or f"{raised.type}: {raised.message}"
    places = _PLACE.findall(raised.traceback)
    return (re.sub(r"\d+", "#", text), *(":".join(place) for place in places[-1:]))
