"""The parity map as the page shows it: one row a symbol, with what can be filtered by."""

from dataclasses import dataclass
from typing import Any

MEANS = {
    "present": "nothing that was compared differs",
    "partial": "lacks something that client or spec use",
    "diverging": "has what is used, and something differs",
    "missing": "no counterpart was found",
}
STATES = {"present": "good", "partial": "warn", "diverging": "warn", "missing": "bad"}


@dataclass(frozen=True)
class Card:
    """A status and how many symbols have it."""

    status: str
    count: int
    means: str
    state: str


@dataclass(frozen=True)
class Parity:
    """What the templates need."""

    sentence: str
    cards: tuple[Card, ...]
    rows: tuple[dict[str, Any], ...]
    areas: tuple[str, ...]
    levels: tuple[str, ...]
