"""The parity map as the page shows it: one row a symbol, with what can be filtered by."""

from collections import Counter
from dataclasses import dataclass

from ptychoparity.audit.parity_map import ParityMap, Row
from ptychoparity.audit.status import HARMLESS, STATUSES
from ptychoparity.core.levels import Level

MEANS = {
    "present": "nothing that was compared differs",
    "partial": "lacks something that client or spec use",
    "missing": "no counterpart was found",
    "diverging": "has what is used, and something differs",
}
STATES = {"present": "good", "partial": "warn", "missing": "bad", "diverging": "warn"}
MOST = 6
"""Touches and differences of a symbol that are shown at once; the others are folded."""


@dataclass(frozen=True)
class Card:
    """A status and how many symbols have it."""

    status: str
    count: int
    means: str
    state: str


@dataclass(frozen=True)
class Line:
    """A symbol, and the words it is found by."""

    row: Row
    area: str
    """The part of its package it is in."""
    level: str
    """The strongest level of the clauses that are about it."""
    state: str
    rank: int
    """Among the gaps, from 1; 0 for none."""
    said: tuple[str, ...]
    """What differs, what the client or the spec uses first."""
    more: tuple[str, ...]
    """The rest of it."""


@dataclass(frozen=True)
class Parity:
    """What the templates need."""

    found: ParityMap
    sentence: str
    cards: tuple[Card, ...]
    lines: tuple[Line, ...]
    """Symbols of the reference, then those of the candidate that the client touches itself."""
    areas: tuple[str, ...]
    levels: tuple[str, ...]
    most: int = MOST


def of(found: ParityMap) -> Parity:
    """The page's view of a parity map."""
    counts = Counter(row.status for row in found.rows)
    cards = tuple(Card(name, counts[name], MEANS[name], STATES[name]) for name in STATUSES)
    ranks = {(row.side, row.name): number for number, row in enumerate(found.gaps, 1)}
    lines = tuple(_line(row, ranks.get((row.side, row.name), 0)) for row in (*found.rows, *found.needs))
    there = {line.level for line in lines}
    return Parity(
        found, _sentence(found), cards, lines, tuple(sorted({line.area for line in lines})),
        tuple(level for level in Level if level in there),
    )  # fmt: skip


def _line(row: Row, rank: int) -> Line:
    levels = [level for level in Level if any(one.level == level and one.named for one in row.clauses)]
    said = [f"client {one.text} ({one.place})" for one in row.misfits]
    ordered = sorted(row.differences, key=lambda one: (not one.used, one.kind in HARMLESS))
    said += [f"{'cannot be told: ' if one.kind == 'untold' else ''}{one.text}" for one in ordered]
    area, level = ".".join(row.name.split(".")[:2]), levels[0] if levels else ""
    return Line(row, area, level, STATES[row.status], rank, tuple(said[:MOST]), tuple(said[MOST:]))


def _sentence(found: ParityMap) -> str:
    who = f"{found.client} and the spec touch" if found.client and found.specs.files else "is touched by the spec"
    if not found.specs.files:
        who = f"{found.client} touches" if found.client else "is its public surface"
    gaps = len(found.gaps)
    return f"{len(found.rows)} symbols of {found.reference} that {who}, against {found.candidate}: {gaps} gaps."
