"""Names that do not exist, and the nearest that do."""

import difflib
from collections.abc import Iterable

CUTOFF = 0.6
"""How alike two names must be, 0 to 1, for one to be suggested for the other."""

SPREAD = 0.15
"""How much less alike than the best a name may be to be suggested beside it."""


def nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Return the names in `known` that are most like `name`, the best first; case does not count."""
    lowered: dict[str, str] = {}
    for one in known:
        lowered.setdefault(one.lower(), one)
    found = difflib.get_close_matches(name.lower(), lowered, n=most, cutoff=CUTOFF)
    best = _likeness(name, found[0]) if found else 0.0
    return [lowered[one] for one in found if _likeness(name, one) > best - SPREAD]


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, other.lower(), one.lower()).ratio()


def did_you_mean(name: str, known: Iterable[str], most: int = 3) -> str:
    """Return `did you mean diffract?` with the nearest names, or nothing where none is near."""
    found = nearest(name, known, most)
    return f"did you mean {' or '.join(found)}?" if found else ""


def unknown(what: str, name: str, known: Iterable[str], rest: str = "") -> str:
    """Return `no operation 'difract'; did you mean diffract?`, or all there are where no name is near.

    `rest` ends the list of what there is, `or module:Class` for instance.
    """
    known = list(known)
    hint = did_you_mean(name, known) or f"there are {', '.join(known)}{rest}"
    return f"no {what} {name!r}; {hint}"
