"""A page of text: headings, paragraphs and entries; folded on a terminal, one line each in a pipe."""

import sys
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field

from rich.console import Console
from rich.text import Text

from ptychoparity.reports.text import plain

STEP = 2
"""Columns that one level of a page is indented by."""
MOST_HANGING = 24
"""Columns that the second line of an entry is indented by at most."""
WIDEST = 100
"""Columns of a folded line at most: longer ones are hard to read."""


@dataclass(frozen=True)
class Line:
    """One paragraph of a page; what hangs is indented further where it is folded."""

    text: str
    level: int = 0
    style: str = ""
    hang: int = 2 * STEP
    """Columns by which what is folded is indented further."""


@dataclass
class Page:
    """Collects lines, and prints them."""

    lines: list[Line] = field(default_factory=list)

    def title(self, text: str) -> None:
        self.lines.append(Line(text, style="bold"))

    def heading(self, text: str) -> None:
        self.lines += [Line(""), Line(text, style="bold")]

    def say(self, text: str, level: int = 1, style: str = "", hang: int = 2 * STEP) -> None:
        """Add a paragraph."""
        self.lines.append(Line(text, level, style, hang))

    def table(self, rows: Iterable[tuple[str, str]], level: int = 1) -> None:
        """Add entries: a name, padded to the longest, and what is said of it."""
        rows = list(rows)
        width = min(max((len(name) for name, _ in rows), default=0), 36)
        for name, text in rows:
            self.say(f"{name:{width}}  {text}".rstrip(), level, hang=min(width + 2, MOST_HANGING))

    def text(self, width: int | None = None) -> str:
        """Return the page; folded at `width` columns, or not at all."""
        return "\n".join(line for one in self.lines for line in _folded(one, width))

    def show(self) -> None:
        """Print the page to standard output."""
        there = sys.stdout.isatty()
        console = Console(highlight=False)
        width = min(console.width, WIDEST) if there else None
        for one in self.lines:
            for line in _folded(one, width):
                console.print(Text(line, style=one.style), soft_wrap=True)


def _folded(line: Line, width: int | None) -> list[str]:
    """A paragraph as the lines that stand on the page; line breaks of its own are kept."""
    first = " " * (STEP * line.level)
    made: list[str] = []
    for part in plain(line.text).splitlines() or [""]:
        if width is None:
            made.append((first + part).rstrip())
            continue
        made += textwrap.wrap(
            part, width, initial_indent=first, subsequent_indent=first + " " * line.hang,
            break_long_words=False, break_on_hyphens=False,
        ) or [""]  # fmt: skip
    return made
