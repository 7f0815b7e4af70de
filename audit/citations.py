"""Every cited place, held against the source before anything is written.

A document that is being composed asks `Citations` for the text of each citation. `verify` opens every file that was
cited: it must be there, have that line, and have the expected text on it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol

from ptychoparity.audit.index import Sources
from ptychoparity.audit.model import Place, Symbol


class CitationError(Exception):
    """A statement cites a place that does not hold what it says. A fault of the audit, not of what it reads."""


class Readable(Protocol):
    """What can be cited: a tree, or the files of a spec."""

    role: str

    def lines(self, path: str) -> list[str]: ...


class Citations:
    """The places cited so far, each with what has to stand there."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._expected: dict[Place, set[str]] = defaultdict(set)
        self._others: dict[str, Readable] = {}

    def also(self, other: "Readable") -> None:
        """Something beside the trees that may be cited: by its role, and read by its lines."""
        self._others[other.role] = other

    def __len__(self) -> int:
        return len(self._expected)

    def __iter__(self) -> Iterable[tuple[Place, tuple[str, ...]]]:
        return iter(sorted((place, tuple(sorted(texts))) for place, texts in self._expected.items()))

    def cite(self, place: Place, expected: str = "") -> str:
        """`path:line`, registered. `expected`: a name (or any text) on that line; '' where none can be said."""
        self._expected[place].add(expected)
        return str(place)

    def symbol(self, symbol: Symbol) -> str:
        """Where a symbol is defined, registered with its name; a module is cited by its first line."""
        return self.cite(symbol.place, "" if symbol.kind == "module" else symbol.name)

    def verify(self) -> int:
        """How many places were held against the source. Raises CitationError, naming the first that does not hold."""
        by_file: dict[tuple[str, str], list[Place]] = defaultdict(list)
        for place in self._expected:
            by_file[place.tree, place.path].append(place)
        for (role, path), places in sorted(by_file.items()):
            lines = self._read(role, path, places[0])
            for place in sorted(places):
                self._hold(place, lines)
        return len(self._expected)

    def _read(self, role: str, path: str, place: Place) -> list[str]:
        tree = self._others.get(role) or self._sources.get(role)
        if tree is None:
            raise CitationError(f"{place} is cited in a tree {role!r} that was not read")
        try:
            return tree.lines(path)
        except (OSError, SyntaxError, UnicodeDecodeError) as error:
            raise CitationError(f"{place} of {role} is cited, and the file cannot be read: {error}") from error

    def _hold(self, place: Place, lines: list[str]) -> None:
        if not 1 <= place.line <= max(len(lines), 1):
            raise CitationError(f"{place} of {place.tree} is cited, and the file ends at line {len(lines)}")
        text = lines[place.line - 1] if lines else ""
        for expected in sorted(self._expected[place]):
            word = rf"(?<!\w){re.escape(expected)}(?!\w)" if re.fullmatch(r"\w+", expected) else re.escape(expected)
            if expected and not re.search(word, text):
                raise CitationError(
                    f"{place} of {place.tree} is cited for {expected!r}, and that line is {text.strip()!r}"
                )
