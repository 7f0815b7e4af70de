"""What a document is made of, before it is Markdown or HTML: headings, paragraphs, lists and tables.

Text that comes from audited source is data here; each rendering escapes it its own way.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ptychoparity.audit.citations import Citations
from ptychoparity.audit.index import Sources
from ptychoparity.audit.model import Place, jsonable


class Code(NamedTuple):
    """A name, a signature, a citation: text in code marks."""

    text: str


Inline = str | Code | tuple
"""Text, code, or a tuple of those."""


@dataclass(frozen=True)
class Heading:
    text: Inline
    level: int = 2
    fold: bool = False
    """Whether the page hides what is below it until asked; below level 2 it always does."""

    kind = "heading"


@dataclass(frozen=True)
class Paragraph:
    text: Inline

    kind = "paragraph"


@dataclass(frozen=True)
class Bullets:
    items: tuple[Inline, ...]

    kind = "bullets"


@dataclass(frozen=True)
class Rows:
    """A table. `numbers` are the columns that hold numbers, counted from 0."""

    head: tuple[str, ...]
    rows: tuple[tuple[Inline, ...], ...]
    numbers: frozenset[int] = frozenset()

    kind = "table"


@dataclass(frozen=True)
class Tree:
    """A call chain from top to bottom: rows with their `level`; `ran` where a traced run says how often each was."""

    rows: tuple[Mapping[str, Any], ...]
    ran: bool = False

    kind = "tree"


Block = Heading | Paragraph | Bullets | Rows | Tree


@dataclass(frozen=True)
class Document:
    """A document: `name` without suffix, its blocks, and the same as JSON values."""

    name: str
    title: Inline
    blocks: tuple[Block, ...]
    data: Any = field(default_factory=dict)


def flat(parts: Iterable[Inline], between: str = ", ") -> Inline:
    """Several pieces as one, with `between` between them."""
    every: list[Inline] = []
    for part in parts:
        if every:
            every.append(between)
        every += part if isinstance(part, tuple) and not isinstance(part, Code) else [part]
    return tuple(every) if every else ""


def cited(citations: Citations, places: Sequence[tuple[Place, str]], most: int = 0) -> Inline:
    """Citations of (place, what stands there); with `most`, so many, and how many more there are."""
    shown = places[:most] if most else places
    text = flat(Code(citations.cite(place, expected)) for place, expected in shown)
    more = len(places) - len(shown)
    return (*text, f" and {more} more") if more else text


def sources_block(sources: Sources) -> Rows:
    """Which source the citations of a document hold for."""
    rows = []
    for tree in sources.trees:
        changed = sum(file.version.endswith("+dirty") for file in tree.files.values())
        rows.append((tree.role, Code(tree.package), Code(tree.version), str(len(tree.files)), str(changed)))
    return Rows(("Tree", "Package", "Commit or version", "Files", "Changed since"), tuple(rows), frozenset({3, 4}))


def sources_data(sources: Sources) -> list[dict[str, Any]]:
    """The same as JSON."""
    return [
        {
            "role": tree.role,
            "package": tree.package,
            "version": tree.version,
            "files": len(tree.files),
            "changed": sorted(path for path, file in tree.files.items() if file.version.endswith("+dirty")),
        }
        for tree in sources.trees
    ]


def place_data(place: Place) -> dict[str, Any]:
    return jsonable(place)
