"""A file of expectations rewritten from a run: what is untrue goes, what is true stays, what is new may be added."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ptychoparity.core.events import CheckFinished, Header
from ptychoparity.core.outcomes import Outcome
from ptychoparity.harness.expectations import (
    Expectation,
    File,
    case_of,
    covers,
    signed,
    stale,
    versions,
)
from ptychoparity.reports.text import first_line
from ptychoparity.reports.text import replace as replace_file


@dataclass(frozen=True)
class Update:
    """A file's entries after a run, and what became of each in words."""

    entries: tuple[Expectation, ...]
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


def update(
    file: File, header: Header, events: Sequence[CheckFinished], day: date, renewed: Mapping[str, Any] | None = None
) -> Update:
    """What the run says of the file: stale and passing entries go, a pattern shrinks to what still fails.

    With `renewed` (owner, issue, expires) each failure that no entry covers is added.
    """
    known, whole = versions(header.backends), header.selection is None
    gone = {one.entry for one in stale(file.entries, events, known)} if whole else set()
    entries: list[Expectation] = []
    removed: list[str] = []
    kept: list[str] = []
    for entry in file.entries:
        mine = [event for event in events if covers(entry, event, known)]
        passing = [event for event in mine if event.ended is Outcome.PASS]
        if entry.entry in gone:
            removed.append(f"{entry.check}: stale, it covers no check")
        elif not passing or (not whole and entry.is_pattern):
            entries.append(entry)
            kept.append(f"{entry.check}: {_why_kept(entry, mine, day)}")
        else:
            left = [event for event in mine if event not in passing]
            entries += _narrowed(entry, left, passing)
            removed += [f"{case_of(event)} on {event.column}: passes" for event in passing]
            kept += [f"{case_of(event)}: {_why_kept(entry, [event], day)}" for event in left]
    new = _new(file, entries, events, known, renewed) if renewed else []
    return Update((*entries, *new), tuple(removed), tuple(kept), tuple(f"{e.check}: /{e.signature}/" for e in new))


def _why_kept(entry: Expectation, events: Sequence[CheckFinished], day: date) -> str:
    asked = [event for event in events if event.ended.asked]
    if not asked:
        return "not asked in this run"
    if any(event.ended is Outcome.PASS for event in asked):
        return "passes in part, and only part was asked"
    if day > entry.expires:
        return f"fails, and expired on {entry.expires}: ask {entry.owner}"
    other = sum(not signed(entry, event) for event in asked)
    return f"fails otherwise than recorded in {other} of {len(asked)}" if other else "fails as recorded"


def _narrowed(entry: Expectation, left: Sequence[CheckFinished], passing: Sequence[CheckFinished]) -> list[Expectation]:
    """The entry for each check that does not pass; for its device alone where it passes on another."""
    mended = {case_of(event) for event in passing}
    found = [
        replace(entry, check=case_of(event), device=event.device if case_of(event) in mended else entry.device)
        for event in left
    ]
    return list(dict.fromkeys(found))


def _new(
    file: File,
    entries: list[Expectation],
    events: Sequence[CheckFinished],
    known: Mapping[str, str],
    renewed: Mapping[str, Any],
) -> list[Expectation]:
    """An entry per failure that none covers."""
    probe = Expectation(str(file.path), 0, file.backend, "*", signature="", **renewed)
    found = []
    for event in events:
        failed = event.ended.bad and covers(probe, event, known)
        if failed and not any(covers(entry, event, known) for entry in entries):
            signature = signature_of(event.ended, event.message)
            found.append(replace(probe, check=case_of(event), device=event.device, signature=signature))
    return found


_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w.]*[A-Za-z_])")


def signature_of(outcome: str, message: str) -> str:
    """A regular expression for a failure: what is said before the first semicolon, any number for each number."""
    text = f"{outcome}: {first_line(message).split(';')[0].strip()}"
    parts = (re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", part) for part in _NUMBER.split(text))
    return "^" + r"[-+.\de]+".join(parts)


def write(file: File, entries: Sequence[Expectation]) -> None:
    """Replace the file by these entries, in one step. Comments are not kept."""
    text = f"backend = {_toml(file.backend)}\n" + "".join(map(_entry, entries))
    tomllib.loads(text)
    replace_file(file.path, text)


def _entry(entry: Expectation) -> str:
    optional = {"device": "" if entry.device == "*" else entry.device, "versions": entry.versions}
    fields = {
        "check": _toml(entry.check),
        **{name: _toml(value) for name, value in optional.items() if value},
        "owner": _toml(entry.owner),
        "issue": _toml(entry.issue),
        "expires": entry.expires.isoformat(),
        "signature": _toml(entry.signature),
    }
    return "\n[[expectation]]\n" + "".join(f"{name} = {value}\n" for name, value in fields.items())


def _toml(text: str) -> str:
    """A TOML string: literal where it has backslashes and may be, else with JSON's escapes, which are TOML's."""
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
